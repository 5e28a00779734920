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
    return sums_of_lines(values, width_px, slice(0, len(values))), square_counts(valid, width_px)


def square_counts(valid: NDArray[np.bool_], width_px: int) -> NDArray[np.float32]:
    """Return how many pixels of the square around each are valid, (line, sample) float32."""
    count = valid.astype(np.float32)[:, :, None]
    return sums_of_lines(count, width_px, slice(0, len(count)))[:, :, 0]


def sums_of_lines(values: NDArray[np.float32], width_px: int, lines: slice) -> NDArray[np.float32]:
    """Return the sums over squares around the pixels of some lines, (line, sample, band).

    Line by line, so that a line's sum is still in the processor's cache when its samples are added.

    Parameters
    ----------
    values : (line, sample, band) [cube's unit]
        Nought where invalid.
    width_px : [pixel]
        As in `square_sums`.
    lines
        From start to stop, of those of the values.
    """
    reach = width_px // 2
    if reach == 0:
        return values[lines]
    first, last = lines.start, lines.stop
    total = np.empty((last - first, *values.shape[1:]), np.float32)
    for number, out in enumerate(total, start=first):
        near = values[max(number - reach, 0) : number + reach + 1]
        line = near[0].copy() if len(near) == 1 else near[0] + near[1]
        for other in near[2:]:
            line += other
        out[0] = line[0]
        np.add(line[1:], line[:-1], out=out[1:])
        out[:-1] += line[1:]
        for shift in range(2, reach + 1):
            out[shift:] += line[:-shift]
            out[:-shift] += line[shift:]
    return total
