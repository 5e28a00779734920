"""Peaks and who wins them, and plumes grown from them until chance is counted without them."""

import numpy as np
import pytest

from cathartes.detect.search import Heights
from cathartes.detect.seeds import (
    LEAST_HEIGHT,
    PLUME_MARGIN_PX,
    Peaks,
    find_plumes,
    find_seeds,
)
from cathartes.detect.settings import DetectSettings

SHAPE = (80, 90)
EVERYWHERE = np.ones(SHAPE, bool)
NOWHERE = np.zeros(SHAPE, bool)


def heights_of(seed=1, peaks=()):
    """Noise of 40 gases and decoys, with hills of (kind, line, sample, height, winner)."""
    rng = np.random.default_rng(seed)
    gas, decoy = rng.gamma(9.0, 0.15, (2, *SHAPE)).astype(np.float32)
    winners = rng.integers(-40, 40, (2, *SHAPE)).astype(np.int16)
    line, sample = np.ogrid[: SHAPE[0], : SHAPE[1]]
    for kind, i, j, height, winner in peaks:
        hill = height * np.exp(-0.5 * ((line - i) ** 2 + (sample - j) ** 2) / 2.0**2)
        plane, who = (gas, winners[0]) if kind == "gas" else (decoy, winners[1])
        who[hill > plane] = winner
        np.maximum(plane, hill.astype(np.float32), out=plane)
    return Heights(gas, decoy, winners[0], winners[1])


def seeds_of(heights, plumes=NOWHERE, unexplained=()):
    """Return the seeds and the laws of peaks, all explained but those at these places."""
    peaks = Peaks.of_heights(heights)
    places = zip(peaks.line.tolist(), peaks.sample.tolist(), strict=True)
    explained = np.array([place not in unexplained for place in places], bool)
    return find_seeds(peaks, explained, plumes, 2, 0.1)


@pytest.mark.parametrize(
    ("winner", "gas", "sign"), [(2, 2, 1), (0, 0, 1), (-1, 0, -1), (-3, 2, -1)]
)
def test_a_gas_above_chance_is_a_seed_with_its_sign(winner, gas, sign):
    (seed,), laws = seeds_of(heights_of(1, [("gas", 30, 40, 25.0, winner)]))
    assert (seed.line, seed.sample, seed.gas, seed.sign) == (30, 40, gas, sign)
    assert seed.score == pytest.approx(25.0)
    assert seed.score >= laws.every.score_for(0.1)
    assert laws.every.measured


def test_a_decoy_as_high_is_chance_and_raises_what_chance_gives():
    _, law = seeds_of(heights_of(1))
    seeds, higher = seeds_of(heights_of(1, [("decoy", 30, 40, 25.0, 1)]))
    assert seeds == ()
    assert higher.every.expected(20.0) > law.every.expected(20.0)
    assert 25.0 in higher.every.decoy_peaks


def test_on_one_hill_the_higher_wins_and_the_other_counts_for_nothing():
    both = [("gas", 30, 40, 25.0, 1), ("decoy", 30, 43, 20.0, 1)]
    (seed,), law = seeds_of(heights_of(1, both))
    assert (seed.line, seed.sample) == (30, 40)
    assert law.every.decoy_peaks.max() < 10
    both = [("gas", 30, 40, 20.0, 1), ("decoy", 30, 43, 25.0, 1)]
    seeds, law = seeds_of(heights_of(1, both))
    assert seeds == ()
    assert law.every.decoy_peaks.max() == pytest.approx(25.0)


def test_the_same_gas_all_over_the_scene_is_a_surface():
    places = [(i, j) for i in (12, 40, 68) for j in (15, 45, 75)]
    assert seeds_of(heights_of(1, [("gas", i, j, 20.0, 1) for i, j in places]))[0] == ()
    others = [("gas", i, j, 20.0, k) for k, (i, j) in zip((0, 1, 2, -1, -2), places, strict=False)]
    assert len(seeds_of(heights_of(1, others))[0]) == 5


def test_decoys_near_a_plume_tell_nothing_of_chance():
    """A strong plume looks a little like everything."""
    heights = heights_of(1, [("decoy", 30, 40, 25.0, 1)])
    near = NOWHERE.copy()
    near[25:36, 35:46] = True
    _, law = seeds_of(heights, near)
    assert law.every.decoy_peaks.max() < 10
    _, law = seeds_of(heights)
    assert law.every.decoy_peaks.max() == pytest.approx(25.0)


