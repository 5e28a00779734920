"""A gas's absorption cross-section over wavenumber, and its absorption per column density."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.constants import Boltzmann

from cathartes.errors import InputError

STANDARD_TEMPERATURE_K = 296.0
STANDARD_PRESSURE_PA = 101_325.0


class Quality(StrEnum):
    """How far a spectrum's amounts may be trusted."""

    QUANTITATIVE = "quantitative"
    """Absolute cross-sections: column densities may be stated."""
    SEMI_QUANTITATIVE = "semi-quantitative"
    """Amount stated by the source, but digitised or saturated: within a factor, not a per cent."""
    SHAPE_ONLY = "shape only"
    """No amount: identification may use it, column densities may not."""


def number_density_per_ppm_m(temperature_k: float, pressure_pa: float) -> float:
    r"""Return the molecules per cm² in a column of 1 ppm m of an ideal gas.

    .. math:: N = 10^{-6}\,\frac{P}{kT}\,(1\,\mathrm{m})

    Returns
    -------
    [molecule cm-2 ppm-1 m-1], 2.479e15 at 296 K and 101 325 Pa.
    """
    molecules_m3 = pressure_pa / (Boltzmann * temperature_k)
    return 1e-6 * molecules_m3 * 1e-4


@dataclass(frozen=True, slots=True)
class AbsorptionSpectrum:
    """A measured (or computed) absorption cross-section of one gas.

    Attributes
    ----------
    gas
        The gas's name in the library's spelling.
    wavenumber_cm1 : (point,) [cm-1]
        Strictly ascending.
    cross_section_cm2 : (point,) [cm2 molecule-1], base e
        For ``Quality.SHAPE_ONLY`` the scale means nothing. Small negative values are measurement
        noise and are kept.
    temperature_k, pressure_pa
        Of the sample.
    resolution_cm1 : [cm-1]
        Full width at half maximum of what it was measured with.
    source, terms
        Where it comes from, and under which terms it may be used.

    Raises
    ------
    InputError
        If the axis does not ascend, lengths differ, points are < 2, a value is not finite, or
        temperature, pressure or resolution can't be one.
    """

    gas: str
    wavenumber_cm1: NDArray[np.float64]
    cross_section_cm2: NDArray[np.float64]
    temperature_k: float
    pressure_pa: float
    resolution_cm1: float
    quality: Quality
    source: str
    terms: str = ""

    def __post_init__(self) -> None:
        for name in ("wavenumber_cm1", "cross_section_cm2"):
            values = np.array(getattr(self, name), dtype=np.float64)
            values.setflags(write=False)
            object.__setattr__(self, name, values)
        nu, sigma = self.wavenumber_cm1, self.cross_section_cm2
        if nu.ndim != 1 or nu.shape != sigma.shape or nu.size < 2:
            raise InputError(
                f"spectrum of {self.gas}: axis of shape {nu.shape} and values of shape "
                f"{sigma.shape}; two one-dimensional arrays of one length, at least 2, are needed."
            )
        if not (np.isfinite(nu).all() and np.isfinite(sigma).all()):
            raise InputError(
                f"spectrum of {self.gas}: some values are not finite; cut the gaps out before."
            )
        if not (np.diff(nu) > 0).all():
            raise InputError(
                f"spectrum of {self.gas}: the wavenumbers do not rise everywhere; sort them and "
                "remove doubles."
            )
        positive = 0 < self.temperature_k < np.inf and 0 < self.resolution_cm1 < np.inf
        if not (positive and 0 <= self.pressure_pa < np.inf):
            raise InputError(
                f"spectrum of {self.gas}: temperature {self.temperature_k} K, pressure "
                f"{self.pressure_pa} Pa, resolution {self.resolution_cm1} cm-1; temperature and "
                "resolution must be positive, pressure not negative, all of them finite."
            )

    @property
    def coverage_cm1(self) -> tuple[tuple[float, float], ...]:
        """Ranges with data, [cm-1], ascending; gaps are where the step is over 20 median steps."""
        nu = self.wavenumber_cm1
        step = np.diff(nu)
        gaps = np.flatnonzero(step > max(20.0 * float(np.median(step)), 5.0 * self.resolution_cm1))
        starts = np.concatenate([[0], gaps + 1])
        stops = np.concatenate([gaps, [nu.size - 1]])
        return tuple((float(nu[a]), float(nu[b])) for a, b in zip(starts, stops, strict=True))

    def absorption_per_ppm_m(
        self,
        wavenumber_cm1: ArrayLike,
        temperature_k: float = STANDARD_TEMPERATURE_K,
        pressure_pa: float = STANDARD_PRESSURE_PA,
    ) -> NDArray[np.float64]:
        r"""Return the base-e absorption per column density where the air has this T and P.

        .. math:: \alpha(\nu) = \sigma(\nu)\,\frac{P}{kT}\,10^{-6}\,(1\,\mathrm{m})

        The cross-section itself is taken as measured: its own change with temperature is not in it.

        Parameters
        ----------
        wavenumber_cm1 : (point,) [cm-1], any order
        temperature_k, pressure_pa
            Of the air in which the column density is stated (1 ppm of it is a number of molecules).

        Returns
        -------
        (point,) [ppm-1 m-1]; NaN outside the spectrum's coverage.
        """
        nu = np.asarray(wavenumber_cm1, dtype=np.float64)
        covered = is_covered(nu, self.coverage_cm1)
        alpha = np.interp(nu, self.wavenumber_cm1, self.cross_section_cm2)
        alpha = alpha * number_density_per_ppm_m(temperature_k, pressure_pa)
        return np.where(covered, alpha, np.nan)


def is_covered(
    wavenumber_cm1: NDArray[np.float64], coverage_cm1: tuple[tuple[float, float], ...]
) -> NDArray[np.bool_]:
    """Return True where a wavenumber, (point,) [cm-1], lies in a range, ends included: (point,)."""
    covered = np.zeros(wavenumber_cm1.shape, dtype=bool)
    for low, high in coverage_cm1:
        covered |= (wavenumber_cm1 >= low) & (wavenumber_cm1 <= high)
    return covered
