"""What became of plumes, counted by hand and by loops; and whether what was stated came true."""

import math

import numpy as np
import pytest

from cathartes.simulate.evaluation import FoundPlume
from cathartes.simulate.outcomes import PlumeOutcome, Share, plume_outcomes, pool_plumes
from cathartes.simulate.reliability import (
    AlarmCount,
    chance_reliability,
    name_reliability,
    pool_alarms,
)
from cathartes.simulate.score import Matching
from cathartes.simulate.truth import PlumeTruth, Truth

UNKNOWN = "unknown"


def truth() -> Truth:
    """Return four plumes in a row: a mixture, ammonia, SF6, and methane that none can see."""
    labels = np.array([[1, 1, 2, 2, 3, 3, 4, 4]], np.int32)
    gases = ("ammonia", "SF6", "methane")
    snr = np.zeros((3, 1, 8), np.float32)
    snr[0, 0, :4] = [9.0, 3.0, 4.0, 5.0]
    snr[1, 0, [0, 1, 4]] = [2.0, 7.0, 30.0]
    snr[2, 0, 6:] = 0.5
    image = np.zeros(labels.shape, np.float32)

    def plume(number: int, *names: str) -> PlumeTruth:
        return PlumeTruth(number, tuple((n, 9.0) for n in names), 0.5, 0.5, 295.0, None, 1.0, 2)

    plumes = (plume(1, "ammonia", "SF6"), plume(2, "ammonia"), plume(3, "SF6"),
              plume(4, "methane"))  # fmt: skip
    return Truth(gases, snr, snr, labels, image, image, image.astype(np.int16), ("x",), plumes)


def test_each_visible_plume_has_its_own_strengths_and_what_was_said_of_it() -> None:
    matching = Matching(pairs=((1, 8), (3, 9)), missed=(2,), invisible=(4,), false=(7,))
    found = (
        FoundPlume(8, "ammonia", ("R-12",), 0.9, 0.01),
        FoundPlume(9, UNKNOWN, (), 0.8, 0.02),
        FoundPlume(7, "R-22", (), 0.6, 0.1),
    )
    assert plume_outcomes(truth(), matching, found, {"ammonia"}, UNKNOWN) == (
        PlumeOutcome(("ammonia", "SF6"), (9.0, 7.0), (True, False), ("ammonia", "R-12"), 0.9),
        PlumeOutcome(("ammonia",), (5.0,), (True,)),
        PlumeOutcome(("SF6",), (30.0,), (False,), (UNKNOWN,), 0.8, is_unknown=True),
    )


def random_outcomes(n: int = 400) -> list[PlumeOutcome]:
    generator = np.random.default_rng(17)
    names = ["a", "b", "c"]
    outcomes = []
    for _ in range(n):
        gases = tuple(generator.permutation(names)[: generator.integers(1, 3)].tolist())
        snr = tuple(sorted(generator.uniform(2.0, 25.0, len(gases)).tolist(), reverse=True))
        searched = tuple(bool(generator.random() < 0.7) for _ in gases)
        said: tuple[str, ...] = ()
        if generator.random() < 0.8:
            said = tuple(generator.permutation([*names, UNKNOWN])[: generator.integers(1, 3)])
            said = (UNKNOWN,) if said[0] == UNKNOWN else tuple(s for s in said if s != UNKNOWN)
        probability = float(generator.random()) if said else math.nan
        outcomes.append(PlumeOutcome(gases, snr, searched, said, probability, said == (UNKNOWN,)))
    return outcomes


