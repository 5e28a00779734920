"""HITRAN cross-sections (.xsc): a header of one line, then ten values a line; often several blocks.

Two layouts of the header are about: that of HITRAN since 2000 (fixed columns, molecule in 20),
and the older one that AER still uses (molecule in 10), whose columns are not always where they
should be, so it is taken apart by blanks.
"""

import math
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import HeaderError, InputError, TruncatedFileError
from cathartes.spectra.absorption import AbsorptionSpectrum, Quality
from cathartes.spectra.readers.interface import head_lines, read_text
from cathartes.spectra.readers.quantity import CM1, to_ascending_cm1
from cathartes.spectra.readers.sample import TORR_PA, gas_name, sample_of, select_gas

NAME = "xsc"

_VALUE = r"[-+]?\d*\.?\d+[eEdD][-+]?\d+"
_VALUES = re.compile(rf"(?:\s*{_VALUE})+\s*")
_OLD_START = re.compile(r"\s*\S+\s+\d+\.\d*\s*$")
_OLD_HEADER = re.compile(
    r"\s*(?P<formula>[A-Za-z][\w+\-]*)\s+(?P<low>\d+\.\d*)\s+(?P<high>\d+\.\d*)\s+(?P<count>\d+)"
    r"\s+(?P<kelvin>\d*\.\d*)\s+(?P<torr>\d*\.\d*)\s+(?P<top>\d*\.\d*E[-+]\d+)(?P<rest>.*)"
)


@dataclass(frozen=True, slots=True)
class XscHeader:
    """The first line of a block: range [cm-1], points, T [K], P [Torr], greatest value, names."""

    formula: str
    low_cm1: float
    high_cm1: float
    count: int
    temperature_k: float
    pressure_torr: float
    maximum_cm2: float
    resolution_cm1: float | None
    common_name: str
    remark: str


def parse_header(line: str) -> XscHeader | None:
    """Return the header that a line is, of either layout, or None."""
    header = _parse_new(line) or _parse_old(line)
    if header is None:
        return None
    numbers = (header.low_cm1, header.high_cm1, header.temperature_k, header.pressure_torr)
    sane = all(math.isfinite(n) for n in numbers) and header.temperature_k > 0
    return header if sane and 0 < header.low_cm1 < header.high_cm1 else None


def _parse_new(line: str) -> XscHeader | None:
    if _OLD_START.match(line[:20]):
        return None  # the old layout's other columns can pass for those of the new one
    try:
        resolution = re.search(r"\d*\.?\d+", line[70:75])
        return XscHeader(
            formula=line[0:20].strip(),
            low_cm1=float(line[20:30]),
            high_cm1=float(line[30:40]),
            count=int(line[40:47]),
            temperature_k=float(line[47:54]),
            pressure_torr=float(line[54:60]),
            maximum_cm2=float(line[60:70]),
            resolution_cm1=float(resolution.group()) if resolution else None,
            common_name=line[75:90].strip(),
            remark=line[90:].strip(),
        )
    except ValueError:
        return None


def _parse_old(line: str) -> XscHeader | None:
    found = _OLD_HEADER.match(line)
    if found is None:
        return None
    rest = found["rest"].split()
    return XscHeader(
        formula=found["formula"],
        low_cm1=float(found["low"]),
        high_cm1=float(found["high"]),
        count=int(found["count"][:12]),
        temperature_k=float("0" + found["kelvin"]),
        pressure_torr=float("0" + found["torr"]),
        maximum_cm2=float("0" + found["top"]),
        resolution_cm1=None,
        common_name=rest[1] if len(rest) > 1 else "",
        remark=" ".join(rest[2:]),
    )


def recognises(path: Path, head: bytes) -> bool:
    """Return True if the first line is a header of either layout."""
    del path
    lines = head_lines(head)
    return len(lines) > 1 and parse_header(lines[0]) is not None


