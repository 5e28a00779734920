"""Geometry files beside a cube: ENVI files of positions (IGM) or of a look-up table (GLT)."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import HeaderError, InputError
from cathartes.scenes.geometry import lon_lat_transformer
from cathartes.scenes.glt import GltGeometry, centres_from_index, index_from_table
from cathartes.scenes.igm import IgmGeometry
from cathartes.scenes.readers.envi_header import EnviHeader, find_pair, read_header
from cathartes.scenes.readers.envi_lines import RawLayout, read_numbers
from cathartes.scenes.readers.envi_map import read_crs, read_map_info
from cathartes.scenes.readers.numbers import as_stored


def read_igm(path: Path, shape: tuple[int, int]) -> IgmGeometry:
    """Return the geometry of an ENVI IGM file: bands longitude, latitude and perhaps height.

    Positions in a projected system are brought to WGS 84 by the header's 'coordinate system
    string'; without one they must be degrees.

    Parameters
    ----------
    path
        The header or its data file.
    shape
        (line, sample) of the cube.

    Raises
    ------
    HeaderError, TruncatedFileError, InputError
        If the file is not there, is incomplete, or of another size than the cube.
    """
    header, numbers = _read_bands(path, "IGM")
    if numbers.shape[:2] != shape:
        raise HeaderError(
            f"{path.name}: an IGM of {numbers.shape[0]} lines and {numbers.shape[1]} samples for a "
            f"cube of {shape[0]} and {shape[1]}; both must be equal: give the IGM of this cube."
        )
    x, y = (numbers[:, :, i].astype(np.float64) for i in (0, 1))
    unknown = ~(np.isfinite(x) & np.isfinite(y)) | ((x == 0) & (y == 0))
    unknown |= _is_ignored(header, numbers)
    x[unknown] = y[unknown] = np.nan
    crs = read_crs(header)
    if crs:
        x, y = lon_lat_transformer(crs).transform(x, y)
        unknown |= ~(np.isfinite(x) & np.isfinite(y))
    return IgmGeometry(np.where(unknown, np.nan, x), np.where(unknown, np.nan, y))


def read_glt(path: Path, shape: tuple[int, int]) -> GltGeometry:
    """Return the geometry of an ENVI GLT file: bands sample and line, from one, with map info.

    Parameters
    ----------
    path
        The header or its data file.
    shape
        (line, sample) of the cube.

    Raises
    ------
    HeaderError, TruncatedFileError, InputError
        If the file is not there, is incomplete, has no map info, or belongs to another cube.
    """
    header, numbers = _read_bands(path, "GLT")
    grid = read_map_info(header, numbers.shape[:2])
    if grid is None:
        raise HeaderError(
            f"{path.name}: a GLT without 'map info' says nothing of the ground; add it."
        )
    glt_sample, glt_line = (numbers[:, :, i].astype(np.float64) for i in (0, 1))
    hidden = _is_ignored(header, numbers)
    glt_sample[hidden] = glt_line[hidden] = np.nan
    index = index_from_table(glt_sample, glt_line, grid.map_index().grid, shape)
    return GltGeometry(index, centres_from_index(index, shape, glt_line < 0))


def _is_ignored(header: EnviHeader, numbers: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Return True where either of two bands has the ignore value, in the numbers' own precision."""
    ignored = header.number("data ignore value")
    if ignored is None:
        return np.zeros(numbers.shape[:2], dtype=bool)
    return np.asarray((numbers[:, :, :2] == as_stored(ignored, numbers.dtype)).any(axis=2))


def _read_bands(path: Path, kind: str) -> tuple[EnviHeader, NDArray[np.generic]]:
    pair = find_pair(path) if path.is_file() else None
    if pair is None:
        raise InputError(
            f"{path.name}: no {kind} file of that name with its ENVI header beside it; check the "
            "path."
        )
    header = read_header(pair[0])
    layout = RawLayout.of(header, pair[1])
    if layout.shape[2] not in (2, 3):
        raise HeaderError(
            f"{path.name}: {layout.shape[2]} bands; {kind} files have two (three with heights). "
            "Is it another file?"
        )
    return header, read_numbers(layout)
