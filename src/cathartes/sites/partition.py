r"""Which sightings are of one site: the partition whose evidence is highest, and who is in doubt.

The evidence of a partition is the product of that of its groups (`group_evidence`). Groups are
joined, the best two first, and then single sightings moved, while it rises; then other beginnings
are tried, and kept if better. Two
groups join only if two of their sightings are linked, that is, could be of one site by themselves
as well as not: so what is not connected by links never matters to each other.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from cathartes.sites.group_evidence import Sums

_RISE = 1e-9
"""Of the evidence's logarithm: less is rounding."""


@dataclass(frozen=True, slots=True)
class Sightings:
    """Sightings near each other, in a fixed order, as arrays.

    Attributes
    ----------
    sums : (sighting,)
    linked : (sighting, sighting)
        Could be of one site.
    apart : (sighting, sighting)
        Can't be: one view told them apart.
    log_density
        Logarithm of new sites' density, in m-2.
    """

    sums: Sums
    linked: NDArray[np.bool_]
    apart: NDArray[np.bool_]
    log_density: float

    def __len__(self) -> int:
        """Return how many."""
        return len(self.linked)

    def log_evidence(self, sums: Sums) -> NDArray[np.float64]:
        """Return ln E of groups, (group,)."""
        return np.asarray(self.log_density + gammaln(sums.count) + sums.log_integral())

    def without(self, number: int) -> "Sightings":
        """Return all but one."""
        rest = np.delete(np.arange(len(self)), number)
        square = np.ix_(rest, rest)
        return Sightings(self.sums[rest], self.linked[square], self.apart[square], self.log_density)


def best_partition(sightings: Sightings, start: NDArray[np.int_] | None = None) -> NDArray[np.int_]:
    """Return the number of each sighting's group, (sighting,); groups are numbered as they come.

    Parameters
    ----------
    sightings : (sighting,)
    start : (sighting,)
        Groups to begin with; None: each alone, and then others.
    """
    if start is not None:
        return _settled(sightings, _numbered(start))
    group = _settled(sightings, np.arange(len(sightings)))
    best, risen = _log_evidence(sightings, group), True
    while risen:
        risen = False
        for other in _other_starts(sightings, group):
            tried = _settled(sightings, _numbered(other))
            if (better := _log_evidence(sightings, tried)) > best + _RISE:
                group, best, risen = tried, better, True
                break
    return group


def _other_starts(sightings: Sightings, group: NDArray[np.int_]) -> Iterator[NDArray[np.int_]]:
    """Yield partitions that no step from this one that gains leads to, (sighting,).

    A group begun wrongly is taken apart; two sightings that can't be of one site change places, or
    one turns the other out.
    """
    alone = len(group) + np.arange(len(group))
    for number in range(group.max(initial=-1) + 1):
        yield np.where(group == number, alone, group)
    for one, other in np.argwhere(np.triu(sightings.apart)):
        for gone, come in ((one, other), (other, one)):
            for place in (alone[come], group[gone]):
                changed = group.copy()
                changed[gone], changed[come] = group[come], place
                yield changed


def _log_evidence(sightings: Sightings, group: NDArray[np.int_]) -> float:
    return float(sightings.log_evidence(sightings.sums.over(_belongs(group))).sum())


def _settled(sightings: Sightings, group: NDArray[np.int_]) -> NDArray[np.int_]:
    """Join and move until neither gains, (sighting,)."""
    while True:
        joined = _joined(sightings, group)
        group = _moved(sightings, joined)
        if (group == joined).all():
            return group


def doubts(sightings: Sightings, group: NDArray[np.int_]) -> NDArray[np.float64]:
    """Return how well another group explains each sighting, as a share of its own, (sighting,).

    By places alone, not by how often a group was seen; all others' belonging given. For a
    sighting that is alone, others count from two sightings on: of two that are alone, neither can
    be said to be the other's.

    Parameters
    ----------
    sightings : (sighting,)
    group : (sighting,)
        As of `best_partition`.
    """
    gain = _gains(sightings, group)
    own = _belongs(group).T > 0
    size = own.sum(axis=0)
    gain -= np.log(np.maximum(size[None, :] - own, 1))
    alone = size[group] == 1
    rivals = np.where(own | (alone[:, None] & (size < 2)[None, :]), -np.inf, gain)
    explained = np.where(own, gain, -np.inf).max(axis=1)
    return np.asarray(np.exp(np.minimum(np.max(rivals, axis=1) - explained, 50.0)))


