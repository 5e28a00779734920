r"""Whether the probabilities that findings were released with held, by those who went there.

Only who was there and could see is counted: no answer is no "no", and neither is a locked gate.
"Nothing found" is an inspection's word, which misses some; the share confirmed is therefore a
lower bound of the share that was true.

.. math:: \mathrm{Brier} = \frac{1}{n} \sum_i (p_i - y_i)^2

References
----------
Brier 1950, doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2. Edges of the bins: the IPCC's
words, as in `casework.likelihood`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import fsum

from cathartes.casework.intervals import Share

EDGES = (0.0, 0.1, 0.33, 0.66, 0.9, 0.99, 1.0)
LEAST = 20
"""Findings with an outcome; of fewer nothing is said of calibration as a whole."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A finding that somebody looked into: what was said, and whether it was confirmed."""

    said: float
    is_confirmed: bool


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Findings whose probability lies in a bin, the upper end outside but in the last.

    Attributes
    ----------
    said_from, said_to
    mean_said
    confirmed
    """

    said_from: float
    said_to: float
    mean_said: float
    confirmed: Share


@dataclass(frozen=True, slots=True)
class Calibration:
    """Of the findings released with a probability, how many were confirmed.

    Attributes
    ----------
    n
        Findings with an outcome and a probability.
    bins
        Those that have any.
    expected, confirmed
        How many would be if the probabilities held, and how many were.
    brier, brier_of_base_rate
        0 is best; a forecaster who always says the base rate gets the latter. None if there are
        fewer than `LEAST`: too few to say.
    """

    n: int
    bins: tuple[CalibrationBin, ...]
    expected: float
    confirmed: Share
    brier: float | None
    brier_of_base_rate: float | None

    @property
    def is_enough(self) -> bool:
        """Whether there are enough to say anything of it as a whole."""
        return self.n >= LEAST


def calibrate(judged: Iterable[Judged]) -> Calibration:
    """Return how probabilities and outcomes go together."""
    every = list(judged)
    n, n_yes = len(every), sum(one.is_confirmed for one in every)
    bins = []
    for low, high in pairwise(EDGES):
        inside = [j for j in every if low <= j.said < high or (high == EDGES[-1] == j.said)]
        if inside:
            mean = fsum(one.said for one in inside) / len(inside)
            share = Share(sum(one.is_confirmed for one in inside), len(inside))
            bins.append(CalibrationBin(low, high, mean, share))
    brier = base = None
    if n >= LEAST:
        brier = fsum((one.said - one.is_confirmed) ** 2 for one in every) / n
        base = n_yes / n * (1 - n_yes / n)
    expected = fsum(one.said for one in every)
    return Calibration(n, tuple(bins), expected, Share(n_yes, n), brier, base)
