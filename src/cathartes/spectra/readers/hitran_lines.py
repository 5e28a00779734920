"""HITRAN line lists (.par, 160 columns): cross-sections computed at a temperature and pressure.

The lines are parsed and checked here, because HAPI refuses a row with one blank field and raises
bare exceptions; partition sums and the Voigt profile are HAPI's (Kochanov et al. 2016,
doi:10.1016/j.jqsrt.2016.03.005).
"""

import contextlib
import importlib
import io
import json
import math
import re
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import HeaderError, InputError, MissingExtraError, TruncatedFileError
from cathartes.spectra.absorption import (
    STANDARD_PRESSURE_PA,
    STANDARD_TEMPERATURE_K,
    AbsorptionSpectrum,
    Quality,
)
from cathartes.spectra.readers.interface import head_lines, read_text
from cathartes.spectra.readers.sample import select_gas

NAME = "par"

WING_CM1 = 25.0
"""Lines are cut this far from their centres, as LBLRTM does."""

POINTS_PER_WIDTH = 4.0
STEP_RANGE_CM1 = (0.001, 0.02)
MAX_POINTS = 10_000_000
TEMPERATURE_RANGE_K = (150.0, 1000.0)

_ROW_CHARACTERS = 160
_LAST_NEEDED = 59


@dataclass(frozen=True, slots=True)
class _Field:
    """One numeric field of a row: where it is, how it is written, and if it may be blank."""

    name: str
    start: int
    stop: int
    form: str
    may_be_blank: bool = False


# Blank where the list does not state them: they do not enter the absorption in air at 296 K.
_FIELDS = (
    _Field("nu", 3, 15, "{:12.6f}"),
    _Field("sw", 15, 25, "{:10.3E}"),
    _Field("a", 25, 35, "{:10.3E}", may_be_blank=True),
    _Field("gamma_air", 35, 40, "{:5.4f}"),
    _Field("gamma_self", 40, 45, "{:5.3f}", may_be_blank=True),
    _Field("elower", 45, 55, "{:10.4f}"),
    _Field("n_air", 55, 59, "{:4.2f}"),
    _Field("delta_air", 59, 67, "{:8.6f}", may_be_blank=True),
    _Field("gp", 146, 153, "{:7.1f}", may_be_blank=True),
    _Field("gpp", 153, 160, "{:7.1f}", may_be_blank=True),
)
_ROW = re.compile(r"[ \d]\d[0-9A-Z][ \d]{5}\.[\d ]{6}[ \w.+\-]{52}.{93}")


@dataclass(frozen=True, slots=True)
class _Line:
    """One spectral line, as far as it is checked here; ``row`` is clean for HAPI."""

    molecule: int
    isotopologue: int
    wavenumber_cm1: float
    gamma_air_cm1_atm: float
    row: str


def recognises(path: Path, head: bytes) -> bool:
    """Return True if the first line has the 160 columns of a HITRAN row."""
    del path
    lines = head_lines(head)
    return bool(lines) and _ROW.fullmatch(lines[0].ljust(_ROW_CHARACTERS)[:160]) is not None


def read(
    path: Path,
    *,
    gas: str | None = None,
    temperature_k: float | None = None,
    pressure_pa: float | None = None,
) -> tuple[AbsorptionSpectrum, ...]:
    """Return the computed cross-section of each molecule in the list.

    Voigt lines in air at 296 K and 1 atm, or as given, from the first to the last line of the
    list, natural isotopic abundance, cut 25 cm-1 from the centre. What lies outside the
    list is not in it.

    Raises
    ------
    HeaderError, TruncatedFileError, InputError, MissingExtraError
    """
    temperature_k = STANDARD_TEMPERATURE_K if temperature_k is None else temperature_k
    pressure_pa = STANDARD_PRESSURE_PA if pressure_pa is None else pressure_pa
    low_k, high_k = TEMPERATURE_RANGE_K
    if not (low_k <= temperature_k <= high_k and 0 < pressure_pa <= 1e7):
        raise InputError(
            f"lines can't be computed at {temperature_k:g} K and {pressure_pa:g} Pa; {low_k:g} to "
            f"{high_k:g} K and 0 to 1e7 Pa are possible."
        )
    hapi = load_hapi()
    by_molecule: dict[int, list[_Line]] = {}
    for line in _lines(read_text(path), path.name):
        by_molecule.setdefault(line.molecule, []).append(line)
    spectra = []
    for molecule, lines in sorted(by_molecule.items()):
        _check_known(hapi, lines, path.name)
        name = str(hapi.moleculeName(molecule))
        if gas is not None and len(by_molecule) > 1 and gas.lower() != name.lower():
            continue
        spectra.append(_compute(hapi, name, lines, temperature_k, pressure_pa, path.name))
    if not spectra:
        held = ", ".join(str(hapi.moleculeName(m)) for m in sorted(by_molecule))
        raise InputError(f"{path.name} holds {held}, and {gas!r} was asked for; name one of them.")
    return select_gas(spectra, gas, path.name)


