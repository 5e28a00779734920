"""Delay and time constant: right on average, honest of their error, silent without grounds."""

import sys
from pathlib import Path

import numpy as np
import pytest

from cathartes.scenes.logs.baseline import estimate_baseline
from cathartes.scenes.logs.response import (
    estimate_delay,
    estimate_time_constant,
    find_passes,
)

sys.path.insert(0, str(Path(__file__).parents[3] / "benchmarks"))
from made_up_flight import fly, position_m

SEEDS = range(100, 130)  # the formulas were made on seeds below 40


def estimates(**flight):
    """Return (delays, time constants) over the seeds."""
    delays, constants = [], []
    for seed in SEEDS:
        made = fly(seed, **flight)
        found = estimate_baseline(made.time_s, made.ppm)
        above, noise = made.ppm - found.ppm, found.noise_sd_ppm
        delays.append(estimate_delay(made.time_s, position_m(made), above, noise))
        constants.append(estimate_time_constant(made.time_s, above, noise))
    return delays, constants


@pytest.mark.parametrize(
    "flight",
    [
        {"time_constant_s": 0.0, "dead_time_s": 0.0},
        {},
        {"dead_time_s": 5.0},
        {"time_constant_s": 3.0, "rate_hz": 5.0},
        {"puff_s": None},
        {"speed_m_s": 10.0, "half_line_m": 200.0, "passes": 20},
    ],
)
def test_the_delay_is_found_and_its_error_is_honest(flight):
    """Delay = dead time + time constant. Of 30 flights, 2 sd hold at least 24 (95 % expected), and
    the mean of all is within a fifth of a second or 3 of its own sd of the truth."""
    truth = flight.get("time_constant_s", 1.5) + flight.get("dead_time_s", 1.0)
    delays, _ = estimates(**flight)
    known = [d for d in delays if d.known]
    assert len(known) >= 25
    off = np.array([d.value - truth for d in known])
    sd = np.array([d.sd for d in known])
    assert np.mean(np.abs(off) < 2 * sd) >= 0.8
    assert abs(off.mean()) < max(0.2, 3 * off.std() / np.sqrt(off.size))
    assert np.median(sd) < 1.2


@pytest.mark.parametrize(
    ("flight", "truth"),
    [({}, 1.5), ({"time_constant_s": 3.0}, 3.0), ({"time_constant_s": 4.0, "puff_s": None}, 4.0),
     ({"time_constant_s": 3.0, "rate_hz": 5.0}, 3.0)],
)  # fmt: skip
def test_a_time_constant_that_shapes_the_peaks_is_found(flight, truth):
    _, constants = estimates(**flight)
    known = [c for c in constants if c.known]
    assert len(known) >= 25
    off = np.array([c.value - truth for c in known])
    assert np.mean(np.abs(off) < 2 * np.array([c.sd for c in known])) >= 0.8
    assert abs(np.median(off)) < 0.15 * truth


@pytest.mark.parametrize("flight", [{"time_constant_s": 0.0}, {"puff_s": None}])
def test_where_the_plume_shapes_the_peaks_only_a_bound_is_given(flight):
    _, constants = estimates(**flight)
    assert sum(c.known for c in constants) <= 1
    bound = np.array([c.at_most for c in constants if not c.known])
    assert (bound >= flight.get("time_constant_s", 1.5)).mean() > 0.9
    assert np.median(bound) < 5.0
    assert any("the plume's shape, not the sensor's" in c.why_not for c in constants)


def test_without_a_plume_nothing_is_known():
    delays, constants = estimates(amount_ppm=0.0)
    assert not any(d.known for d in delays)
    assert not any(c.known for c in constants)
    assert "0 pairs of neighbouring passes" in delays[0].why_not
    assert "4 are needed" in delays[0].why_not


def test_one_direction_alone_tells_no_delay():
    """Every second pass is flown without a sensor: the others all go the same way."""
    made = fly(100)
    found = estimate_baseline(made.time_s, made.ppm)
    forth = np.gradient(made.along_m) > 0
    above = np.where(forth, made.ppm - found.ppm, np.nan)
    delay = estimate_delay(made.time_s, position_m(made), above, found.noise_sd_ppm)
    assert not delay.known


def test_passes_are_the_straight_parts():
    made = fly(100, passes=6)
    passes = find_passes(made.time_s, position_m(made))
    assert len(passes) == 6
    np.testing.assert_allclose([p.speed_m_s for p in passes], 5.0, rtol=0.1)
    np.testing.assert_allclose([p.direction[0] for p in passes], [1, -1] * 3, atol=1e-9)


def test_hovering_and_circling_are_no_passes():
    time = np.arange(200.0)
    circle = np.column_stack([20 * np.cos(time / 4), 20 * np.sin(time / 4), 0 * time])
    rng = np.random.default_rng(3)
    hover = np.column_stack([rng.normal(size=(200, 2)) * 0.3, 0 * time])
    assert find_passes(time, circle) == ()
    assert find_passes(time, hover) == ()
    assert find_passes(time[:2], hover[:2]) == ()


def test_turning_the_line_changes_nothing():
    made = fly(100)
    found = estimate_baseline(made.time_s, made.ppm)
    place = position_m(made)
    angle = np.radians(130.0)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turned = np.column_stack([place[:, :2] @ turn.T + [1000.0, -500.0], place[:, 2]])
    above, noise = made.ppm - found.ppm, found.noise_sd_ppm
    one = estimate_delay(made.time_s, place, above, noise)
    other = estimate_delay(made.time_s, turned, above, noise)
    assert other.value == pytest.approx(one.value, abs=1e-6)
    assert other.sd == pytest.approx(one.sd, abs=1e-6)
