"""In-scene compensation for the air between ground and sensor in the thermal infrared."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import least_squares

from cathartes.detect.context import CLEAR_UM
from cathartes.scenes.air import Air, ThermalPath, thermal_path
from cathartes.scenes.radiometry import brightness_temperature_k, planck_radiance
from cathartes.spectra.response import SpectralBands, response_matrix

TEMPERATURE_BINS = 25
"""Bins of ground temperature, each with as many pixels."""
UPPER_QUANTILE = 0.9
"""Part of a bin's pixels that lies below its upper edge, where the emissivity is near one."""
EDGE_EMISSIVITY = 0.97
"""Of that edge: of three tried, the one with the smallest spread of transmittance on twelve tuning
scenes (3 %)."""
EDGE_ERROR = 0.02
"""How far the edge may lie from the model before a band counts less, [W m-2 sr-1 um-1]: a tenth of
a kelvin."""
_STEP_CM1 = 1.0
_LIMITS = (np.log([0.05, 0.02, 20.0]), np.log([6.0, 1.0, 20_000.0]))
_TEMPERATURES_K = (225.0, 325.0)


@dataclass(frozen=True, slots=True)
class Atmosphere:
    """What the air does to each band.

    Attributes
    ----------
    transmittance : (band,)
        From ground to sensor.
    path_radiance : (band,) [W m-2 sr-1 um-1]
    """

    transmittance: NDArray[np.float64]
    path_radiance: NDArray[np.float64]


def clear_air(n_bands: int) -> Atmosphere:
    """Return air that does nothing."""
    return Atmosphere(np.ones(n_bands), np.zeros(n_bands))


def estimate_atmosphere(
    radiance: NDArray[np.float32],
    bands: SpectralBands,
    air_temperature_k: float | None,
    altitude_m: float,
) -> Atmosphere:
    r"""Estimate transmittance and path radiance from a scene's own pixels.

    In each band, along the upper edge of the scatter of radiance against the brightness
    temperature T in the clearest bands, emissivity is nearest to one, and there

    .. math:: L_b = \tau_b\,[\varepsilon B_b(T_g) + (1-\varepsilon) L_{d,b}] + L_{u,b}

    with ε = 0.97. The edge alone fixes τ and :math:`L_u` only against the clearest bands; their
    shape over all bands says how much water and ozone there is, and a model of the air then gives
    their absolute values. Water, ozone and the way through the air are fitted, with weak priors
    (1.5 g cm-2, 0.3 atm cm, the altitude; a factor of 2.7, 1.3 and 2.7), and the air's temperature
    where it is not known (295 K, 10 K). Bands where the ground is not grey count less (soft l1).

    Parameters
    ----------
    radiance : (pixel, band) [W m-2 sr-1 um-1]
        Finite pixels from all over the scene.
    bands : (band,)
    air_temperature_k : [K]
        At the ground; None if not known.
    altitude_m : [m]
        Of the sensor above the ground, roughly.

    Returns
    -------
    Atmosphere
        Clear air where no band is clear enough to begin with, or there are too few pixels.

    References
    ----------
    Young, Johnson & Hackwell 2002, doi 10.1029/2001JD001266 (ISAC: the edge, by its method; the
    binned upper quantile in place of their Kolmogorov-Smirnov edge is our own). The absolute scale
    by a model of the air is our own: docs/explanation/detection.md.
    """
    wavelength_um = bands.centre_um
    clear = (wavelength_um >= CLEAR_UM[0]) & (wavelength_um <= CLEAR_UM[1])
    if not clear.any() or radiance.shape[0] < 4 * TEMPERATURE_BINS:
        return clear_air(wavelength_um.size)
    edge = _upper_edge(radiance, wavelength_um, clear)
    if edge is None:
        return clear_air(wavelength_um.size)
    nu = bands.wavenumber_grid_cm1(_STEP_CM1)
    fit = _Fit(edge, wavelength_um, clear, nu, response_matrix(bands, nu), air_temperature_k)
    start = np.array([*np.log([1.5, 0.3, altitude_m]), air_temperature_k or 295.0])
    start[:3] = np.clip(start[:3], *_LIMITS)
    n_free = 3 if air_temperature_k else 4

    def residual(state: NDArray[np.float64]) -> NDArray[np.float64]:
        return fit.residual(state, start)

    found = least_squares(
        residual,
        start[:n_free],
        bounds=(
            np.append(_LIMITS[0], _TEMPERATURES_K[0])[:n_free] - 1e-9,
            np.append(_LIMITS[1], _TEMPERATURES_K[1])[:n_free] + 1e-9,
        ),
        loss="soft_l1",
        diff_step=np.full(n_free, 1e-3),
        max_nfev=60,
    )
    path = fit.path(found.x)
    return Atmosphere(fit.on_bands(path.transmittance), fit.on_bands(path.path_radiance))


