"""Zarr cubes in a simple layout: an array of radiance beside its wavelengths.

A group holds ``radiance`` or ``reflectance`` (line, sample, band) with the attribute ``units``,
``wavelength_um`` and, if known, ``fwhm_um`` and ``band_valid`` (band), ``longitude`` and
``latitude`` (line, sample); see docs/reference/cube-files.md.
"""

import base64
import binascii
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import zarr
import zarr.errors
from numpy.typing import NDArray

from cathartes.errors import HeaderError, TruncatedFileError
from cathartes.scenes.cube import Cube
from cathartes.scenes.description import Description, to_cube
from cathartes.scenes.igm import IgmGeometry
from cathartes.scenes.options import OpenOptions
from cathartes.scenes.quantity import Quantity
from cathartes.scenes.readers.numbers import convert_numbers
from cathartes.scenes.times import to_time_utc

_QUANTITIES = {"radiance": Quantity.RADIANCE, "reflectance": Quantity.REFLECTANCE}


def read_group(path: Path, options: OpenOptions) -> Cube:
    """Return the cube of a Zarr group.

    Raises
    ------
    HeaderError, TruncatedFileError, UnitError
        If something is missing, contradicts the data, or can't be read.
    """
    with _in_words(path.name):
        return to_cube(_describe(path, zarr.open_group(str(path), mode="r"), options), options)


def _describe(path: Path, group: zarr.Group, options: OpenOptions) -> Description:
    name = next((q for q in _QUANTITIES if q in group), "radiance")
    data = _array(group, name, path.name, 3)
    attributes: dict[str, Any] = dict(data.attrs)
    scale = _number(attributes, "scale_factor", path.name) or 1.0
    offset = _number(attributes, "add_offset", path.name) or 0.0
    stated = _number(attributes, "_FillValue", path.name)
    # A chunk that is missing reads as the array's own fill value, and must not pass for data.
    own = None if data.fill_value is None else float(data.fill_value)
    fill = options.fill(own, stated)
    shape = (data.shape[0], data.shape[1], data.shape[2])
    return Description(
        name=path.stem,
        shape=shape,
        source=ZarrLines(path, name, scale, offset, fill),
        wavelength=_values(group, "wavelength_um", path.name, 1),
        wavelength_unit="um",
        fwhm=_values(group, "fwhm_um", path.name, 1) if "fwhm_um" in group else None,
        value_unit=str(attributes.get("units") or ""),
        quantity=_QUANTITIES[name],
        band_valid=(
            _values(group, "band_valid", path.name, 1) != 0 if "band_valid" in group else None
        ),
        start_utc=to_time_utc(str(group.attrs.get("start_utc") or ""), path.name),
        geometry=_geometry(group, shape[:2], path.name),
        instrument=str(group.attrs.get("instrument") or ""),
        paths=tuple(str(p) for p in sorted(path.rglob("*")) if p.is_file()),
        metadata={k: str(v) for k, v in group.attrs.items() if isinstance(v, str | int | float)},
    )


@dataclass(frozen=True, slots=True)
class ZarrLines:
    """Lines of a three-dimensional Zarr array.

    Attributes
    ----------
    path, array
        Where the numbers are.
    scale, offset
        Value = scale * number + offset.
    fill
        Numbers before scaling that stand for no value.
    """

    path: Path
    array: str
    scale: float
    offset: float
    fill: tuple[float, ...]

    def read_lines(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return lines start to stop, (line, sample, band), in the file's unit, NaN if filled.

        Raises
        ------
        TruncatedFileError
            If a chunk is damaged.
        """
        with _in_words(self.path.name):
            group = zarr.open_group(str(self.path), mode="r")
            stored = np.asarray(_array(group, self.array, self.path.name, 3)[start:stop])
        values = np.empty(stored.shape, dtype=np.float32)
        convert_numbers(stored, values, scale=self.scale, offset=self.offset, fill=self.fill)
        return values


@contextmanager
def _in_words(origin: str) -> Iterator[None]:
    """Turn what Zarr raises on damaged folders into an error that says what to do."""
    try:
        with warnings.catch_warnings():
            # What is no part of a group is not read, and what is missed is an error below.
            warnings.simplefilter("ignore", zarr.errors.ZarrUserWarning)
            yield
    except (
        zarr.errors.BaseZarrError, ValueError, TypeError, AttributeError, RuntimeError, OSError,
        KeyError,
    ) as error:  # fmt: skip  # Damaged metadata make zarr raise any of these.
        raise TruncatedFileError(
            f"{origin} can't be read as Zarr ({error}); parts are missing, cut off or damaged: "
            "copy the whole folder again."
        ) from error


def _array(group: zarr.Group, name: str, origin: str, n_axes: int) -> zarr.Array[Any]:
    found = group.get(name)
    if not isinstance(found, zarr.Array):
        names = ", ".join(sorted(group.array_keys())) or "none"
        raise HeaderError(
            f"{origin}: no array {name!r}; the group holds {names}. The layout is in "
            "docs/reference/cube-files.md."
        )
    if found.ndim != n_axes or found.dtype.kind not in "biuf":
        raise HeaderError(
            f"{origin}: {name} has {found.ndim} axes of type {found.dtype}; real numbers on "
            f"{n_axes} {'axis' if n_axes == 1 else 'axes'} are needed."
        )
    return found


def _values(group: zarr.Group, name: str, origin: str, n_axes: int) -> NDArray[np.float64]:
    return np.asarray(_array(group, name, origin, n_axes)[...], dtype=np.float64)


def _geometry(group: zarr.Group, shape: tuple[int, int], origin: str) -> IgmGeometry | None:
    if "longitude" not in group or "latitude" not in group:
        return None
    geometry = IgmGeometry(
        _values(group, "longitude", origin, 2), _values(group, "latitude", origin, 2)
    )
    if geometry.shape != shape:
        raise HeaderError(
            f"{origin}: longitude is {geometry.shape} and the cube {shape}; both must be equal."
        )
    return geometry


def _number(attributes: dict[str, Any], key: str, origin: str) -> float | None:
    value = attributes.get(key)
    if value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        number = _packed_number(value)
    if number is None:
        raise HeaderError(f"{origin}: attribute {key} is {value!r}; a number is needed.")
    return number


def _packed_number(value: object) -> float | None:
    """Return a number written as xarray writes a `_FillValue`: the base64 of a double."""
    try:
        (number,) = struct.unpack("<d", base64.b64decode(str(value), validate=True))
    except (binascii.Error, struct.error):
        return None
    return float(number)
