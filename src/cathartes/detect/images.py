"""Amounts and contrasts of gases in each pixel: made by the search, or later near plumes alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.amount_bank import AmountBank
from cathartes.detect.bandset import Bandset
from cathartes.detect.contrast import Contrast
from cathartes.detect.light import LogLight
from cathartes.detect.planes import PlaneStore


@dataclass(frozen=True, slots=True)
class GasImages:
    """What makes the images of some gases of pixels less the background's mean.

    Attributes
    ----------
    names : (gas,)
    mean : (sample, band) float32 [cube's unit]
        Of the background.
    filters : (2 gas, band) float32
        Of amounts [ppm m (K) / cube's unit], in sunlight [ppm m], then of contrasts [(K) / cube's
        unit].
    of_mean : (gas, 1, sample) float32 [(K)]
        Contrasts of the mean: they are linear in radiance, and one product makes both.
    light
        How the logarithm is taken of which sunlight's amounts are made; None if they are not.
    log_mean : (sample, band) float32
        The background's.
    """

    names: tuple[str, ...]
    mean: NDArray[np.float32]
    filters: NDArray[np.float32]
    of_mean: NDArray[np.float32]
    light: LogLight | None
    log_mean: NDArray[np.float32]

    @classmethod
    def of_gases(
        cls,
        names: tuple[str, ...],
        mean: NDArray[np.float32],
        amounts: AmountBank,
        contrast: Contrast,
        chosen: Sequence[int],
    ) -> "GasImages":
        """Return what makes the images of chosen gases.

        Parameters
        ----------
        names : (gas,)
        mean : (sample, band) [cube's unit]
        amounts, contrast
            Of all the gases.
        chosen
            Numbers of gases; none makes no image.
        """
        gases = list(chosen)
        filters = np.vstack([amounts.bank.amount_filters[gases], contrast.per_radiance[gases]])
        return cls(
            tuple(names[g] for g in gases),
            mean,
            filters.astype(np.float32),
            contrast.of_block(mean[None])[gases],
            amounts.light,
            amounts.bank.mean,
        )

    def put(
        self,
        centred: NDArray[np.float32],
        amount: NDArray[np.float32],
        contrast: NDArray[np.float32],
    ) -> None:
        """Fill in the images of some lines.

        Parameters
        ----------
        centred : (line, sample, band) [cube's unit]
            Less the mean.
        amount : (gas, line, sample) float32 [ppm m (K)]
        contrast : (gas, line, sample) float32 [(K)]
            Both are overwritten.
        """
        of_amounts, of_contrasts = np.split(self.filters, 2)
        if self.light is None:
            amount[:], contrast[:] = np.split(_products(centred, self.filters), 2)
        else:
            logarithms = self.light.of(centred + self.mean) - self.log_mean
            amount[:] = _products(logarithms, of_amounts)
            contrast[:] = _products(centred, of_contrasts)
        contrast += self.of_mean

    def write_near(self, bandset: Bandset, store: PlaneStore, wanted: NDArray[np.bool_]) -> None:
        """Make the images of the lines wanted, (line,) bool, and keep them; NaN in the others."""
        n_lines, n_samples, _ = bandset.cube.shape
        nothing = np.full((n_lines, n_samples), np.nan, np.float32)
        for name in self.names:
            store.write_lines(f"amount/{name}", 0, nothing)
            store.write_lines(f"contrast/{name}", 0, nothing)
        for start, stop in bandset.ranges() if self.names else ():
            lines = start + np.flatnonzero(wanted[start:stop])
            if not lines.size:
                continue
            first = int(lines[0])
            block = bandset.read(first, int(lines[-1]) + 1)
            invalid = ~bandset.usable(block)
            block -= self.mean
            block[invalid] = 0.0
            amount, contrast = np.empty((2, len(self.names), *invalid.shape), np.float32)
            self.put(block, amount, contrast)
            amount[:, invalid] = contrast[:, invalid] = np.nan
            self.write(store, first, amount, contrast)

    def write(
        self,
        store: PlaneStore,
        first: int,
        amount: NDArray[np.float32],
        contrast: NDArray[np.float32],
    ) -> None:
        """Keep the images, (gas, line, sample), of lines from the first one on."""
        for name, its_amount, its_contrast in zip(self.names, amount, contrast, strict=True):
            store.write_lines(f"amount/{name}", first, its_amount)
            store.write_lines(f"contrast/{name}", first, its_contrast)


def _products(values: NDArray[np.float32], filters: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (filter, line, sample) of (line, sample, band) values."""
    flat = values.reshape(-1, values.shape[2]) @ filters.T
    return flat.T.reshape(-1, *values.shape[:2])
