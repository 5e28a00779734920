r"""The background that many sensors share: one error of all paths of an instrument, slow in time.

Open paths of one laser have one zero and lie in one air: where their background is wrong, it is
wrong in all of them at once. Taken for each path's own error, what wanders alike in all of them
would be explained by gas from afar. The error is straight between knots, and there it is what the
record leaves open, remembered for a time:

.. math:: b = H\beta, \qquad \mathrm{cov}(\beta_k, \beta_l) = P_{kl} = s_k s_l\, e^{-|t_k-t_l|/\tau}

with H the lines between knots and s the stated errors of the background there. With P = RR',
b = HR x, each of x a standard normal number.
"""

import numpy as np
from numpy.typing import NDArray

from cathartes.locate.blocks import Blocks

KNOT_S = 600.0
"""Knots are so far apart."""
MEMORY_S = 1800.0
"""τ: half the window that the background is sought in (`site_baseline.SITE_WINDOW_S`)."""


def shared_background(blocks: Blocks) -> NDArray[np.float64] | None:
    """Return HR, (block, number) [ppm]; None if no block shares its background.

    Parameters
    ----------
    blocks
    """
    if blocks.instrument is None or not (blocks.instrument >= 0).any():
        return None
    time_s = blocks.averaged(blocks.time_s)
    parts = []
    for number in np.unique(blocks.instrument[blocks.instrument >= 0]):
        rows = np.flatnonzero(blocks.instrument == number)
        rows = rows[np.argsort(time_s[rows], kind="stable")]
        at = time_s[rows]
        knot_s = at[0] + KNOT_S * np.arange(int(np.ceil(np.ptp(at) / KNOT_S)) + 1)
        scale = np.interp(knot_s, at, blocks.baseline_sd_ppm[rows])
        memory = np.exp(-np.abs(knot_s[:, None] - knot_s) / MEMORY_S)
        root = np.linalg.cholesky(memory)
        lines = np.zeros((len(blocks), knot_s.size))
        lines[rows] = np.stack([np.interp(at, knot_s, hat) for hat in np.eye(knot_s.size)], axis=1)
        parts.append(lines @ (scale[:, None] * root))
    return np.hstack(parts)
