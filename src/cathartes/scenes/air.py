"""The air between ground and sensor: transmittance, path radiance, downwelling radiance.

Absorption comes from two small tables of our own (``data/atmosphere_*.csv``), fitted by
``tools/fit_atmosphere.py`` to MODTRAN: per wavenumber a mixed-gas depth, a water line term growing
with a power of the column, a water continuum growing with its square, and ozone. The radiances are
then computed by layers. The tables resolve 2.3 to 5 cm-1, so single lines of water are not in it.
Air is clear: no cloud, no scattering in the thermal infrared.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from cathartes.errors import SettingsError
from cathartes.scenes.radiometry import planck_radiance

LAPSE_K_KM = 6.5
TROPOPAUSE_K = 217.0
POSSIBLE_AIR_K = (220.0, 330.0)
"""Of the air at the ground."""
_OZONE_WIDTH_KM, _OZONE_LOW_SHARE = 5.0, 0.08
_MIXED_POWER, _WATER_POWER = 0.62, 0.55


@dataclass(frozen=True, slots=True)
class Air:
    """State of the air over the scene.

    Attributes
    ----------
    water_g_cm2 : [g cm-2]
        Vertical column of water vapour; the tables were fitted for 0.5 to 3.
    ozone_atm_cm : [atm cm]
        Vertical column of ozone.
    temperature_k : [K]
        Of the air at the ground; it falls by 6.5 K km-1 upwards.
    """

    water_g_cm2: float = 1.5
    ozone_atm_cm: float = 0.3
    temperature_k: float = 295.0

    def __post_init__(self) -> None:
        if not (0.0 <= self.water_g_cm2 <= 6.0 and 0.0 <= self.ozone_atm_cm <= 1.0):
            raise SettingsError(
                f"water column {self.water_g_cm2} g cm-2, ozone {self.ozone_atm_cm} atm cm; "
                "0 to 6 and 0 to 1 are allowed."
            )
        low_k, high_k = POSSIBLE_AIR_K
        if not low_k <= self.temperature_k <= high_k:
            raise SettingsError(
                f"air temperature {self.temperature_k} K; give it in kelvin, {low_k:g} to "
                f"{high_k:g}."
            )


@dataclass(frozen=True, slots=True)
class Layering:
    """How absorbers lie over height, and how much air diffuse radiation crosses.

    The numbers are fitted by ``tools/fit_atmosphere.py`` to MODTRAN's path and downwelling
    radiances, so they are effective ones: scale heights of the absorption, which falls with
    pressure too, and path factors that hold for the reflected sky radiance as it arrives at the
    sensor. Within a band that is less than sky times transmittance where lines are strong (the
    same lines that send it down take it away on the way up): hence a factor below one for water
    lines.

    Attributes
    ----------
    mixed_km, water_km, continuum_km : [km]
        Scale heights.
    ozone_peak_km : [km]
        Height of the ozone layer.
    down
        Path factors of mixed gases, water lines, continuum, ozone; 1.66 is Elsasser's for grey air.
    """

    mixed_km: float = 9.5
    water_km: float = 1.24
    continuum_km: float = 0.98
    ozone_peak_km: float = 23.9
    down: tuple[float, float, float, float] = (2.59, 0.81, 1.71, 2.75)


LAYERING = Layering()
_ONE_WAY = (1.0, 1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class ThermalPath:
    """What the air does between a ground and a sensor, in the thermal infrared.

    Attributes
    ----------
    wavenumber_cm1 : (point,) [cm-1]
    transmittance : (point,)
        From ground to sensor.
    path_radiance : (point,) [W m-2 sr-1 um-1]
        Emitted by the air on that way.
    downwelling : (point,) [W m-2 sr-1 um-1]
        Sky radiance on the ground, mean over the hemisphere.
    """

    wavenumber_cm1: NDArray[np.float64]
    transmittance: NDArray[np.float64]
    path_radiance: NDArray[np.float64]
    downwelling: NDArray[np.float64]


@cache
def _table(name: str) -> NDArray[np.float64]:
    text = resources.files("cathartes.scenes").joinpath("data", name).read_text("utf-8")
    return np.loadtxt(text.splitlines(), delimiter=",", skiprows=1)


def check_covered(centre_um: NDArray[np.float64], *, is_emissive: bool) -> None:
    """Check that the tables know the air at an instrument's bands.

    Parameters
    ----------
    centre_um : (band,) [um]

    Raises
    ------
    SettingsError
        If a band lies outside: 7.2 to 14.2 um emissive, 0.36 to 2.6 um in sunlight.
    """
    name = "atmosphere_thermal.csv" if is_emissive else "atmosphere_reflective.csv"
    first, last = _table(name)[[0, -1], 0]
    low_um, high_um = (1e4 / last, 1e4 / first) if is_emissive else (first, last)
    outside = centre_um[(centre_um < low_um) | (centre_um > high_um)]
    if outside.size:
        kind = "in the thermal infrared" if is_emissive else "in sunlight"
        raise SettingsError(
            f"{outside.size} of {centre_um.size} bands, {outside.min():.3g} to "
            f"{outside.max():.3g} um, lie outside {low_um:.3g} to {high_um:.3g} um, which the "
            f"simulator knows of the air {kind}; take an instrument without them."
        )


def air_temperature_k(height_m: NDArray[np.float64], ground_k: float) -> NDArray[np.float64]:
    """Return the air's temperature over height: a lapse rate, a tropopause, warmer above.

    Parameters
    ----------
    height_m : (height,) [m]
    ground_k : [K]

    Returns
    -------
    (height,) [K]
    """
    troposphere = np.maximum(ground_k - LAPSE_K_KM * height_m / 1e3, TROPOPAUSE_K)
    return troposphere + 1.8e-3 * np.maximum(height_m - 20_000.0, 0.0)


def _share_below(height_km: NDArray[np.float64], layering: Layering) -> NDArray[np.float64]:
    """Return (4, height): share of mixed gases, water, continuum and ozone below a height."""
    start = ndtr(-layering.ozone_peak_km / _OZONE_WIDTH_KM)
    bulge = ndtr((height_km - layering.ozone_peak_km) / _OZONE_WIDTH_KM) - start
    low = np.minimum(height_km / 12.0, 1.0)
    return np.stack(
        [
            -np.expm1(-height_km / layering.mixed_km),
            -np.expm1(-height_km / layering.water_km),
            -np.expm1(-height_km / layering.continuum_km),
            _OZONE_LOW_SHARE * low + (1.0 - _OZONE_LOW_SHARE) * bulge,
        ]
    )


_NEXT_TO_NOTHING = 1e-300
"""Of an absorber: its logarithm is a number."""
# A fit asks again and again for air of which one thing was changed: of what the others make of it
# the last few are kept. Wavenumbers are a key as the bytes that they are in memory.
_KEPT = 4


@lru_cache(_KEPT)
def _columns(wavenumber_cm1: bytes) -> tuple[NDArray[np.float64], ...]:
    """Return the table's columns at wavenumbers, each (1, point)."""
    table = _table("atmosphere_thermal.csv")
    nu = np.frombuffer(wavenumber_cm1)
    return tuple(np.interp(nu, table[:, 0], column)[None, :] for column in table[:, 1:].T)


