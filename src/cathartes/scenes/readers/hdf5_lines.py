"""Lines out of an HDF5 or NetCDF-4 dataset, whatever the order of its axes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from cathartes.errors import HeaderError, TruncatedFileError
from cathartes.scenes.readers.numbers import convert_numbers

MAGIC = b"\x89HDF\r\n\x1a\n"
AXES = ("line", "sample", "band")


@contextmanager
def open_hdf5(path: Path) -> Iterator[h5py.File]:
    """Open a file for reading; what the library raises while it is open is put in words, too.

    Raises
    ------
    TruncatedFileError
        If the library can't read it: cut off, or damaged.
    """
    try:
        with h5py.File(path, "r") as file:
            yield file
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
        # Damaged files make h5py raise any of these; errors of our own tree pass through.
        raise TruncatedFileError(
            f"{path.name} can't be read as HDF5 ({error}); it is cut off or damaged: copy it again."
        ) from error


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


def attribute_text(item: h5py.Dataset | h5py.File | h5py.Group, *names: str) -> str:
    """Return the first of these attributes that is there, as text; "" if none is."""
    for name in names:
        value = item.attrs.get(name)
        if value is None:
            continue
        first = value.ravel()[0] if isinstance(value, np.ndarray) and value.size else value
        return first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first)
    return ""


def attribute_number(item: h5py.Dataset, *names: str) -> float | None:
    """Return the first of these attributes that is there, as a number; None if none is."""
    for name in names:
        value = np.asarray(item.attrs.get(name, np.array([])))
        if value.size and value.dtype.kind in "iuf":
            return float(value.ravel()[0])
    return None


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
