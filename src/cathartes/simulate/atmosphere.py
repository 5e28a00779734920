"""The air between ground and sensor: transmittance, path radiance, downwelling radiance.

Absorption comes from two small tables of our own (``data/atmosphere_*.csv``), fitted by
``tools/fit_atmosphere.py`` to MODTRAN: per wavenumber a mixed-gas depth, a water line term growing
with a power of the column, a water continuum growing with its square, and ozone. The radiances are
then computed by layers. The tables resolve 2.3 to 5 cm-1, so single lines of water are not in it.
Air is clear: no cloud, no scattering in the thermal infrared.
"""

from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from cathartes.errors import SettingsError
from cathartes.scenes.radiometry import planck_radiance

DIFFUSIVITY = 1.66
"""Path of diffuse downward radiation over the vertical path (Elsasser 1942)."""
LAPSE_K_KM = 6.5
TROPOPAUSE_K = 217.0
# Scale heights of what absorbs. Mixed gases' lines narrow with pressure, and the self-continuum
# goes with the square of the vapour density, so both lie lower than the gas itself.
_MIXED_SCALE_KM = 7.0
_WATER_SCALE_KM = 2.0
_CONTINUUM_SCALE_KM = 1.0
_OZONE_PEAK_KM, _OZONE_WIDTH_KM, _OZONE_LOW_SHARE = 22.0, 5.0, 0.08
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
        if not 220.0 <= self.temperature_k <= 330.0:
            raise SettingsError(
                f"air temperature {self.temperature_k} K; give it in kelvin, 220 to 330."
            )


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
    text = resources.files("cathartes.simulate").joinpath("data", name).read_text("utf-8")
    return np.loadtxt(text.splitlines(), delimiter=",", skiprows=1)


def air_temperature_k(height_km: NDArray[np.float64], ground_k: float) -> NDArray[np.float64]:
    """Return the air's temperature over height, [K]: a lapse rate, a tropopause, warmer above."""
    troposphere = np.maximum(ground_k - LAPSE_K_KM * height_km, TROPOPAUSE_K)
    return troposphere + 1.8 * np.maximum(height_km - 20.0, 0.0)


def _share_below(height_km: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (4, height): share of mixed gases, water, continuum and ozone below a height."""
    bulge = ndtr((height_km - _OZONE_PEAK_KM) / _OZONE_WIDTH_KM) - ndtr(
        -_OZONE_PEAK_KM / _OZONE_WIDTH_KM
    )
    low = np.minimum(height_km / 12.0, 1.0)
    return np.stack(
        [
            -np.expm1(-height_km / _MIXED_SCALE_KM),
            -np.expm1(-height_km / _WATER_SCALE_KM),
            -np.expm1(-height_km / _CONTINUUM_SCALE_KM),
            _OZONE_LOW_SHARE * low + (1.0 - _OZONE_LOW_SHARE) * bulge,
        ]
    )


def _depth(
    wavenumber_cm1: NDArray[np.float64], air: Air, share: NDArray[np.float64], slant: float
) -> NDArray[np.float64]:
    """Return (path, point): optical depth of paths that hold these (4, path) shares."""
    table = _table("atmosphere_thermal.csv")
    mixed, water, p_w, continuum, ozone, p_o = (
        np.interp(wavenumber_cm1, table[:, 0], column)[None, :] for column in table[:, 1:].T
    )
    m, w, c, o = np.maximum(share, 0.0)[:, :, None] * slant
    return np.asarray(
        mixed * m
        + water * (air.water_g_cm2 * w) ** p_w
        + continuum * air.water_g_cm2**2 * c
        + ozone * (air.ozone_atm_cm * o) ** p_o
    )


def _layered(
    source: NDArray[np.float64], transmittance: NDArray[np.float64]
) -> NDArray[np.float64]:
    r"""Return :math:`\sum_i B_i\,|\tau_i-\tau_{i+1}|`: (layer, point) and (layer + 1, point)."""
    return np.asarray((source * np.abs(np.diff(transmittance, axis=0))).sum(axis=0))


def thermal_path(air: Air, altitude_m: float, wavenumber_cm1: NDArray[np.float64]) -> ThermalPath:
    r"""Return transmittance, path radiance and downwelling radiance for a sensor above the ground.

    .. math:: L_u = \int_0^h B(T(z))\,d\tau(z \to h), \qquad
              L_d = \int_0^\infty B(T(z))\,|d\tau(0 \to z;\ 1.66\ \mathrm{paths})|

    Parameters
    ----------
    altitude_m : [m]
        Of the sensor above the ground; the view is straight down.
    wavenumber_cm1 : (point,) [cm-1]
        700 to 1390 are covered by the table; beyond, its last value holds.

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
    wavelength_um = 1e4 / nu
    top_km = altitude_m / 1e3
    below = top_km * np.linspace(0.0, 1.0, 25) ** 1.5
    share = _share_below(below)
    up = np.exp(-_depth(nu, air, share[:, -1:] - share, 1.0))
    middle = 0.5 * (below[1:] + below[:-1])
    source = planck_radiance(
        wavelength_um[None, :], air_temperature_k(middle, air.temperature_k)[:, None]
    )
    sky = 60.0 * np.linspace(0.0, 1.0, 40) ** 2
    down = np.exp(-_depth(nu, air, _share_below(sky), DIFFUSIVITY))
    middle = 0.5 * (sky[1:] + sky[:-1])
    sky_source = planck_radiance(
        wavelength_um[None, :], air_temperature_k(middle, air.temperature_k)[:, None]
    )
    return ThermalPath(nu, up[0], _layered(source, up), _layered(sky_source, down))


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
    share = _share_below(np.array([altitude_m / 1e3]))[:, 0]
    mixed, water = slant + share[0], (slant + share[1]) * air.water_g_cm2
    depth = columns[0] * water**_WATER_POWER
    for column in columns[1:]:
        depth = depth + column * mixed**_MIXED_POWER
    scattering = 0.0088 * wavelength_um**-4.05 + 0.10 * (wavelength_um / 0.55) ** -1.3
    return np.asarray(np.exp(-depth - scattering * mixed))
