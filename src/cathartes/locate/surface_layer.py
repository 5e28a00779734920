r"""Gas near the ground: how high it is after a way, how fast it goes, how it is spread over height.

In the lowest tens of metres eddies grow with height and so does the wind: the plume of a source
near the ground is no Gaussian upward, and slower than the wind at a mast. Wind and diffusivity are
those of Monin and Obukhov's similarity (functions after Dyer 1974, Boundary-Layer Meteorol. 7,
363),

.. math:: U = \frac{u_*}{k}\left[\ln\frac{z}{z_0} - \psi_m(z/L)\right], \qquad
          K = \frac{k u_* z}{\phi_h(z/L)}

Powers of height, :math:`U \approx a z^m` and :math:`K \approx b z^n`, have a solution in closed
form (Huang 1979, Atmos. Environ. 13, 453); with :math:`s = 2 + m - n`, :math:`\nu = (1-n)/s`,
:math:`\lambda = s^2 b x/a` it is, integrated across the wind,

.. math:: C_y(z) = \frac{Q\,s}{a\lambda}\,(zh)^{s\nu/2}\,
          e^{-(z^s + h^s)/\lambda}\, I_{-\nu}\!\left(\frac{2 (zh)^{s/2}}{\lambda}\right)

For h = 0 this is van Ulden's (1978, Atmos. Environ. 12, 2125) :math:`A\,e^{-(Bz/\bar z)^s}/(\bar z
U)`, :math:`\bar z = B\lambda^{1/s}`, :math:`B = \Gamma(2/s)/\Gamma(1/s)`, so that the mean height
grows as

.. math:: \frac{d\bar z}{dx} = s B^s\, \frac{K(\bar z)}{\bar z\,U(\bar z)}

with the powers of each height in turn.

Powers that touch wind and diffusivity at the mean height itself are the diffusion equation to 15 %
(27 % in very unstable air). But gas leaves its eddies with a delay, and a power that touches a
logarithm is above it everywhere else. Against particles that remember their eddy
(`cathartes.simulate.random_flight`) that is a sixth too little gas near the ground; with exponents
and diffusivity from TOUCHING of the mean height, and SLOWER than the wind there, the form is
right on average, and to 6 to 9 % (r.m.s.) from 10 to 200 m, in all stabilities
(`tests/unit/locate/test_surface_layer.py`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gamma, ive

from cathartes.locate.moment_wind import NEAREST_M
from cathartes.locate.stability import inverse_obukhov_per_m
from cathartes.scenes.wind.profile import MOST_STABLE, psi_m

KARMAN = 0.4
STABILITIES = np.linspace(1.0, 6.0, 11)
"""Rows of the tables: A to F by halves."""
FARTHEST_M, HIGHEST_M, N_STEPS = 20_000.0, 300.0, 240
"""Ends of the tables, in steps of the logarithm."""
TOUCHING, SLOWER = 0.56, 0.92
"""Of the plume's mean height, where the powers touch; of the wind there, how fast gas goes: set on
particles alone (docs/decisions/0068)."""
SLOWEST = 0.2
"""Of k U/u*: next to the roughness no wind is still."""


def phi_m(zeta: ArrayLike) -> NDArray[np.float64]:
    """Return the dimensionless gradient of the wind (Dyer 1974), of the same shape.

    Parameters
    ----------
    zeta : any shape
        z/L; held at MOST_STABLE above.
    """
    zeta = np.minimum(np.asarray(zeta, np.float64), MOST_STABLE)
    return np.asarray(np.where(zeta < 0, (1 - 16 * np.minimum(zeta, 0)) ** -0.25, 1 + 5 * zeta))


def phi_h(zeta: ArrayLike) -> NDArray[np.float64]:
    """Return the dimensionless gradient of heat and gases (Dyer 1974), of the same shape.

    Parameters
    ----------
    zeta : any shape
        z/L; held at MOST_STABLE above.
    """
    zeta = np.minimum(np.asarray(zeta, np.float64), MOST_STABLE)
    return np.asarray(np.where(zeta < 0, (1 - 16 * np.minimum(zeta, 0)) ** -0.5, 1 + 5 * zeta))


def log_wind(height_m: ArrayLike, roughness_m: float, inverse_per_m: float) -> NDArray[np.float64]:
    """Return k U/u*, of the shape of the heights; at least SLOWEST.

    Parameters
    ----------
    height_m : any shape [m]
    roughness_m
    inverse_per_m
        1/L.
    """
    z = np.asarray(height_m, np.float64)
    wind = np.log(np.maximum(z / roughness_m, 1e-9)) - psi_m(z * inverse_per_m)
    return np.asarray(np.maximum(wind, SLOWEST))


def powers(
    height_m: NDArray[np.float64], roughness_m: float, inverse_per_m: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Return m and n at heights, each (height,): how wind and diffusivity grow there.

    .. math:: m = \frac{d\ln U}{d\ln z} = \frac{\phi_m}{kU/u_*}, \qquad
              n = \frac{d\ln K}{d\ln z} = 1 - \frac{d\ln\phi_h}{d\ln z}

    Parameters
    ----------
    height_m : (height,) [m]
    roughness_m
    inverse_per_m
        1/L.
    """
    zeta = np.minimum(height_m * inverse_per_m, MOST_STABLE)
    m = phi_m(zeta) / log_wind(height_m, roughness_m, inverse_per_m)
    unstable, stable = np.minimum(zeta, 0.0), np.maximum(zeta, 0.0)
    n = np.where(zeta < 0, 1 - 8 * unstable / (1 - 16 * unstable), 1 / (1 + 5 * stable))
    return np.minimum(m, 0.9), n


