r"""Which sightings are of one source: a partition of them, by the evidence of its groups.

Sources lie anywhere in an area A, one expected in it before. The evidence of a partition is the
product of that of its groups,

.. math:: E(G) = \frac1A \int dx\,dw\,d\mu\; p(w)\,p(\mu) \prod_s p(D_s \mid x, w, \mu, G)

so that two sightings are of one source if they overlap by more than chance would make them, their
rates can be one source's, and the sorties that don't show either could have missed it. Two
sightings of one view are two sources.
"""

from collections.abc import Callable, Iterator

import numpy as np

Group = frozenset[int]
"""Numbers of sightings."""


def best_partition(
    n_sightings: int,
    may_join: Callable[[Group, Group], bool],
    evidence: Callable[[Group], float],
) -> tuple[Group, ...]:
    """Return the partition that joining the best two, and then moving single ones, leads to.

    Parameters
    ----------
    n_sightings
    may_join
        True if two groups can be of one source.
    evidence
        ln E of a group.

    Returns
    -------
    Groups by their first sighting; each sighting in one.
    """
    groups = [frozenset({i}) for i in range(n_sightings)]
    while True:
        step = max(_steps(groups, may_join, evidence), key=lambda s: s[0], default=None)
        if step is None or step[0] <= 0:
            return tuple(sorted(groups, key=min))
        _, gone, come = step
        groups = sorted([g for g in groups if g not in gone] + [g for g in come if g], key=min)


def _steps(
    groups: list[Group],
    may_join: Callable[[Group, Group], bool],
    evidence: Callable[[Group], float],
) -> Iterator[tuple[float, tuple[Group, ...], tuple[Group, ...]]]:
    """Yield the gain of each step, the groups it takes away and those it makes."""

    def step(
        gone: tuple[Group, ...], come: tuple[Group, ...]
    ) -> tuple[float, tuple[Group, ...], tuple[Group, ...]]:
        gain = sum(evidence(g) for g in come if g) - sum(evidence(g) for g in gone)
        return gain, gone, come

    for number, one in enumerate(groups):
        for other in groups[number + 1 :]:
            if may_join(one, other):
                yield step((one, other), (one | other,))
    for one in groups:
        for sighting in sorted(one) if len(one) > 1 else ():
            alone = frozenset({sighting})
            yield step((one,), (one - alone, alone))
            for other in groups:
                if other is not one and may_join(alone, other):
                    yield step((one, other), (one - alone, other | alone))


def belonging(
    groups: tuple[Group, ...],
    may_join: Callable[[Group, Group], bool],
    evidence: Callable[[Group], float],
) -> dict[int, dict[Group | None, float]]:
    """Return for each sighting the probability of each group, and of none of them (None).

    Given where all other sightings belong; groups are named as they are in the partition.
    """
    told: dict[int, dict[Group | None, float]] = {}
    for own in groups:
        for sighting in own:
            alone = frozenset({sighting})
            rest = own - alone
            log_weight: dict[Group | None, float] = {}
            if rest:
                log_weight[own] = evidence(own) - evidence(rest)
            log_weight[None] = evidence(alone)
            for other in groups:
                if other is not own and may_join(alone, other):
                    log_weight[other] = evidence(other | alone) - evidence(other)
            top = max(log_weight.values())
            weights = {group: float(np.exp(w - top)) for group, w in log_weight.items()}
            total = sum(weights.values())
            told[sighting] = {group: weight / total for group, weight in weights.items()}
    return told
