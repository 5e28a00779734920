"""The air between ground and sensor in the thermal infrared: from the scene, or from a table."""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from cathartes.detect.air_edge import AirEdge
from cathartes.scenes.air import Air, thermal_path
from cathartes.scenes.air_table import AirStates, BandAir
from cathartes.spectra.response import SpectralBands, response_matrix

_STEP_CM1 = 1.0
_LIMITS = (np.log([0.05, 0.02, 20.0]), np.log([6.0, 1.0, 20_000.0]))
_TEMPERATURES_K = (225.0, 325.0)
TEMPERATURE_WEIGHT = 10.0
"""By so much what is thought of the air's temperature outweighs the edge. The fit takes the bands'
errors as each band's own, and would claim to know the temperature to a tenth of a kelvin; but all
that makes ground not grey is shared by bands: left alone it missed by 5 K (18 tuning scenes)."""
_STEP_OF_TABLE = 1e-3
"""Of water or ozone, as a part of the table's range: below the distance of its states."""


class AirOrigin(StrEnum):
    """Where the air of a scan is from."""

    SCENE = "estimated from the scene"
    TABLE = "given table"
    TABLE_AND_SCENE = "given table, its state chosen by the scene"
    CLEAR = "taken as clear: the scene tells nothing of it"
    UNUSED = "not used in sunlight"


@dataclass(frozen=True, slots=True)
class Atmosphere:
    """What the air does to each band.

    Attributes
    ----------
    transmittance : (band,)
        From ground to sensor.
    path_radiance : (band,) [W m-2 sr-1 um-1]
    origin
        Where it is from.
    water_g_cm2, ozone_atm_cm, temperature_k : [g cm-2], [atm cm], [K]
        State of the air; NaN where it is not known, or is none of the air's at all.
    """

    transmittance: NDArray[np.float64] = field(repr=False)
    path_radiance: NDArray[np.float64] = field(repr=False)
    origin: AirOrigin
    water_g_cm2: float = float("nan")
    ozone_atm_cm: float = float("nan")
    temperature_k: float = float("nan")


def clear_air(n_bands: int, origin: AirOrigin = AirOrigin.CLEAR) -> Atmosphere:
    """Return air that does nothing."""
    return Atmosphere(np.ones(n_bands), np.zeros(n_bands), origin)


@dataclass(frozen=True, slots=True)
class AirPrior:
    """What is thought of the air before the scene is asked.

    Attributes
    ----------
    altitude_m : [m]
        Of the sensor above the ground, roughly: within a factor of 2.7.
    temperature_k, temperature_sd_k : [K]
        Of the air at the ground, and how well it is known; infinite if it is not, and the first is
        only where the search begins.
    """

    altitude_m: float
    temperature_k: float = 295.0
    temperature_sd_k: float = np.inf


def estimate_atmosphere(
    radiance: NDArray[np.float32], bands: SpectralBands, prior: AirPrior
) -> Atmosphere:
    r"""Estimate transmittance and path radiance from a scene's own pixels.

    In each band, along the upper edge of the scatter of radiance against the brightness
    temperature T in the clearest bands, emissivity is nearest to one, and there

    .. math:: L_b = \tau_b\,[\varepsilon B_b(T_g) + (1-\varepsilon) L_{d,b}] + L_{u,b}

    with ε = 0.96 in the clearest bands, and changing slowly from there (`AirEdge.residual`). The
    edge alone fixes τ and :math:`L_u` only against the clearest bands; its lines say how much water
    and ozone there is, and a model of the air then gives their absolute values. Water, ozone, the
    way through the air and the air's temperature are fitted, with weak priors (1.5 g cm-2, 0.3 atm
    cm, the altitude; a factor of 2.7, 1.3 and 2.7) and a strong one of the temperature. Bands where
    the ground is not grey count less (soft l1).

    Parameters
    ----------
    radiance : (pixel, band) [W m-2 sr-1 um-1]
        Finite pixels from all over the scene.
    bands : (band,)
    prior
        What is thought of the air.

    Returns
    -------
    Atmosphere
        Clear air where no band is clear enough to begin with, or there are too few pixels.

    Raises
    ------
    SettingsError
        If the prior's temperature can't be that of air.

    References
    ----------
    Young, Johnson & Hackwell 2002, doi 10.1029/2001JD001266 (ISAC: the edge, by its method; the
    binned upper quantile in place of their Kolmogorov-Smirnov edge is our own). The absolute scale
    by a model of the air is our own: docs/explanation/detection.md.
    """
    Air(temperature_k=prior.temperature_k)
    edge = AirEdge.of_pixels(radiance, bands.centre_um)
    if edge is None:
        return clear_air(len(bands))
    nu = bands.wavenumber_grid_cm1(_STEP_CM1)
    model = _ModelAir(nu, response_matrix(bands, nu), prior)
    state = edge.fit(model, model.start)
    air = model.on_bands(state)
    water, ozone, _ = np.exp(state[:3])
    return Atmosphere(
        air.transmittance, air.path_radiance, AirOrigin.SCENE, water, ozone, float(state[3])
    )


