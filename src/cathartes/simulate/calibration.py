r"""Whether stated probabilities of any events come true.

.. math:: \mathrm{ECE} = \sum_k \frac{n_k}{N} \left| \bar p_k - \bar y_k \right|

over bins k of the stated probability, with the mean of what was stated and the share that came
true in each: expected calibration error, Naeini, Cooper & Hauskrecht 2015 (AAAI, 2901-2907), eq. 3.

Few events miss even exact probabilities. If each came true with its bin's mean probability p, the
mean deviation of n of them would be De Moivre's (Diaconis & Zabell 1991, Statistical Science 6,
284-302, eq. 1.1), with m the smallest whole number above np:

.. math::
    \mathrm{E}\left|\frac{K}{n} - p\right|
        = \frac{2 m}{n} \binom{n}{m} p^m (1 - p)^{n - m + 1}
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.special import betaincinv, gammaln

EDGES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Events whose stated probability lies in one bin; the upper end belongs to the last alone.

    Attributes
    ----------
    stated_from, stated_to
    n
        So many events; at least one.
    mean_stated
    share_true
    share_low, share_high
        Interval of 90 % of the share: quantiles of Jeffreys' posterior, Beta(k + 1/2, n - k + 1/2).
    """

    stated_from: float
    stated_to: float
    n: int
    mean_stated: float
    share_true: float
    share_low: float
    share_high: float


def calibration_bins(
    stated: Sequence[float], came_true: Sequence[bool], edges: Sequence[float] = EDGES
) -> tuple[CalibrationBin, ...]:
    """Return the bins that hold events.

    Parameters
    ----------
    stated : (event,)
        Probabilities, 0 to 1.
    came_true : (event,)
    """
    probability = np.asarray(stated, dtype=float)
    truth = np.asarray(came_true, dtype=bool)
    bins = []
    for low, high in pairwise(edges):
        inside = (probability >= low) & (probability < high)
        if high == edges[-1]:
            inside |= probability == high
        n, k = int(inside.sum()), int(truth[inside].sum())
        if n:
            interval = betaincinv(k + 0.5, n - k + 0.5, [0.05, 0.95])
            bins.append(
                CalibrationBin(
                    low, high, n, float(probability[inside].mean()), k / n,
                    float(interval[0]), float(interval[1]),
                )
            )  # fmt: skip
    return tuple(bins)


def expected_calibration_error(bins: Sequence[CalibrationBin]) -> float:
    """Return the mean distance of what was stated from what came true; NaN without events."""
    n = sum(one.n for one in bins)
    if n == 0:
        return float("nan")
    return sum(one.n * abs(one.mean_stated - one.share_true) for one in bins) / n


def calibration_error_by_chance(bins: Sequence[CalibrationBin]) -> float:
    """Return what exact probabilities would have for an error, on average; NaN without events."""
    n = sum(one.n for one in bins)
    if n == 0:
        return float("nan")
    return sum(one.n * _mean_deviation(one.n, one.mean_stated) for one in bins) / n


def _mean_deviation(n: int, p: float) -> float:
    """Return De Moivre's mean deviation of the share of n events of probability p."""
    if not 0 < p < 1:
        return 0.0
    m = int(np.floor(n * p)) + 1
    ways = gammaln(n + 1) - gammaln(m + 1) - gammaln(n - m + 1)
    binomial = np.exp(ways + m * np.log(p) + (n - m) * np.log1p(-p))
    return float(2 * m / n * (1 - p) * binomial)
