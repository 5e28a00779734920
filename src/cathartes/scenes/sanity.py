"""What is wrong with a cube's numbers, counted block by block while others read it anyway."""

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import InputError
from cathartes.scenes.plausibility import COLDEST_K, HOTTEST_K
from cathartes.scenes.quantity import Quantity
from cathartes.scenes.radiometry import EMISSIVE_FROM_UM, planck_radiance
from cathartes.scenes.stuck import stuck_pixels
from cathartes.spectra.response import SpectralBands

SATURATION_REPEATS = 16
"""Noise makes a band's greatest value unique; this many equal ones are a ceiling."""


@dataclass(frozen=True, slots=True)
class RadianceSanity:
    """Counts over a whole cube, of the bands that its bad-band list leaves.

    Attributes
    ----------
    n_values
        Values looked at: pixels times good bands.
    n_non_finite
        NaN, infinite or ignored values.
    n_negative
        Values below zero.
    n_saturated
        Values at a band's ceiling: its greatest value where at least 16 pixels share it.
    n_too_cold, n_too_hot
        Values beyond 5 um whose brightness temperature is under 150 K or over 600 K.
    n_stuck_pixels
        Pixels equal in all bands over four lines and more, or of one value in all bands.
    empty_columns
        Samples without one finite value in the scene, counted from 0.
    dead_bands
        Good bands without a finite value, or with one value everywhere, counted from 0.
    """

    n_values: int
    n_non_finite: int
    n_negative: int
    n_saturated: int
    n_too_cold: int
    n_too_hot: int
    n_stuck_pixels: int
    empty_columns: tuple[int, ...]
    dead_bands: tuple[int, ...]

    def counts(self) -> dict[str, int]:
        """Return each count under its name; columns and bands as ``n_empty_columns`` and so on."""
        listed = {f"n_{k}": len(v) for k, v in asdict(self).items() if isinstance(v, tuple)}
        return {k: v for k, v in asdict(self).items() if not isinstance(v, tuple)} | listed

    @property
    def remarks(self) -> tuple[str, ...]:
        """One sentence for each thing that is not as it should be; empty for a sound cube."""
        said = {
            "not finite": self.n_non_finite,
            "negative": self.n_negative,
            "saturated": self.n_saturated,
            f"colder than {COLDEST_K:g} K": self.n_too_cold,
            f"hotter than {HOTTEST_K:g} K": self.n_too_hot,
        }
        share = {word: count / max(self.n_values, 1) for word, count in said.items() if count}
        remarks = [
            f"{said[w]} of {self.n_values} values ({s:.2%}) are {w}." for w, s in share.items()
        ]
        if self.n_stuck_pixels:
            remarks.append(
                f"{self.n_stuck_pixels} pixels are the same over four lines and more, or hold one "
                "value in all bands: the camera hung, or columns are stuck. They are not searched."
            )
        for one, many, found in (
            ("column is empty", "columns are empty", self.empty_columns),
            ("band is dead", "bands are dead", self.dead_bands),
        ):
            if found:
                first = ", ".join(str(i) for i in found[:8]) + (", ..." if len(found) > 8 else "")
                word = one if len(found) == 1 else many
                remarks.append(f"{len(found)} {word}: {first}.")
        return tuple(remarks)


