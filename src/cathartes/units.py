"""The vocabulary: every word that stands for a number, with its unit, long name and symbol.

Documentation, file writers and a test read this table; there is no second one. The unit is the
last part of a number's name (``wavelength_um``); a name without one is dimensionless, but for the
exceptions marked ``unit_in_name=False``. Inside numerical code only these canonical units occur;
conversion happens where data enter or leave.
"""

import re
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
    Term("detectable_column_ppm_m", "ppm m",
         "smallest column density of a gas that is found with a probability of 0.95", "u_95"),
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
    Term("altitude_agl_m", "m", "height above the ground below", "h_g"),
    Term("concentration_ppm", "ppm", "concentration of a gas in air, by volume", "c"),
    Term("time_unix_s", "s", "time since 1970-01-01T00:00:00Z, without leap seconds", "t_u"),
    Term("longitude_deg", "deg", "longitude, WGS 84, east positive", "lon"),
    Term("latitude_deg", "deg", "latitude, WGS 84, north positive", "lat"),
    Term("roll_deg", "deg", "turn about the forward axis, right wing down positive", "r"),
    Term("pitch_deg", "deg", "turn about the axis to the right, nose up positive", "p"),
    Term("heading_deg", "deg", "direction of the nose, clockwise from true north", "ψ"),
    Term("position_sd_m", "m", "standard deviation of a place on the ground", "σ_X"),
    Term("emission_kg_h", "kg h-1", "emission rate", "Q"),
    Term("ground_sampling_distance_m", "m", "side of a pixel on the ground", "GSD"),
    Term("duration_s", "s", "duration", "t"),
)  # fmt: skip

UNIT_OF_SUFFIX: Mapping[str, str] = MappingProxyType(
    {
        "um": "um", "cm1": "cm-1", "cm2": "cm2 molecule-1", "per_ppm_m": "ppm-1 m-1",
        "ppm_m": "ppm m", "ppm_m2": "ppm m2", "ppm": "ppm",
        "k": "K", "pa": "Pa", "deg": "deg", "deg_s": "deg s-1",
        "m_s": "m s-1", "m": "m", "m2": "m2", "kg_h": "kg h-1", "kg": "kg", "g_mol": "g mol-1",
        "s": "s", "hz": "Hz", "atm_cm": "atm cm", "g_cm2": "g cm-2",
    }
)  # fmt: skip
"""What the end of a name says of its unit. The longest that fits counts: ``_ppm_m`` is not ``_m``;
``_bytes``, ``_utc`` and counts (``n_lines``) are no physical quantities and stand outside."""

CANONICAL_RADIANCE_UNIT = VOCABULARY["radiance"].unit

# One spelling for each factor of a unit of spectral radiance, after lower case.
_POWER: Mapping[str, str] = MappingProxyType(
    {
        word: unit
        for unit, words in {
            "w": ("w", "watt", "watts"),
            "mw": ("mw", "milliwatt", "milliwatts", "milliw"),
            "uw": ("uw", "microwatt", "microwatts", "microw", "uwatt", "uwatts"),
            "nw": ("nw", "nanowatt", "nanowatts", "nanow"),
        }.items()
        for word in words
    }
)
_ANGLE: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(("sr", "str", "ster", "sterad", "steradian", "steradians"), "sr")
)
_LENGTH: Mapping[str, str] = MappingProxyType(
    {
        word: unit
        for unit, words in {
            "um": ("um", "micron", "microns", "micrometer", "micrometers", "micrometre",
                   "micrometres", "microm"),
            "nm": ("nm", "nanometer", "nanometers", "nanometre", "nanometres"),
            "mm": ("mm", "millimeter", "millimeters", "millimetre", "millimetres"),
            "cm": ("cm", "centimeter", "centimeters", "centimetre", "centimetres"),
            "m": ("m", "meter", "meters", "metre", "metres"),
            "angstrom": ("angstrom", "angstroms", "å", "ångström"),
        }.items()
        for word in words
    }
)  # fmt: skip
_SPELLING: Mapping[str, str] = MappingProxyType({**_POWER, **_ANGLE, **_LENGTH})

# Powers of ten to W and to um: whole numbers, so that factors come out exact.
_TENS_TO_W: Mapping[str, int] = MappingProxyType({"w": 0, "mw": -3, "uw": -6, "nw": -9})
_TENS_TO_UM: Mapping[str, int] = MappingProxyType(
    {"um": 0, "nm": -3, "mm": 3, "cm": 4, "m": 6, "angstrom": -4}
)

