"""Outlines on drawn examples, and the laws that any labelling keeps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import binary_dilation, label

from cathartes.detect.outline import Seed, grow_plumes, join_pieces, ring_labels, widened


def drawn(*rows):
    """A score image from digits; a blank is 0, 'x' no value."""
    digits = [[np.nan if c == "x" else float(c) for c in row.replace(".", "0")] for row in rows]
    return np.array(digits, np.float32)


def pattern(labels):
    return ["".join(str(n) if n else "." for n in row) for row in labels]


def test_a_plume_grows_over_joined_pixels_and_corners():
    score = drawn(
        "9......",
        ".8..33.",
        ".4..3..",
        "..2....",
        "...5...",
    )
    labels, seeds = grow_plumes(score.shape, (Seed(0, 0, 9.0, 0, 1),), lambda _: score, 2.5, 3, 1)
    assert pattern(labels) == ["1......", ".1.....", ".1.....", ".......", "......."]
    assert [s.score for s in seeds] == [9.0]


def test_a_negative_plume_grows_over_negative_scores_alone():
    score = -drawn("9.8", "77.") + drawn("...", "..6")
    labels, _ = grow_plumes(score.shape, (Seed(0, 0, 9.0, 0, -1),), lambda _: score, 2.5, 1, 1)
    assert pattern(labels) == ["1.1", "11."]


def test_small_plumes_are_dropped_and_the_others_numbered_by_height():
    score = drawn("95.....88", "........8", "3........")
    seeds = (Seed(0, 7, 8.0, 0, 1), Seed(2, 0, 3.0, 0, 1), Seed(0, 0, 9.0, 0, 1))
    labels, grown = grow_plumes(score.shape, seeds, lambda _: score, 2.5, 2, 1)
    assert pattern(labels) == ["11.....22", "........2", "........."]
    assert [s.score for s in grown] == [9.0, 8.0]


def test_a_seed_in_or_beside_a_higher_plume_is_part_of_it():
    """Two pixels beside still count; three do not."""
    first, second = drawn("999......"), drawn("....5...5")
    seeds = (Seed(0, 0, 9.0, 0, 1), Seed(0, 4, 5.0, 1, 1), Seed(0, 8, 5.0, 1, 1))
    labels, grown = grow_plumes((1, 9), seeds, lambda g: (first, second)[g], 2.5, 1, 1)
    assert pattern(labels) == ["111.....2"]
    assert len(grown) == 2


def test_a_lower_plume_never_takes_pixels_of_a_higher_one():
    first, second = drawn("9999......"), drawn("..55555555")
    seeds = (Seed(0, 9, 5.0, 1, 1), Seed(0, 0, 9.0, 0, 1))
    labels, _ = grow_plumes((1, 10), seeds, lambda g: (first, second)[g], 2.5, 1, 1)
    assert pattern(labels) == ["1111222222"]


def test_gaps_in_the_data_are_never_inside():
    score = drawn("99x99")
    labels, _ = grow_plumes(score.shape, (Seed(0, 0, 9.0, 0, 1),), lambda _: score, 2.5, 1, 1)
    assert pattern(labels) == ["11..."]


def test_no_seeds_no_plumes():
    labels, seeds = grow_plumes((3, 4), (), lambda _: drawn("...."), 2.5, 1, 1)
    assert seeds == ()
    assert labels.shape == (3, 4)
    assert not labels.any()


@given(seed=st.integers(0, 2000), n_gases=st.integers(1, 3), min_pixels=st.integers(1, 6))
def test_plumes_partition_the_mask(seed, n_gases, min_pixels):
    """Every label is one seed's, holds it, reaches the size, and lies on its own gas's score."""
    rng = np.random.default_rng(seed)
    scores = rng.normal(0, 2.5, (n_gases, 15, 18)).astype(np.float32)
    scores[:, rng.random((15, 18)) < 0.05] = np.nan
    seeds = tuple(
        Seed(int(i), int(j), float(abs(scores[g, i, j])), int(g), int(np.sign(scores[g, i, j])))
        for g, i, j in np.argwhere(np.abs(np.nan_to_num(scores)) > 5.0)
    )
    labels, grown = grow_plumes((15, 18), seeds, lambda g: scores[g], 2.5, min_pixels, 1)
    assert set(np.unique(labels)) - {0} == set(range(1, len(grown) + 1))
    assert [s.score for s in grown] == sorted((s.score for s in grown), reverse=True)
    for number, s in enumerate(grown, start=1):
        inside = labels == number
        assert inside[s.line, s.sample]
        assert inside.sum() >= min_pixels
        assert (scores[s.gas][inside] * s.sign >= 2.5).all()


@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 12), st.integers(0, 5))
def test_widening_is_a_dilation_with_a_square(seed, n_lines, n_samples, reach_px):
    marked = np.random.default_rng(seed).random((n_lines, n_samples)) < 0.1
    square = np.ones((2 * reach_px + 1,) * 2, dtype=bool)
    np.testing.assert_array_equal(widened(marked, reach_px), binary_dilation(marked, square))


def test_a_ring_keeps_its_gap_and_its_width():
    labels = np.zeros((1, 20), np.int32)
    labels[0, 8:10] = 1
    assert pattern(ring_labels(labels, 2, 3)) == ["...111......111....."]


def test_between_two_plumes_a_ring_pixel_is_the_nearer_ones_and_in_no_ones_gap():
    labels = np.zeros((1, 16), np.int32)
    labels[0, 2], labels[0, 12] = 1, 2
    (ring,) = pattern(ring_labels(labels, 1, 5))
    assert ring[:7] + ring[8:] == "1...111" + "222...22"
    assert ring[7] in "12", "as near to one as to the other"


@pytest.mark.parametrize("value", [0, 1])
def test_no_plume_or_nothing_but_plume_has_no_ring(value):
    assert not ring_labels(np.full((4, 5), value, np.int32), 2, 6).any()


@given(seed=st.integers(0, 1000), gap=st.integers(0, 3), width=st.integers(1, 4))
def test_rings_are_those_of_a_search_for_the_nearest_plume(seed, gap, width):
    """Chessboard distance; where two plumes are equally near either may have the pixel."""
    rng = np.random.default_rng(seed)
    labels = label(rng.random((14, 12)) < 0.03)[0].astype(np.int32)
    if not labels.any():
        return
    rings = ring_labels(labels, gap, width)
    plume = np.argwhere(labels > 0)
    for i, j in np.ndindex(labels.shape):
        distance = np.abs(plume - (i, j)).max(axis=1)
        near = {int(labels[tuple(p)]) for p in plume[distance == distance.min()]}
        if gap < distance.min() <= gap + width:
            assert rings[i, j] in near
        else:
            assert rings[i, j] == 0


def test_pieces_of_one_chemical_nearby_are_one_plume():
    labels = np.zeros((12, 40), np.int32)
    labels[5:8, 2:8] = 1
    labels[5:8, 11:15] = 2  # 4 pixels on: joined to 1
    labels[5:8, 18:22] = 3  # another chemical between
    labels[5:8, 25:30] = 4  # too far from 2
    labels[1:3, 27:30] = 5  # joined to 4
    assert join_pieces(labels, ("a", "a", "b", "a", "a")) == (1, 1, 2, 3, 3)
    assert join_pieces(labels, ("a", "b", "c", "d", "e")) == (1, 2, 3, 4, 5)


def test_what_lies_within_one_square_is_no_plume():
    """One faulty value gives nine high squares, side by side; what is wider is more than one."""
    score = np.zeros((12, 12), np.float32)
    score[4:7, 4:7] = 9.0
    seeds = (Seed(5, 5, 9.0, 0, 1),)
    assert grow_plumes(score.shape, seeds, lambda _: score, 2.5, 4, 3)[1] == ()
    assert grow_plumes(score.shape, seeds, lambda _: score, 2.5, 4, 1)[1] == seeds
    score[4:7, 7] = 3.0
    labels, grown = grow_plumes(score.shape, seeds, lambda _: score, 2.5, 4, 3)
    assert grown == seeds
    assert (labels > 0).sum() == 12
