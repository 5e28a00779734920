"""Whether a pixel's oddness is of the shape of a gas, or of something else: a rare surface."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter

from cathartes.detect.settings import GROW_WIDTH_PX

MAX_MISMATCH = 0.25
"""Part of a gas's energy that may be left over, as a squared relative error. On four tuning scenes
most plumes left under 0.13 of theirs but for optically thick ones over odd ground, rare surfaces
that answered to a signature 0.5 and more (docs/explanation/detection.md)."""

ORDINARY_QUANTILE = 0.95
"""Energies up to this quantile of the scene are called ordinary ground."""


def mean_energy(mahalanobis_squared: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return d² averaged over 3 by 3 pixels, (line, sample); NaN where it is NaN."""
    filled = np.nan_to_num(mahalanobis_squared)
    mean = uniform_filter(filled, GROW_WIDTH_PX, mode="nearest")
    return np.where(np.isfinite(mahalanobis_squared), mean, np.nan).astype(np.float32)


def is_gas_like(
    score: NDArray[np.float32], energy: NDArray[np.float32], ordinary_energy: float
) -> NDArray[np.bool_]:
    r"""Return True where what the signature leaves over is ordinary, or small against the gas.

    .. math:: \overline{d^2} - \overline{z^2} \le e_0 + \gamma\,\overline{z^2}

    A gas at any strength leaves only clutter, and its signature's error times its strength; a rare
    surface that happens to answer to a signature leaves most of its oddness.

    Parameters
    ----------
    score : (line, sample)
        Matched-filter scores z of one signature.
    energy : (line, sample)
        From `mean_energy`.
    ordinary_energy
        e₀: what ordinary ground has.

    References
    ----------
    Own derivation: docs/explanation/detection.md. The idea is that of the mixture-tuned matched
    filter's infeasibility, Boardman & Kruse 2011, doi 10.1109/TGRS.2011.2161585.
    """
    filled = np.nan_to_num(score)
    explained = uniform_filter(filled * filled, GROW_WIDTH_PX, mode="nearest")
    return np.asarray(energy - explained <= ordinary_energy + MAX_MISMATCH * explained)


MAX_PARTNER_LIKENESS = 0.9
"""Signatures more alike than this, as a cosine, are not partners but the same thing twice."""


def partner_energy(scores: NDArray[np.float32], cosine: NDArray[np.float64]) -> NDArray[np.float32]:
    r"""Return the energy that a second signature explains beside the best one, 3 by 3 averaged.

    .. math:: \max_h \frac{(z_h - \rho_{hg} z_g)^2}{1 - \rho_{hg}^2}, \qquad
              g = \arg\max |z|

    Without it each gas of a mixture would call the other a rare surface.

    Parameters
    ----------
    scores : (signature, line, sample)
        Matched-filter scores of gases, or of decoys.
    cosine : (signature, signature)
        Whitened cosines ρ between them.

    Returns
    -------
    (line, sample) float32
    """
    flat = np.nan_to_num(scores.reshape(scores.shape[0], -1))
    best = np.abs(flat).argmax(axis=0)
    best_score = np.take_along_axis(flat, best[None], axis=0)[0]
    apart = np.abs(cosine) < MAX_PARTNER_LIKENESS
    own = np.where(apart, 1.0 / np.sqrt(1.0 - np.where(apart, cosine, 0.0) ** 2), 0.0)
    gain = np.zeros(flat.shape[1], dtype=np.float32)
    for h in range(flat.shape[0]):
        rest = flat[h] - cosine[h].astype(np.float32)[best] * best_score
        np.maximum(gain, (rest * own[h].astype(np.float32)[best]) ** 2, out=gain)
    return uniform_filter(gain.reshape(scores.shape[1:]), GROW_WIDTH_PX, mode="nearest")