def check_rows(path: Path) -> None:
    """Raise as `read` where a list is broken, without computing anything."""
    _check_known(load_hapi(), list(_lines(read_text(path), path.name)), path.name)


def load_hapi() -> ModuleType:
    """Return HITRAN's Python interface, imported without the banner that it prints.

    Raises
    ------
    MissingExtraError
        If it is not installed.
    """
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return importlib.import_module("hapi")
        except ImportError as error:
            raise MissingExtraError(
                "computing HITRAN lines needs the package hitran-api, which is not installed; "
                "install it by: pip install 'cathartes[hitran]'."
            ) from error


def _lines(text: str, file_name: str) -> Iterator[_Line]:
    rows = [(n, row) for n, row in enumerate(text.split("\n"), start=1) if row.strip()]
    if not text.endswith("\n") and len(rows[-1][1]) < len(rows[0][1]):
        raise TruncatedFileError(
            f"{file_name}, line {rows[-1][0]}: the last row is cut after {len(rows[-1][1])} "
            f"characters, the first has {len(rows[0][1])}; fetch the list again."
        )
    for number, raw in rows:
        row, where = raw.rstrip(), f"{file_name}, line {number}"
        if not _LAST_NEEDED <= len(row) <= _ROW_CHARACTERS:
            raise HeaderError(
                f"{where} has {len(row)} characters; a HITRAN row of 2004 or later has "
                f"{_ROW_CHARACTERS}: fetch the list again."
            )
        yield _line(row.ljust(_ROW_CHARACTERS), where)


def _line(row: str, where: str) -> _Line:
    values: dict[str, float] = {}
    clean = list(row[:3].ljust(_ROW_CHARACTERS))
    for field in _FIELDS:
        text = row[field.start : field.stop].strip()
        if not text and field.may_be_blank:
            text = "0"
        try:
            value = float(text) if text.isascii() else math.nan
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise HeaderError(
                f"{where}: field {field.name} is {text!r}; a number is needed in columns "
                f"{field.start + 1} to {field.stop}: fetch the list again."
            )
        values[field.name] = value
        written = row[field.start : field.stop]
        if not written.strip():
            written = field.form.format(value)[: field.stop - field.start]
        clean[field.start : field.stop] = written.rjust(field.stop - field.start)
    numbers, isotopologue = row[0:2].strip(), row[2]
    known = numbers.isascii() and numbers.isdigit() and isotopologue.isascii()
    if not (known and isotopologue.isalnum()):
        raise HeaderError(f"{where}: {row[0:3]!r} is no molecule and isotopologue; fetch it again.")
    in_range = 10 <= values["nu"] <= 50_000 and 0 <= values["sw"] < 1e-10
    if not (in_range and 0 < values["gamma_air"] < 10 and 0 <= values["elower"] < 1e5):
        raise HeaderError(
            f"{where}: a line at {values['nu']:g} cm-1 of intensity {values['sw']:g}, width "
            f"{values['gamma_air']:g} and lower state {values['elower']:g} cm-1 can't be; fetch "
            "the list again."
        )
    return _Line(
        int(numbers),
        _isotopologue(isotopologue),
        values["nu"],
        values["gamma_air"],
        "".join(clean),
    )


def _isotopologue(character: str) -> int:
    """Return HITRAN's number of an isotopologue: 1 to 9, then 0, A, B for 10, 11, 12."""
    if character.isdigit():
        return int(character) or 10
    return 11 + ord(character) - ord("A")


