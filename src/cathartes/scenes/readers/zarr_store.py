"""Zarr cubes in a simple layout: recognised here, read by `zarr_group`."""

from pathlib import Path

from cathartes.scenes.cube import Cube
from cathartes.scenes.options import OpenOptions

NAME = "Zarr"


def recognises(path: Path, head: bytes) -> bool:
    """Return True for a folder with a Zarr group's own file in it."""
    return not head and any((path / name).is_file() for name in ("zarr.json", ".zgroup"))


def read(path: Path, options: OpenOptions) -> Cube:
    """Return the cube of a Zarr group, as `zarr_group.read_group`."""
    from cathartes.scenes.readers.zarr_group import (  # noqa: PLC0415  # slow, and seldom needed
        read_group,
    )

    return read_group(path, options)
