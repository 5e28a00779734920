"""Stated probabilities beside what came true."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from cathartes.simulate.calibration import (
    calibration_bins,
    calibration_error_by_chance,
    expected_calibration_error,
)


def test_a_case_worked_by_hand() -> None:
    """Two bins: 0.2, 0.2 with one true (|0.2 - 0.5|), and 0.9, 1.0 both true (|0.95 - 1|)."""
    bins = calibration_bins([0.2, 0.2, 0.9, 1.0], [True, False, True, True])
    assert [(one.n, one.mean_stated, one.share_true) for one in bins] == [
        (2, pytest.approx(0.2), 0.5),
        (2, pytest.approx(0.95), 1.0),
    ]
    assert expected_calibration_error(bins) == pytest.approx(0.5 * 0.3 + 0.5 * 0.05)


@pytest.mark.parametrize(("k", "n"), [(0, 5), (2, 10), (10, 10)])
def test_the_interval_is_that_of_jeffreys_posterior(k: int, n: int) -> None:
    """The slow way: the posterior p^(k - 1/2) (1 - p)^(n - k - 1/2), summed up on a fine grid."""
    (one,) = calibration_bins([0.5] * n, [True] * k + [False] * (n - k))
    p = (np.arange(2_000_000) + 0.5) / 2_000_000
    density = p ** (k - 0.5) * (1.0 - p) ** (n - k - 0.5)
    below = np.cumsum(density) / density.sum()
    low, high = np.interp([0.05, 0.95], below, p)
    assert one.share_low == pytest.approx(low, abs=1e-3)
    assert one.share_high == pytest.approx(high, abs=1e-3)


def test_without_events_there_is_no_error() -> None:
    assert calibration_bins([], []) == ()
    assert math.isnan(expected_calibration_error(()))
    assert math.isnan(calibration_error_by_chance(()))


def test_true_probabilities_have_a_small_error_and_confident_ones_a_large_one() -> None:
    rng = np.random.default_rng(4)
    stated = rng.uniform(size=20_000)
    came = rng.uniform(size=stated.size) < stated
    honest = calibration_bins(stated.tolist(), came.tolist())
    assert expected_calibration_error(honest) < 0.02
    sure = calibration_bins(np.round(stated).tolist(), came.tolist())
    assert expected_calibration_error(sure) == pytest.approx(0.25, abs=0.02)


@pytest.mark.parametrize("n", [1, 2, 7, 40])
@pytest.mark.parametrize("p", [0.0, 0.03, 0.25, 0.5, 0.9, 1.0])
def test_what_exact_probabilities_miss_by_chance_is_the_mean_over_all_that_may_come(n, p) -> None:
    bins = calibration_bins([p] * n, [False] * n)
    mean = sum(binom.pmf(k, n, p) * abs(k / n - p) for k in range(n + 1))
    assert calibration_error_by_chance(bins) == pytest.approx(mean, abs=1e-12)


def test_exact_probabilities_of_few_events_have_the_error_of_chance() -> None:
    rng = np.random.default_rng(5)
    stated = rng.uniform(size=60).tolist()
    found = [
        expected_calibration_error(
            calibration_bins(stated, (rng.uniform(size=60) < stated).tolist())
        )
        for _ in range(400)
    ]
    by_chance = calibration_error_by_chance(calibration_bins(stated, [False] * 60))
    assert by_chance == pytest.approx(np.mean(found), rel=0.05)
    assert by_chance > 0.1


@given(st.lists(st.tuples(st.floats(0.0, 1.0), st.booleans()), min_size=1, max_size=60))
def test_laws(events: list[tuple[float, bool]]) -> None:
    stated, came = [p for p, _ in events], [t for _, t in events]
    bins = calibration_bins(stated, came)
    assert sum(one.n for one in bins) == len(events)
    assert 0.0 <= expected_calibration_error(bins) <= 1.0
    turned = calibration_bins(stated[::-1], came[::-1])
    assert expected_calibration_error(turned) == pytest.approx(expected_calibration_error(bins))
    for one in bins:
        assert one.stated_from <= one.mean_stated + 1e-12
        assert one.mean_stated <= one.stated_to + 1e-12
        assert 0.0 <= one.share_low < one.share_high <= 1.0
