"""A cube on a map grid, against indexing it whole."""

import numpy as np
import pytest

from cathartes.scenes.cube import ArrayLines, Cube
from cathartes.scenes.geometry import MapGrid, MapIndex
from cathartes.scenes.resample import resample_cube
from cathartes.spectra.response import SpectralBands


@pytest.mark.parametrize("block_bytes", [1, 200, 2**20])
def test_blocks_together_are_the_whole(block_bytes: int) -> None:
    """Expected: the slow twin indexes the whole cube at once."""
    generator = np.random.default_rng(2)
    values = generator.normal(size=(9, 7, 3)).astype(np.float32)
    bands = SpectralBands(np.array([8.0, 9.0, 10.0]), np.full(3, 0.1))
    cube = Cube("made-up", (9, 7, 3), bands, np.ones(3, bool), ArrayLines(values))
    line = generator.integers(-1, 9, (11, 13))
    sample = np.where(line < 0, -1, generator.integers(0, 7, (11, 13)))
    line[4] = sample[4] = -1
    grid = MapGrid((1.0, 0.0, 5e5, 0.0, -1.0, 5e6), "EPSG:32632", (11, 13))
    blocks = list(resample_cube(cube, MapIndex(grid, line, sample), block_bytes))
    expected = np.where((line < 0)[..., None], np.float32(np.nan), values[line, sample])
    np.testing.assert_array_equal(np.concatenate(blocks), expected)
