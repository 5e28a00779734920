"""Amounts of gas as sensors state them, to ppm by volume."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.constants import gas_constant

GasUnit = Literal["ppm", "ppb", "ppt", "percent", "mg/m3", "ug/m3", "ppm m"]
PPM_PER_FRACTION: dict[str, float] = {"ppm": 1.0, "ppb": 1e-3, "ppt": 1e-6, "percent": 1e4}
MG_PER_UNIT: dict[str, float] = {"mg/m3": 1.0, "ug/m3": 1e-3}


def ppm_from_mass_concentration(
    mg_m3: NDArray[np.float64],
    molar_mass_g_mol: float,
    temperature_k: float | NDArray[np.float64],
    pressure_pa: float | NDArray[np.float64],
) -> NDArray[np.float64]:
    r"""Return ppm by volume, (row,), of a mass concentration in an ideal gas.

    .. math:: c = 10^3\,\frac{\rho}{M}\,\frac{R T}{P}

    Parameters
    ----------
    mg_m3 : (row,) [mg m-3]
    molar_mass_g_mol : [g mol-1]
    temperature_k, pressure_pa : (row,) or (), [K], [Pa]
        Of the air that the mass was stated for: ambient, or the standard that the sensor refers to.
    """
    return np.asarray(1e3 * mg_m3 / molar_mass_g_mol * gas_constant * temperature_k / pressure_pa)


def ppm_of_path(
    path_ppm_m: NDArray[np.float64], length_m: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the mean ppm along paths, (row,).

    Parameters
    ----------
    path_ppm_m : (row,) [ppm m]
    length_m : (row,) [m]
        One way; NaN comes out of a path without a length.
    """
    return path_ppm_m / np.where(length_m > 0, length_m, np.nan)
