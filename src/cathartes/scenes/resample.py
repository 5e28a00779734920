"""A cube on a map grid: each cell the spectrum of the pixel that it shows."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from cathartes.scenes.cube import DEFAULT_BLOCK_BYTES, Cube
from cathartes.scenes.geometry import MapIndex


def resample_cube(
    cube: Cube, index: MapIndex, block_bytes: int = DEFAULT_BLOCK_BYTES
) -> Iterator[NDArray[np.float32]]:
    """Yield the cube on the map grid, some rows at a time, as (y, x, band), NaN where none is.

    Spectra are those measured: nothing is mixed. The cube's lines that a block of rows shows are
    read anew for each block, in pieces of the same size: a flight along the rows is read as often
    as there are blocks.

    Parameters
    ----------
    cube
        Its numbers may be on disk.
    index
        Which pixel each cell shows.
    block_bytes
        Of a block of the map as float32.
    """
    n_rows, n_columns = index.grid.shape
    n_lines = max(1, block_bytes // (4 * cube.n_samples * cube.n_bands))
    step = max(1, block_bytes // (4 * n_columns * cube.n_bands))
    for first in range(0, n_rows, step):
        line, sample = (v[first : first + step] for v in (index.line, index.sample))
        block = np.full((*line.shape, cube.n_bands), np.nan, dtype=np.float32)
        shown = line >= 0
        if shown.any():
            for start in range(int(line[shown].min()), int(line[shown].max()) + 1, n_lines):
                stop = min(start + n_lines, cube.n_lines)
                here = (line >= start) & (line < stop)
                block[here] = cube.read_lines(start, stop)[line[here] - start, sample[here]]
        yield block