@dataclass(frozen=True, slots=True)
class SurfaceLayer:
    """Plumes from the ground by way, and winds by height, prepared for all stabilities.

    Attributes
    ----------
    roughness_m
        z0.
    plume : (3, stability, way)
        Logarithm of the mean height, s and m, over steps of the logarithm of the way.
    wind : (1, stability, height)
        Wind over the wind where it was measured, over steps of the logarithm of height.
    """

    roughness_m: float
    plume: NDArray[np.float64]
    wind: NDArray[np.float64]


def surface_layer(roughness_m: float, wind_height_m: float) -> SurfaceLayer:
    """Return the surface layer over ground of a roughness, its wind measured at a height.

    Parameters
    ----------
    roughness_m
    wind_height_m
        At least twice the roughness is taken.
    """
    way = np.geomspace(NEAREST_M, FARTHEST_M, N_STEPS)
    height = np.geomspace(roughness_m, HIGHEST_M, N_STEPS)
    plumes, winds = [], []
    for inverse in inverse_obukhov_per_m(STABILITIES, roughness_m):
        plumes.append(_plume_from_ground(way, roughness_m, float(inverse)))
        measured = log_wind(max(wind_height_m, 2 * roughness_m), roughness_m, float(inverse))
        winds.append(log_wind(height, roughness_m, float(inverse)) / measured)
    return SurfaceLayer(roughness_m, np.stack(plumes, axis=1), np.stack(winds)[None])


def _plume_from_ground(
    way_m: NDArray[np.float64], roughness_m: float, inverse_per_m: float
) -> NDArray[np.float64]:
    """Return logarithm of mean height, s and m after ways, (3, way)."""
    z = np.geomspace(1.7 * roughness_m, 10 * HIGHEST_M, 1000)
    low = np.maximum(TOUCHING * z, z[0])
    m, n = powers(low, roughness_m, inverse_per_m)
    s = 2 + m - n
    diffusivity_over_wind = (
        KARMAN**2 * low * (z / low) ** n
        / (phi_h(low * inverse_per_m) * log_wind(z, roughness_m, inverse_per_m))
    )  # fmt: skip
    slope = s * _mean_factor(s) ** s * diffusivity_over_wind / z
    steps = 0.5 * (1 / slope[1:] + 1 / slope[:-1]) * np.diff(z)
    reached = np.concatenate([[0.0], np.cumsum(steps)])
    return np.stack([np.interp(way_m, reached, values) for values in (np.log(z), s, m)])