class SanityInspector:
    """Accumulates the counts of `RadianceSanity`; blocks may come in any order, each line once."""

    def __init__(
        self,
        bands: SpectralBands,
        n_samples: int,
        *,
        quantity: Quantity = Quantity.RADIANCE,
        band_valid: NDArray[np.bool_] | None = None,
    ) -> None:
        self._good = np.ones(len(bands), bool) if band_valid is None else band_valid
        centre = bands.centre_um[self._good]
        emissive = (centre > EMISSIVE_FROM_UM) & (quantity is Quantity.RADIANCE)
        self._coldest = np.where(emissive, planck_radiance(centre, COLDEST_K), 0.0)
        self._hottest = np.where(emissive, planck_radiance(centre, HOTTEST_K), np.inf)
        self._least = np.full(centre.size, np.inf, dtype=np.float32)
        self._greatest = np.full(centre.size, -np.inf, dtype=np.float32)
        self._n_greatest = np.zeros(centre.size, dtype=np.int64)
        self._column_seen = np.zeros(n_samples, dtype=bool)
        self._column_looked = np.zeros(n_samples, dtype=bool)
        self._n_values = self._n_finite = 0
        self._n_negative = self._n_cold = self._n_hot = self._n_stuck = 0

    def count_stuck(self, radiance: NDArray[np.float32], which: NDArray[np.bool_]) -> None:
        """Add the stuck pixels of a block, of those that count.

        Parameters
        ----------
        radiance : (line, sample, band) [W m-2 sr-1 um-1, or 1 for reflectance]
            Lines one after the other.
        which : (line, sample) bool
        """
        stuck = stuck_pixels(radiance, np.flatnonzero(self._good))
        self._n_stuck += int(np.count_nonzero(stuck & which))

    def inspect_block(
        self, radiance: NDArray[np.float32], looked: NDArray[np.bool_] | None = None
    ) -> None:
        """Add a block's counts; the block is not changed.

        Parameters
        ----------
        radiance : (line, sample, band) [W m-2 sr-1 um-1, or 1 for reflectance]
        looked : (line, sample) bool
            Where one meant to look: nothing else is counted. None: everywhere.

        Raises
        ------
        InputError
            If the block has other numbers of samples or bands than the scene.
        """
        expected = (self._column_seen.size, self._good.size)
        if radiance.ndim != 3 or radiance.shape[1:] != expected:
            raise InputError(
                f"a block of shape {radiance.shape} for a scene of {expected[0]} samples and "
                f"{expected[1]} bands; (line, sample, band) of that scene is needed."
            )
        every = bool(self._good.all())
        # A line stays in the processor's cache through all passes.
        for number, line in enumerate(radiance):
            good = line if every else line[:, self._good]
            columns = slice(None) if looked is None else looked[number]
            self._inspect_line(good[columns], columns)

    def _inspect_line(self, line: NDArray[np.float32], columns: slice | NDArray[np.bool_]) -> None:
        self._column_looked[columns] = True
        finite = np.isfinite(line)
        n_finite = int(np.count_nonzero(finite))
        self._n_values += line.size
        self._n_finite += n_finite
        if n_finite == 0:
            return
        if n_finite == line.size:
            self._column_seen[columns] = True
            low, high = line.min(axis=0), line.max(axis=0)
        else:
            self._column_seen[columns] |= finite.any(axis=1)
            low = np.where(finite, line, np.inf).min(axis=0)
            high = np.where(finite, line, -np.inf).max(axis=0)
        self._least = np.minimum(self._least, low)
        self._n_greatest[high > self._greatest] = 0
        self._greatest = np.maximum(self._greatest, high)
        touched = high == self._greatest
        touched &= np.isfinite(high)
        self._n_greatest[touched] += np.count_nonzero(
            line[:, touched] == self._greatest[touched], axis=0
        )
        if (low < self._coldest).any():
            self._n_negative += int(np.count_nonzero(finite & (line < 0)))
            self._n_cold += int(np.count_nonzero(finite & (line >= 0) & (line < self._coldest)))
        if (high > self._hottest).any():
            self._n_hot += int(np.count_nonzero(finite & (line > self._hottest)))

    def report(self) -> RadianceSanity:
        """Return the counts of all blocks so far."""
        n_pixels = self._n_values // max(1, self._greatest.size)
        dead = (self._least > self._greatest) | ((self._least == self._greatest) & (n_pixels > 1))
        ceiling = (self._n_greatest >= SATURATION_REPEATS) & ~dead & (self._greatest > 0)
        return RadianceSanity(
            n_values=self._n_values,
            n_non_finite=self._n_values - self._n_finite,
            n_negative=self._n_negative,
            n_saturated=int(self._n_greatest[ceiling].sum()),
            n_too_cold=self._n_cold,
            n_too_hot=self._n_hot,
            n_stuck_pixels=self._n_stuck,
            empty_columns=tuple(
                int(i) for i in np.flatnonzero(self._column_looked & ~self._column_seen)
            ),
            dead_bands=tuple(int(i) for i in np.flatnonzero(self._good)[dead]),
        )