def test_names_are_counted_among_found_plumes_of_some_strength() -> None:
    outcomes = random_outcomes()
    right, other, lost, mixed, even, foreign = ([] for _ in range(6))
    for plume in outcomes:
        if not plume.said or max(plume.gas_snr) < 6.0:
            continue
        if plume.searched[0]:
            right.append(plume.said[0] == plume.gases[0])
            other.append(all(name in plume.gases for name in plume.said))
            lost.append(plume.said[0] == UNKNOWN)
        if len(plume.gases) == 2 and plume.searched == (True, True):
            mixed.append(all(gas in plume.said for gas in plume.gases))
            if min(plume.gas_snr) >= 6.0:
                even.append(mixed[-1])
        if True not in plume.searched:
            foreign.append(plume.said[0] == UNKNOWN)
    figures = pool_plumes(outcomes)
    for share, answers in (
        (figures.main_right, right), (figures.no_other, other), (figures.called_unknown, lost),
        (figures.all_named, mixed), (figures.all_named_strong, even),
        (figures.foreign_unknown, foreign),
    ):  # fmt: skip
        assert share == Share(sum(answers), len(answers))
        assert 0 < share.count < share.of


def test_plumes_are_counted_by_their_strongest_gas() -> None:
    outcomes = random_outcomes()
    bins = pool_plumes(outcomes).bins
    assert [(one.snr_from, one.snr_to) for one in bins] == [
        (2, 4), (4, 6), (6, 8), (8, 12), (12, 20), (20, math.inf),
    ]  # fmt: skip
    for one in bins:
        inside = [p for p in outcomes if one.snr_from <= p.gas_snr[0] < one.snr_to]
        known = [p for p in inside if True in p.searched]
        foreign = [p for p in inside if True not in p.searched]
        assert (one.n_plumes, one.n_foreign) == (len(known), len(foreign))
        assert one.n_found == sum(bool(p.said) for p in known)
        assert one.n_foreign_found == sum(bool(p.said) for p in foreign)
        assert one.n_main_right == sum(p.said[:1] == p.gases[:1] for p in known)
    assert sum(one.n_plumes + one.n_foreign for one in bins) == len(outcomes)


def test_nothing_is_a_share_of_nothing() -> None:
    figures = pool_plumes([])
    assert figures.main_right == Share(0, 0)
    assert math.isnan(figures.main_right.share)


def test_stated_probabilities_stand_beside_the_share_of_right_names() -> None:
    outcomes = random_outcomes()
    bins = name_reliability(outcomes, (0.0, 0.5, 1.0))
    for one in bins:
        inside = [
            p for p in outcomes if p.said and one.stated_from <= p.probability < one.stated_to
        ]
        # Unknown is right of a plume whose main gas was not searched.
        right = [
            not p.searched[0] if p.said == (UNKNOWN,) else p.said[0] in p.gases for p in inside
        ]
        assert one.n_plumes == len(inside) > 50
        assert one.mean_stated == pytest.approx(sum(p.probability for p in inside) / len(inside))
        assert one.share_right == pytest.approx(sum(right) / len(right))


def test_certainty_and_rounding_above_it_lie_in_the_last_bin() -> None:
    sure = [PlumeOutcome(("a",), (9.0,), (True,), ("a",), p) for p in (0.99, 1.0, 1.0 + 1e-12)]
    bins = name_reliability(sure)
    assert [one.n_plumes for one in bins] == [0, 0, 0, 0, 0, 3]
    assert math.isnan(bins[0].share_right)


def test_false_plumes_stand_beside_what_chance_is_stated_to_give() -> None:
    """Two scenes; the second reports plumes up to 0.05 alone, and states no more than that."""
    levels = chance_reliability([0.005, 0.05, 0.09], [0.1, 0.05], levels=(0.01, 0.5))
    assert [level.expected_by_chance for level in levels] == [0.01, 0.1]
    assert [level.n_false for level in levels] == [1, 3]
    assert [level.n_stated for level in levels] == pytest.approx([0.02, 0.15])


def test_alarms_add_up_level_by_level() -> None:
    one = (AlarmCount(1e-2, 30, 1000), AlarmCount(1e-3, 1, 1000))
    other = (AlarmCount(1e-2, 10, 3000), AlarmCount(1e-3, 3, 3000))
    pooled = pool_alarms([one, other])
    assert pooled == (AlarmCount(1e-2, 40, 4000), AlarmCount(1e-3, 4, 4000))
    assert pooled[0].measured == pytest.approx(0.01)
    assert math.isnan(AlarmCount(1e-2, 0, 0).measured)