def read(
    path: Path,
    *,
    gas: str | None = None,
    temperature_k: float | None = None,
    pressure_pa: float | None = None,
) -> tuple[AbsorptionSpectrum, ...]:
    """Return one spectrum a block: the same gas at several temperatures and pressures, mostly.

    A given temperature or pressure chooses the blocks that were measured there.

    A stated greatest value that the data do not have is noted in the spectrum's source: about
    one header in 35 of AER's is wrong there, and the data are right.

    Raises
    ------
    HeaderError, TruncatedFileError, InputError
    """
    blocks = _blocks(read_text(path), path.name)
    wanted = [_is_at(header, temperature_k, pressure_pa) for header, _ in blocks]
    if len(blocks) > 1 and not any(wanted):
        held = sorted({(h.temperature_k, round(h.pressure_torr * TORR_PA)) for h, _ in blocks})
        raise InputError(
            f"{path.name} holds no block at the given temperature and pressure; it holds "
            f"{', '.join(f'{t:g} K {p} Pa' for t, p in held)}: give one of them, or none."
        )
    spectra = [
        _spectrum(header, values, index, path.name, temperature_k, pressure_pa)
        for index, (header, values) in enumerate(blocks, start=1)
        if wanted[index - 1] or len(blocks) == 1
    ]
    return select_gas(spectra, gas, path.name)


def _is_at(header: XscHeader, temperature_k: float | None, pressure_pa: float | None) -> bool:
    """Return True if a block was measured at what is given, within the 0.5 % of `sample_of`."""
    pairs = ((temperature_k, header.temperature_k), (pressure_pa, header.pressure_torr * TORR_PA))
    return all(
        given is None or abs(given - stated) <= 0.005 * abs(stated) for given, stated in pairs
    )


def _blocks(text: str, file_name: str) -> list[tuple[XscHeader, list[float]]]:
    blocks: list[tuple[XscHeader, list[float]]] = []
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.replace("\x1a", " ")  # the end-of-file mark of CP/M and MS-DOS
        if not line.strip():
            continue
        if _VALUES.fullmatch(line) and blocks:
            found = re.findall(_VALUE, line)
            blocks[-1][1].extend(float(v.upper().replace("D", "E")) for v in found)
        elif (header := parse_header(line)) is not None:
            blocks.append((header, []))
        else:
            raise HeaderError(
                f"{file_name}, line {number}: {line.strip()[:40]!r} is neither a line of values "
                "nor an .xsc header (molecule, range, points, T, P, maximum); fetch it again."
            )
    if not blocks:
        raise HeaderError(f"{file_name} holds no .xsc header; name another format or file.")
    return blocks


def _spectrum(
    header: XscHeader,
    values: list[float],
    index: int,
    file_name: str,
    temperature_k: float | None,
    pressure_pa: float | None,
) -> AbsorptionSpectrum:
    where = f"{file_name}, block {index}"
    sigma = _cut_padding(header, np.array(values, dtype=np.float64), where)
    nu = np.linspace(header.low_cm1, header.high_cm1, header.count)
    nu, sigma = to_ascending_cm1(nu, sigma, CM1, where)
    sample = sample_of(
        gas_name(None, header.common_name, header.formula),
        header.temperature_k,
        header.pressure_torr * TORR_PA,
        temperature_k,
        pressure_pa,
    )
    notes = [f"HITRAN cross-section {header.formula} ({file_name}, block {index})", *sample.notes]
    if header.remark:
        notes.append(f"broadener, reference: {header.remark}")
    top = float(sigma.max())
    if abs(top - header.maximum_cm2) > 0.01 * abs(header.maximum_cm2):
        notes.append(f"header states a maximum of {header.maximum_cm2:g}, data reach {top:g}")
    resolution_cm1 = header.resolution_cm1
    if not resolution_cm1:
        resolution_cm1 = 2.0 * float(np.median(np.diff(nu)))
        notes.append("resolution not stated, two steps of the axis taken")
    return AbsorptionSpectrum(
        gas=sample.gas,
        wavenumber_cm1=nu,
        cross_section_cm2=sigma,
        temperature_k=sample.temperature_k,
        pressure_pa=sample.pressure_pa,
        resolution_cm1=resolution_cm1,
        quality=Quality.QUANTITATIVE,
        source="; ".join(notes),
        terms="HITRAN terms: cite the source",
    )


def _cut_padding(header: XscHeader, sigma: NDArray[np.float64], where: str) -> NDArray[np.float64]:
    """Return as many values as the header promises; the last line may be filled up by zeros."""
    if header.count < 2:
        raise InputError(
            f"{where}: {header.count} point; a spectrum needs at least 2, so fetch it again."
        )
    message = (
        f"{where}: {sigma.size} values, and the header promises {header.count}; fetch the file "
        "again."
    )
    if sigma.size < header.count:
        raise TruncatedFileError(message)
    if sigma.size - header.count > 9 or sigma[header.count :].any():
        raise HeaderError(message)
    return sigma[: header.count]