def _upper_edge(
    radiance: NDArray[np.float32], wavelength_um: NDArray[np.float64], clear: NDArray[np.bool_]
) -> NDArray[np.float64] | None:
    """Return the upper edge of each bin of temperature, (bin, band); None if nothing glows.

    The outermost bins hold rare hot and cold things, and are left out.
    """
    temperature_k = brightness_temperature_k(
        float(wavelength_um[clear].mean()), radiance[:, clear].mean(axis=1)
    )
    known = np.isfinite(temperature_k)
    if known.sum() < 4 * TEMPERATURE_BINS:
        return None
    bins = np.array_split(np.argsort(temperature_k[known]), TEMPERATURE_BINS)[1:-1]
    glowing = radiance[known]
    edge = np.array([np.quantile(glowing[b], UPPER_QUANTILE, axis=0) for b in bins])
    return edge if (edge > 0).all() else None


@dataclass(frozen=True, slots=True)
class _Fit:
    """A scene's edge, and the model that is fitted to it.

    ``edge`` (bin, band); ``matrix`` (band, point) of the response on ``nu`` (point,).
    """

    edge: NDArray[np.float64]
    wavelength_um: NDArray[np.float64]
    clear: NDArray[np.bool_]
    nu: NDArray[np.float64]
    matrix: sparse.csr_array[np.float64]
    air_temperature_k: float | None

    def path(self, state: NDArray[np.float64]) -> ThermalPath:
        """Return the air of (ln water, ln ozone, ln altitude, temperature)."""
        water, ozone, altitude_m = np.exp(np.clip(state[:3], *_LIMITS))
        temperature_k = self.air_temperature_k or float(state[3])
        return thermal_path(Air(water, ozone, temperature_k), altitude_m, self.nu)

    def on_bands(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return values on the instrument's bands, (band,)."""
        return np.asarray(self.matrix @ values)

    def residual(
        self, state: NDArray[np.float64], prior: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the edge less the model, and the state less what was thought before it."""
        path = self.path(state)
        transmittance, path_radiance, sky = (
            self.on_bands(values)
            for values in (path.transmittance, path.path_radiance, path.downwelling)
        )
        leaving = (self.edge - path_radiance) / transmittance
        black = (leaving - (1 - EDGE_EMISSIVITY) * sky) / EDGE_EMISSIVITY
        # Each bin's ground temperature from the clearest bands, whatever the air is.
        ground_k = brightness_temperature_k(
            self.wavelength_um[self.clear], np.maximum(black[:, self.clear], 1e-3)
        ).mean(axis=1)
        glow = planck_radiance(self.wavelength_um, ground_k[:, None])
        seen = transmittance * (EDGE_EMISSIVITY * glow + (1 - EDGE_EMISSIVITY) * sky)
        misfit = (self.edge - seen - path_radiance) / EDGE_ERROR / np.sqrt(len(self.edge))
        spread = np.array([1.0, 0.3, 1.0, 10.0])[: state.size]
        return np.concatenate([misfit.ravel(), (state - prior[: state.size]) / spread])
