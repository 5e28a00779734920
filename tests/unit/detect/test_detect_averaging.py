"""Sums over squares against plain loops in float64."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cathartes.detect.averaging import square_sums


def simple_sums(values, valid, width):
    """Pixel by pixel over the square, cut at the borders: sum of the valid ones, and how many."""
    half = width // 2
    sums, count = np.zeros(values.shape), np.zeros(valid.shape)
    n_lines, n_samples = valid.shape
    for i, j in np.ndindex(valid.shape):
        for a in range(max(i - half, 0), min(i + half, n_lines - 1) + 1):
            for b in range(max(j - half, 0), min(j + half, n_samples - 1) + 1):
                if valid[a, b]:
                    sums[i, j] += values[a, b]
                    count[i, j] += 1
    return sums, count


@given(
    n_lines=st.integers(1, 8),
    n_samples=st.integers(1, 8),
    n_bands=st.integers(1, 3),
    width=st.sampled_from([1, 3, 5, 7]),
    gaps=st.sampled_from([0.0, 0.3, 0.9, 1.0]),
    seed=st.integers(0, 1000),
)
def test_sums_are_those_of_loops(n_lines, n_samples, n_bands, width, gaps, seed):
    """Arrays narrower than the square included; gaps hold NaN. 49 values of float32: 1e-5."""
    rng = np.random.default_rng(seed)
    values = rng.normal(0, 1, (n_lines, n_samples, n_bands)).astype(np.float32)
    valid = rng.random((n_lines, n_samples)) >= gaps
    values[~valid, rng.integers(n_bands)] = np.nan
    expected_sums, expected_count = simple_sums(values.astype(np.float64), valid, width)
    sums, count = square_sums(values, valid, width)
    np.testing.assert_allclose(sums, expected_sums, atol=1e-5)
    np.testing.assert_array_equal(count, expected_count)
    assert sums.dtype == count.dtype == np.float32


@pytest.mark.parametrize("width", [1, 3, 5])
@pytest.mark.parametrize("shape", [(1, 9), (9, 1), (1, 1), (2, 2)])
def test_one_line_one_column_and_less_than_the_square_will_do(shape, width):
    rng = np.random.default_rng(3)
    values = rng.normal(0, 1, (*shape, 2)).astype(np.float32)
    valid = np.ones(shape, bool)
    expected = simple_sums(values.astype(np.float64), valid, width)
    for found, simple in zip(square_sums(values, valid, width), expected, strict=True):
        np.testing.assert_allclose(found, simple, atol=1e-6)


def test_the_mask_handed_in_is_left_as_it_was():
    valid = np.array([[True, False, True]])
    square_sums(np.ones((1, 3, 1), np.float32), valid, 3)
    assert valid.tolist() == [[True, False, True]]


@pytest.mark.parametrize("width", [3, 5])
@pytest.mark.parametrize("gaps", [0.0, 0.4])
def test_sums_of_white_noise_have_the_variance_of_their_number(width, gaps):
    """Corners, edges and beside gaps too: the number tells how far the noise is averaged.

    2000 scenes of 12 x 12; a variance's standard error is √(2/2000) = 3.2 %.
    """
    rng = np.random.default_rng(1)
    valid = rng.random((12, 12)) >= gaps
    noise = rng.normal(0, 1, (12, 12, 2000)).astype(np.float32)
    sums, count = square_sums(noise, valid, width)
    for place in ((0, 0), (0, 6), (6, 6)):
        assert sums[place].var() == pytest.approx(count[place], rel=4 * 0.032)
