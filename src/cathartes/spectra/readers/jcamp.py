"""JCAMP-DX infrared spectra: NIST QUANT-IR, Coblentz Society, NIST/EPA.

Why a parser of our own: docs/decisions/0010-jcamp-reader.md.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.constants import Boltzmann

from cathartes.errors import (
    HeaderError,
    InputError,
    NotGasPhaseError,
    TruncatedFileError,
)
from cathartes.spectra.absorption import AbsorptionSpectrum
from cathartes.spectra.readers.interface import read_text
from cathartes.spectra.readers.jcamp_forms import free_numbers, read_ordinates
from cathartes.spectra.readers.quantity import (
    LEAST_TRANSMITTANCE,
    MOST_TRANSMITTANCE,
    Ordinate,
    parse_axis,
    parse_ordinate,
    to_ascending_cm1,
    to_cross_section,
)
from cathartes.spectra.readers.sample import (
    Sample,
    gas_name,
    parse_length_m,
    parse_pressure_pa,
    parse_temperature_k,
    sample_of,
    select_gas,
)
from cathartes.spectra.readers.transmittance import estimate_baseline

NAME = "jcamp"

MAX_POINTS = 20_000_000

_PRESSURE_TEXT = r"\d*\.?\d+\s*(?:mm\s?Hg|torr|atm|kPa|mbar|bar|Pa)\b"
_TOTAL_PRESSURE = re.compile(rf"TOTAL\s+PRESSURE\s*(?:OF\s*)?({_PRESSURE_TEXT})", re.IGNORECASE)
_ANY_PRESSURE = re.compile(_PRESSURE_TEXT, re.IGNORECASE)
_GAS_STATE = re.compile(r"\W*(gas(eous)?|vapou?r)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Block:
    """One spectrum of a file: its labels (spelled ``PATHLENGTH``), the table's form and lines."""

    labels: dict[str, str]
    form: str
    lines: list[str]
    file_name: str

    def __getitem__(self, label: str) -> str:
        return self.labels.get(label, "")

    def number(self, label: str, default: float | None = None) -> float:
        """Return a label's number; raises HeaderError if it is missing or no finite number."""
        text = self[label]
        if not text and default is not None:
            return default
        try:
            value = float(text.split()[0]) if text else np.nan
        except ValueError:
            value = np.nan
        if not np.isfinite(value):
            found = f"is {text[:40]!r}" if text else "is missing"
            raise HeaderError(
                f"{self.file_name}: ##{label}= {found}; a number is needed: fetch or export the "
                "file again."
            )
        return value


def recognises(path: Path, head: bytes) -> bool:
    """Return True if the first labelled record is one of JCAMP-DX."""
    del path
    return re.match(rb"\s*(\$\$[^\n]*\n\s*)*##\s*(TITLE|JCAMP)", head, re.IGNORECASE) is not None


def read(
    path: Path,
    *,
    gas: str | None = None,
    temperature_k: float | None = None,
    pressure_pa: float | None = None,
) -> tuple[AbsorptionSpectrum, ...]:
    """Return one spectrum a data block.

    Absorption coefficients (QUANT-IR) are quantitative. Transmittance and absorbance are
    semi-quantitative where partial pressure and path are stated, else shape only; from
    transmittance a baseline is divided out first.

    Raises
    ------
    HeaderError, TruncatedFileError, UnitError, NotGasPhaseError, InputError
    """
    blocks = split_blocks(read_text(path), path.name)
    spectra = [_spectrum(block, gas, temperature_k, pressure_pa) for block in blocks]
    return select_gas(spectra, gas, path.name)


def split_blocks(text: str, file_name: str) -> list[Block]:
    """Return the blocks that hold data; link blocks around them hold none.

    Raises
    ------
    HeaderError
        If there is no table of a form that is read.
    TruncatedFileError
        If a table is not ended by ``##END=``.
    """
    blocks: list[Block] = []
    labels: dict[str, str] = {}
    records = list(_records(text))
    for index, (label, value, lines) in enumerate(records):
        if label == "TITLE":
            labels = {}
        if label not in {"XYDATA", "XYPOINTS"}:
            labels[label] = " ".join([value, *(line.strip() for line in lines)]).strip()
            continue
        if index + 1 == len(records) or records[index + 1][0] != "END":
            raise TruncatedFileError(
                f"{file_name}: the data table is not ended by ##END=; the file is cut: fetch it "
                "again."
            )
        form = re.sub(r"\s", "", value).upper()
        blocks.append(Block(labels, form, lines, file_name))
    if not blocks:
        raise HeaderError(
            f"{file_name} has no ##XYDATA= or ##XYPOINTS= table; peak tables and n-tuples are not "
            "read: export the spectrum as XYDATA."
        )
    return blocks


