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
    return _summed(values, reach), _summed(count[:, :, None], reach)[:, :, 0]


def _summed(values: NDArray[np.float32], reach: int) -> NDArray[np.float32]:
    """Return the sum over so many lines and samples on either side, (line, sample, band).

    Line by line, so that a line's sum is still in the processor's cache when its samples are added.
    """
    total = np.empty_like(values)
    n_lines = len(values)
    for number, out in enumerate(total):
        line = values[number].copy()
        for shift in range(1, reach + 1):
            for other in (number - shift, number + shift):
                if 0 <= other < n_lines:
                    line += values[other]
        out[:] = line
        for shift in range(1, reach + 1):
            out[shift:] += line[:-shift]
            out[:-shift] += line[shift:]
    return total
