r"""The baseline once more, when it is known where the gas is.

Before, the baseline was a low quantile, which gas that never quite ends lifts: by a part of the
noise, but under every plume, so that rates are too low by some per cent. What an explanation leaves
is clean air, so that its slow part corrects the baseline, within the error that was stated of it:

.. math:: \hat\beta = (H^TC^{-1}H + P^{-1})^{-1} H^TC^{-1}(y - m), \qquad
          P_{kl} = s_k s_l\, e^{-|t_k - t_l|/\tau}

with H the lines between knots, s the stated errors there, and C the errors of `Misfit`.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cathartes.locate.blocks import Blocks
from cathartes.locate.misfit import Misfit

KNOT_S = 90.0
"""Knots are so far apart, half of the baseline's own windows; at most so many."""
MOST_KNOTS = 60
MEMORY_S = 600.0
"""τ."""


def corrected(
    misfit: Misfit, blocks: Blocks, shown_ppm: NDArray[np.float64], share: float
) -> Misfit:
    """Return what was measured above a baseline that an explanation corrects.

    Parameters
    ----------
    misfit
        Above the baseline so far.
    blocks
        Their times, and how far the baseline may be off.
    shown_ppm : (1 + way, block) [ppm]
        The explanation, and what ways that are left open change.
    share
        Its f.
    """
    if not (blocks.baseline_sd_ppm > 0).all():
        return misfit
    lines, prior = _lines(blocks)
    left, weighted = replace(misfit, weight=1.0).weighted(shown_ppm, share, lines)
    covariance = np.linalg.inv(weighted.T @ weighted + np.linalg.inv(prior))
    shift_ppm = lines @ (covariance @ (weighted.T @ left))
    variance = misfit.sd_ppm**2 - blocks.baseline_sd_ppm**2
    variance = variance + np.einsum("ij,jk,ik->i", lines, covariance, lines)
    return replace(misfit, mean_ppm=misfit.mean_ppm - shift_ppm, sd_ppm=np.sqrt(variance))


def _lines(blocks: Blocks) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return H, (block, knot), and P, (knot, knot) [ppm2]; each sensor has its own knots."""
    time_s, sd_ppm, run = blocks.averaged(blocks.time_s), blocks.baseline_sd_ppm, blocks.runs()
    parts, at, of, sd = [], [], [], []
    for number in np.unique(run):
        rows = np.flatnonzero(run == number)
        span_s = float(time_s[rows[-1]] - time_s[rows[0]])
        n_knots = min(int(span_s / KNOT_S), MOST_KNOTS) + 1
        knots = np.linspace(time_s[rows[0]], time_s[rows[-1]], n_knots)
        hats = np.zeros((time_s.size, n_knots))
        hats[rows] = np.stack([np.interp(time_s[rows], knots, e) for e in np.eye(n_knots)], axis=1)
        parts.append(hats)
        at.append(knots)
        of.append(np.full(n_knots, number))
        sd.append(np.interp(knots, time_s[rows], sd_ppm[rows]))
    knot_s, sensor, scale = np.concatenate(at), np.concatenate(of), np.concatenate(sd)
    same = sensor[:, None] == sensor
    memory = np.exp(-np.abs(knot_s[:, None] - knot_s) / MEMORY_S)
    return np.hstack(parts), np.where(same, memory, 0.0) * np.outer(scale, scale)