def _records(text: str) -> Iterator[tuple[str, str, list[str]]]:
    """Give each labelled record: label (as JCAMP compares them), value, lines that follow."""
    label, value, lines = "", "", list[str]()
    for raw in text.split("\n"):
        line = raw.split("$$", 1)[0]  # the rest is a comment
        record = re.match(r"\s*##([^=]*)=(.*)", line)
        if record is None:
            if line.strip():
                lines.append(line)
            continue
        if label:
            yield label, value, lines
        label = re.sub(r"[\s\-/_]", "", record.group(1)).upper()
        value, lines = record.group(2).strip(), []
    if label:
        yield label, value, lines


def _spectrum(
    block: Block, gas: str | None, temperature_k: float | None, pressure_pa: float | None
) -> AbsorptionSpectrum:
    _check_gas_phase(block)
    axis, values = _points(block)
    where = f"{block.file_name}, data table"
    nu, values = to_ascending_cm1(
        axis, values, parse_axis(block["XUNITS"], f"{block.file_name}: ##XUNITS=", axis), where
    )
    ordinate, factor = parse_ordinate(block["YUNITS"], f"{block.file_name}: ##YUNITS=")
    values = values * factor
    sample = _sample(block, ordinate, gas, temperature_k, pressure_pa)
    notes = [*sample.notes, *_check_maximum(block, values / factor)]
    if ordinate is Ordinate.TRANSMITTANCE:
        if float(np.percentile(values, 99)) > MOST_TRANSMITTANCE:
            raise HeaderError(
                f"{block.file_name}: a transmittance of {values.max():g} was found, at most about "
                "1 is possible; if it is in per cent say ##YUNITS=% TRANSMITTANCE."
            )
        values = values / estimate_baseline(nu, values)
        notes.append("baseline divided out")
        if saturated := int((values < LEAST_TRANSMITTANCE).sum()):
            notes.append(f"{saturated} points are saturated")
    resolution_cm1 = _resolution_cm1(block)
    if resolution_cm1 is None:
        resolution_cm1 = 2.0 * float(np.median(np.diff(nu)))
        notes.append("resolution not stated, two steps of the axis taken")
    sigma, quality = to_cross_section(ordinate, values, sample)
    stated = block["SOURCEREFERENCE"] or block["$NISTSOURCE"] or block["ORIGIN"]
    return AbsorptionSpectrum(
        gas=sample.gas,
        wavenumber_cm1=nu,
        cross_section_cm2=sigma,
        temperature_k=sample.temperature_k,
        pressure_pa=sample.pressure_pa,
        resolution_cm1=resolution_cm1,
        quality=quality,
        source="; ".join([f"{stated or 'JCAMP-DX'} ({block.file_name})", *notes]),
        terms=block["OWNER"],
    )


def _check_gas_phase(block: Block) -> None:
    kind = block["DATATYPE"].upper()
    if kind and "INFRARED" not in kind:
        raise HeaderError(
            f"{block.file_name}: ##DATA TYPE= is {kind!r}; an infrared spectrum is needed."
        )
    state = block["STATE"]
    if not state:
        raise NotGasPhaseError(
            f"{block.file_name} does not say whether it is of a gas; if you know that it is, add "
            "##STATE=gas to its header."
        )
    if not _GAS_STATE.match(state):
        raise NotGasPhaseError(
            f"{block.file_name}: ##STATE= is {state[:60]!r}; only the spectrum of a gas shows what "
            "a plume absorbs: fetch a gas-phase spectrum."
        )


