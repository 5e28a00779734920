"""What a record of the wind leaves open of the way of the gas."""

import numpy as np
import pytest

from cathartes.locate.blocks import Blocks
from cathartes.locate.eddies import displaced, gusts, unlike
from cathartes.locate.wind_rows import WindRows

SECONDS = np.arange(900.0)
WAVES = 60


def gusty(memory_s: float, seed: int = 1, noise_m_s: float = 0.0) -> WindRows:
    """Return 5 m/s with gusts of 0.8 m/s whose correlation is exp(-t²/τ²)."""
    rng = np.random.default_rng(seed)
    turning = rng.normal(size=WAVES) * np.sqrt(2) / memory_s
    east, north = (
        0.8 * np.sqrt(2 / WAVES)
        * np.cos(np.outer(SECONDS, turning) + rng.uniform(0, 2 * np.pi, WAVES)).sum(axis=1)
        + noise_m_s * rng.normal(size=SECONDS.size)
        for _ in range(2)
    )  # fmt: skip
    return WindRows(SECONDS, 5.0 + east, north)


def seen_at(way_m: float) -> Blocks:
    n = SECONDS.size
    place = np.column_stack([np.full(n, way_m), np.zeros(n), np.full(n, 10.0)])
    return Blocks(
        SECONDS, place, np.ones((n, 3)), np.arange(n), np.ones(n), np.ones(n), np.full(n, 0.02),
        np.zeros(n),
    )  # fmt: skip


def asked(way_m: float, winds: WindRows) -> float:
    source = np.array([[0.0, 0.0, 1.0]])
    return displaced(seen_at(way_m), winds, source, np.ones((1, SECONDS.size)), 0.1, 300.0)


@pytest.mark.parametrize("age", [0.3, 1.0, 3.0])
def test_ways_differ_as_simulated_ones_do(age: float) -> None:
    """Twin: the two hypotheses' ways in 1000 drawn gusts, their difference over σ a."""
    rng = np.random.default_rng(3)
    at = np.linspace(0.0, age, 25)
    turning = np.sqrt(2) * rng.normal(size=(1000, WAVES))
    phase = rng.uniform(0, 2 * np.pi, (1000, WAVES))
    gust = np.stack([np.cos(turning * s + phase).sum(axis=1) for s in at]) * np.sqrt(2 / WAVES)
    way = np.trapezoid(gust, at, axis=0)
    simulated = float(np.var(age * gust[0] - way)) / age**2
    assert unlike(age) == pytest.approx(simulated, rel=0.15)


def test_nothing_is_left_open_at_once_and_all_of_it_in_the_end() -> None:
    assert unlike(0.0) == 0.0
    assert unlike(9e-3) == pytest.approx(unlike(1.1e-2) * (9 / 11) ** 2, rel=1e-3)
    assert unlike(100.0) == pytest.approx(1.0, abs=0.03)


@pytest.mark.parametrize("memory_s", [15.0, 40.0])
def test_memory_and_scatter_are_those_of_the_gusts(memory_s: float) -> None:
    """Noise of single rows, as of a drone's estimate, is no gust; 900 s hold few long ones."""
    told = [gusts(gusty(memory_s, seed, noise_m_s=0.4), 0.0, 899.0) for seed in range(12)]
    scatter_rad, found_s = np.mean(told, axis=0)
    assert found_s == pytest.approx(memory_s, rel=0.25)
    assert scatter_rad == pytest.approx(0.8 / 5.0, rel=0.2)


def test_only_gas_that_is_older_than_its_gusts_is_displaced() -> None:
    short, long = gusty(15.0), gusty(80.0)
    assert asked(150.0, short) > 1.0
    assert asked(150.0, short) > 3 * asked(150.0, long)
    assert asked(20.0, short) < 0.2


def test_a_wind_without_gusts_or_without_a_record_leaves_nothing_open() -> None:
    steady = WindRows(SECONDS, np.full(SECONDS.size, 5.0), np.zeros(SECONDS.size))
    assert asked(150.0, steady) == 0.0
    assert asked(150.0, WindRows(np.zeros(1), np.array([5.0]), np.zeros(1))) == 0.0
