"""Images of a scene, made while detecting and read by name afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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
class ScenePlanes:
    """The published images of a scene, computed from the stored ones when asked for.

    Stored are ``score/<gas>``, ``amount/<gas>``, ``contrast/<gas>``, ``distance`` (squared
    Mahalanobis distance) and ``context``.

    Attributes
    ----------
    min_contrast, contrast_sd : [(K)]
        Smallest usable contrast, and how well it is known.
    relative_error
        Error of every column density in common, as a part of it.
    shape_only
        Names of gases without amounts: their columns are NaN.
    detectability
        What each gas needs to be found, by name; known after the search alone.
    """

    store: PlaneStore
    scales: dict[str, GasScale]
    min_contrast: float
    contrast_sd: float
    relative_error: float
    shape_only: frozenset[str] = frozenset()
    detectability: Mapping[str, DetectabilityCurve] = field(default_factory=dict)

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
        """Return the column density, (line, sample) [ppm m]; negative values are noise."""
        return self.scales[gas].curve.invert(self._apparent(gas))

    def _apparent(self, gas: str) -> NDArray[np.float32]:
        return apparent_column_ppm_m(self.amount(gas), self.contrast(gas), self.min_contrast)

    def necl(self, gas: str) -> NDArray[np.float32]:
        """Return the noise-equivalent column density, (line, sample) [ppm m]."""
        return necl_ppm_m(self.scales[gas].noise_equivalent, self.contrast(gas), self.min_contrast)

    def detectable_column(self, gas: str) -> NDArray[np.float32]:
        """Return the smallest column density that is found, (line, sample) [ppm m]."""
        curve = self.detectability[gas]
        return curve.smallest_column_ppm_m(self.contrast(gas), self.min_contrast)

    def sensitivity(self, gas: str) -> tuple[float, float, float]:
        """Return median NECL [ppm m], median detectable column [ppm m], and the blind share.

        Both columns fall as the contrast grows, so that the second median is that of the first's
        pixel: one image a gas is read, of forty that a scene may have.
        """
        necl = self.necl(gas)
        known = necl[~np.isnan(necl)]
        if not known.size:
            return float("nan"), float("nan"), float("nan")
        curve, noise = self.detectability[gas], self.scales[gas].noise_equivalent
        median = float(np.median(known))
        contrast = noise / median if np.isfinite(median) else 0.0
        column = float(curve.smallest_column_ppm_m(contrast, self.min_contrast))
        blind = known > noise / max(self.min_contrast, curve.least_contrast, 1e-30)
        return median, column, float(blind.mean())

    def column_density_sd(self, gas: str) -> NDArray[np.float32]:
        """Return one standard deviation of the column density, (line, sample) [ppm m]."""
        return column_density_sd_ppm_m(
            self._apparent(gas),
            self.necl(gas),
            self.contrast(gas),
            self.contrast_sd,
            self.relative_error,
            self.scales[gas].curve,
        )

    def read(self, name: str) -> NDArray[np.float32]:
        """Return the image of a published name, (line, sample): see `result.Planes`."""
        kind, _, gas = name.partition("/")
        match kind:
            case "score":
                return self.score(gas)
            case "column_density_ppm_m":
                return self.column_density(gas)
            case "column_density_sd_ppm_m":
                return self.column_density_sd(gas)
            case "necl_ppm_m":
                return self.necl(gas)
            case "detectable_column_ppm_m":
                return self.detectable_column(gas)
            case _:
                return self.store.read(name)
