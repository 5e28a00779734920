"""Our own plain text: a commented header, a line that names the columns with units, two columns.

::

    # gas: acetone
    # temperature_k: 296
    # pressure_pa: 101325
    # resolution_cm1: 0.5
    # quality: quantitative
    # source: where it comes from
    # terms: under which terms it may be used
    wavenumber_cm1,cross_section_cm2
    700.0,1.2e-21

Described in docs/reference/spectrum-files.md.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from cathartes.errors import HeaderError, InputError, UnitError
from cathartes.spectra.absorption import AbsorptionSpectrum, Quality, number_density_per_ppm_m
from cathartes.spectra.readers.interface import head_lines, read_text
from cathartes.spectra.readers.quantity import (
    Ordinate,
    parse_axis,
    parse_ordinate,
    to_ascending_cm1,
    to_cross_section,
)
from cathartes.spectra.readers.sample import gas_name, sample_of, select_gas

NAME = "csv"

KEYS = (
    "gas", "temperature_k", "pressure_pa", "resolution_cm1", "quality", "column_density_ppm_m",
    "source", "terms", "formula", "cas", "molar_mass_g_mol", "aliases", "remark",
)  # fmt: skip
"""The keys that a comment may state; other comments are remarks and are passed over."""

_SEPARATOR = re.compile(r"[,;\t]")
_COLUMNS = re.compile(r"\s*\"?(wave|freq|nu\b)[^,;\t]*[,;\t].*", re.IGNORECASE)


def recognises(path: Path, head: bytes) -> bool:
    """Return True if the first line that is no comment names two columns, a spectral axis first."""
    del path
    for line in head_lines(head):
        if line.strip() and not line.lstrip().startswith("#"):
            return _COLUMNS.fullmatch(line) is not None
    return False


def read(
    path: Path,
    *,
    gas: str | None = None,
    temperature_k: float | None = None,
    pressure_pa: float | None = None,
) -> tuple[AbsorptionSpectrum, ...]:
    """Return the one spectrum of the file.

    A file that does not state its ``quality`` is semi-quantitative at best; absorbance and
    transmittance need ``column_density_ppm_m``, else only the shape is kept.

    Raises
    ------
    HeaderError, UnitError, InputError
    """
    header, columns, rows = _parse(read_text(path), path.name)
    table = np.array(rows, dtype=np.float64).reshape(-1, 2)
    where = f"{path.name}, data"
    if len(rows) < 2:
        raise InputError(f"{where}: {len(rows)} points; a spectrum needs at least 2.")
    ordinate, factor = parse_ordinate(columns[1], f"{path.name}: the second column")
    unit = parse_axis(columns[0], f"{path.name}: the first column", table[:, 0])
    nu, values = to_ascending_cm1(table[:, 0], table[:, 1], unit, where)
    sample = sample_of(
        gas_name(gas or header.get("gas")),
        _number(header, "temperature_k", path.name),
        _number(header, "pressure_pa", path.name),
        temperature_k,
        pressure_pa,
    )
    amount = _number(header, "column_density_ppm_m", path.name)
    if amount is not None:
        per_ppm_m_cm2 = number_density_per_ppm_m(sample.temperature_k, sample.pressure_pa)
        sample = replace(sample, column_cm2=amount * per_ppm_m_cm2)
    sigma, best = to_cross_section(ordinate, values * factor, sample)
    quality = _quality(header, best, path.name)
    resolution_cm1 = _number(header, "resolution_cm1", path.name)
    notes = [header.get("source", path.name), *sample.notes]
    if "quality" not in header and best is Quality.QUANTITATIVE:
        notes.append("quality not stated")
    if resolution_cm1 is None:
        resolution_cm1 = 2.0 * float(np.median(np.diff(nu)))
        notes.append("resolution not stated, two steps of the axis taken")
    spectrum = AbsorptionSpectrum(
        gas=gas_name(header.get("gas") or gas),
        wavenumber_cm1=nu,
        cross_section_cm2=sigma,
        temperature_k=sample.temperature_k,
        pressure_pa=sample.pressure_pa,
        resolution_cm1=resolution_cm1,
        quality=quality,
        source="; ".join(notes),
        terms=header.get("terms", ""),
    )
    return select_gas([spectrum], gas, path.name)


def read_header(path: Path) -> dict[str, str]:
    """Return what the comments of a file state, by key; raises as `read`."""
    return _split(read_text(path), path.name)[0]


def _parse(text: str, file_name: str) -> tuple[dict[str, str], list[str], list[list[float]]]:
    """Return what the comments state, the names of the two columns, and the rows."""
    header, columns, lines = _split(text, file_name)
    rows: list[list[float]] = []
    for number, line in lines:
        if not line.strip() or line.startswith("#"):
            continue
        cells = _cells(line, f"{file_name}, line {number}")
        try:
            row = [float(cells[0]), float(cells[1])]
        except ValueError:
            row = [math.nan, math.nan]
        if not (math.isfinite(row[0]) and math.isfinite(row[1])):
            raise InputError(
                f"{file_name}, line {number}: {line.strip()[:40]!r} is not two finite numbers; cut "
                "such lines out."
            )
        rows.append(row)
    return header, columns, rows


def _split(
    text: str, file_name: str
) -> tuple[dict[str, str], list[str], Iterator[tuple[int, str]]]:
    """Return what the comments state, the names of the two columns, and the numbered rest."""
    header: dict[str, str] = {}
    lines = enumerate(text.split("\n"), start=1)
    for number, raw in lines:
        line = raw.strip()
        if line.startswith("#"):
            key, colon, value = line.lstrip("# ").partition(":")
            if colon and (known := key.strip().lower()) in KEYS:
                header[known] = value.strip()
        elif line:
            where = f"{file_name}, line {number}"
            columns = _cells(line, where)
            if _is_number(columns[0]):
                raise UnitError(
                    f"{where}: numbers were found where the names of the columns are needed; put "
                    "a line like 'wavenumber_cm1,cross_section_cm2' above them."
                )
            return header, columns, lines
    raise HeaderError(
        f"{file_name} names no columns; a line like 'wavenumber_cm1,cross_section_cm2' is needed "
        "above the numbers."
    )


def _cells(line: str, where: str) -> list[str]:
    cells = [cell.strip().strip('"') for cell in _SEPARATOR.split(line)]
    if len(cells) != 2:
        raise HeaderError(
            f"{where} has {len(cells)} columns; 2 are needed, the axis and the values: cut the "
            "others out."
        )
    return cells


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _number(header: Mapping[str, str], key: str, file_name: str) -> float | None:
    if key not in header:
        return None
    text = header[key]
    value = float(text) if _is_number(text) else -1.0
    # Low pressures are often stated as 0; nothing else can be.
    if value < 0 or (value == 0 and key != "pressure_pa"):
        raise HeaderError(
            f"{file_name}: '# {key}: {text}' is no positive number; correct it, without a unit."
        )
    return value


def _quality(header: Mapping[str, str], best: Quality, file_name: str) -> Quality:
    """Return the stated quality, or the most that can be said without, but never over the best."""
    if "quality" not in header:
        return Quality.SEMI_QUANTITATIVE if best is Quality.QUANTITATIVE else best
    try:
        stated = Quality(header["quality"].lower())
    except ValueError:
        raise HeaderError(
            f"{file_name}: '# quality: {header['quality']}' is not one of {', '.join(Quality)}; "
            "correct it."
        ) from None
    order = list(Quality)
    return max(stated, best, key=order.index)


def format_csv(spectrum: AbsorptionSpectrum, extra: Mapping[str, str] | None = None) -> str:
    """Return a spectrum as the text of a file that `read` reads back without loss.

    Parameters
    ----------
    spectrum
    extra
        More lines for the header, by key.
    """
    header = {
        "gas": spectrum.gas,
        "temperature_k": repr(float(spectrum.temperature_k)),
        "pressure_pa": repr(float(spectrum.pressure_pa)),
        "resolution_cm1": repr(float(spectrum.resolution_cm1)),
        "quality": str(spectrum.quality),
        "source": spectrum.source,
        "terms": spectrum.terms,
        **(extra or {}),
    }
    lines = [f"# {key}: {' '.join(value.split())}" for key, value in header.items() if value]
    lines.append(f"wavenumber_cm1,{Ordinate.CROSS_SECTION}")
    lines.extend(
        f"{nu!r},{sigma!r}"
        for nu, sigma in zip(
            spectrum.wavenumber_cm1.tolist(), spectrum.cross_section_cm2.tolist(), strict=True
        )
    )
    return "\n".join(lines) + "\n"