def _mean_factor(s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return B."""
    return np.asarray(gamma(2 / s) / gamma(1 / s))


def crosswind_integrated(
    layer: SurfaceLayer,
    way_m: NDArray[np.float64],
    height_m: NDArray[np.float64],
    source_height_m: float,
    stability: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return C_y U/Q [m-1] and the plume's wind over U, each (any,), U the measured wind.

    Parameters
    ----------
    layer
    way_m, height_m, stability : (any,)
        Way from the source, height of the reading, 1 (A) to 6 (F).
    source_height_m
        h.
    """
    scale = (N_STEPS - 1) / np.log(FARTHEST_M / NEAREST_M)
    step = np.log(np.maximum(way_m, NEAREST_M) / NEAREST_M) * scale
    row = (stability - STABILITIES[0]) / (STABILITIES[1] - STABILITIES[0])
    log_mean, s, m = _between(layer.plume, row, step)
    nu = (s - 1 - m) / s
    log_b, mean_s = np.log(_mean_factor_fast(s)), s * log_mean
    spread = np.exp(mean_s - s * log_b)
    up = np.maximum(height_m, layer.roughness_m) ** (0.5 * s)
    source = max(source_height_m, layer.roughness_m) ** (0.5 * s)
    touching = (source**2 + np.exp(mean_s)) ** (1 / s)
    scale = (N_STEPS - 1) / np.log(HIGHEST_M / layer.roughness_m)
    (wind,) = SLOWER * _between(layer.wind, row, np.log(touching / layer.roughness_m) * scale)
    kernel = _bessel(nu, 2 * up * source / spread) * np.exp(-((up - source) ** 2) / spread)
    power_law = wind * touching**-m
    return s / (power_law * spread) * (0.5 * spread) ** nu * kernel, wind


def _between(
    tables: NDArray[np.float64], row: NDArray[np.float64], column: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return what (table, row, column) tables have between rows and columns, (table, any)."""
    n_tables, n_rows, n_columns = tables.shape
    row = np.clip(row, 0.0, n_rows - 1 - 1e-9)
    column = np.clip(column, 0.0, n_columns - 1 - 1e-9)
    upper, left = row.astype(np.intp), column.astype(np.intp)
    down, right = row - upper, column - left
    flat, at = tables.reshape(n_tables, -1), upper * n_columns + left
    above = flat[:, at] * (1 - right) + flat[:, at + 1] * right
    below = flat[:, at + n_columns] * (1 - right) + flat[:, at + n_columns + 1] * right
    return np.asarray(above * (1 - down) + below * down)


_S = np.linspace(0.5, 2.9, 481)
_B = _mean_factor(_S)


def _mean_factor_fast(s: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.interp(s, _S, _B)


_NU = np.linspace(-1.0, 0.5, 76)
_LOG_W = np.linspace(-12.0, 16.0, 700)
_BESSEL = (
    np.exp(_NU[:, None] * _LOG_W) * ive(-_NU[:, None], np.exp(_LOG_W))
)[None]  # fmt: skip


def _bessel(nu: NDArray[np.float64], w: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return w^nu I_-nu(w) e^-w, which is finite at 0, from a table true to 1e-3."""
    row = (nu - _NU[0]) / (_NU[1] - _NU[0])
    column = (np.log(np.maximum(w, 1e-6)) - _LOG_W[0]) / (_LOG_W[1] - _LOG_W[0])
    (values,) = _between(_BESSEL, row, column)
    return np.asarray(values)
