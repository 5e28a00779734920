"""The vocabulary: every word that stands for a number, with its unit, long name and symbol.

Documentation, file writers and a test read this table; there is no second one. The unit is the
last part of a number's name (``wavelength_um``); a name without one is dimensionless, but for the
exceptions marked ``unit_in_name=False``. Inside numerical code only these canonical units occur;
conversion happens where data enter or leave.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cathartes.errors import UnitError


@dataclass(frozen=True, slots=True)
class Term:
    """One word of the vocabulary."""

    name: str
    unit: str
    long_name: str
    symbol: str
    unit_in_name: bool = True


def _table(*terms: Term) -> Mapping[str, Term]:
    return MappingProxyType({term.name: term for term in terms})


VOCABULARY: Mapping[str, Term] = _table(
    Term("wavelength_um", "um", "wavelength", "λ"),
    Term("fwhm_um", "um", "full width of a band at half its greatest response", "Δλ"),
    Term("wavenumber_cm1", "cm-1", "wavenumber", "ν"),
    Term("resolution_cm1", "cm-1", "spectral resolution, full width at half maximum", "Δν"),
    Term("cross_section_cm2", "cm2 molecule-1", "absorption cross-section, base e", "σ"),
    Term("absorption_per_ppm_m", "ppm-1 m-1", "absorption per column density, base e", "α"),
    Term("column_density_ppm_m", "ppm m", "column density of a gas", "u"),
    Term("necl_ppm_m", "ppm m", "noise-equivalent column density (NECL)", "σ_u"),
    Term("temperature_k", "K", "temperature", "T"),
    Term("brightness_temperature_k", "K", "brightness temperature", "T_b"),
    Term("pressure_pa", "Pa", "pressure", "P"),
    Term("radiance", "W m-2 sr-1 um-1", "spectral radiance", "L", unit_in_name=False),
    Term("nesr", "W m-2 sr-1 um-1", "noise-equivalent spectral radiance", "NESR",
         unit_in_name=False),
    Term("irradiance", "W m-2 um-1", "spectral irradiance", "E", unit_in_name=False),
    Term("reflectance", "1", "reflectance", "ρ"),
    Term("emissivity", "1", "emissivity", "ε"),
    Term("transmittance", "1", "transmittance", "τ"),
    Term("optical_depth", "1", "optical depth, base e", "τ_o"),
    Term("air_mass_factor", "1", "slant path over vertical path, sun and view together", "A"),
    Term("score", "1", "detection statistic in standard deviations of the clean scene", "z"),
    Term("contrast", "1", "contrast of plume to ground, per unit of the bank's signature", "C"),
    Term("zenith_deg", "deg", "angle from the vertical", "θ"),
    Term("azimuth_deg", "deg", "angle from north, clockwise", "φ"),
    Term("wind_from_deg", "deg", "direction the wind blows from, clockwise from north", "φ_w"),
    Term("wind_speed_m_s", "m s-1", "wind speed", "U"),
    Term("altitude_m", "m", "height above the ellipsoid", "h"),
    Term("longitude_deg", "deg", "longitude, WGS 84, east positive", "lon"),
    Term("latitude_deg", "deg", "latitude, WGS 84, north positive", "lat"),
    Term("emission_kg_h", "kg h-1", "emission rate", "Q"),
    Term("ground_sampling_distance_m", "m", "side of a pixel on the ground", "GSD"),
    Term("duration_s", "s", "duration", "t"),
)  # fmt: skip

CANONICAL_RADIANCE_UNIT = VOCABULARY["radiance"].unit

# Factor to W m-2 sr-1 um-1. Keys are normalised by `normalise_unit`.
_RADIANCE_FACTOR: Mapping[str, float] = MappingProxyType(
    {
        "w m-2 sr-1 um-1": 1.0,
        "mw m-2 sr-1 nm-1": 1.0,
        "w m-2 sr-1 nm-1": 1e3,
        "mw m-2 sr-1 um-1": 1e-3,
        "uw m-2 sr-1 nm-1": 1e-3,
        "uw cm-2 sr-1 nm-1": 10.0,
        "uw cm-2 sr-1 um-1": 1e-2,
        "mw cm-2 sr-1 um-1": 10.0,
        "mw cm-2 sr-1 nm-1": 1e4,
        "w cm-2 sr-1 um-1": 1e4,
        "w cm-2 sr-1 nm-1": 1e7,
        "w m-2 sr-1 m-1": 1e-6,
    }
)

_LENGTH_FACTOR_UM: Mapping[str, float] = MappingProxyType(
    {
        "um": 1.0, "micrometer": 1.0, "micrometers": 1.0, "micrometre": 1.0, "micrometres": 1.0,
        "micron": 1.0, "microns": 1.0,
        "nm": 1e-3, "nanometer": 1e-3, "nanometers": 1e-3, "nanometre": 1e-3, "nanometres": 1e-3,
        "mm": 1e3, "m": 1e6, "angstrom": 1e-4, "angstroms": 1e-4,
    }
)  # fmt: skip


def normalise_unit(unit: str) -> str:
    """Return a unit in one spelling: lower case, ``um`` for µm, products by blanks, ``m-2`` powers.

    ``uW/cm^2/sr/nm``, ``µW cm-2 sr-1 nm-1`` and ``microwatt...``-free spellings of it all become
    ``uw cm-2 sr-1 nm-1``. The order of the factors is made power, area, angle, wavelength.
    """
    text = unit.strip().replace("µ", "u").replace("μ", "u").replace("micro", "u").lower()
    text = text.replace("**", "").replace("^", "").replace("*", " ").replace("·", " ")
    text = text.replace("(", " ").replace(")", " ")
    if "/" in text:
        head, *below = text.split("/")
        factors = head.split() + [
            f"{word}-1" if not word[-1].isdigit() else f"{word[:-1].rstrip('-')}-{word[-1]}"
            for part in below
            for word in part.split()
        ]
    else:
        factors = text.split()
    factors = ["sr-1" if f in {"ster-1", "steradian-1"} else f for f in factors]
    rank = {"w": 0, "mw": 0, "uw": 0, "m-2": 1, "cm-2": 1, "sr-1": 2}
    return " ".join(sorted(factors, key=lambda f: rank.get(f, 3)))


def radiance_factor(unit: str) -> float:
    """Return the factor from a unit of spectral radiance to W m-2 sr-1 um-1.

    Raises
    ------
    UnitError
        If the unit is not known.
    """
    factor = _RADIANCE_FACTOR.get(normalise_unit(unit))
    if factor is None:
        known = ", ".join(sorted(_RADIANCE_FACTOR))
        raise UnitError(
            f"radiance unit {unit!r} is not known; known are: {known}. "
            "Name one of these in the header or with --radiance-unit."
        )
    return factor


def wavelength_factor_um(unit: str) -> float:
    """Return the factor from a unit of length to micrometres.

    Raises
    ------
    UnitError
        If the unit is not known.
    """
    factor = _LENGTH_FACTOR_UM.get(unit.strip().lower().replace("µ", "u").replace("μ", "u"))
    if factor is None:
        known = ", ".join(sorted(_LENGTH_FACTOR_UM))
        raise UnitError(
            f"wavelength unit {unit!r} is not known; known are: {known}. "
            "Name one of these in the header or with --wavelength-unit."
        )
    return factor
