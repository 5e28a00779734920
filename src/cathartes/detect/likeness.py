"""Whether a pixel's oddness is of the shape of a gas, or of something else: a rare surface."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter

from cathartes.detect.settings import GROW_WIDTH_PX

MAX_MISMATCH = 0.5
"""Part of a gas's energy that may be left over, squared relative error: optically thick plumes
over odd ground reach 0.4, rare surfaces that answer to a signature start at 0.5 (16 tuning scenes,
docs/explanation/detection.md)."""

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
