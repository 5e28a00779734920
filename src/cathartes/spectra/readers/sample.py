"""What a file and its user say about the gas sample: name, temperature, pressure, amount."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from cathartes.errors import HeaderError, InputError, UnitError
from cathartes.spectra.absorption import (
    STANDARD_PRESSURE_PA,
    STANDARD_TEMPERATURE_K,
    AbsorptionSpectrum,
)

TORR_PA = 101_325.0 / 760.0

_PRESSURE_PA = {
    "pa": 1.0,
    "hpa": 100.0,
    "mbar": 100.0,
    "kpa": 1e3,
    "bar": 1e5,
    "atm": 101_325.0,
    "torr": TORR_PA,
    "mmhg": TORR_PA,
}
_LENGTH_M = {
    "mm": 1e-3,
    "cm": 1e-2,
    "m": 1.0,
    "meter": 1.0,
    "meters": 1.0,
    "metre": 1.0,
    "metres": 1.0,
}
_QUANTITY = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*([A-Za-z° ]+?)\W*")


@dataclass(frozen=True, slots=True)
class Sample:
    """The gas that a spectrum was measured in.

    Attributes
    ----------
    gas
    temperature_k, pressure_pa : [K], [Pa]
        Of the sample, foreign gas included.
    column_cm2 : [molecule cm-2]
        Of the gas, in the beam; None if not known.
    notes
        What had to be assumed, for the spectrum's ``source``.
    """

    gas: str
    temperature_k: float
    pressure_pa: float
    column_cm2: float | None = None
    notes: tuple[str, ...] = ()


def sample_of(
    gas: str,
    stated_k: float | None,
    stated_pa: float | None,
    given_k: float | None,
    given_pa: float | None,
) -> Sample:
    """Return the sample from what the file states and the user gives.

    Where neither says anything, 296 K and 1 atm are taken, and a note says so.

    Raises
    ------
    InputError
        If a value can't be one.
    HeaderError
        If the user gives another value than the file states (by more than 0.5 %).
    """
    temperature_k, note_k = _settle("temperature", "K", stated_k, given_k, STANDARD_TEMPERATURE_K)
    pressure_pa, note_pa = _settle("pressure", "Pa", stated_pa, given_pa, STANDARD_PRESSURE_PA)
    return Sample(gas, temperature_k, pressure_pa, notes=note_k + note_pa)


def _settle(
    what: str, unit: str, stated: float | None, given: float | None, standard: float
) -> tuple[float, tuple[str, ...]]:
    for value in (stated, given):
        # Low pressures are often stated as 0; no gas is at 0 K.
        if value is not None and not (0 <= value < math.inf and (value > 0 or unit == "Pa")):
            raise InputError(
                f"{what} {value:g} {unit} can't be; correct the file, or what you give."
            )
    if stated is None:
        if given is not None:
            return given, ()
        return standard, (f"{what} not stated, {standard:g} {unit} taken",)
    if given is not None and abs(given - stated) > 0.005 * abs(stated):
        raise HeaderError(
            f"the file states a {what} of {stated:g} {unit}, and {given:g} {unit} was given; "
            f"leave the given {what} out, or correct the file."
        )
    return stated, ()


def gas_name(given: str | None, *stated: str) -> str:
    """Return the gas's name: the given one, or the first that the file states.

    Blanks become ``_`` and a name all in capitals is made small, as the library spells names.

    Raises
    ------
    InputError
        If nobody names the gas.
    """
    for text in (given or "", *stated):
        name = re.sub(r"[^A-Za-z0-9,_-]+", "_", text.strip()).strip("_-,")
        if name:
            return name if given else _small(name)
    raise InputError("the file does not name its gas; name it with --gas.")


def _small(name: str) -> str:
    """Return a name in small letters, but leave a formula (CCl4, NH3, CH3COCH3) as it is."""
    looks_like_formula = re.fullmatch(r"(?:[A-Z][a-z]?\d*)+", name) and (
        re.search(r"\d", name) or len(name) <= 4
    )
    return name if looks_like_formula else name.lower()


def select_gas(
    spectra: Iterable[AbsorptionSpectrum], gas: str | None, file_name: str
) -> tuple[AbsorptionSpectrum, ...]:
    """Return the spectra of one gas: renamed where the file holds one, chosen where several.

    Raises
    ------
    InputError
        If the file holds several gases and none of that name.
    """
    spectra = tuple(spectra)
    if gas is None:
        return spectra
    names = list(dict.fromkeys(spectrum.gas for spectrum in spectra))
    if len(names) == 1:
        return tuple(replace(spectrum, gas=gas) for spectrum in spectra)
    chosen = tuple(s for s in spectra if _plain(s.gas) == _plain(gas))
    if not chosen:
        raise InputError(
            f"{file_name} holds {', '.join(names)}, and {gas!r} was asked for; name one of them "
            "with --gas, or none to read all."
        )
    return tuple(replace(spectrum, gas=gas) for spectrum in chosen)


def _plain(name: str) -> str:
    return re.sub(r"[\s_\-]+", "", name).lower()


def parse_pressure_pa(text: str, where: str) -> float:
    """Return a pressure such as ``101.3 kPa`` or ``50 mmHg``, [Pa].

    Raises
    ------
    UnitError
        If it is not a number and a known unit.
    """
    return _parse(text, where, "pressure", {k: (v, 0.0) for k, v in _PRESSURE_PA.items()})


def parse_length_m(text: str, where: str) -> float:
    """Return a length such as ``5 CM``, [m]; raises as `parse_pressure_pa`."""
    return _parse(text, where, "length", {k: (v, 0.0) for k, v in _LENGTH_M.items()})


def parse_temperature_k(text: str, where: str) -> float:
    """Return a temperature such as ``23 C``, [K]; raises as `parse_pressure_pa`."""
    celsius = (1.0, 273.15)
    units = {"k": (1.0, 0.0), "c": celsius, "degc": celsius, "°c": celsius, "degreesc": celsius}
    return _parse(text, where, "temperature", units)


def _parse(text: str, where: str, what: str, units: dict[str, tuple[float, float]]) -> float:
    found = _QUANTITY.fullmatch(re.sub(r"\([^)]*\)", "", text))
    unit = re.sub(r"\s+", "", found.group(2)).lower() if found else ""
    if found is None or unit not in units:
        raise UnitError(
            f"{where} is {text.strip()!r}; a {what} is needed as a number and one of "
            f"{', '.join(units)}: correct it."
        )
    factor, offset = units[unit]
    return float(found.group(1)) * factor + offset
