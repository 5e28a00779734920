r"""Intervals of small numbers: of shares, and of the time until something happens.

References
----------
Wilson 1927, doi:10.1080/01621459.1927.10502953; Brown, Cai and DasGupta 2001,
doi:10.1214/ss/1009213286, who recommend it for few trials. Kaplan and Meier 1958,
doi:10.1080/01621459.1958.10501452. Brookmeyer and Crowley 1982, doi:10.2307/2530286, with the
complementary log-log transformation (Kalbfleisch and Prentice 1980).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt

import numpy as np
from scipy.special import ndtri

from cathartes.errors import InputError

LEVEL = 0.9
"""Of all intervals, as those of sites."""


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with Wilson's interval of 90 %; None of none.

    Attributes
    ----------
    n, of
    share, low, high
        Computed.
    """

    n: int
    of: int
    share: float | None = field(init=False, default=None)
    low: float | None = field(init=False, default=None)
    high: float | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        if not 0 <= self.n <= self.of:
            raise InputError(f"a share of {self.n} in {self.of}; a part of the whole is needed.")
        if self.of:
            low, high = wilson(self.n, self.of)
            told = {"share": self.n / self.of, "low": low, "high": high}
            for name, value in told.items():
                object.__setattr__(self, name, value)


def wilson(n: int, of: int, level: float = LEVEL) -> tuple[float, float]:
    r"""Return Wilson's score interval of a share.

    .. math:: \frac{p + z^2/2m \pm z \sqrt{p(1-p)/m + z^2/4m^2}}{1 + z^2/m}

    with p = n/m. It has sensible ends at 0 and at m, where p plus or minus its error has none.
    """
    z = float(ndtri((1 + level) / 2))
    p, z2 = n / of, z * z
    middle = (p + z2 / (2 * of)) / (1 + z2 / of)
    half = z * sqrt(p * (1 - p) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    low = 0.0 if n == 0 else max(middle - half, 0.0)
    return low, (1.0 if n == of else min(middle + half, 1.0))


@dataclass(frozen=True, slots=True)
class Wait:
    """Days from one step to the next.

    Attributes
    ----------
    n_done, n_waiting
        For how many it came, and how many still wait.
    median_days, low_days, high_days
        Those who wait are in it (Kaplan and Meier): a median of those who are done alone would be
        short. None where fewer than half are done, or the end of the interval (90 %, Brookmeyer
        and Crowley) is not reached.
    """

    n_done: int
    n_waiting: int
    median_days: float | None = None
    low_days: float | None = None
    high_days: float | None = None


def wait(done_days: Sequence[float], waiting_days: Sequence[float], level: float = LEVEL) -> Wait:
    """Return the median of days until something happens, of some for whom it has not yet.

    Parameters
    ----------
    done_days
        Of those for whom it came.
    waiting_days
        How long the others have waited.
    level
    """
    n_done, n_waiting = len(done_days), len(waiting_days)
    if not n_done:
        return Wait(0, n_waiting)
    times, surviving, log_log_sd = _survival(np.asarray(done_days), np.asarray(waiting_days))
    z = float(ndtri((1 + level) / 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        log_log = np.log(-np.log(surviving))
        upper = np.exp(-np.exp(log_log - z * log_log_sd))
        lower = np.exp(-np.exp(log_log + z * log_log_sd))
    ended = surviving <= 0
    upper[ended], lower[ended] = 1.0, 0.0  # nobody is left, and its error is not known there
    median, low, high = (_first_at_half(times, curve) for curve in (surviving, lower, upper))
    return Wait(n_done, n_waiting, median, low, high)


def _survival(
    done: np.ndarray, waiting: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    r"""Return the times of events, the share still waiting after each, and its log-log error.

    .. math::
        S(t) = \prod_{t_i \le t} (1 - d_i/n_i), \qquad
        \mathrm{Var} \ln(-\ln S) = \frac{\sum d_i / (n_i (n_i - d_i))}{\ln^2 S}
    """
    times, events = np.unique(done, return_counts=True)
    left = np.sort(np.concatenate([done, waiting]))
    at_risk = left.size - np.searchsorted(left, times, side="left")
    surviving = np.cumprod(1 - events / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(events / (at_risk * (at_risk - events)))
        log_log_sd = np.sqrt(greenwood) / np.abs(np.log(surviving))
    return times, surviving, log_log_sd


def _first_at_half(times: np.ndarray, curve: np.ndarray) -> float | None:
    """Return the first time at which a falling curve is a half or less; None if it never is."""
    below = np.flatnonzero(curve <= 0.5 + 1e-12)
    return float(times[below[0]]) if below.size else None
