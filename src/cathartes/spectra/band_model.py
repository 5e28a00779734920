"""A gas's absorption as a sum of Gaussian bands: what the built-in library is made of."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cathartes.errors import InputError
from cathartes.spectra.absorption import (
    STANDARD_PRESSURE_PA,
    STANDARD_TEMPERATURE_K,
    Quality,
    is_covered,
    number_density_per_ppm_m,
)

BASE_RESOLUTION_CM1 = 1.0
"""Resolution of the shipped tables, full width at half maximum: no band is narrower."""

REACH_FWHM = 2.5
"""A band is evaluated to so many full widths from its centre: beyond it is < 3e-8 of its peak."""

_FOUR_LN2 = 4.0 * np.log(2.0)
_PEAK_PER_STRENGTH = np.sqrt(_FOUR_LN2 / np.pi)


@dataclass(frozen=True, slots=True)
class BandModel:
    r"""Absorption cross-section of one gas as a sum of Gaussian bands.

    .. math:: \sigma(\nu) = \sum_i \frac{S_i}{w_i}\sqrt{\frac{4\ln 2}{\pi}}\,
              e^{-4\ln 2\,(\nu-\nu_i)^2/w_i^2}

    The bands describe the shape of the measured spectrum at 1 cm-1 resolution; a band is no
    quantum-mechanical transition. Their own change with temperature is not in the model.

    Attributes
    ----------
    centre_cm1 : (band,) [cm-1]
    fwhm_cm1 : (band,) [cm-1], not below `resolution_cm1`
    strength_cm : (band,) [cm molecule-1]
        Integrated cross-section, base e, not negative.
    measured_cm1
        Ranges in which the model was fitted to a measurement, [cm-1], ascending.
    transparent_cm1
        Ranges without a measurement in which the gas is known not to absorb to speak of, [cm-1].
        The model gives there what the tails of its bands give: next to nothing.
    source
        Which measurement it was fitted to.
    resolution_cm1 : [cm-1]
        Full width at half maximum.

    Raises
    ------
    InputError
        If lengths differ, a value is not finite, a width is below the resolution, a strength is
        negative, or a range runs downwards.
    """

    centre_cm1: NDArray[np.float64]
    fwhm_cm1: NDArray[np.float64]
    strength_cm: NDArray[np.float64]
    measured_cm1: tuple[tuple[float, float], ...]
    transparent_cm1: tuple[tuple[float, float], ...] = ()
    source: str = ""
    resolution_cm1: float = BASE_RESOLUTION_CM1
    quality: Quality = Quality.QUANTITATIVE

    def __post_init__(self) -> None:
        for name in ("centre_cm1", "fwhm_cm1", "strength_cm"):
            values = np.array(getattr(self, name), dtype=np.float64)
            values.setflags(write=False)
            object.__setattr__(self, name, values)
        shapes = {self.centre_cm1.shape, self.fwhm_cm1.shape, self.strength_cm.shape}
        if len(shapes) != 1 or self.centre_cm1.ndim != 1:
            raise InputError(
                f"band model: {self.centre_cm1.size} centres, {self.fwhm_cm1.size} widths and "
                f"{self.strength_cm.size} strengths; one of each is needed for every band."
            )
        every = np.concatenate([self.centre_cm1, self.fwhm_cm1, self.strength_cm])
        if not np.isfinite(every).all():
            raise InputError("band model: some figures are not finite; fit the table again.")
        if (self.fwhm_cm1 < self.resolution_cm1 * (1.0 - 1e-9)).any():
            raise InputError(
                f"band model: the narrowest band is {self.fwhm_cm1.min():g} cm-1 wide and the "
                f"resolution is {self.resolution_cm1:g} cm-1; no band can be narrower than that."
            )
        if (self.strength_cm < 0).any():
            raise InputError("band model: a strength is negative; a gas only takes light away.")
        for low, high in (*self.measured_cm1, *self.transparent_cm1):
            if not low < high:
                raise InputError(
                    f"band model: range {low:g} to {high:g} cm-1; it must run upwards."
                )

    def __len__(self) -> int:
        return int(self.centre_cm1.size)

    @property
    def coverage_cm1(self) -> tuple[tuple[float, float], ...]:
        """Ranges measured or known to be transparent, joined where they touch, [cm-1]."""
        return _joined((*self.measured_cm1, *self.transparent_cm1))

    def at_resolution(self, resolution_cm1: float) -> "BandModel":
        r"""Return the model as an instrument of this Gaussian resolution shows it.

        .. math:: w_i' = \sqrt{w_i^2 + R'^2 - R^2}

        exact for Gaussians; it is the absorption that is smoothed, not the transmittance.

        Raises
        ------
        InputError
            If the resolution asked is finer than the model's own.
        """
        if resolution_cm1 < self.resolution_cm1:
            raise InputError(
                f"band model: resolution {resolution_cm1:g} cm-1 was asked and the table is good "
                f"for {self.resolution_cm1:g} cm-1; import a measured spectrum for a finer one."
            )
        widened = np.sqrt(self.fwhm_cm1**2 + resolution_cm1**2 - self.resolution_cm1**2)
        return BandModel(
            self.centre_cm1,
            widened,
            self.strength_cm,
            self.measured_cm1,
            self.transparent_cm1,
            self.source,
            resolution_cm1,
            self.quality,
        )

    def cross_section_cm2(self, wavenumber_cm1: ArrayLike) -> NDArray[np.float64]:
        """Return the sum of the bands, each evaluated only within its reach.

        Parameters
        ----------
        wavenumber_cm1 : (point,) [cm-1], any order

        Returns
        -------
        (point,) [cm2 molecule-1]; NaN outside the coverage.
        """
        nu = np.asarray(wavenumber_cm1, dtype=np.float64)
        order = np.argsort(nu, kind="stable")
        sorted_nu = nu[order]
        reach = REACH_FWHM * self.fwhm_cm1
        first = np.searchsorted(sorted_nu, self.centre_cm1 - reach)
        count = np.searchsorted(sorted_nu, self.centre_cm1 + reach, side="right") - first
        band = np.repeat(np.arange(len(self)), count)
        start = np.repeat(np.cumsum(count) - count, count)
        point = np.arange(band.size) - start + first[band]
        x = (sorted_nu[point] - self.centre_cm1[band]) / self.fwhm_cm1[band]
        peak = _PEAK_PER_STRENGTH * self.strength_cm / self.fwhm_cm1
        values = peak[band] * np.exp(-_FOUR_LN2 * x * x)
        sigma = np.empty(nu.shape)
        sigma[order] = np.bincount(point, weights=values, minlength=nu.size)
        return np.where(is_covered(nu, self.coverage_cm1), sigma, np.nan)

    def absorption_per_ppm_m(
        self,
        wavenumber_cm1: ArrayLike,
        temperature_k: float = STANDARD_TEMPERATURE_K,
        pressure_pa: float = STANDARD_PRESSURE_PA,
    ) -> NDArray[np.float64]:
        r"""Return the base-e absorption per column density where the air has this T and P.

        .. math:: \alpha(\nu) = \sigma(\nu)\,\frac{P}{kT}\,10^{-6}\,(1\,\mathrm{m})

        Parameters
        ----------
        wavenumber_cm1 : (point,) [cm-1], any order
        temperature_k, pressure_pa
            Of the air in which the column density is stated.

        Returns
        -------
        (point,) [ppm-1 m-1]; NaN outside the coverage.
        """
        column = number_density_per_ppm_m(temperature_k, pressure_pa)
        return self.cross_section_cm2(wavenumber_cm1) * column


def _joined(ranges: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    joined: list[tuple[float, float]] = []
    for low, high in sorted(ranges):
        if joined and low <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return tuple(joined)
