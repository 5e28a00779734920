"""Planck's law and brightness temperature."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.constants import Boltzmann, Planck, speed_of_light

FIRST_RADIATION_CONSTANT = 2.0 * Planck * speed_of_light**2 * 1e24
"""2 h c² in W m-2 sr-1 um4."""
SECOND_RADIATION_CONSTANT_UM_K = Planck * speed_of_light / Boltzmann * 1e6
"""h c / k in um K."""
EMISSIVE_FROM_UM = 5.0
"""Beyond this wavelength heat given off outshines reflected sunlight by day: at 300 K and a
reflectance of 0.1 the two are equal between 3 and 4 um."""


def planck_radiance(wavelength_um: ArrayLike, temperature_k: ArrayLike) -> NDArray[np.float64]:
    r"""Return the spectral radiance of a black body.

    .. math:: B(\lambda, T) = \frac{2hc^2}{\lambda^5}\,\frac{1}{e^{hc/\lambda kT} - 1}

    Parameters
    ----------
    wavelength_um : any shape [um]
    temperature_k : broadcastable to it [K]

    Returns
    -------
    [W m-2 sr-1 um-1]
    """
    lam = np.asarray(wavelength_um, dtype=np.float64)
    x = SECOND_RADIATION_CONSTANT_UM_K / (lam * np.asarray(temperature_k, dtype=np.float64))
    return np.asarray(FIRST_RADIATION_CONSTANT / (lam**5 * np.expm1(x)))


def planck_slope(wavelength_um: ArrayLike, temperature_k: ArrayLike) -> NDArray[np.float64]:
    r"""Return the derivative of Planck's law, :math:`\partial B/\partial T`.

    Parameters
    ----------
    wavelength_um : any shape [um]
    temperature_k : broadcastable to it [K]

    Returns
    -------
    [W m-2 sr-1 um-1 K-1]
    """
    lam = np.asarray(wavelength_um, dtype=np.float64)
    temperature = np.asarray(temperature_k, dtype=np.float64)
    x = SECOND_RADIATION_CONSTANT_UM_K / (lam * temperature)
    return np.asarray(planck_radiance(lam, temperature) * x / temperature / -np.expm1(-x))


def brightness_temperature_k(wavelength_um: ArrayLike, radiance: ArrayLike) -> NDArray[np.float64]:
    r"""Return the temperature of the black body of this radiance: Planck's law inverted.

    .. math:: T_b = \frac{hc}{\lambda k}\Big/\ln\!\Big(1 + \frac{2hc^2}{\lambda^5 L}\Big)

    Parameters
    ----------
    wavelength_um : broadcastable to radiance [um]
    radiance : any shape [W m-2 sr-1 um-1]

    Returns
    -------
    [K]; NaN where the radiance is not positive, or not finite.
    """
    lam = np.asarray(wavelength_um, dtype=np.float64)
    level = np.asarray(radiance, dtype=np.float64)
    safe = np.where((level > 0) & np.isfinite(level), level, np.nan)
    return np.asarray(
        SECOND_RADIATION_CONSTANT_UM_K
        / (lam * np.log1p(FIRST_RADIATION_CONSTANT / (lam**5 * safe)))
    )
