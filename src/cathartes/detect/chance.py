"""What chance alone gives: peaks of sham signatures in the scene itself."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label, maximum_filter

from cathartes.detect.tails import fit_tail

PEAK_WIDTH_PX = 9
"""Side of the square in which a peak is the greatest: nearer peaks count as one."""


def find_peaks(score: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return (line, sample) of the pixels that are the greatest in their square, highest first."""
    filled = np.where(np.isfinite(score), score, -np.inf)
    top = (maximum_filter(filled, PEAK_WIDTH_PX, mode="nearest") == filled) & np.isfinite(score)
    line, sample = np.nonzero(top)
    order = np.argsort(-filled[line, sample], kind="stable")
    return line[order], sample[order]


HILL_SHARE = 0.6
"""A peak's hill is the connected ground above this share of its height."""
HILL_FOOT_QUANTILE = 0.9
"""No hill's foot lies lower than this quantile of the scene: below it all hills run together."""


def hill_tops(
    gas: NDArray[np.float32],
    decoy: NDArray[np.float32],
    line: NDArray[np.intp],
    sample: NDArray[np.intp],
    share: float = HILL_SHARE,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the highest gas and the highest decoy on the hill of each peak.

    The hill's foot is rounded down to a ladder of levels, a quarter apart, so that the scene is
    labelled once a level and not once a peak.

    Parameters
    ----------
    gas, decoy : (line, sample)
    line, sample : (peak,)
        The peaks of both together.
    share
        A peak's hill is the connected ground above this part of its height.

    Returns
    -------
    gas_top, decoy_top : (peak,) float32
    """
    both = np.nan_to_num(np.fmax(gas, decoy), nan=-np.inf)
    height = both[line, sample]
    lowest = np.quantile(both[np.isfinite(both)], HILL_FOOT_QUANTILE) if height.size else 0.0
    foot = np.maximum(share * height, np.minimum(lowest, height))
    rung = np.floor(np.log(np.maximum(foot, 1.0)) / np.log(1.25)).astype(int)
    gas_top, decoy_top = np.empty_like(height), np.empty_like(height)
    for level in np.unique(rung):
        hills, n_hills = label(both >= 1.25**level, structure=np.ones((3, 3)))
        chosen = rung == level
        mine = hills[line[chosen], sample[chosen]]
        ground = np.flatnonzero(hills)
        hill = hills.ravel()[ground]
        for score, top in ((gas, gas_top), (decoy, decoy_top)):
            highest = np.full(n_hills + 1, -np.inf, dtype=score.dtype)
            np.fmax.at(highest, hill, score.ravel()[ground])
            top[chosen] = highest[mine]
    return gas_top, decoy_top


RECURRENCE = 4
"""A gas or decoy that finds so many other hills of about the same height has found a surface."""
RECURRENCE_SHARE = 0.75
"""Hills count as about as high from this share of the height on."""


def recurs(
    height: NDArray[np.float32], winner: NDArray[np.signedinteger], is_top: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return True for peaks whose gas or decoy has found many other hills about as high.

    A plume is one hill, or a few; white roofs are as many as there are houses.

    Parameters
    ----------
    height : (peak,)
    winner : (peak,) int
        Gas or decoy, with its sign, that stands highest there.
    is_top : (peak,) bool
        Whether the peak is its hill's highest.
    """
    found = np.zeros(height.size, dtype=bool)
    for signature in np.unique(winner):
        chosen = np.flatnonzero(winner == signature)
        tops = np.sort(height[chosen[is_top[chosen]]])
        others = tops.size - np.searchsorted(tops, RECURRENCE_SHARE * height[chosen])
        found[chosen] = others - is_top[chosen] >= RECURRENCE
    return found


MIN_TAIL = 10
"""With fewer peaks no tail can be fitted."""


@dataclass(frozen=True, slots=True)
class ChanceLaw:
    r"""The number of peaks at least this high that chance gives in the scene.

    .. math:: E(s) = \frac{n_u}{K}\Big(1 + \xi\,\frac{s - u}{\beta}\Big)^{-1/\xi}, \qquad s > u

    and the count itself below u. K decoys a gas win K/(K+1) of the chance peaks between them, so
    the gases win 1/K of the decoys' number.

    Attributes
    ----------
    decoy_peaks : (peak,) ascending
        Heights of the peaks that a decoy won.
    decoys_per_gas
        K.
    threshold, scale, shape
        u, β and ξ of the generalised Pareto law above u; ξ is positive.
    n_tail
        n_u, peaks above u.
    measured
        True if the law was fitted to the scene's own decoys; False if these have too few peaks, and
        it is assumed.
    """

    decoy_peaks: NDArray[np.float64]
    decoys_per_gas: int
    threshold: float
    scale: float
    shape: float
    n_tail: int
    measured: bool = True

    def expected(self, score: float) -> float:
        """Return E(s)."""
        if score <= self.threshold:
            above = self.decoy_peaks.size - int(np.searchsorted(self.decoy_peaks, score))
            return max(above, self.n_tail) / self.decoys_per_gas
        base = 1.0 + self.shape * (score - self.threshold) / self.scale
        return float(self.n_tail * base ** (-1.0 / self.shape) / self.decoys_per_gas)

    def score_for(self, expected: float) -> float:
        """Return the score at which chance gives so many peaks.

        Without a fitted tail it is never below u: a few low peaks don't say that higher ones are
        rare.
        """
        share = expected * self.decoys_per_gas / self.n_tail
        if share <= 1.0:
            return float(self.threshold + self.scale * (share**-self.shape - 1.0) / self.shape)
        if not self.measured:
            return self.threshold
        rank = min(int(expected * self.decoys_per_gas), self.decoy_peaks.size)
        return float(min(self.decoy_peaks[-rank], self.threshold))


HEAVY_SHAPE = 0.2
"""Tails of peaks of single squares, which a rare surface may fill."""
_SHAPE_PRIOR_PEAKS = 50
_FALLBACK_THRESHOLD, _FALLBACK_SCALE = 5.0, 0.7


def fit_chance(
    decoy_peaks: NDArray[np.floating], decoys_per_gas: int, shape: float = HEAVY_SHAPE
) -> ChanceLaw:
    r"""Fit the law of chance peaks to the peaks that decoys won.

    The generalised Pareto law (`tails.fit_tail`) is fitted to the highest tenth (at least 30, at
    most 400 peaks), its shape drawn towards one as if by 50 peaks and kept between that and 0.5:
    thirty peaks of noise say nothing of the rare surface that none of them met. With 10 peaks or
    fewer a law is assumed that starts where they end, or at 5 standard deviations.

    Parameters
    ----------
    decoy_peaks : (peak,)
        Any order.
    shape
        ξ that is believed before any peak is seen; a lighter tail never is.
    """
    peaks = np.sort(decoy_peaks.astype(np.float64))
    n_tail = min(int(np.clip(peaks.size // 10, 30, 400)), peaks.size - 1)
    if n_tail < MIN_TAIL:
        top = max(float(peaks[-1]) if peaks.size else 0.0, _FALLBACK_THRESHOLD)
        return ChanceLaw(
            peaks, decoys_per_gas, top, _FALLBACK_SCALE, shape, n_tail=1, measured=False
        )
    u = float(peaks[-n_tail - 1])
    tail = fit_tail(peaks[-n_tail:] - u, u, (shape, _SHAPE_PRIOR_PEAKS), shape)
    return ChanceLaw(peaks, decoys_per_gas, u, tail.scale, tail.shape, n_tail)