def atmosphere_of_table(
    radiance: NDArray[np.float32], wavelength_um: NDArray[np.float64], states: AirStates
) -> Atmosphere:
    """Return the air of a table, in the state that the scene's own edge fits best.

    The equation is that of `estimate_atmosphere`, without a prior: the best of the table's states
    is refined between them. A scene that tells nothing of the air gets the middle of the table.

    Parameters
    ----------
    radiance : (pixel, band) [W m-2 sr-1 um-1]
        Not used if the table has one state.
    wavelength_um : (band,) [um]
    states
        On these bands.
    """
    axes = (states.water_g_cm2, states.ozone_atm_cm)
    nodes = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
    if len(nodes) == 1:
        state, origin = nodes[0], AirOrigin.TABLE
    else:
        origin = AirOrigin.TABLE_AND_SCENE
        edge = AirEdge.of_pixels(radiance, wavelength_um)
        state = np.array([axis[[0, -1]].mean() for axis in axes])
        if edge is not None:
            model = _TableAir(states)
            unit = [model.to_unit(node) for node in nodes]
            state = model.of_unit(edge.fit(model, min(unit, key=lambda u: edge.cost(model, u))))
    air = states.at(*state)
    return Atmosphere(air.transmittance, air.path_radiance, origin, *map(float, state))


@dataclass(frozen=True, slots=True)
class _ModelAir:
    """The model of the air: its state is ln water, ln ozone, ln altitude, temperature.

    ``matrix`` (band, point) of the response on ``nu`` (point,).
    """

    nu: NDArray[np.float64]
    matrix: sparse.csr_array[np.float64]
    prior: AirPrior

    @property
    def start(self) -> NDArray[np.float64]:
        state = np.array([*np.log([1.5, 0.3, self.prior.altitude_m]), self.prior.temperature_k])
        return np.asarray(np.clip(state, *self.limits))

    @property
    def limits(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        low, high = (np.append(*ends) for ends in zip(_LIMITS, _TEMPERATURES_K, strict=True))
        return low, high

    @property
    def step(self) -> NDArray[np.float64]:
        return np.full(4, 1e-3)

    def on_bands(self, state: NDArray[np.float64]) -> BandAir:
        water, ozone, altitude_m = np.exp(np.clip(state[:3], *_LIMITS))
        path = thermal_path(Air(water, ozone, float(state[3])), altitude_m, self.nu)
        return BandAir(
            *(
                np.asarray(self.matrix @ values)
                for values in (path.transmittance, path.path_radiance, path.downwelling)
            )
        )

    def surprise(self, state: NDArray[np.float64]) -> NDArray[np.float64]:
        temperature_k = self.prior.temperature_sd_k / TEMPERATURE_WEIGHT
        return np.asarray((state - self.start) / np.array([1.0, 0.3, 1.0, temperature_k]))


@dataclass(frozen=True, slots=True)
class _TableAir:
    """A table's states: water and ozone as parts of their range, and nothing thought before."""

    states: AirStates

    @property
    def limits(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return np.ones(2), np.full(2, 2.0)

    @property
    def step(self) -> NDArray[np.float64]:
        return np.full(2, _STEP_OF_TABLE)

    @property
    def _range(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        axes = (self.states.water_g_cm2, self.states.ozone_atm_cm)
        return np.array([a[0] for a in axes]), np.array([np.ptp(a) for a in axes])

    def to_unit(self, state: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return 1 to 2 over each axis: derivatives are made by parts of the state."""
        low, width = self._range
        share = (state - low) / np.where(width > 0, width, 1.0)
        return np.asarray(np.where(width > 0, 1.0 + share, 1.5))

    def of_unit(self, unit: NDArray[np.float64]) -> NDArray[np.float64]:
        low, width = self._range
        return np.asarray(low + (unit - 1.0) * width)

    def on_bands(self, state: NDArray[np.float64]) -> BandAir:
        return self.states.at(*self.of_unit(state))

    def surprise(self, state: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.zeros_like(state)