def _transmittance(
    wavenumber_cm1: bytes,
    water_g_cm2: float,
    ozone_atm_cm: float,
    share: NDArray[np.float64],
    factors: tuple[float, float, float, float],
) -> NDArray[np.float64]:
    """Return (path, point): transmittance of paths that hold these (4, path) shares."""
    mixed, water, p_w, continuum, ozone, p_o = _columns(wavenumber_cm1)
    m, w, c, o = np.maximum(share, _NEXT_TO_NOTHING)[:, :, None]
    # Powers by logarithms of the paths: NumPy's own of each path and point take five times as long.
    depth = (factors[1] * water) * np.exp(p_w * np.log(water_g_cm2 * w))
    depth += (factors[3] * ozone) * np.exp(p_o * np.log(ozone_atm_cm * o))
    depth += (factors[0] * mixed) * m
    depth += (factors[2] * water_g_cm2**2 * continuum) * c
    return np.asarray(np.exp(np.negative(depth, out=depth), out=depth))


def _heights_km(altitude_m: float) -> NDArray[np.float64]:
    """Return where the layers below a sensor begin and end, (height,) [km]."""
    return np.asarray(altitude_m / 1e3 * np.linspace(0.0, 1.0, 25) ** 1.5)


SKY_KM = 60.0 * np.linspace(0.0, 1.0, 40) ** 2
"""Where the layers of the sky begin and end."""


@lru_cache(_KEPT)
def _up(
    wavenumber_cm1: bytes, water_g_cm2: float, ozone_atm_cm: float, altitude_m: float,
    layering: Layering,
) -> NDArray[np.float64]:  # fmt: skip
    """Return the transmittance from the heights below a sensor to it, (height, point)."""
    share = _share_below(_heights_km(altitude_m), layering)
    return _transmittance(
        wavenumber_cm1, water_g_cm2, ozone_atm_cm, share[:, -1:] - share, _ONE_WAY
    )


