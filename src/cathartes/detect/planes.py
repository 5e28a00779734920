"""Images of a scene, made while detecting and read by name afterwards."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.detectability import DetectabilityCurve
from cathartes.detect.quantify import (
    SaturationCurve,
    apparent_column_ppm_m,
    column_density_sd_ppm_m,
    necl_ppm_m,
)


class PlaneStore(Protocol):
    """Where images are kept while a scene is worked on: memory, or scratch files."""

    def write_lines(self, name: str, start: int, values: NDArray[np.float32]) -> None:
        """Keep (line, sample) values from line ``start`` on, under a name."""

    def read(self, name: str) -> NDArray[np.float32]:
        """Return the whole image of a name, (line, sample)."""


class MemoryPlanes:
    """Images in memory: for tests, small scenes and the Python prompt."""

    def __init__(self, n_lines: int, n_samples: int) -> None:
        self._shape = (n_lines, n_samples)
        self._planes: dict[str, NDArray[np.float32]] = {}

    def write_lines(self, name: str, start: int, values: NDArray[np.float32]) -> None:
        """Keep (line, sample) values from line ``start`` on, under a name."""
        plane = self._planes.setdefault(name, np.full(self._shape, np.nan, np.float32))
        plane[start : start + values.shape[0]] = values

    def read(self, name: str) -> NDArray[np.float32]:
        """Return the whole image of a name, (line, sample)."""
        return self._planes[name]


@dataclass(frozen=True, slots=True)
class GasScale:
    """What turns one gas's stored images into published ones.

    Attributes
    ----------
    noise_equivalent : [ppm m (K)]
        Standard deviation of the filter's estimate over the clean scene.
    square_noise_equivalent : [ppm m (K)]
        The same of its means over squares.
    curve
        How its estimate saturates.
    """

    noise_equivalent: float
    square_noise_equivalent: float
    curve: SaturationCurve


@dataclass(frozen=True, slots=True)
class PlumePixels:
    """What was found out of one gas inside one plume: it holds there in place of the scene's.

    Attributes
    ----------
    line, sample : (pixel,)
    amount : (pixel,) float32 [ppm m (K)]
        Signed signal with the plume's other gases beside it.
    contrast : (pixel,) float32 [(K)]
        At the plume's own temperature; NaN where its sign contradicts.
    contrast_sd : [(K)]
    """

    line: NDArray[np.intp]
    sample: NDArray[np.intp]
    amount: NDArray[np.float32]
    contrast: NDArray[np.float32]
    contrast_sd: float


SURE_CONTRAST_SD = 2.5
"""Contrasts smaller than so many of their standard deviations could be nought: the column could be
three times as great one time in twenty, and none is stated."""
CONTRADICTING_SD = 2.0
"""Columns in a plume that are negative by more standard deviations are no noise: there the sign
contradicts the plume's temperature."""


