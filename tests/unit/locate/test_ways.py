"""Ways of gas where the wind was measured elsewhere: against slow sums."""

import numpy as np
import pytest

from cathartes.locate.ways import GUST_MEMORY_S, WaysInOneWind, WaysPastMast
from cathartes.locate.wind_rows import WindRows

TIME_S = np.arange(0.0, 900.0)
AGE_S = np.array([2.0, 10.0, 40.0, 120.0])
SEEN_S = np.array([300.0, 520.5])


def gusty(seed: int = 4) -> WindRows:
    """A wind of 4 m/s that turns slowly, with gusts of 0.6 m/s in each row."""
    gusts = 0.6 * np.random.default_rng(seed).normal(size=(2, TIME_S.size))
    turned = np.radians(15.0) * np.sin(2 * np.pi * TIME_S / 900.0)
    return WindRows(TIME_S, 4.0 * np.cos(turned) + gusts[0], 4.0 * np.sin(turned) + gusts[1])


def test_what_gusts_leave_open_is_their_memory_summed_twice() -> None:
    """σ² ∫∫ exp(-|s - t|/τ) ds dt over the age, by a sum over steps of a hundredth."""
    ways = WaysPastMast.of(gusty(), AGE_S)
    assert ways.gusts_m2_s2 == pytest.approx(0.6**2, rel=0.08)
    _, open_m2 = ways.until(SEEN_S)
    assert open_m2.shape == (2, 4)
    for age, found in zip(AGE_S, open_m2[0], strict=True):
        at = (np.arange(600) + 0.5) * age / 600
        alike = np.exp(-np.abs(at[:, None] - at) / GUST_MEMORY_S)
        assert found == pytest.approx(ways.gusts_m2_s2 * alike.mean() * age**2, rel=1e-3)


def test_the_slow_part_of_a_mast_is_everywhere() -> None:
    """Without gusts ways are those of the measured wind, which turns by a degree in ten seconds."""
    turned = np.radians(15.0) * np.sin(2 * np.pi * TIME_S / 900.0)
    slow = WindRows(TIME_S, 4.0 * np.cos(turned), 4.0 * np.sin(turned))
    past, _ = WaysPastMast.of(slow, AGE_S).until(SEEN_S)
    same, _ = WaysInOneWind(slow, AGE_S).until(SEEN_S)
    assert past == pytest.approx(same, abs=1.0)
    with_gusts, _ = WaysPastMast.of(gusty(), AGE_S).until(SEEN_S)
    assert with_gusts == pytest.approx(same, abs=0.3 * AGE_S.max())
