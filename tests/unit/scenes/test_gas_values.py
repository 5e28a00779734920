"""What a dead sensor repeats, told from floors, ceilings and coarse scales."""

import numpy as np
import pytest

from cathartes.scenes.logs.baseline import estimate_baseline
from cathartes.scenes.logs.values import FINE, STUCK_ROWS, frozen_values, long_runs

N = 600
TIME_S = np.arange(float(N))
STEP_PPM = 0.001


def passes(noise_ppm=0.005, step_ppm=STEP_PPM, seed=1):
    """A drone's readings: six passes through gas over 2 ppm, in steps."""
    gas = sum(1.4 * np.exp(-0.5 * ((TIME_S - 50 - 100 * k) / 6) ** 2) for k in range(6))
    reading = 2 + gas + np.random.default_rng(seed).normal(0, noise_ppm, N)
    return np.round(np.round(reading / step_ppm) * step_ppm, 6)


def one(values):
    return frozen_values(TIME_S, values, np.zeros(N, np.intp))


@pytest.mark.parametrize("start", [80, 130])
@pytest.mark.parametrize("n_rows", [40, 120])
def test_a_run_of_one_value_in_fine_steps_is_frozen_and_nothing_else(start, n_rows):
    values = passes()
    values[start : start + n_rows] = 2.0045
    np.testing.assert_array_equal(np.flatnonzero(one(values)), start + np.arange(n_rows))


@pytest.mark.parametrize("n_rows", [5, STUCK_ROWS - 1])
def test_a_short_run_is_chance(n_rows):
    values = passes()
    values[130 : 130 + n_rows] = 2.0045
    assert not one(values).any()


@pytest.mark.parametrize(
    "values",
    [
        passes(step_ppm=0.1),
        passes(step_ppm=0.2),
        passes(noise_ppm=0.002, step_ppm=0.01),
        np.maximum(passes() - 2.03, 0),
        np.minimum(passes(), 2.4),
        np.clip(passes() - 2.03, 0, 0.5),
    ],
    ids=["coarse", "coarser", "still", "floor", "ceiling", "both"],
)
def test_a_floor_a_ceiling_and_a_coarse_scale_are_not_frozen(values):
    """Each has long runs, in clean air or in gas."""
    assert long_runs(TIME_S, values) or values.max() == 2.4
    assert not one(values).any()


def two(*series):
    values = np.stack(series, axis=1).ravel()
    sensor = np.tile(np.arange(len(series)), N)
    found = frozen_values(np.repeat(TIME_S, len(series)), values, sensor)
    return [bool(found[sensor == k].all()) for k in range(len(series))], bool(found.any())


def test_beside_fine_sensors_one_with_a_single_value_is_dead():
    dead = np.full(N, 2.003)
    assert two(passes(), dead) == ([False, True], True)
    assert two(dead, passes(), dead) == ([True, False, True], True)
    assert two(passes(), np.where(TIME_S < 400, np.nan, 2.003))[1]


def test_beside_coarse_sensors_it_may_have_seen_no_gas_and_alone_nobody_knows():
    dead = np.full(N, 2.0)
    assert two(passes(step_ppm=0.2), dead) == ([False, False], False)
    assert two(dead, dead) == ([False, False], False)
    assert not one(dead).any()


def test_values_that_are_none_are_not_frozen():
    values = passes()
    values[80:200] = np.nan
    assert not one(values).any()
    assert not one(np.full(N, np.nan)).any()
    repeats = np.mean(np.diff(passes(0.003)) == 0)
    assert 0 < repeats < FINE


@pytest.mark.parametrize("step_ppm", [0.01, 0.1, 0.2])
def test_a_coarse_scale_has_a_baseline_that_is_wrong_by_its_rounding(step_ppm):
    """In steps of a tenth all of clean air is one value: none is near it by a noise of nought, and
    the sensor "never came out of the plume"."""
    found = estimate_baseline(TIME_S, passes(noise_ppm=0.002, step_ppm=step_ppm))
    assert found.why_not == ""
    assert found.noise_sd_ppm >= 0.99 * step_ppm / np.sqrt(12)
    np.testing.assert_allclose(found.ppm, 2.0, atol=step_ppm)
    assert (found.sd_ppm >= 0.99 * step_ppm / np.sqrt(12)).all()


def test_one_value_throughout_tells_no_baseline():
    found = estimate_baseline(TIME_S, np.full(N, 2.003))
    assert found.why_not.startswith("all 600 values are 2.003 ppm: a sensor that is stuck")


def test_fine_steps_change_next_to_nothing():
    """Of a millesimal scale in noise of five steps."""
    exact, rounded = (estimate_baseline(TIME_S, passes(step_ppm=s)) for s in (1e-6, STEP_PPM))
    np.testing.assert_allclose(rounded.ppm, exact.ppm, atol=STEP_PPM)
    assert rounded.noise_sd_ppm == pytest.approx(exact.noise_sd_ppm, rel=0.15)
