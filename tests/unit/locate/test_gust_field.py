"""Gusts given the record of a moving sensor: against dense twins, and against drawn winds."""

import numpy as np
import pytest

from cathartes.locate.blocks import Blocks
from cathartes.locate.gust_field import GustField
from cathartes.locate.ways import WaysInGusts, WaysInOneWind, ways_of
from cathartes.locate.wind_rows import WindRows
from cathartes.simulate.flight_air import Eddies, draw_eddies

SECONDS = np.arange(0.0, 800.0, 4.0)
MEAN_M_S = np.array([4.0, 1.0])


def flown(time_s: np.ndarray) -> np.ndarray:
    """To and fro over 200 m across the wind at 6 m/s, 150 m downwind."""
    phase = (6.0 * time_s / 200.0) % 2
    across = 200.0 * np.where(phase < 1, phase, 2 - phase) - 100.0
    return np.column_stack([np.full(time_s.size, 150.0), across])


def wind_of(size_m: float, seed: int) -> Eddies:
    return draw_eddies(np.random.default_rng(seed), MEAN_M_S, 0.8, size_m, 40.0)


def field_of(wind: Eddies, seed: int = 5) -> GustField:
    noise = 0.1 * np.random.default_rng(seed).normal(size=(SECONDS.size, 2))
    return GustField.of(SECONDS, flown(SECONDS), wind.at(SECONDS, flown(SECONDS)) + noise)


def true_way(wind: Eddies, time_s: float, place_m: np.ndarray, age_s: float) -> np.ndarray:
    """Followed back through the drawn wind by half seconds: nothing of it is frozen."""
    at = place_m.copy()
    for k in range(int(2 * age_s)):
        at = at - 0.5 * wind.at(np.array([time_s - 0.5 * k - 0.25]), at[None])[0]
    return place_m - at


def test_ways_are_the_conditional_mean_and_variance_of_the_integral() -> None:
    """Slow twin: the integral written as a sum of gusts, conditioned on rows as a dense Gaussian.

    Rationale: of a Gaussian vector (sum, rows) the conditional mean is B C⁻¹ rows, and the
    variance A - B C⁻¹ B', whatever the kernel's integral is in closed form.
    """
    rng = np.random.default_rng(2)
    time, place = SECONDS[:40], rng.uniform(-80, 80, (40, 2))
    field = GustField.of(time, place, MEAN_M_S + rng.normal(size=(40, 2)))
    seen, met, age = 90.0, np.array([30.0, -20.0]), 25.0
    step = (np.arange(2000) + 0.5) * age / 2000
    xi = np.vstack([np.tile(met - seen * field.mean_m_s, (2000, 1)), field.carried_m])
    at = np.concatenate([seen - step, time])
    away2 = ((xi[:, None] - xi) ** 2).sum(axis=-1)
    kernel = np.exp(
        -away2 / (2 * field.size_m**2) - (at[:, None] - at) ** 2 / (2 * field.memory_s**2)
    )
    inner, across, rows = kernel[:2000, :2000], kernel[:2000, 2000:], field.root @ field.root.T
    both = across.mean(axis=0) * age
    mean = age * field.mean_m_s + both @ field.weight_m_s
    variance = field.variance_m2_s2 * (inner.mean() * age**2 - both @ np.linalg.solve(rows, both))
    way, spread = field.ways(np.array([seen]), met[None], np.array([age]))
    assert way[0, 0] == pytest.approx(mean, rel=1e-4)
    assert spread[0, 0] == pytest.approx(variance, rel=1e-3)


@pytest.mark.parametrize(("size_m", "least", "most"), [(np.inf, 320.0, np.inf), (100.0, 60, 200)])
def test_a_flight_tells_how_large_gusts_are(size_m: float, least: float, most: float) -> None:
    """Rows along a track that is not the gusts' own: how alike they are tells L beside τ."""
    found = [field_of(wind_of(size_m, seed)) for seed in range(6)]
    assert least <= np.median([one.size_m for one in found]) <= most
    assert np.median([one.memory_s for one in found]) == pytest.approx(40.0, rel=0.5)


@pytest.mark.parametrize("size_m", [np.inf, 100.0])
def test_ways_err_as_much_as_they_say(size_m: float) -> None:
    """Of gas met 150 m downwind: drawn winds, true ways; gusts move the gas, so it isn't exact."""
    age, off, said = 35.0, [], []
    for seed in range(8):
        wind = wind_of(size_m, seed)
        field = field_of(wind)
        seen = np.arange(100.0, 780.0, 68.0)
        way, variance = field.ways(seen, flown(seen), np.array([age]))
        for k, at in enumerate(seen):
            off.append(way[k, 0] - true_way(wind, at, flown(seen[k : k + 1])[0], age))
            said.append(variance[k, 0])
    rms, told = np.sqrt(np.mean(np.square(off))), np.sqrt(np.mean(said))
    assert rms < (3.0 if size_m == np.inf else 15.0)
    if size_m < np.inf:
        assert told == pytest.approx(rms, rel=0.35)
    else:
        assert told < 3.0


def flight(wind: Eddies) -> tuple[Blocks, WindRows]:
    time = np.arange(0.0, 600.0, 2.0)
    place = np.column_stack([flown(time), np.full(time.size, 20.0)])
    velocity, n = np.gradient(place, time, axis=0), time.size
    blocks = Blocks(
        time, place, velocity, np.arange(n), np.ones(n), np.zeros(n), np.ones(n), np.zeros(n)
    )
    second = np.arange(600.0)
    return blocks, WindRows(second, *wind.at(second, flown(second)).T)


def test_in_a_wind_that_is_everywhere_the_same_both_ways_are_one() -> None:
    blocks, wind = flight(wind_of(np.inf, 3))
    age, seen = np.array([5.0, 20.0, 40.0]), np.arange(60.0, 560.0, 7.0)
    met = ways_of(blocks, wind, age, 0.0)
    assert isinstance(met, WaysInGusts)
    assert met.until(seen)[0] == pytest.approx(WaysInOneWind(wind, age).until(seen)[0], abs=3.0)
    assert np.sqrt(met.until(seen)[1].max()) < 3.0


def test_a_wind_without_gusts_leaves_nothing_open() -> None:
    steady = Eddies(MEAN_M_S, np.zeros((1, 2)), np.zeros((1, 2)), np.zeros(1), np.zeros(1))
    blocks, wind = flight(steady)
    way, variance = ways_of(blocks, wind, np.array([30.0]), 0.0).until(np.array([300.0]))
    assert way[0, 0] == pytest.approx(30.0 * MEAN_M_S)
    assert variance.max() < 1e-6


def test_where_the_wind_was_measured_is_known_of_one_sensor_that_moves_only() -> None:
    blocks, wind = flight(wind_of(100.0, 1))
    age = np.array([30.0])
    still = Blocks(
        blocks.time_s, blocks.place_m, 0 * blocks.velocity_m_s, blocks.of_block, blocks.share,
        blocks.mean_ppm, blocks.sd_ppm, blocks.baseline_sd_ppm,
    )  # fmt: skip
    assert isinstance(ways_of(still, wind, age, 0.0), WaysInOneWind)
    few = WindRows(np.array([0.0, 150.0, 300.0]), np.full(3, 4.0), np.ones(3))
    assert isinstance(ways_of(blocks, few, age, 0.0), WaysInOneWind)