@lru_cache(_KEPT)
def _down(
    wavenumber_cm1: bytes, water_g_cm2: float, ozone_atm_cm: float, layering: Layering
) -> NDArray[np.float64]:
    """Return the transmittance of diffuse sky radiance, (height, point)."""
    share = _share_below(SKY_KM, layering)
    return _transmittance(wavenumber_cm1, water_g_cm2, ozone_atm_cm, share, layering.down)


@lru_cache(2 * _KEPT)
def _glow(wavenumber_cm1: bytes, ground_k: float, altitude_m: float | None) -> NDArray[np.float64]:
    """Return the glow of the layers below a sensor, or of the sky's, (layer, point)."""
    ends_km = SKY_KM if altitude_m is None else _heights_km(altitude_m)
    middle = 0.5 * (ends_km[1:] + ends_km[:-1])
    wavelength_um = 1e4 / np.frombuffer(wavenumber_cm1)
    return planck_radiance(
        wavelength_um[None, :], air_temperature_k(1e3 * middle, ground_k)[:, None]
    )


def _layered(
    source: NDArray[np.float64], transmittance: NDArray[np.float64]
) -> NDArray[np.float64]:
    r"""Return :math:`\sum_i B_i\,|\tau_i-\tau_{i+1}|`: (layer, point) and (layer + 1, point)."""
    return np.asarray((source * np.abs(np.diff(transmittance, axis=0))).sum(axis=0))


def thermal_path(
    air: Air,
    altitude_m: float,
    wavenumber_cm1: NDArray[np.float64],
    layering: Layering = LAYERING,
) -> ThermalPath:
    r"""Return transmittance, path radiance and downwelling radiance for a sensor above the ground.

    .. math:: L_u = \int_0^h B(T(z))\,d\tau(z \to h), \qquad
              L_d = \int_0^\infty B(T(z))\,|d\tau_{\mathrm{diffuse}}(0 \to z)|

    Parameters
    ----------
    altitude_m : [m]
        Of the sensor above the ground; the view is straight down.
    wavenumber_cm1 : (point,) [cm-1]
        702 to 1387 are covered by the table; beyond, its last value holds: see `check_covered`.

    Raises
    ------
    SettingsError
        If the altitude is not positive.

    References
    ----------
    Own derivation: docs/explanation/simulator.md.
    """
    if not altitude_m > 0:
        raise SettingsError(f"altitude {altitude_m} m; a sensor above the ground is needed.")
    nu = np.asarray(wavenumber_cm1, dtype=np.float64)
    key, height_m, ground_k = nu.tobytes(), float(altitude_m), float(air.temperature_k)
    absorbers = float(air.water_g_cm2), float(air.ozone_atm_cm)
    up = _up(key, *absorbers, height_m, layering)
    down = _down(key, *absorbers, layering)
    return ThermalPath(
        nu,
        up[0].copy(),
        _layered(_glow(key, ground_k, height_m), up),
        _layered(_glow(key, ground_k, None), down),
    )


def two_way_transmittance(
    air: Air, altitude_m: float, sun_zenith_deg: float, wavelength_um: NDArray[np.float64]
) -> NDArray[np.float64]:
    r"""Return the transmittance from the sun to the ground and up to the sensor.

    Gas absorption with a power law of the amount on the whole way, Rayleigh scattering
    (0.0088 λ^-4.05) and a thin aerosol (0.10 at 0.55 um, Ångström exponent 1.3) as losses.

    Parameters
    ----------
    sun_zenith_deg : [deg]
    wavelength_um : (point,) [um], 0.36 to 2.6

    Returns
    -------
    (point,)
    """
    table = _table("atmosphere_reflective.csv")
    columns = [np.interp(wavelength_um, table[:, 0], column) for column in table[:, 1:].T]
    slant = 1.0 / np.cos(np.deg2rad(sun_zenith_deg))
    share = _share_below(np.array([altitude_m / 1e3]), LAYERING)[:, 0]
    mixed, water = slant + share[0], (slant + share[1]) * air.water_g_cm2
    depth = columns[0] * water**_WATER_POWER
    for column in columns[1:]:
        depth = depth + column * mixed**_MIXED_POWER
    scattering = 0.0088 * wavelength_um**-4.05 + 0.10 * (wavelength_um / 0.55) ** -1.3
    return np.asarray(np.exp(-depth - scattering * mixed))
