"""ENVI spectral libraries: a text header and a binary table, one row a gas."""

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import HeaderError, TruncatedFileError, UnitError
from cathartes.spectra.absorption import AbsorptionSpectrum, Quality
from cathartes.spectra.readers.interface import HEAD_BYTES, read_bytes, read_text
from cathartes.spectra.readers.quantity import (
    CM1,
    parse_axis,
    parse_ordinate,
    to_ascending_cm1,
    to_cross_section,
)
from cathartes.spectra.readers.sample import gas_name, sample_of, select_gas

NAME = "envi-library"

_TYPES = {
    1: "u1", 2: "i2", 3: "i4", 4: "f4", 5: "f8", 12: "u2", 13: "u4", 14: "i8", 15: "u8",
}  # fmt: skip
_SUFFIXES = (".sli", ".slb", ".lib", ".dat", ".bin", "")
_ENTRY = re.compile(
    r"^[ \t]*([A-Za-z][A-Za-z _]*?)[ \t]*=[ \t]*(\{[^{}]*\}|[^\n{}]*)", re.MULTILINE
)


def recognises(path: Path, head: bytes) -> bool:
    """Return True if the file is such a header, or has one beside it."""
    if _is_library_header(head):
        return True
    header = _header_beside(path)
    if header is None or head.lstrip().startswith(b"ENVI"):
        return False
    try:
        with header.open("rb") as stream:
            return _is_library_header(stream.read(HEAD_BYTES))
    except OSError:
        return False


def _is_library_header(head: bytes) -> bool:
    kind = rb"file\s*type\s*=\s*ENVI\s+Spectral\s+Library"
    return head.startswith(b"ENVI") and re.search(kind, head, re.IGNORECASE) is not None


def _header_beside(path: Path) -> Path | None:
    for candidate in (path.with_suffix(".hdr"), path.with_name(path.name + ".hdr")):
        if candidate != path and candidate.is_file():
            return candidate
    return None


def read(
    path: Path,
    *,
    gas: str | None = None,
    temperature_k: float | None = None,
    pressure_pa: float | None = None,
) -> tuple[AbsorptionSpectrum, ...]:
    """Return one spectrum a row of the library, named by ``spectra names``.

    The quantity and its unit are read from the second of the ``z plot titles``.

    Parameters
    ----------
    path
        The header or the table.
    gas, temperature_k, pressure_pa
        As in `SpectrumReader.read`.

    Raises
    ------
    HeaderError, TruncatedFileError, UnitError, InputError
    """
    header_path, data_path = _pair(path)
    fields = _fields(read_text(header_path), header_path.name)
    table = _table(fields, header_path.name, data_path)
    axis, unit = _axis(fields, table.shape[1], header_path.name)
    titles = _items(fields.get("z plot titles", ""))
    if len(titles) != 2:
        raise UnitError(
            f"{header_path.name} does not say what its values are; add 'z plot titles = "
            "{Wavenumber (cm-1), cross_section_cm2}' with the right quantity."
        )
    ordinate, factor = parse_ordinate(titles[1], f"{header_path.name}: z plot titles")
    factor /= _number(fields, "reflectance scale factor", header_path.name, 1.0)
    names = _items(fields.get("spectra names", "")) or [""] * table.shape[0]
    if len(names) != table.shape[0]:
        raise HeaderError(
            f"{header_path.name}: {len(names)} spectra names and {table.shape[0]} lines; as many "
            "of each are needed."
        )
    spectra = []
    for row, stated in zip(table, names, strict=True):
        where = f"{data_path.name}, spectrum {stated!r}"
        with np.errstate(all="ignore"):
            nu, values = to_ascending_cm1(axis, row * factor, unit, where)
        name = gas_name(None if stated else gas, stated)
        sample = sample_of(name, None, None, temperature_k, pressure_pa)
        sigma, best = to_cross_section(ordinate, values, sample)
        quality = Quality.SEMI_QUANTITATIVE if best is Quality.QUANTITATIVE else best
        spectra.append(
            AbsorptionSpectrum(
                gas=name,
                wavenumber_cm1=nu,
                cross_section_cm2=sigma,
                temperature_k=sample.temperature_k,
                pressure_pa=sample.pressure_pa,
                resolution_cm1=2.0 * float(np.median(np.diff(nu))),
                quality=quality,
                source="; ".join(
                    [
                        f"ENVI spectral library {data_path.name}",
                        "quality not stated",
                        "resolution not stated, two steps of the axis taken",
                        *sample.notes,
                    ]
                ),
            )
        )
    return select_gas(spectra, gas, path.name)