def test_gaps_have_no_seeds_and_a_scene_of_gaps_none_at_all():
    heights = heights_of(1, [("gas", 30, 40, 25.0, 1)])
    for plane in (heights.gas, heights.decoy):
        plane[28:33, 36:40] = np.nan
    (seed,), _ = seeds_of(heights)
    assert (seed.line, seed.sample) == (30, 40)
    for plane in (heights.gas, heights.decoy):
        plane[:] = np.nan
    assert seeds_of(heights)[0] == ()


def test_plumes_grow_over_their_gas_s_score_and_chance_is_counted_beside_them():
    """Decoys' peaks beside the plume raise the bar at first, and no more when that is known."""
    beside = [(30, 48), (30, 32), (38, 40), (22, 40)]
    peaks = [("gas", 30, 40, 30.0, 1), ("gas", 60, 20, 9.0, 2)]
    peaks += [("decoy", i, j, 12.0 + k, k) for k, (i, j) in enumerate(beside)]
    heights = heights_of(3, peaks)
    score = np.where(heights.gas_winner == 1, heights.gas, np.float32(0.0))
    other = np.where(heights.gas_winner == 2, heights.gas, np.float32(0.0))
    settings = DetectSettings()
    first, raised = seeds_of(heights)
    assert len(first) == 1, "the bar is above the weaker plume"
    found = Peaks.of_heights(heights)
    explained = np.ones(found.height.size, bool)
    gas_score = {1: score, 2: other}.__getitem__
    labels, seeds, law = find_plumes(found, explained, EVERYWHERE, gas_score, settings)
    assert [seed.gas for seed in seeds] == [1, 2]
    assert [labels[30, 40], labels[60, 20]] == [1, 2]
    assert (score[labels == 1] >= settings.grow_score).all()
    away = np.abs(np.argwhere(labels == 1) - 40)[:, 1].max()
    assert 8 - away <= PLUME_MARGIN_PX
    assert raised.every.decoy_peaks.max() > 12 > law.every.decoy_peaks.max()


def test_a_scene_without_a_seed_has_no_label():
    peaks = Peaks.of_heights(heights_of(1))
    explained = np.ones(peaks.height.size, bool)
    labels, seeds, _ = find_plumes(peaks, explained, EVERYWHERE, lambda gas: None, DetectSettings())
    assert not labels.any()
    assert labels.dtype == np.int32
    assert seeds == ()


def test_what_no_signature_explains_is_weighed_against_all_peaks():
    """Decoys' peaks that none explains are no chance for what is explained, but for the rest."""
    odd = [(12, 15), (12, 70), (65, 15), (65, 70), (40, 75)]
    peaks = [("decoy", i, j, 14.0 + k, k) for k, (i, j) in enumerate(odd)]
    peaks += [("gas", 40, 20, 9.0, 1), ("gas", 40, 45, 9.0, 2)]
    seeds, laws = seeds_of(heights_of(1, peaks), unexplained={*odd, (40, 45)})
    assert [(seed.gas, seed.explained) for seed in seeds] == [(1, True)]
    assert laws.of(explained=False).decoy_peaks.max() == pytest.approx(18.0)
    assert laws.of(explained=True).decoy_peaks.max() < 10
    seeds, laws = seeds_of(heights_of(1, peaks))
    assert seeds == ()
    assert laws.explained.decoy_peaks.max() == pytest.approx(18.0)


def test_with_too_few_explained_decoys_all_tell_what_chance_gives():
    heights = heights_of(1)
    peaks = Peaks.of_heights(heights)
    _, laws = find_seeds(peaks, np.zeros(peaks.height.size, bool), NOWHERE, 2, 0.1)
    assert laws.explained is laws.every


def test_no_seed_is_lower_than_the_least():
    """However quiet decoys are: everywhere in a scene some signature is that high."""
    heights = heights_of(1, [("gas", 30, 40, LEAST_HEIGHT - 0.1, 1)])
    assert seeds_of(heights)[1].every.score_for(0.1) < LEAST_HEIGHT - 0.1
    assert seeds_of(heights)[0] == ()
    assert len(seeds_of(heights_of(1, [("gas", 30, 40, LEAST_HEIGHT + 0.1, 1)]))[0]) == 1


def test_only_high_peaks_that_somebody_won_are_looked_at_closely():
    peaks = Peaks.of_heights(heights_of(1, [("gas", 30, 40, 9.0, 1), ("decoy", 60, 60, 8.0, 2)]))
    chosen = peaks.candidates
    assert sorted(peaks.line[chosen].tolist()) == [30, 60]
    assert sorted(peaks.sample[chosen].tolist()) == [40, 60]