def _points(block: Block) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return axis [XUNITS] and values [YUNITS] of a block, factors applied."""
    x_factor, y_factor = block.number("XFACTOR", 1.0), block.number("YFACTOR", 1.0)
    if block.form == "(X++(Y..Y))":
        axis = _axis(block)
        values = read_ordinates(block.lines, axis, x_factor)
        _check_count(block, values.size, axis.size)
    elif block.form == "(XY..XY)":
        numbers = [
            number
            for n, line in enumerate(block.lines, start=1)
            for number in free_numbers(line, f"line {n} of the data table")
        ]
        if len(numbers) % 2:
            raise TruncatedFileError(
                f"{block.file_name}: {len(numbers)} numbers are no pairs of X and Y; fetch the "
                "file again."
            )
        axis, values = np.array(numbers[0::2]), np.array(numbers[1::2])
        with np.errstate(all="ignore"):
            axis = axis * x_factor
        if block["NPOINTS"]:
            _check_count(block, values.size, block.number("NPOINTS"))
    else:
        raise HeaderError(
            f"{block.file_name}: a table of the form {block.form!r} is not read; export it as "
            "##XYDATA=(X++(Y..Y))."
        )
    with np.errstate(all="ignore"):
        return axis, values * y_factor


def _axis(block: Block) -> NDArray[np.float64]:
    count = block.number("NPOINTS")
    if not 2 <= count <= MAX_POINTS or count != int(count):
        raise HeaderError(
            f"{block.file_name}: ##NPOINTS={count:g}; a whole number from 2 to {MAX_POINTS:,} is "
            "needed."
        )
    first, last = block.number("FIRSTX"), block.number("LASTX")
    if first == last or max(abs(first), abs(last)) > 1e9:
        raise HeaderError(
            f"{block.file_name}: ##FIRSTX={first:g} and ##LASTX={last:g} make no axis; correct "
            "them."
        )
    return np.linspace(first, last, int(count))


def _check_count(block: Block, found: int, promised: float) -> None:
    if found == promised:
        return
    message = (
        f"{block.file_name}: the table holds {found} points and ##NPOINTS= promises "
        f"{promised:g}; fetch the file again, or correct its header."
    )
    raise TruncatedFileError(message) if found < promised else HeaderError(message)


def _check_maximum(block: Block, values: NDArray[np.float64]) -> list[str]:
    """Return a note if the greatest value is not the stated one within 2 %."""
    if not block["MAXY"]:
        return []
    stated, found = block.number("MAXY"), float(values.max())
    if abs(found - stated) <= 0.02 * abs(stated) + 1e-12:
        return []
    return [f"header states a maximum of {stated:g}, data reach {found:g}"]


def _sample(
    block: Block,
    ordinate: Ordinate,
    gas: str | None,
    temperature_k: float | None,
    pressure_pa: float | None,
) -> Sample:
    file = block.file_name
    name = gas_name(None, block["TITLE"], block["CASNAME"], block["NAMES"], gas or "")
    stated_k = (
        parse_temperature_k(block["TEMPERATURE"], f"{file}: ##TEMPERATURE=")
        if block["TEMPERATURE"]
        else None
    )
    stated_pa, partial_pa = _pressures_pa(block, ordinate)
    if stated_pa is None and pressure_pa is None:
        stated_pa = partial_pa
    sample = sample_of(name, stated_k, stated_pa, temperature_k, pressure_pa)
    if ordinate not in (Ordinate.TRANSMITTANCE, Ordinate.ABSORBANCE):
        return sample
    path = block["PATHLENGTH"]
    if partial_pa is None or not path:
        missing = "amount" if partial_pa is None else "path length"
        return replace(sample, notes=(*sample.notes, f"{missing} not stated"))
    path_m = parse_length_m(path, f"{file}: ##PATH LENGTH=")
    column_cm2 = partial_pa / (Boltzmann * sample.temperature_k) * path_m * 1e-4
    if not column_cm2 > 0:
        raise HeaderError(
            f"{file}: partial pressure {partial_pa:g} Pa over {path_m:g} m is no amount of gas; "
            "correct the header."
        )
    note = f"{partial_pa:.0f} Pa over {path_m:g} m"
    return replace(sample, column_cm2=column_cm2, notes=(*sample.notes, note))


def _pressures_pa(block: Block, ordinate: Ordinate) -> tuple[float | None, float | None]:
    """Return the total and the partial pressure, as far as they are stated, [Pa].

    They are in labels of their own or only inside the text of ``##STATE=``.
    """
    file, state = block.file_name, block["STATE"]
    total_pa = partial_pa = None
    if block["PRESSURE"]:
        total_pa = parse_pressure_pa(block["PRESSURE"], f"{file}: ##PRESSURE=")
        if ordinate is Ordinate.ABSORPTION_BASE_10 and 80.0 <= total_pa <= 110.0:
            total_pa *= 1e3  # QUANT-IR of 2000 and 2001 writes Pa and means kPa
        if abs(total_pa - 101_300.0) < 1.0:
            total_pa = 101_325.0  # one atmosphere, written with four digits
    elif total := _TOTAL_PRESSURE.search(state):
        total_pa = parse_pressure_pa(total.group(1), f"{file}: ##STATE=")
    if block["PARTIALPRESSURE"]:
        partial_pa = parse_pressure_pa(block["PARTIALPRESSURE"], f"{file}: ##PARTIAL_PRESSURE=")
    elif partial := _ANY_PRESSURE.search(_TOTAL_PRESSURE.sub("", state)):
        partial_pa = parse_pressure_pa(partial.group(), f"{file}: ##STATE=")
    return total_pa, partial_pa


def _resolution_cm1(block: Block) -> float | None:
    """Return the stated resolution, [cm-1]."""
    stated = re.match(r"\s*(\d*\.?\d+)", block["RESOLUTION"])
    value = float(stated.group(1)) if stated else 0.0
    if value > 1000:
        raise InputError(
            f"{block.file_name}: ##RESOLUTION={value:g} is coarser than any band; correct it."
        )
    return value if value > 0 else None
