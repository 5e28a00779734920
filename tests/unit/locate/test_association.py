"""Which sightings are of one source, against all partitions there are."""

from collections.abc import Iterator

import numpy as np
import pytest

from cathartes.locate.association import Group, belonging, best_partition


def partitions(items: list[int]) -> Iterator[list[Group]]:
    """Yield every partition: the slow twin."""
    if not items:
        yield []
        return
    first, rest = items[0], items[1:]
    for smaller in partitions(rest):
        yield [frozenset({first}), *smaller]
        for k, group in enumerate(smaller):
            yield [*smaller[:k], group | {first}, *smaller[k + 1 :]]


def evidence_of(places: np.ndarray, sd: float, length: float):
    """Return ln of the integral of a group's Gaussians on a line of a length."""

    def evidence(group: Group) -> float:
        x = places[sorted(group)]
        n = x.size
        spread = ((x - x.mean()) ** 2).sum()
        flat = 0.5 * (n - 1) * np.log(2 * np.pi * sd**2) + 0.5 * np.log(n)
        return float(-0.5 * spread / sd**2 - flat - np.log(length))

    return evidence


@pytest.mark.parametrize("seed", range(12))
def test_the_best_partition_is_the_best_of_all(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.uniform(0, 100, size=3)
    places = truth[rng.integers(3, size=6)] + rng.normal(size=6)
    view = rng.integers(4, size=6)
    evidence = evidence_of(places, 1.0, 100.0)

    def allowed(group: Group) -> bool:
        return len({int(view[i]) for i in group}) == len(group)

    found = best_partition(6, lambda a, b: allowed(a | b), evidence)
    best = max(
        sum(evidence(g) for g in groups)
        for groups in partitions(list(range(6)))
        if all(allowed(g) for g in groups)
    )
    assert all(allowed(g) for g in found)
    assert sorted(i for g in found for i in g) == list(range(6))
    assert sum(evidence(g) for g in found) == pytest.approx(best, abs=1e-9)


def test_belonging_is_the_odds_given_the_rest() -> None:
    places = np.array([0.0, 0.5, 6.0])
    evidence = evidence_of(places, 1.0, 100.0)
    groups = (frozenset({0, 1}), frozenset({2}))
    told = belonging(groups, lambda a, b: True, evidence)
    own = np.exp(evidence(groups[0]) - evidence(frozenset({0})))
    alone = np.exp(evidence(frozenset({1})))
    other = np.exp(evidence(frozenset({1, 2})) - evidence(groups[1]))
    total = own + alone + other
    assert told[1][groups[0]] == pytest.approx(own / total)
    assert told[1][None] == pytest.approx(alone / total)
    assert told[1][groups[1]] == pytest.approx(other / total)
    assert sum(told[2].values()) == pytest.approx(1.0)
