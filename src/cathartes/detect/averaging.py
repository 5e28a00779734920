"""Means over small squares of pixels: a plume covers neighbours, the noise of each is its own."""

import numpy as np
from numpy.typing import NDArray


def square_sums(
    values: NDArray[np.float32], valid: NDArray[np.bool_], width_px: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the sum over the valid pixels of the square around each pixel, and their number.

    Squares are cut at the borders of the array.

    Parameters
    ----------
    values : (line, sample, band) [cube's unit]
        Overwritten: invalid pixels are set to nought.
    valid : (line, sample) bool
    width_px : [pixel]
        Odd side of the square; 1 returns the values themselves.

    Returns
    -------
    sums : (line, sample, band) float32 [cube's unit]
    count : (line, sample) float32
    """
    values[~valid] = 0.0
    count = valid.astype(np.float32)
    reach = width_px // 2
    if reach == 0:
        return values, count
    for axis in (0, 1):
        values, count = _slid(values, reach, axis), _slid(count, reach, axis)
    return values, count


def _slid(values: NDArray[np.float32], reach: int, axis: int) -> NDArray[np.float32]:
    """Return the sum of so many neighbours on either side along an axis."""
    total = values.copy()
    along = np.moveaxis(values, axis, 0)
    out = np.moveaxis(total, axis, 0)
    for shift in range(1, reach + 1):
        out[shift:] += along[:-shift]
        out[:-shift] += along[shift:]
    return total