@dataclass(frozen=True, slots=True)
class ScenePlanes:
    """The published images of a scene, computed from the stored ones when asked for.

    Stored are ``score/<gas>``, ``amount/<gas>``, ``contrast/<gas>``, ``distance`` (squared
    Mahalanobis distance) and ``context``.

    Attributes
    ----------
    emissive
        True if an amount is column density times contrast; in sunlight it is the column density.
    min_contrast, contrast_sd : [(K)]
        Smallest usable contrast, and how well it is known.
    relative_error
        Error of every column density in common, as a part of it.
    shape_only
        Names of gases without amounts: their columns are NaN.
    plumes : gas → plumes that hold it
        What is known better inside them.
    detectability
        What each gas needs to be found, by name; known after the search alone.
    """

    store: PlaneStore
    scales: dict[str, GasScale]
    emissive: bool
    min_contrast: float
    contrast_sd: float
    relative_error: float
    shape_only: frozenset[str] = frozenset()
    detectability: Mapping[str, DetectabilityCurve] = field(default_factory=dict)
    plumes: Mapping[str, tuple[PlumePixels, ...]] = field(default_factory=dict)

    def with_plumes(self, pixels: Iterable[tuple[str, PlumePixels]]) -> "ScenePlanes":
        """Return the same images with (gas, what is known inside a plume) in them."""
        known: dict[str, tuple[PlumePixels, ...]] = {}
        for gas, each in pixels:
            known[gas] = (*known.get(gas, ()), each)
        return replace(self, plumes=known)

    def score(self, gas: str) -> NDArray[np.float32]:
        """Return the detection score, (line, sample), clean standard deviations."""
        return self.store.read(f"score/{gas}")

    def amount(self, gas: str) -> NDArray[np.float32]:
        """Return the filter's signed estimate, (line, sample) [ppm m (K)]."""
        return self.store.read(f"amount/{gas}")

    def contrast(self, gas: str) -> NDArray[np.float32]:
        """Return the contrast, (line, sample) [(K)]; NaN for a gas without amounts."""
        contrast = self.store.read(f"contrast/{gas}")
        return np.full_like(contrast, np.nan) if gas in self.shape_only else contrast

    def column_density(self, gas: str) -> NDArray[np.float32]:
        """Return the column density, (line, sample) [ppm m]; negative values are noise.

        NaN where the contrast could be nought, and inside a plume where the sign contradicts it.
        """
        apparent, contrast, contrast_sd, inside = self._apparent(gas)
        column = self.scales[gas].curve.invert(apparent)
        sd = self._sd(gas, apparent[inside], contrast[inside], contrast_sd[inside])
        within = column[inside]
        column[inside] = np.where(within < -CONTRADICTING_SD * sd, np.float32(np.nan), within)
        return column

    def square_necl(self, gas: str) -> NDArray[np.float32]:
        """Return the NECL of means over the squares searched, (line, sample) [ppm m].

        A column density over it is the score that a plume wider than a square should have.
        """
        scale = self.scales[gas]
        return necl_ppm_m(scale.square_noise_equivalent, self.contrast(gas), self.min_contrast)

    def detectable_column(self, gas: str) -> NDArray[np.float32]:
        """Return the smallest column density that is found, (line, sample) [ppm m]."""
        curve = self.detectability[gas]
        return curve.smallest_column_ppm_m(self.contrast(gas), self.min_contrast)

    def sensitivity(
        self, gas: str, contrast: NDArray[np.float32] | None = None
    ) -> tuple[float, float, float]:
        """Return median NECL [ppm m], median detectable column [ppm m], and the blind share.

        Both columns fall as the contrast grows, so that their medians are those of the pixel of
        median contrast: one image a gas is read, of forty that a scene may have.

        Parameters
        ----------
        contrast : (pixel,) [(K)]
            Of some pixels that stand for the scene; None reads all.
        """
        size = np.abs(self.contrast(gas) if contrast is None else contrast)
        known = size[np.isfinite(size)]
        if gas in self.shape_only or not known.size:
            return float("nan"), float("nan"), float("nan")
        curve, middle = self.detectability[gas], np.median(known)
        necl = necl_ppm_m(self.scales[gas].noise_equivalent, middle, self.min_contrast)
        column = curve.smallest_column_ppm_m(middle, self.min_contrast)
        blind = known < max(self.min_contrast, curve.least_contrast, 1e-30)
        return float(necl), float(column), float(blind.mean())

    def column_density_sd(self, gas: str) -> NDArray[np.float32]:
        """Return one standard deviation of it, (line, sample) [ppm m]; NaN where it is."""
        apparent, contrast, contrast_sd, _ = self._apparent(gas)
        sd = self._sd(gas, apparent, contrast, contrast_sd)
        return np.where(np.isnan(self.column_density(gas)), np.float32(np.nan), sd)

    def _apparent(
        self, gas: str
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]:
        """Return the apparent column, the contrast, its deviation, and where a plume is known."""
        amount, contrast = self.amount(gas).copy(), self.contrast(gas).copy()
        contrast_sd = np.full_like(contrast, self.contrast_sd)
        inside = np.zeros(contrast.shape, dtype=bool)
        for plume in self.plumes.get(gas, ()):
            place = (plume.line, plume.sample)
            amount[place], contrast[place] = plume.amount, plume.contrast
            contrast_sd[place], inside[place] = plume.contrast_sd, True
        if gas in self.shape_only:
            contrast[:] = np.nan
        least = np.maximum(SURE_CONTRAST_SD * contrast_sd, self.min_contrast)
        apparent = apparent_column_ppm_m(
            amount if self.emissive else amount * contrast, contrast, least
        )
        return apparent, contrast, contrast_sd, inside

    def _sd(
        self,
        gas: str,
        apparent: NDArray[np.float32],
        contrast: NDArray[np.float32],
        contrast_sd: NDArray[np.float32],
    ) -> NDArray[np.float32]:
        """Return one standard deviation of the column density of any pixels, [ppm m]."""
        scale = self.scales[gas]
        necl = necl_ppm_m(scale.noise_equivalent, contrast, self.min_contrast)
        return column_density_sd_ppm_m(
            apparent, necl, contrast, contrast_sd, self.relative_error, scale.curve
        )

    def necl(self, gas: str) -> NDArray[np.float32]:
        """Return the noise-equivalent column density, (line, sample) [ppm m].

        Of a plume at the temperature that was believed before any was seen.
        """
        return necl_ppm_m(self.scales[gas].noise_equivalent, self.contrast(gas), self.min_contrast)

    def read(self, name: str) -> NDArray[np.float32]:
        """Return the image of a published name, (line, sample): see `result.Planes`."""
        kind, _, gas = name.partition("/")
        computed = {
            "score": self.score,
            "column_density_ppm_m": self.column_density,
            "column_density_sd_ppm_m": self.column_density_sd,
            "necl_ppm_m": self.necl,
            "square_necl_ppm_m": self.square_necl,
            "contrast": self.contrast,
            "detectable_column_ppm_m": self.detectable_column,
        }
        return computed[kind](gas) if kind in computed else self.store.read(name)
