r"""How stable the air near the ground is, as a number: Pasquill's A to F as 1 to 6.

A number between two classes lies between them. To the Obukhov length L it belongs by Golder (1972,
Boundary-Layer Meteorol. 3, 47), in the form of Seinfeld and Pandis (2006, Atmospheric Chemistry and
Physics, eq. 16.83):

.. math:: 1/L = a + b \log_{10} z_0

It is estimated from how much the wind's direction scatters (sigma-A of EPA-454/R-99-005, section
6.4.4, after Gifford 1976, Nucl. Saf. 17, 68) or from the sun's height and the wind's speed (Turner
1964, J. Appl. Meteor. 3, 83), each right to about a class.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

CLASSES = np.arange(1.0, 7.0)
_A = np.array([-0.096, -0.037, -0.002, 0.0, 0.004, 0.035])
_B = np.array([0.029, 0.029, 0.018, 0.0, -0.018, -0.036])
SIGMA_DEG = np.array([25.0, 20.0, 15.0, 10.0, 5.0, 2.5])
"""Scatter of the direction in the middle of each class, over SIGMA_ROUGHNESS_M, 10 m high."""
SIGMA_ROUGHNESS_M = 0.15
SUN_DEG = np.array([15.0, 35.0, 60.0])
"""Heights of the sun between Turner's insolation classes 1 to 4."""
KNOTS_PER_M_S = 3600 / 1852
TURNER_KNOTS = np.array([1.5, 3.5, 5.5, 6.5, 7.5, 9.5, 10.5, 11.5])
TURNER = np.array([
    [1, 1, 2, 3, 4, 6], [1, 2, 2, 3, 4, 6], [1, 2, 3, 4, 4, 5], [2, 2, 3, 4, 4, 5],
    [2, 2, 3, 4, 4, 4], [2, 3, 3, 4, 4, 4], [3, 3, 4, 4, 4, 4], [3, 3, 4, 4, 4, 4],
    [3, 4, 4, 4, 4, 4],
], np.float64)  # fmt: skip
"""By wind (0-1, 2-3, 4-5, 6, 7, 8-9, 10, 11, 12 knots and more) and by net radiation index 4 to -1:
the class; cloud is not known, so that night is -1."""


def inverse_obukhov_per_m(stability: ArrayLike, roughness_m: float) -> NDArray[np.float64]:
    """Return 1/L [m-1], of the same shape: negative unstable, 0 neutral.

    Parameters
    ----------
    stability : any shape
        1 (A) to 6 (F); beyond, the last class holds.
    roughness_m
        z0.
    """
    by_class = _A + _B * np.log10(roughness_m)
    return np.asarray(np.interp(np.asarray(stability, np.float64), CLASSES, by_class))


def stability_of_obukhov(obukhov_length_m: float, roughness_m: float) -> float:
    """Return the stability, 1 to 6, of an Obukhov length."""
    by_class = inverse_obukhov_per_m(CLASSES, roughness_m)
    return float(np.interp(1 / obukhov_length_m, by_class, CLASSES))


def stability_by_scatter(scatter_deg: ArrayLike, roughness_m: float) -> NDArray[np.float64]:
    """Return the stability, 1 to 6, of the scatter of the wind's direction.

    Parameters
    ----------
    scatter_deg : any shape [deg]
        Standard deviation over about a quarter of an hour.
    roughness_m
        Scatter grows with its fifth root.
    """
    factor = (roughness_m / SIGMA_ROUGHNESS_M) ** 0.2
    logs = np.log(np.maximum(np.asarray(scatter_deg, np.float64), 0.1) / factor)
    return np.asarray(np.interp(-logs, -np.log(SIGMA_DEG), CLASSES))


def stability_by_sun(sun_deg: ArrayLike, wind_speed_m_s: ArrayLike) -> NDArray[np.float64]:
    """Return the stability, 1 to 6, of the sun's height and the wind's speed at 10 m.

    Parameters
    ----------
    sun_deg, wind_speed_m_s : any shape [deg], [m s-1]
        The sun is below the horizon where negative.
    """
    sun = np.asarray(sun_deg, np.float64)
    index = np.where(sun > 0, np.searchsorted(SUN_DEG, sun) + 1, -1)
    column = np.where(index > 0, 4 - index, 5)
    row = np.searchsorted(TURNER_KNOTS, np.asarray(wind_speed_m_s) * KNOTS_PER_M_S)
    return np.asarray(TURNER[row, column])


def sun_elevation_deg(
    time_unix_s: ArrayLike, longitude_deg: float, latitude_deg: float
) -> NDArray[np.float64]:
    """Return the height of the sun above the horizon [deg], to half a degree.

    Low-precision formulas of the Astronomical Almanac (section C5), without refraction.

    Parameters
    ----------
    time_unix_s : any shape [s]
    longitude_deg, latitude_deg
    """
    days = np.asarray(time_unix_s, np.float64) / 86400 - 10957.5
    mean_longitude = 280.460 + 0.9856474 * days
    anomaly = np.radians(357.528 + 0.9856003 * days)
    ecliptic = np.radians(mean_longitude + 1.915 * np.sin(anomaly) + 0.020 * np.sin(2 * anomaly))
    obliquity = np.radians(23.439 - 4e-7 * days)
    declination = np.arcsin(np.sin(obliquity) * np.sin(ecliptic))
    ascension = np.arctan2(np.cos(obliquity) * np.sin(ecliptic), np.cos(ecliptic))
    sidereal = np.radians(280.46062 + 360.98564737 * days + longitude_deg)
    latitude = np.radians(latitude_deg)
    sine = np.sin(latitude) * np.sin(declination) + np.cos(latitude) * np.cos(declination) * np.cos(
        sidereal - ascension
    )
    return np.asarray(np.degrees(np.arcsin(sine)))
