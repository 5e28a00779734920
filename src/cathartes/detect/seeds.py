"""Where plumes start: peaks that chance hardly gives, and plumes grown from them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.chance import (
    HILL_SHARE,
    ChanceLaw,
    find_peaks,
    fit_chance,
    hill_tops,
    recurs,
)
from cathartes.detect.outline import Seed, grow_plumes, widened
from cathartes.detect.search import Heights
from cathartes.detect.settings import DetectSettings

LEAST_HEIGHT = 5.5
"""No plume starts from a lower peak: everywhere in a scene some signature is that high."""
MAX_ROUNDS = 5
"""Rounds of growing plumes and counting chance again without them; two or three are usual."""
PLUME_MARGIN_PX = 4
"""Distance from a plume within which decoys' peaks are put down to it, [pixel]."""


@dataclass(frozen=True, slots=True)
class Peaks:
    """The peaks of a scene's heights, highest first.

    Gases and decoys compete: a peak counts for whoever stands highest on its hill. Peaks that recur
    all over the scene are a surface, and count for neither.

    Attributes
    ----------
    line, sample : (peak,)
    height : (peak,)
        Clean standard deviations.
    gas : (peak,) int
        Gas that stands highest at the peak.
    sign : (peak,) int
        +1 or -1, of its score.
    gas_won, decoy_won : (peak,) bool
        Whose peak it is; neither if it is not its hill's highest, or recurs.
    """

    line: NDArray[np.intp]
    sample: NDArray[np.intp]
    height: NDArray[np.float32]
    gas: NDArray[np.intp]
    sign: NDArray[np.intp]
    gas_won: NDArray[np.bool_]
    decoy_won: NDArray[np.bool_]

    @classmethod
    def of_heights(cls, heights: Heights, hill_share: float = HILL_SHARE) -> "Peaks":
        """Find the peaks, and who won them; for the share see `chance.hill_tops`."""
        both = np.fmax(heights.gas, heights.decoy)
        line, sample = find_peaks(both)
        height = both[line, sample]
        best_gas, best_decoy = hill_tops(heights.gas, heights.decoy, line, sample, hill_share)
        is_top = height >= np.maximum(best_gas, best_decoy)
        gas_winner = heights.gas_winner[line, sample].astype(np.intp)
        decoy_winner = heights.decoy_winner[line, sample].astype(np.intp)
        winner = np.where(  # even numbers are gases, odd ones decoys
            heights.gas[line, sample] >= heights.decoy[line, sample],
            2 * gas_winner,
            2 * decoy_winner + 1,
        )
        single = ~recurs(height, winner, is_top)
        gas_won = best_gas >= best_decoy
        return cls(
            line=line,
            sample=sample,
            height=height,
            gas=np.where(gas_winner >= 0, gas_winner, -1 - gas_winner),
            sign=np.where(gas_winner >= 0, 1, -1),
            gas_won=gas_won & single & (heights.gas[line, sample] >= height),
            decoy_won=~gas_won & single & is_top,
        )

    @property
    def candidates(self) -> NDArray[np.intp]:
        """Numbers of the peaks high enough to be looked at closely, (candidate,) int."""
        return np.flatnonzero((self.gas_won | self.decoy_won) & (self.height >= LEAST_HEIGHT))


@dataclass(frozen=True, slots=True)
class ChanceLaws:
    """What chance gives: of peaks that signatures explain, and of all.

    Attributes
    ----------
    explained
        Of peaks whose cores one or two signatures explain; of all, if these are too few.
    every
        Of all peaks.
    greatest
        Plumes of which chance gives more in the scene are not reported.
    """

    explained: ChanceLaw
    every: ChanceLaw
    greatest: float

    def of(self, *, explained: bool) -> ChanceLaw:
        """Return the law for a peak."""
        return self.explained if explained else self.every


def find_seeds(
    peaks: Peaks,
    explained: NDArray[np.bool_],
    plumes: NDArray[np.bool_],
    decoys_per_gas: int,
    max_expected: float,
) -> tuple[tuple[Seed, ...], ChanceLaws]:
    """Return the peaks that chance hardly gives, and the laws of those that it does.

    Decoys' peaks tell what chance gives, gases' peaks above that are plumes. Peaks near plumes
    already found tell nothing of chance and are left out of the law: a strong plume looks a little
    like everything.

    Parameters
    ----------
    explained : (peak,) bool
        Whether one or two signatures explain a peak's core; True for peaks not looked at.
    plumes : (line, sample) bool
        True in and near plumes already found.
    decoys_per_gas
        Decoys searched beside each gas.
    max_expected
        Seeds are peaks of which chance gives at most so many.
    """
    by_chance = peaks.decoy_won & ~plumes[peaks.line, peaks.sample]
    every = fit_chance(peaks.height[by_chance], decoys_per_gas)
    fewer = fit_chance(peaks.height[by_chance & explained], decoys_per_gas)
    laws = ChanceLaws(fewer if fewer.measured else every, every, max_expected)
    threshold = np.where(
        explained, laws.explained.score_for(max_expected), laws.every.score_for(max_expected)
    )
    wins = peaks.gas_won & (peaks.height >= np.maximum(threshold, LEAST_HEIGHT))
    return tuple(
        Seed(
            int(peaks.line[number]),
            int(peaks.sample[number]),
            float(peaks.height[number]),
            int(peaks.gas[number]),
            int(peaks.sign[number]),
            explained=bool(explained[number]),
        )
        for number in np.flatnonzero(wins)
    ), laws


def find_plumes(
    peaks: Peaks,
    explained: NDArray[np.bool_],
    valid: NDArray[np.bool_],
    gas_score: Callable[[int], NDArray[np.float32]],
    settings: DetectSettings,
) -> tuple[NDArray[np.int32], tuple[Seed, ...], ChanceLaws]:
    """Grow plumes from the peaks above chance, count chance again without them, until that rests.

    Parameters
    ----------
    peaks
        Of the scene.
    explained : (peak,) bool
        See `find_seeds`.
    valid : (line, sample) bool
        Pixels that were searched.
    gas_score : gas → (line, sample)
        Score for growing, signed.

    Returns
    -------
    labels : (line, sample) int32
        0 outside plumes, else 1 + the index of the seed.
    seeds
        One a plume, highest first.
    laws
        What chance gives.
    """
    near = np.zeros(valid.shape, dtype=bool)
    greatest = settings.greatest_by_chance(int(np.count_nonzero(valid)))
    for _ in range(MAX_ROUNDS):
        seeds, laws = find_seeds(peaks, explained, near, settings.decoys_per_gas, greatest)
        labels, grown = grow_plumes(
            valid.shape,
            seeds,
            gas_score,
            settings.grow_score,
            settings.min_pixels,
            settings.averaging_width_px,
        )
        now = near | near_plumes(labels)
        if (now == near).all():
            break
        near = now
    return labels, grown, laws


def near_plumes(labels: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return True within `PLUME_MARGIN_PX` of plumes, (line, sample) like the labels."""
    return widened(labels > 0, PLUME_MARGIN_PX)
