"""Lines out of an HDF5 or NetCDF-4 dataset, whatever the order of its axes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from cathartes.errors import HeaderError, TruncatedFileError, UnknownFormatError
from cathartes.scenes.readers.numbers import as_stored, convert_numbers

MAGIC = b"\x89HDF\r\n\x1a\n"
_NETCDF3_MAGIC = (b"CDF\1", b"CDF\2", b"CDF\5")
AXES = ("line", "sample", "band")


@contextmanager
def open_hdf5(path: Path) -> Iterator[h5py.File]:
    """Open a file for reading; what the library raises while it is open is put in words, too.

    Raises
    ------
    UnknownFormatError
        If it is no HDF5 from its first byte, such as NetCDF-3.
    TruncatedFileError
        If the library can't read it: cut off, or damaged.
    """
    try:
        with h5py.File(path, "r") as file:
            yield file
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
        # Damaged files make h5py raise any of these; errors of our own tree pass through.
        _check_signature(path)
        raise TruncatedFileError(
            f"{path.name} can't be read as HDF5 ({error}); it is cut off or damaged: copy it again."
        ) from error


def _check_signature(path: Path) -> None:
    if path.is_dir():
        raise UnknownFormatError(f"{path.name} is a folder; an HDF5 file is needed.")
    if not path.exists():
        return
    with path.open("rb") as file:
        head = file.read(4)
    if head in _NETCDF3_MAGIC:
        raise UnknownFormatError(
            f"{path.name} is NetCDF of the classic kind (version 3); NetCDF-4 is needed: convert "
            f"it with 'nccopy -k netCDF-4 {path.name} new.nc'."
        )
    if not h5py.is_hdf5(path):
        raise UnknownFormatError(
            f"{path.name} is no HDF5 file: its signature is missing. HDF5 or NetCDF-4 is needed: "
            "check the path, --format and --mapping."
        )


def find_dataset(file: h5py.File, name: str, origin: str) -> h5py.Dataset:
    """Return a dataset by its path.

    Raises
    ------
    HeaderError
        If there is none; the message lists those that there are.
    """
    found = file.get(name)
    if isinstance(found, h5py.Dataset):
        return found
    names: list[str] = []
    file.visititems(
        lambda path, item: names.append(path) if isinstance(item, h5py.Dataset) else None
    )
    raise HeaderError(
        f"{origin}: no dataset {name!r}; the file holds {', '.join(names[:20]) or 'none'}."
    )


def find_numbers(file: h5py.File, name: str, origin: str, n_axes: int) -> h5py.Dataset:
    """Return a dataset of real numbers by its path.

    Raises
    ------
    HeaderError
        If there is none, or it has other axes, or holds anything else.
    """
    found = find_dataset(file, name, origin)
    if found.ndim != n_axes or found.dtype.kind not in "iuf":
        raise HeaderError(
            f"{origin}: {name} has {found.ndim} axes of type {found.dtype}; real "
            f"numbers on {n_axes} {'axis' if n_axes == 1 else 'axes'} are needed."
        )
    return found


def attribute_text(item: h5py.Dataset | h5py.File | h5py.Group, *names: str) -> str:
    """Return the first of these attributes that says something, as text; "" if none does."""
    for name in names:
        value = item.attrs.get(name)
        # NetCDF writes an empty text as an attribute without a value.
        if value is None or isinstance(value, h5py.Empty) or np.size(value) == 0:
            continue
        first = value.ravel()[0] if isinstance(value, np.ndarray) else value
        return first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first)
    return ""


def attribute_number(item: h5py.Dataset, *names: str) -> float | None:
    """Return the first of these attributes that is there, as a number; None if none is."""
    for name in names:
        value = np.asarray(item.attrs.get(name, np.array([])))
        if value.size and value.dtype.kind in "iuf":
            return float(value.ravel()[0])
    return None


def first_number(*candidates: float | None) -> float:
    """Return the first of these numbers that is one."""
    return next(number for number in candidates if number is not None)


def fill_numbers(data: h5py.Dataset) -> tuple[float | None, float | None]:
    """Return the numbers that a dataset's attributes say stand for no value."""
    return attribute_number(data, "_FillValue"), attribute_number(data, "missing_value")


def without_fill(data: h5py.Dataset) -> NDArray[np.float64]:
    """Return a whole small dataset, (line, sample) or the like, NaN where there is no value."""
    stored = np.asarray(data[...])
    numbers = stored.astype(np.float64)
    for fill in fill_numbers(data):
        if fill is not None:
            numbers[stored == as_stored(fill, stored.dtype)] = np.nan
    return numbers


@dataclass(frozen=True, slots=True)
class Hdf5Lines:
    """Lines of a three-dimensional dataset.

    Attributes
    ----------
    path, dataset
        Where the numbers are.
    axes
        Names of the dataset's axes in its order: a permutation of line, sample, band.
    scale, offset
        Value = scale * number + offset.
    fill
        Numbers before scaling that stand for no value.
    """

    path: Path
    dataset: str
    axes: tuple[str, ...] = AXES
    scale: float = 1.0
    offset: float = 0.0
    fill: tuple[float, ...] = ()

    def read_lines(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return lines start to stop, (line, sample, band), in the file's unit, NaN if filled.

        Raises
        ------
        TruncatedFileError
            If the data are cut off or damaged.
        """
        where = tuple(slice(start, stop) if axis == "line" else slice(None) for axis in self.axes)
        with open_hdf5(self.path) as file:
            stored = file[self.dataset].astype(np.float32)[where]
        order = [self.axes.index(axis) for axis in AXES]
        values = np.empty([stored.shape[i] for i in order], dtype=np.float32)
        convert_numbers(
            np.transpose(stored, order),
            values,
            scale=self.scale,
            offset=self.offset,
            fill=self.fill,
        )
        return values