def _numbered(group: NDArray[np.int_]) -> NDArray[np.int_]:
    """Return the same groups, numbered by their first sightings, (sighting,)."""
    _, first, which = np.unique(group, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(first))[which])


def _belongs(group: NDArray[np.int_]) -> NDArray[np.float64]:
    """(group, sighting): 1 where it belongs."""
    numbers = np.arange(group.max(initial=-1) + 1)
    return np.where(group[None, :] == numbers[:, None], 1.0, 0.0)


def _joined(sightings: Sightings, group: NDArray[np.int_]) -> NDArray[np.int_]:
    """Join the best two groups until none gains, (sighting,)."""
    group = group.copy()
    belongs = _belongs(group)
    sums = sightings.sums.over(belongs)
    linked = belongs @ sightings.linked @ belongs.T > 0
    apart = belongs @ sightings.apart @ belongs.T > 0
    evidence = sightings.log_evidence(sums)
    there = np.ones(len(belongs), dtype=bool)
    gain = np.full(linked.shape, -np.inf)

    def weigh(one: int) -> None:
        others = np.flatnonzero(there & linked[one] & ~apart[one])
        others = others[others != one]
        gain[one, :] = gain[:, one] = -np.inf
        if others.size:
            together = sightings.log_evidence(sums[others] + sums[[one]])
            gain[one, others] = gain[others, one] = together - evidence[others] - evidence[one]

    for one in range(len(belongs)):
        weigh(one)
    while gain.size:
        one, other = sorted(int(k) for k in np.unravel_index(gain.argmax(), gain.shape))
        if not gain[one, other] > _RISE:
            break
        group[group == other] = one
        for array in (sums.precision, sums.pull, sums.log_height, sums.count):
            array[one] += array[other]
        for pairs in (linked, apart):
            pairs[one] |= pairs[other]
            pairs[:, one] |= pairs[:, other]
        there[other] = False
        gain[other, :] = gain[:, other] = -np.inf
        evidence[one] = sightings.log_evidence(sums[[one]])[0]
        weigh(one)
    return _numbered(group)


def _moved(sightings: Sightings, group: NDArray[np.int_]) -> NDArray[np.int_]:
    """Move the sighting that gains most, to another group or to one of its own, until none does."""
    group = group.copy()
    while len(sightings):
        gain = _gains(sightings, group)
        own = _belongs(group).T > 0
        now = np.where(own, gain, -np.inf).max(axis=1)
        elsewhere = np.where(own, -np.inf, gain)
        best = elsewhere.max(axis=1)
        rise = np.maximum(best, sightings.log_density) - now
        one = int(rise.argmax())
        if not rise[one] > _RISE:
            break
        to_other = best[one] > sightings.log_density
        group[one] = elsewhere[one].argmax() if to_other else len(group)
        group = _numbered(group)
    return group


def _gains(sightings: Sightings, group: NDArray[np.int_]) -> NDArray[np.float64]:
    """Return what each sighting adds to ln E of each group without it, (sighting, group).

    For its own group of one, the logarithm of the density; minus infinity where it can't belong.
    """
    belongs = _belongs(group)
    size = belongs.sum(axis=1)
    total = sightings.sums.over(belongs)
    evidence = sightings.log_evidence(total)
    allowed = (sightings.linked @ belongs.T > 0) & (sightings.apart @ belongs.T == 0)
    allowed &= belongs.T == 0
    gain = np.full(allowed.shape, -np.inf)
    one, to = np.nonzero(allowed)
    gain[one, to] = sightings.log_evidence(sightings.sums[one] + total[to]) - evidence[to]
    gain[np.arange(group.size), group] = sightings.log_density
    shared = np.flatnonzero(size[group] > 1)
    own = group[shared]
    rest = sightings.log_evidence(total[own] - sightings.sums[shared])
    gain[shared, own] = evidence[own] - rest
    return gain
