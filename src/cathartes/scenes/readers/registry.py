"""All readers of cubes, and the choice among them by what a file holds."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cathartes.errors import InputError, SettingsError, UnknownFormatError
from cathartes.scenes.cube import Cube
from cathartes.scenes.options import OpenOptions
from cathartes.scenes.readers import emit, envi, geotiff, mapped, zarr_store
from cathartes.scenes.readers.hdf5_lines import MAGIC, open_hdf5

_HEAD_BYTES = 512


class Recognises(Protocol):
    """Whether a reader takes a file."""

    def __call__(self, path: Path, head: bytes) -> bool:
        """Return True if the file, which begins with these bytes, is of the reader's format."""


class Read(Protocol):
    """How a reader makes a cube."""

    def __call__(self, path: Path, options: OpenOptions) -> Cube:
        """Return the cube of a file."""


@dataclass(frozen=True, slots=True)
class Reader:
    """One format: its name and the two functions of its module."""

    name: str
    recognises: Recognises
    read: Read


READERS: tuple[Reader, ...] = (
    Reader(envi.NAME, envi.recognises, envi.read),
    Reader(emit.NAME, emit.recognises, emit.read),
    Reader(geotiff.NAME, geotiff.recognises, geotiff.read),
    Reader(zarr_store.NAME, zarr_store.recognises, zarr_store.read),
    Reader(mapped.NAME, mapped.recognises, mapped.read),
)


def choose_reader(path: Path, options: OpenOptions) -> Reader:
    """Return the one reader that takes a file.

    Raises
    ------
    InputError
        If there is no such file, or it can't be opened.
    SettingsError
        If the options name a reader that there is not.
    UnknownFormatError
        If no reader takes it, or several do.
    """
    head = _head(path)
    names = ", ".join(reader.name for reader in READERS)
    if options.mapping is not None:
        return next(reader for reader in READERS if reader.name == mapped.NAME)
    if options.format is not None:
        for reader in READERS:
            if reader.name.lower() == options.format.lower():
                return reader
        raise SettingsError(f"no reader {options.format!r}; there are: {names}.")
    takers = [reader for reader in READERS if reader.recognises(path, head)]
    if len(takers) == 1:
        return takers[0]
    if takers:
        raise UnknownFormatError(
            f"{path.name} could be {' or '.join(reader.name for reader in takers)}; "
            "say which with --format."
        )
    raise UnknownFormatError(_untaken(path, head, names))


def _untaken(path: Path, head: bytes, names: str) -> str:
    """Return why no reader takes a file.

    Raises
    ------
    TruncatedFileError
        If it is the beginning of one.
    """
    if head.startswith(MAGIC):
        with open_hdf5(path):
            return (
                f"{path.name} is HDF5 (or NetCDF-4), but not laid out as EMIT's products; say "
                "where its radiance and wavelengths are in a mapping file (--mapping, see "
                "docs/reference/cube-files.md)."
            )
    if path.suffix.lower() == ".toml":
        return (
            f"{path.name} is no mapping file: it has no table [data] (see "
            "docs/reference/cube-files.md)."
        )
    return (
        f"{path.name or path} is none of: {names}. A raw cube needs its ENVI header beside it; "
        "other HDF5, NetCDF or stacked files need a mapping file (--mapping, see "
        "docs/reference/cube-files.md)."
    )


def _head(path: Path) -> bytes:
    if path.is_dir():
        return b""
    try:
        with path.open("rb") as file:
            return file.read(_HEAD_BYTES)
    except FileNotFoundError as error:
        raise InputError(f"there is no file {path}; check the path.") from error
    except OSError as error:
        raise InputError(f"{path} can't be opened: {error.strerror}.") from error
