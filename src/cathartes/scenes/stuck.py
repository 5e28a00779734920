"""Pixels that a camera repeats instead of measuring: it hangs, or a detector column holds a value.

Noise makes every measurement another one: no pixel equals those before it in all bands, and none
holds one value in all of them. What does is no ground, however finite it is. (A cube laid onto a
map by its nearest pixels repeats some of them, but hardly four times.)
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

LEAST_BANDS = 16
"""Of fewer bands, coarsely digitised, pixels may be equal by chance."""
LEAST_LINES = 4
"""So many lines alike are a camera that hangs."""
FIRST_BANDS = 8
"""Compared before all others: these lie in one line of the processor's cache."""


def stuck_pixels(
    block: NDArray[np.float32], band: NDArray[np.intp] | None = None
) -> NDArray[np.bool_]:
    """Return True for pixels alike over `LEAST_LINES` lines, or of one value in all bands.

    Parameters
    ----------
    block : (line, sample, band) [any unit]
        Lines one after the other.
    band : (good,) int or None
        Bands that count; None: all.

    Returns
    -------
    (line, sample)
    """
    index = np.arange(block.shape[2]) if band is None else band
    if index.size < LEAST_BANDS:
        return np.zeros(block.shape[:2], bool)
    first = block[:, :, index[:FIRST_BANDS]]
    stuck = (first == first[:, :, :1]).all(axis=2)
    stuck[stuck] = (block[stuck][:, index] == block[stuck][:, index[:1]]).all(axis=1)
    again = (first[1:] == first[:-1]).all(axis=2)
    again[again] = (block[1:][again][:, index] == block[:-1][again][:, index]).all(axis=1)
    n_steps = LEAST_LINES - 1
    if len(again) < n_steps:
        return np.asarray(stuck)
    runs = np.asarray(sliding_window_view(again, n_steps, axis=0).all(axis=-1))
    for line in range(LEAST_LINES):
        stuck[line : line + len(runs)] |= runs
    return np.asarray(stuck)