def _pair(path: Path) -> tuple[Path, Path]:
    """Return header and table, whichever of the two was named."""
    if read_bytes(path, 4) != b"ENVI":
        header = _header_beside(path)
        if header is None:
            raise HeaderError(
                f"{path.name} has no header {path.with_suffix('.hdr').name} beside it; put it "
                "there."
            )
        return header, path
    tried = [path.with_suffix(suffix) for suffix in _SUFFIXES]
    for candidate in tried:
        if candidate != path and candidate.is_file():
            return path, candidate
    names = ", ".join(candidate.name for candidate in tried)
    raise HeaderError(f"{path.name} has no table beside it; one of {names} is needed.")


def _fields(text: str, file_name: str) -> dict[str, str]:
    if not text.startswith("ENVI"):
        raise HeaderError(f"{file_name} does not start with ENVI; name an ENVI header.")
    return {key.lower(): value.strip() for key, value in _ENTRY.findall(text)}


def _items(value: str) -> list[str]:
    return [item.strip() for item in value.strip("{} \n").split(",") if item.strip()]


def _number(
    fields: dict[str, str], key: str, file_name: str, default: float | None = None
) -> float:
    text = fields.get(key, "")
    if not text and default is not None:
        return default
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not np.isfinite(value) or value < 0 or (default is not None and value == 0 and default):
        raise HeaderError(
            f"{file_name}: '{key}' is {text[:40]!r}; a number is needed: correct the header."
        )
    return value


def _table(fields: dict[str, str], file_name: str, data_path: Path) -> NDArray[np.float64]:
    """Return (line, point), as stored."""
    points, lines, offset, kind, order = (
        int(_number(fields, key, file_name, default))
        for key, default in (
            ("samples", None), ("lines", None), ("header offset", 0.0), ("data type", None),
            ("byte order", 0.0),
        )
    )  # fmt: skip
    if _number(fields, "bands", file_name, 1.0) != 1 or points < 2 or lines < 1:
        raise HeaderError(
            f"{file_name}: {points} samples, {lines} lines, {fields.get('bands', '1')} bands; a "
            "spectral library has at least 2 samples, a line a spectrum, and 1 band."
        )
    if kind not in _TYPES:
        raise HeaderError(
            f"{file_name}: data type {kind} is not read; a real one is needed: {sorted(_TYPES)}."
        )
    dtype = np.dtype((">" if order == 1 else "<") + _TYPES[kind])
    content = read_bytes(data_path)[offset:]
    needed = points * lines * dtype.itemsize
    message = (
        f"{data_path.name} holds {len(content)} bytes after its offset, and the header promises "
        f"{needed} ({lines} x {points} x {dtype.itemsize}); "
    )
    if len(content) < needed:
        raise TruncatedFileError(message + "fetch the table again.")
    if len(content) > needed:
        raise HeaderError(message + "correct samples, lines or data type.")
    with np.errstate(invalid="ignore"):  # signalling NaN: refused where values are checked
        return np.frombuffer(content, dtype=dtype).reshape(lines, points).astype(np.float64)


def _axis(fields: dict[str, str], points: int, file_name: str) -> tuple[NDArray[np.float64], str]:
    items = _items(fields.get("wavelength", ""))
    if len(items) != points:
        raise HeaderError(
            f"{file_name}: {len(items)} wavelengths and {points} samples; as many of each are "
            "needed."
        )
    try:
        axis = np.array([float(item) for item in items])
    except ValueError as error:
        raise HeaderError(f"{file_name}: the wavelengths are not all numbers ({error}).") from None
    unit = fields.get("wavelength units", "")
    if unit.lower() in {"wavenumber", "wavenumbers"}:
        return axis, CM1
    return axis, parse_axis(unit, f"{file_name}: 'wavelength units'", axis)
