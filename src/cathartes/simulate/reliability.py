"""Whether stated probabilities are true: what was said beside how often it came so."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from cathartes.simulate.outcomes import PlumeOutcome

PROBABILITY_EDGES = (0.0, 0.5, 0.8, 0.9, 0.95, 0.99, 1.0)
"""Bins of the stated probability of a name, the last one with its upper end."""
CHANCE_LEVELS = (0.001, 0.01, 0.1, 1.0, 10.0)
"""Numbers of plumes by chance in a scene at which false plumes are counted."""


@dataclass(frozen=True, slots=True)
class StatedBin:
    """Names whose stated probability lies in one bin, the upper end outside but in the last.

    Attributes
    ----------
    n_plumes
        Found plumes with such a name.
    mean_stated
        Mean of the stated probabilities; NaN without plumes.
    share_right
        Share of the names that are right, see `PlumeOutcome.is_name_right`; NaN without plumes.
    """

    stated_from: float
    stated_to: float
    n_plumes: int
    mean_stated: float
    share_right: float


def name_reliability(
    outcomes: Sequence[PlumeOutcome], edges: Sequence[float] = PROBABILITY_EDGES
) -> tuple[StatedBin, ...]:
    """Return how often names are right, by their stated probability."""
    found = [plume for plume in outcomes if plume.is_found and np.isfinite(plume.probability)]
    bins = []
    for low, high in pairwise(edges):
        inside = [
            plume
            for plume in found
            if low <= plume.probability < high or (high == edges[-1] and plume.probability >= high)
        ]
        stated, right = float("nan"), float("nan")
        if inside:
            stated = float(np.mean([plume.probability for plume in inside]))
            right = float(np.mean([plume.is_name_right for plume in inside]))
        bins.append(StatedBin(low, high, len(inside), stated, right))
    return tuple(bins)


@dataclass(frozen=True, slots=True)
class ChanceLevel:
    """False plumes that are at least so improbable, over all scenes.

    Attributes
    ----------
    expected_by_chance
        Level e: plumes of which the scan states at most e are counted.
    n_stated
        Sum over scenes of what chance gives at that level by the scan's own statement, e each:
        an upper bound.
    n_false
        False plumes counted.
    """

    expected_by_chance: float
    n_stated: float
    n_false: int


def chance_reliability(
    expected_of_false: Sequence[float],
    limits: Sequence[float],
    levels: Sequence[float] = CHANCE_LEVELS,
) -> tuple[ChanceLevel, ...]:
    """Return how many false plumes there are beside how many the scan says that chance gives.

    Parameters
    ----------
    expected_of_false
        ``expected_by_chance`` that the scan states of each false plume.
    limits
        Of each scene, the greatest that a plume may have to be reported.
    levels
        Those up to the greatest limit are used, and that limit.
    """
    top = max(limits, default=0.0)
    return tuple(
        ChanceLevel(
            level,
            sum(min(level, limit) for limit in limits),
            sum(expected <= level for expected in expected_of_false),
        )
        for level in (*(level for level in levels if level < top), top)
    )


@dataclass(frozen=True, slots=True)
class AlarmCount:
    """Scores without gas whose stated false-alarm probability is at most a level.

    Attributes
    ----------
    stated
        The level.
    n_alarms, n_scores
        So many of so many.
    """

    stated: float
    n_alarms: int
    n_scores: int

    @property
    def measured(self) -> float:
        """Their share; NaN of nothing."""
        return self.n_alarms / self.n_scores if self.n_scores else float("nan")


def pool_alarms(scenes: Sequence[Sequence[AlarmCount]]) -> tuple[AlarmCount, ...]:
    """Return the counts of several scenes, each of the same levels, added up."""
    return tuple(
        AlarmCount(
            counts[0].stated, sum(c.n_alarms for c in counts), sum(c.n_scores for c in counts)
        )
        for counts in zip(*scenes, strict=True)
    )
