"""ENVI cubes: a text header beside raw numbers, band-sequential or interleaved."""

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import HeaderError, UnknownFormatError
from cathartes.scenes.cube import Cube
from cathartes.scenes.description import Description, to_cube
from cathartes.scenes.options import OpenOptions
from cathartes.scenes.quantity import Quantity
from cathartes.scenes.readers.envi_header import (
    EnviHeader,
    find_pair,
    is_envi_header,
    read_header,
)
from cathartes.scenes.readers.envi_lines import RawLayout, RawLines
from cathartes.scenes.readers.envi_map import read_map_info
from cathartes.scenes.readers.envi_writer import write_envi
from cathartes.scenes.times import to_time_utc

__all__ = ["NAME", "read", "recognises", "write_envi"]

NAME = "ENVI"

_UNIT_KEYS = ("radiance units", "data units", "units")
_TIME_KEYS = ("acquisition time", "acquisition date", "start time", "start_time")
_KEPT_KEYS = ("description", "sensor type", "data type", "interleave", "file type")
_OTHER_MAGIC = (b"\x89HDF", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"PK\x03\x04")


def recognises(path: Path, head: bytes) -> bool:
    """Return True for an ENVI header, and for a raw file with an ENVI header beside it."""
    if path.is_dir() or head.startswith(_OTHER_MAGIC):
        return False
    if is_envi_header(head):
        return True
    if path.suffix.lower() == ".hdr":
        return False
    pair = find_pair(path)
    if pair is None:
        return False
    with pair[0].open("rb") as file:
        return is_envi_header(file.read(64))


def read(path: Path, options: OpenOptions) -> Cube:
    """Return the cube of an ENVI header or of its data file.

    Raises
    ------
    UnknownFormatError
        If one of the two files is not there, or they hold no cube.
    HeaderError, TruncatedFileError, UnitError
        If the header misses something, or contradicts its data.
    """
    pair = find_pair(path)
    if pair is None:
        raise UnknownFormatError(
            f"{path.name}: an ENVI cube is two files, and the other one is not beside it; put "
            "the data file beside its header (scene.img and scene.hdr)."
        )
    header = read_header(pair[0])
    kind = header.text("file type").lower()
    if "spectral library" in kind or "classification" in kind or "tiff" in kind:
        raise UnknownFormatError(
            f"{header.path.name}: the header says 'file type = {header.text('file type')}'; a raw "
            "cube ('ENVI Standard') is needed."
        )
    layout = RawLayout.of(header, pair[1])
    quantity, unit, unit_scale = _quantity(header)
    gain, offset = _gain_and_offset(header, layout.shape[2], unit_scale)
    paths = (str(path), *(str(p) for p in pair if p != path))
    description = Description(
        name=pair[1].stem if pair[1].suffix else pair[1].name,
        shape=layout.shape,
        source=RawLines(layout, gain, offset, options.fill(header.number("data ignore value"))),
        wavelength=header.numbers("wavelength"),
        wavelength_unit=header.text("wavelength units"),
        fwhm=header.numbers("fwhm"),
        value_unit=unit,
        quantity=quantity,
        band_valid=_band_valid(header),
        start_utc=to_time_utc(header.text(*_TIME_KEYS), header.path.name),
        geometry=read_map_info(header, layout.shape[:2]),
        sun_zenith_deg=_sun_zenith(header),
        air_temperature_k=header.number("air temperature"),
        instrument=_known(header.text("sensor type")),
        paths=paths,
        metadata={key: header.fields[key] for key in _KEPT_KEYS if header.fields.get(key)},
    )
    return to_cube(description, options)


def _quantity(header: EnviHeader) -> tuple[Quantity | None, str, float]:
    """Return (quantity, unit as written, divisor of the numbers), as far as the header tells."""
    reflectance_scale = header.number("reflectance scale factor")
    radiance_scale = header.number("radiance scale factor")
    for scale in (reflectance_scale, radiance_scale):
        if scale is not None and scale <= 0:
            raise HeaderError(f"{header.path.name}: a scale factor is {scale:g}; correct it.")
    unit = header.text(*_UNIT_KEYS) or _unit_of_plot_title(header)
    if reflectance_scale is not None and radiance_scale is not None:
        raise HeaderError(
            f"{header.path.name}: both a reflectance and a radiance scale factor; numbers are one "
            "or the other: remove one."
        )
    if reflectance_scale is not None:
        return Quantity.REFLECTANCE, "", reflectance_scale
    quantity = Quantity.RADIANCE if radiance_scale is not None else None
    return quantity, unit, radiance_scale or 1.0


def _unit_of_plot_title(header: EnviHeader) -> str:
    """Return what 'z plot titles = {Wavelength (nm), Radiance (W m-2 sr-1 um-1)}' says of values.

    The outermost brackets hold the unit; a title 'Reflectance' is returned as that word.
    """
    titles = header.items("z plot titles")
    title = ", ".join(titles[1:])
    match = re.search(r"\[(.+)\]|\((.+)\)", title)
    if match:
        return (match[1] or match[2]).strip()
    return title if "reflectance" in title.lower() else ""


def _gain_and_offset(
    header: EnviHeader, n_bands: int, divisor: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    gain, offset = header.numbers("data gain values"), header.numbers("data offset values")
    for values, key in ((gain, "data gain values"), (offset, "data offset values")):
        if values is not None and values.size != n_bands:
            raise HeaderError(
                f"{header.path.name}: {values.size} {key} for {n_bands} bands; as many of each "
                "are needed."
            )
        if values is not None and not (np.abs(values) <= np.finfo(np.float32).max).all():
            raise HeaderError(f"{header.path.name}: {key} are not all finite; correct the list.")
    if gain is not None and divisor != 1.0:
        raise HeaderError(
            f"{header.path.name}: both 'data gain values' and a scale factor {divisor:g}; which "
            "one is meant can't be told: remove one."
        )
    scale = np.array(1.0 / divisor) if gain is None else gain
    shift = np.zeros(()) if offset is None else offset / divisor
    return scale.astype(np.float32), shift.astype(np.float32)


def _band_valid(header: EnviHeader) -> NDArray[np.bool_] | None:
    listed = header.numbers("bbl")
    return None if listed is None else listed != 0


def _sun_zenith(header: EnviHeader) -> float | None:
    elevation_deg = header.number("sun elevation")
    return None if elevation_deg is None else 90.0 - elevation_deg


def _known(text: str) -> str:
    return "" if text.lower() in {"unknown", "none"} else text
