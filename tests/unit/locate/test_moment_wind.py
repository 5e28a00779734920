"""The wind of each reading's moment: turned, late, and shared by what was measured at once."""

from dataclasses import replace

import numpy as np
import pytest

from cathartes.locate.air import Shape
from cathartes.locate.blocks import Blocks
from cathartes.locate.moment_wind import SLOWEST_M_S, MomentWinds
from cathartes.locate.wind_rows import WindRows

WIND = WindRows(np.array([0.0, 60.0, 120.0]), np.array([3.0, -2.0, 0.01]), np.array([1.0, 4.0, 0]))


def readings(rng: np.random.Generator, velocity_m_s: float) -> Blocks:
    n = 40
    return Blocks(
        rng.choice([0.0, 30.0, 60.0, 120.0], n), rng.normal(0.0, 50.0, (n, 3)),
        np.full((n, 3), velocity_m_s), np.arange(n), np.ones(n), np.zeros(n), np.ones(n),
        np.zeros(n),
    )  # fmt: skip


@pytest.mark.parametrize(("velocity_m_s", "lag_s"), [(0.0, 0.0), (7.0, 2.5)])
def test_downwind_and_across_are_those_of_each_point_alone(
    velocity_m_s: float, lag_s: float
) -> None:
    rng = np.random.default_rng(5)
    blocks, source = readings(rng, velocity_m_s), np.array([20.0, -10.0, 1.0])
    wind = MomentWinds(blocks, WIND).of(Shape(0.3, 0.1, 0.1, lag_s))
    downwind, across = wind.from_source(source)
    for k, time_s in enumerate(blocks.time_s):
        blows = complex(*(float(v) for v in WIND.at(np.array(time_s - lag_s)))) * np.exp(0.3j)
        place = blocks.place_m[k] - lag_s * velocity_m_s
        way = complex(*(place - source)[:2]) / (blows / abs(blows))
        assert (downwind[k], across[k]) == pytest.approx((way.real, way.imag))
        assert wind.speed_m_s[k] == pytest.approx(max(abs(blows), SLOWEST_M_S))


def test_what_is_carried_keeps_its_length() -> None:
    """A wind below SLOWEST_M_S has its direction still, and points shift with their frame."""
    blocks = readings(np.random.default_rng(6), 0.0)
    source, shift = np.array([3.0, 4.0, 0.0]), np.array([100.0, -70.0, 0.0])
    here = MomentWinds(blocks, WIND).of(Shape(0.1, 0.1, 0.1, 0.0)).from_source(source)
    moved = replace(blocks, place_m=blocks.place_m + shift)
    there = MomentWinds(moved, WIND).of(Shape(0.1, 0.1, 0.1, 0.0)).from_source(source + shift)
    assert np.allclose(here, there)
