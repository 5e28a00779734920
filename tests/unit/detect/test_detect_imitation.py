"""Ground that gases imitate: counted, and held against what it imitates."""

from dataclasses import replace

import numpy as np
import pytest

from cathartes.detect import describe, step
from cathartes.detect.imitation import (
    IMITATED,
    IMITATED_PER_HILL,
    LEFT_BY_GASES,
    hills_of_ground,
    imitations,
)
from cathartes.detect.seeds import PLUME_MARGIN_PX, Peaks

SHAPE = (60, 80)


def peaks_at(places, heights, gas_won):
    """Return peaks at (line, sample)."""
    line, sample = np.array(places).T
    won = np.array(gas_won)
    zero = np.zeros(line.size, np.intp)
    return Peaks(line, sample, np.array(heights, np.float32), zero, zero + 1, won, ~won)


@pytest.mark.parametrize(
    ("height", "left", "gas_won", "counts"),
    [
        (9.0, 0.2, True, True),
        (9.0, 0.2, False, False),
        (6.0, 0.2, True, False),
        (9.0, 0.05, True, False),
        (9.0, -0.3, True, False),
        (9.0, 3.0, True, False),
        (9.0, np.inf, True, False),
    ],
)
def test_a_hill_of_ground_is_high_and_explained_in_part_by_gases(height, left, gas_won, counts):
    peaks = peaks_at([(10, 10)], [height], [gas_won])
    nothing = np.zeros(SHAPE, np.int32)
    assert hills_of_ground(peaks, np.array([left]), nothing) == counts


def test_a_hill_at_an_outlined_piece_is_that_piece():
    labels = np.zeros(SHAPE, np.int32)
    labels[20:30, 20:30] = 1
    beside, away = (25, 29 + PLUME_MARGIN_PX), (25, 30 + PLUME_MARGIN_PX)
    for place, counts in ((beside, 0), (away, 1)):
        assert hills_of_ground(peaks_at([place], [9.0], [True]), np.array([0.2]), labels) == counts


def test_imitations_are_as_many_as_hills_and_as_rare_as_little_is_left():
    assert imitations(0.05, 0) == imitations(-1.0, 9) == 0.0
    assert imitations(0.05, 6) == pytest.approx(2 * imitations(0.05, 3))
    assert imitations(0.06, 3) == pytest.approx(2 * imitations(0.03, 3))
    assert imitations(LEFT_BY_GASES, 0) == IMITATED
    with_others = imitations(0.2, 5)
    assert with_others == pytest.approx(IMITATED + IMITATED_PER_HILL * 0.2 * 5)


@pytest.mark.parametrize(
    ("n_hills", "left", "fade", "reported"),
    [
        (0, 0.06, 1.2, True),
        (2, 0.06, 1.2, True),
        (20, 0.06, 1.2, False),
        (20, 0.06, 1.9, True),
        (20, -0.1, 1.2, True),
        (0, 0.2, 1.2, True),
        (3, 0.2, 1.2, False),
        (3, 0.2, 1.9, True),
    ],
)
def test_a_plume_is_held_against_the_ground_of_its_scene(
    make_emissive, monkeypatch, n_hills, left, fade, reported
):
    """What it leaves, whether it fades, and how many hills of ground there are: what is reported
    states as many by chance as that makes, and no fewer than its height does."""
    scene = make_emissive(22, [("deltane", 75, 60, 150.0)])
    (alone,) = scene.detect().plumes
    identify = describe.identify

    def leaving(*args):
        return replace(identify(*args), pair_misfit=left)

    monkeypatch.setattr(describe, "identify", leaving)
    monkeypatch.setattr(describe, "greatest_fade", lambda *_: fade)
    monkeypatch.setattr(step, "hills_of_ground", lambda *_: n_hills)
    plumes = scene.detect().plumes
    assert len(plumes) == reported
    by_ground = imitations(left, n_hills) if fade < 1.6 else 0.0
    for plume in plumes:
        assert plume.expected_by_chance >= by_ground
        assert plume.expected_by_chance == pytest.approx(
            alone.expected_by_chance + by_ground, abs=1e-3
        )
