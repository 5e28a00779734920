"""Sums along lines: what they add up, what chance gives, and which hills stand above it."""

from dataclasses import replace

import numpy as np
import pytest

from cathartes.detect.cells import GREATEST, Cells
from cathartes.detect.faint import (
    DIRECTIONS,
    IMITATED_PER_PX,
    LEAST_SQUARE,
    LENGTHS,
    FaintHills,
    Ground,
    strip_sums,
)

SHAPE = (90, 80)
N_GASES = 30
EVERYWHERE = np.ones(SHAPE, bool)


def simple_strip(values, number, length):
    """A strip's sum cell by cell, in pairs of steps; nothing beyond the border."""
    one, two = DIRECTIONS[number]
    beside = (1, 0) if abs(two[1]) > abs(two[0]) else (0, 1)
    steps = [
        (two[0] * (t // 2) + one[0] * (t % 2), two[1] * (t // 2) + one[1] * (t % 2))
        for t in range(-length // 2, length // 2)
    ]
    offsets = [(i + a, j + b) for i, j in steps for a, b in ((0, 0), beside)]
    total = np.zeros(values.shape)
    for line, sample in np.ndindex(values.shape):
        for i, j in offsets:
            if 0 <= line + i < values.shape[0] and 0 <= sample + j < values.shape[1]:
                total[line, sample] += values[line + i, sample + j]
    return total


def test_strips_are_what_cell_by_cell_adds_up():
    values = np.random.default_rng(1).normal(size=(23, 19)).astype(np.float32)
    fast = [total.copy() for total in strip_sums(values)]
    slow = [simple_strip(values, k, n) for k in range(len(DIRECTIONS)) for n in LENGTHS]
    assert len(fast) == len(slow)
    for a, b in zip(fast, slow, strict=True):
        assert np.allclose(a, b, atol=1e-4)


def streaks(score):
    return Ground.of(EVERYWHERE).streaks(score)


def noise(seed, n_signatures=3 * N_GASES, step_px=3):
    """Cells of Gaussian scores that know nothing of each other."""
    score = np.random.default_rng(seed).normal(size=(n_signatures, *SHAPE))
    kept = np.rint(np.clip(score, -GREATEST, GREATEST) * 127 / GREATEST).astype(np.int8)
    return Cells(kept, np.arange(n_signatures), np.ones(n_signatures, np.float32), step_px)


def with_line(cells, signature, strength):
    """The same with a faint diagonal, 20 cells long and two wide, in one signature."""
    kept = cells.kept.copy()
    line, sample = np.arange(20, 40), np.arange(15, 35)
    for shift in (0, 1):
        kept[signature, line, sample + shift] = np.clip(
            kept[signature, line, sample + shift] + strength * 127 / GREATEST, -127, 127
        )
    where = np.zeros(SHAPE, bool)
    where[line, sample] = where[line, sample + 1] = True
    return Cells(kept, cells.row, cells.scale, cells.step_px), where


def pixels(cells):
    return np.repeat(np.repeat(cells, 3, axis=0), 3, axis=1)


def hills_of(cells, known=None):
    known = np.zeros(SHAPE, bool) if known is None else known
    return FaintHills.find(cells, N_GASES, pixels(known), pixels(EVERYWHERE))


def test_a_line_of_cells_that_are_nothing_each_stands_out():
    cells, where = with_line(noise(2), 0, 1.8)
    found = streaks(cells.score(0))
    assert found[where].max() > 6.5
    assert np.abs(found[~where]).max() < found[where].max()
    assert np.abs(streaks(noise(2).score(0))).max() < 6.0


def test_one_cell_counts_no_more_than_the_greatest():
    cells = noise(3)
    cells.kept[0, 30, 25] = 127
    assert np.abs(streaks(cells.score(0))).max() < 6.0


def test_nothing_usable_shows_nothing():
    assert not Ground.of(~EVERYWHERE).streaks(noise(1).score(0)).any()


@pytest.mark.parametrize("sign", [1, -1])
def test_a_faint_line_is_a_hill_of_its_gas_with_its_sign(sign):
    cells, where = with_line(noise(4), 2, sign * 2.2)
    hills = hills_of(cells)
    (region, *_), peaks = hills.outlines, hills.peaks
    assert (peaks.gas[0], peaks.sign[0], bool(peaks.gas_won[0])) == (2, sign, True)
    assert (region & where).sum() > where.sum() / 3
    labels, (seed,) = hills.outlined(
        np.zeros(peaks.height.size),
        lambda _: np.full((270, 240), 5.0 * sign, np.float32),
        (270, 240),
        decoys_per_gas=2,
        max_expected=0.1,
    )
    assert (seed.gas, seed.sign, seed.score) == (2, sign, 5.0)
    # However high it stands, ground imitates gas along a line now and then.
    assert IMITATED_PER_PX * 270 * 240 <= seed.expected_by_chance <= 0.1
    assert np.array_equal(labels > 0, pixels(region))


def test_pixels_without_a_value_are_of_no_outline():
    """A cell is usable if its middle is: a dead pixel at its corner has no spectrum to add."""
    hills = hills_of(with_line(noise(4), 2, 2.2)[0])
    score = np.full((270, 240), 5.0, np.float32)
    whole, _ = outlined(hills, np.zeros(hills.peaks.height.size))
    dead = tuple(place[0] for place in np.nonzero(whole))
    score[dead] = np.nan
    labels, (seed,) = hills.outlined(
        np.zeros(hills.peaks.height.size), lambda _: score, (270, 240), 2, 0.1
    )
    assert labels[dead] == 0
    assert np.count_nonzero(labels) == np.count_nonzero(whole) - 1
    assert seed.score == 5.0


def outlined(hills, left, max_expected=0.1, highest=5.0):
    return hills.outlined(
        left, lambda _: np.full((270, 240), highest, np.float32), (270, 240), 2, max_expected
    )


def test_what_signatures_do_not_explain_is_no_faint_plume():
    hills = hills_of(with_line(noise(4), 2, 2.2)[0])
    labels, seeds = outlined(hills, np.where(hills.peaks.gas == 2, 0.6, 0.0))
    assert seeds == ()
    assert not labels.any()


def test_what_signatures_leave_more_of_is_held_to_decoys_that_leave_as_much():
    hills = hills_of(with_line(noise(4), 2, 2.2)[0])
    peaks = hills.peaks
    line = np.flatnonzero(peaks.gas_won)[0]
    left = np.zeros(peaks.height.size)
    (strict,) = outlined(hills, left)[1]
    left[line] = 0.4
    (loose,) = outlined(hills, left)[1]
    assert loose == strict  # no decoy leaves more: both laws are the same
    height = peaks.height.copy()
    high = np.flatnonzero(peaks.decoy_won)[:5]
    height[high], left[high] = height[line], 0.4
    more = replace(peaks, height=height)
    nothing = (np.zeros(SHAPE, bool),) * (more.candidates.size - peaks.candidates.size)
    crowded = replace(hills, peaks=more, outlines=hills.outlines + nothing)
    assert outlined(crowded, left)[1] == ()
    left[line] = 0.0
    (kept,) = outlined(crowded, left)[1]
    assert (kept.line, kept.sample) == (strict.line, strict.sample)


def test_a_decoys_line_is_chance():
    hills = hills_of(with_line(noise(4), N_GASES + 3, 2.2)[0])
    assert hills.peaks.decoy_won[0]
    assert not hills.peaks.gas_won[0]


def test_what_a_known_plume_shows_is_not_counted_again():
    cells, where = with_line(noise(4), 2, 2.2)
    line, sample = np.nonzero(where)
    known = np.zeros(SHAPE, bool)
    known[line.min() - 1 : line.max() + 2, sample.min() - 1 : sample.max() + 2] = True
    hills = hills_of(cells, known)
    assert not any((region & known).any() for region in hills.outlines)
    assert hills.peaks.height.max() < 6.5


def test_clean_noise_gives_as_many_as_it_says():
    # 4 scenes at a stated 1 each are 4, but two looks and ground that imitates are in that,
    # and noise is one look and no ground: 0.8.
    found = 0
    for seed in range(4):
        hills = hills_of(noise(100 + seed))
        found += len(outlined(hills, np.zeros(hills.peaks.height.size), 1.0)[1])
    assert found <= 5  # more: 1 in 5,000


def test_what_is_as_faint_all_along_is_a_border():
    hills = hills_of(with_line(noise(4), 2, 2.2)[0])
    nothing = np.zeros(hills.peaks.height.size)
    assert outlined(hills, nothing, highest=LEAST_SQUARE - 0.1)[1] == ()
    assert len(outlined(hills, nothing, highest=LEAST_SQUARE + 0.1)[1]) == 1
