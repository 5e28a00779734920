"""How often a clean pixel of this scene has such a score: false-alarm probabilities."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TAIL_SHARE = 0.0005
"""Share of the clean pixels to whose scores the tail is fitted: with a hundredth, which is still of
the ground's common run, false alarms at 1e-5 were stated three times too often."""
LEAST_TAIL = 60
"""Fewest scores in a tail; a scene with less than a hundred times as many pixels gets none, and no
probability below one over its pixels is stated."""
_LEAST_SHAPE, _GREATEST_SHAPE = 0.01, 0.5


@dataclass(frozen=True, slots=True)
class ParetoTail:
    r"""A generalised Pareto law.

    .. math:: P(s > x\,|\,s > u) = \Big(1 + \xi\,\frac{x - u}{\beta}\Big)^{-1/\xi}

    Attributes
    ----------
    threshold, scale, shape
        u, β and ξ; ξ is positive: a tail lighter than exponential is never believed.
    """

    threshold: float
    scale: float
    shape: float

    def beyond(self, x: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the probability of exceeding x, any shape, given that u is exceeded."""
        excess = np.maximum(np.asarray(x, dtype=np.float64) - self.threshold, 0.0)
        return np.asarray((1.0 + self.shape * excess / self.scale) ** (-1.0 / self.shape))

    def quantile(self, share: float) -> float:
        """Return the x that a share of what exceeds u exceeds, 0 to 1."""
        return float(self.threshold + self.scale * (share**-self.shape - 1.0) / self.shape)


def fit_tail(
    excess: NDArray[np.float64],
    threshold: float,
    prior: tuple[float, int],
    least_shape: float = _LEAST_SHAPE,
) -> ParetoTail:
    """Fit the law to what exceeds a threshold, by probability-weighted moments.

    Parameters
    ----------
    excess : (peak,)
        Scores less the threshold, ascending.
    prior
        A shape, and the number of scores that it counts for.
    least_shape
        A lighter tail is not believed.

    References
    ----------
    Hosking & Wallis 1987, doi 10.1080/00401706.1987.10488243 (their k is -ξ).
    """
    n = excess.size
    rank = (np.arange(1, n + 1) - 0.35) / n
    a_0, a_1 = float(excess.mean()), float((excess * (1 - rank)).mean())
    moments = 2.0 - a_0 / max(a_0 - 2.0 * a_1, 1e-9)
    drawn = (moments * n + prior[0] * prior[1]) / (n + prior[1])
    shape = float(np.clip(drawn, least_shape, _GREATEST_SHAPE))
    return ParetoTail(threshold, max(a_0 * (1.0 - shape), 1e-6), shape)


def _greatest(
    values: NDArray[np.float32], some: NDArray[np.float32], number: int
) -> NDArray[np.float64]:
    """Return the greatest so many of values, (value,), in any order.

    Few are sorted: of values above a bound that four times as many should exceed, as ``some`` of
    the values, ascending, tell it.
    """
    above = -(-4 * number * some.size // values.size)
    few = values[values >= some[-above]] if above <= some.size else values
    chosen = few if few.size >= number else values
    return np.partition(chosen, chosen.size - number)[-number:].astype(np.float64)


@dataclass(frozen=True, slots=True)
class FalseAlarmLaw:
    """The share of a scene's clean pixels whose score of one gas is at least so great.

    Attributes
    ----------
    core : (score,) ascending
        Scores of clean pixels, thinned, of either sign where both may be gas.
    tail
        Of the squares of the highest scores, which of Gaussian clutter have an exponential law;
        None with too few pixels.
    tail_share
        Share of the pixels that are in it.
    n_pixels
        Clean pixels that it was measured on.
    """

    core: NDArray[np.float32]
    tail: ParetoTail | None
    tail_share: float
    n_pixels: int

    @classmethod
    def measure(cls, strength: NDArray[np.float32]) -> "FalseAlarmLaw":
        """Measure it on the scores of clean pixels, any shape; NaN is left out."""
        known = strength[np.isfinite(strength)]
        n = known.size
        n_tail = max(int(TAIL_SHARE * n), LEAST_TAIL)
        core = np.sort(known[:: max(1, n // 100_000)])
        if n < 100 * LEAST_TAIL:
            return cls(core, None, 0.0, n)
        highest = np.sort(np.maximum(_greatest(known, core, n_tail + 1), 0.0) ** 2)
        threshold = float(highest[0])
        excess = highest[1:] - threshold
        return cls(core, fit_tail(excess, threshold, (0.0, 0)), n_tail / n, n)

    def probability(self, strength: NDArray[np.floating] | float) -> NDArray[np.float64]:
        """Return the probability that a clean pixel has at least this score, any shape.

        Without a tail no probability below one over the number of pixels is stated.
        """
        asked = np.asarray(strength, dtype=np.float64)
        rank = np.searchsorted(self.core, asked, side="left")
        core = np.maximum(1.0 - rank / max(self.core.size, 1), 1.0 / max(self.n_pixels, 1))
        if self.tail is None:
            return np.asarray(core)
        square = np.maximum(asked, 0.0) ** 2
        share = self.tail_share * self.tail.beyond(square)
        return np.where(square > self.tail.threshold, share, np.maximum(core, self.tail_share))

    def strength_for(self, probability: float) -> float:
        """Return the score that clean pixels reach with this probability; NaN if not known."""
        if self.tail is not None and probability <= self.tail_share:
            return float(np.sqrt(self.tail.quantile(probability / self.tail_share)))
        known = self.core.size and probability * self.n_pixels >= 1
        return float(np.quantile(self.core, 1.0 - probability)) if known else float("nan")