_PLAIN = str.maketrans("µμ−⁻⁺⁰¹²³⁴{}[]⋅∙", "uu--+01234()()··")
# A word and its power: "m-2", "m^-2", "m^(-2)", "m2", "nm".
_FACTOR = re.compile(r"([^\W\d_]+)(?:\^?\(([+-]?\d+)\)|\^?([+-]?\d+))?")


def normalise_unit(unit: str) -> str:
    """Return a unit in one spelling: lower case, ``um`` for µm, products by blanks, ``m-2`` powers.

    All that follows a slash is below the line: ``W/m2 sr um``, ``W/(m2 sr um)`` and ``W/m2/sr/um``
    are the same, as headers mean them, and so is ``W/m-2``. The factors come in the order power,
    area, angle, wavelength. Text that is no product of words comes back in lower case.

    Examples
    --------
    >>> normalise_unit("µW/cm^2/sr/nm")
    'uw cm-2 sr-1 nm-1'
    """
    factors = _factors(unit)
    if not factors:
        return unit.strip().lower()
    return " ".join(f"{word}{power}" if power != 1 else word for word, power in factors)


def _factors(unit: str) -> tuple[tuple[str, int], ...]:
    """Return (word, power) of a unit's factors in a fixed order; none if it is no such product.

    Nothing may be left over, numbers least of all: ``10*uW/cm2/sr/nm`` is not ``uW/cm2/sr/nm``.
    """
    if re.search(r"\bMW", unit):  # megawatt: in lower case it would become a milliwatt
        return ()
    text = unit.translate(_PLAIN).lower().replace("**", "^")
    text = re.sub(r"\s*\^\s*", "^", text)
    text = re.sub(r"\bper\b", "/", text)
    text = re.sub(r"\bsquared? (\w+)", r"\1^2", text)
    factors: list[tuple[str, int]] = []
    for place, part in enumerate(text.split("/")):
        if re.search(r"[^\s.·*()-]", _FACTOR.sub("", part)):
            return ()
        for word, in_brackets, plain in _FACTOR.findall(part):
            power = int(in_brackets or plain or 1)
            factors.append((_SPELLING.get(word, word), power if place == 0 else -abs(power)))
    return tuple(sorted(factors, key=_place_of_factor))


def _place_of_factor(factor: tuple[str, int]) -> int:
    word, power = factor
    if word in _TENS_TO_W:
        return 0
    if word == "sr":
        return 2
    return 1 if power == -2 else 3


def is_per_wavenumber(unit: str) -> bool:
    """Return True for a unit of radiance per cm-1, which no factor brings to one per um."""
    return [word for word, _ in _factors(unit)][-1:] == ["cm"]


def radiance_factor(unit: str) -> float:
    """Return the factor from a unit of spectral radiance to W m-2 sr-1 um-1.

    Raises
    ------
    UnitError
        If it is not a power over an area, a solid angle and a wavelength.
    """
    factors = _factors(unit)
    words = [word for word, _ in factors]
    if is_per_wavenumber(unit):
        raise UnitError(
            f"radiance unit {unit!r} is per wavenumber (cm-1); per wavelength is needed. Multiply "
            "each band's values by 1e4 / wavelength[um]^2 to make them per um."
        )
    if (
        [power for _, power in factors] != [1, -2, -1, -1]
        or words[0] not in _TENS_TO_W
        or words[1] not in _TENS_TO_UM
        or words[2] != "sr"
        or words[3] not in _TENS_TO_UM
    ):
        raise UnitError(
            f"radiance unit {unit!r} is not known; a power over an area, a solid angle and a "
            "wavelength is needed, such as W m-2 sr-1 um-1, mW m-2 sr-1 nm-1 or "
            "uW cm-2 sr-1 nm-1. Name one in the header or with --radiance-unit."
        )
    tens_to_m2 = 2 * (_TENS_TO_UM[words[1]] - 6)
    return float(f"1e{_TENS_TO_W[words[0]] - tens_to_m2 - _TENS_TO_UM[words[3]]}")


def wavelength_factor_um(unit: str) -> float:
    """Return the factor from a unit of length to micrometres.

    Raises
    ------
    UnitError
        If the unit is not known.
    """
    word = unit.strip().lower().replace("µ", "u").replace("μ", "u")
    tens = _TENS_TO_UM.get(_LENGTH.get(word, ""))
    if tens is None:
        known = ", ".join(_TENS_TO_UM)
        raise UnitError(
            f"wavelength unit {unit!r} is not known; known are: {known}. "
            "Name one of these in the header or with --wavelength-unit."
        )
    return float(f"1e{tens}")
