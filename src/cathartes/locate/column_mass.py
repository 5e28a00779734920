"""Mass of a gas per column density."""

from scipy.constants import R

from cathartes.spectra.absorption import STANDARD_PRESSURE_PA, STANDARD_TEMPERATURE_K


def mass_per_column_kg_m2(
    molar_mass_g_mol: float,
    temperature_k: float = STANDARD_TEMPERATURE_K,
    pressure_pa: float = STANDARD_PRESSURE_PA,
) -> float:
    r"""Return the mass over a square metre in a column of 1 ppm m, [kg m-2 ppm-1 m-1].

    .. math:: \frac{\Delta\Omega}{u} = 10^{-6}\,\frac{p\,M}{R\,T}

    A ppm m of the scan is one at 296 K and 1 atm, whatever air it lies in: that is what its
    spectra are counted in. CH4 at 288.15 K has 6.78e-7.

    Parameters
    ----------
    molar_mass_g_mol : [g mol-1]
    temperature_k : [K]
    pressure_pa : [Pa]
    """
    return 1e-6 * pressure_pa * molar_mass_g_mol * 1e-3 / (R * temperature_k)