def _check_known(hapi: ModuleType, lines: list[_Line], file_name: str) -> None:
    unknown = {
        (n.molecule, n.isotopologue) for n in lines if (n.molecule, n.isotopologue) not in hapi.ISO
    }
    if unknown:
        raise HeaderError(
            f"{file_name}: HITRAN has no molecule and isotopologue {min(unknown)}; fetch the "
            "list again, or update hitran-api."
        )


def _compute(
    hapi: ModuleType,
    name: str,
    lines: list[_Line],
    temperature_k: float,
    pressure_pa: float,
    file_name: str,
) -> AbsorptionSpectrum:
    lines = sorted(lines, key=lambda n: n.wavenumber_cm1)
    grid = _grid(lines, temperature_k, pressure_pa, hapi)
    with tempfile.TemporaryDirectory() as folder, quiet_database(hapi, Path(folder)):
        data = "\n".join(n.row for n in lines) + "\n"
        Path(folder, f"{name}.data").write_text(data, encoding="latin-1")
        header = dict(hapi.HITRAN_DEFAULT_HEADER, table_name=name, number_of_rows=len(lines))
        Path(folder, f"{name}.header").write_text(json.dumps(header), encoding="utf-8")
        hapi.storage2cache(name)
        _, sigma = hapi.absorptionCoefficient_Voigt(
            SourceTables=name,
            Environment={"T": temperature_k, "p": pressure_pa / STANDARD_PRESSURE_PA},
            WavenumberGrid=grid,
            WavenumberWing=WING_CM1,
            WavenumberWingHW=0.0,
            HITRAN_units=True,
            Diluent={"air": 1.0},
        )
    step = float(grid[1] - grid[0])
    return AbsorptionSpectrum(
        gas=name,
        wavenumber_cm1=grid,
        cross_section_cm2=np.asarray(sigma, dtype=np.float64),
        temperature_k=temperature_k,
        pressure_pa=pressure_pa,
        resolution_cm1=step,
        quality=Quality.QUANTITATIVE,
        source=f"{len(lines)} HITRAN lines ({file_name}), Voigt in air by HAPI, "
        f"step {step:g} cm-1, wings cut at {WING_CM1:g} cm-1",
        terms="HITRAN terms: cite the source",
    )


def _grid(
    lines: list[_Line], temperature_k: float, pressure_pa: float, hapi: ModuleType
) -> NDArray[np.float64]:
    """Return an ascending grid with four points across the narrowest line, [cm-1]."""
    first, last = math.floor(lines[0].wavenumber_cm1), math.ceil(lines[-1].wavenumber_cm1)
    last = max(last, first + 1)
    mass = float(hapi.molecularMass(lines[0].molecule, lines[0].isotopologue))
    doppler_cm1 = 7.1623e-7 * lines[0].wavenumber_cm1 * math.sqrt(temperature_k / mass)
    narrowest = min(n.gamma_air_cm1_atm for n in lines)
    lorentz_cm1 = 2.0 * narrowest * pressure_pa / STANDARD_PRESSURE_PA
    width_cm1 = 0.5346 * lorentz_cm1 + math.hypot(math.sqrt(0.2166) * lorentz_cm1, doppler_cm1)
    step = min(max(width_cm1 / POINTS_PER_WIDTH, STEP_RANGE_CM1[0]), STEP_RANGE_CM1[1])
    count = math.ceil((last - first) / step) + 1
    if count > MAX_POINTS:
        raise InputError(
            f"lines from {first} to {last} cm-1 would need {count:,} points of {step:g} cm-1, at "
            f"most {MAX_POINTS:,} are computed; cut the list to a narrower range."
        )
    return np.linspace(first, last, count)


@contextlib.contextmanager
def quiet_database(hapi: ModuleType, folder: Path) -> Iterator[None]:
    """Let HAPI keep its tables in a folder and print nothing; its own state is as before after.

    HAPI's tables are global, so only one thread may be inside.
    """
    before = hapi.VARIABLES["BACKEND_DATABASE_NAME"]
    tables = dict(hapi.LOCAL_TABLE_CACHE)
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        hapi.VARIABLES["BACKEND_DATABASE_NAME"] = str(folder)
        try:
            yield
        finally:
            hapi.VARIABLES["BACKEND_DATABASE_NAME"] = before
            hapi.LOCAL_TABLE_CACHE.clear()
            hapi.LOCAL_TABLE_CACHE.update(tables)
