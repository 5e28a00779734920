"""Particles near the ground: near their source, and far away."""

import numpy as np
import pytest

from cathartes.simulate.random_flight import SIGMA_W, fly

ROUGHNESS_M, MAST_M = 0.03, 2.0


def test_near_its_source_gas_spreads_as_fast_as_gusts_blow() -> None:
    """Taylor (1921): before an eddy is forgotten the spread is sigma_w t, far less than diffusion's
    sqrt(2Kt). 3 m up T_L is 0.8/u*, and half a metre takes 0.04/u*."""
    c = fly(np.random.default_rng(0), 3000, 3.0, np.array([0.5]), ROUGHNESS_M, 0.0, MAST_M)
    wind = np.log(3.0 / ROUGHNESS_M) / 0.4
    assert c.height_m[0].std() == pytest.approx(SIGMA_W * 0.5 / wind, rel=0.06)


def test_gas_in_its_eddies_stays_mixed() -> None:
    """Thomson's (1987) condition: what is mixed stays so. Neutral air that is full of gas up to
    20 m has at 1 m, 30 m on, what it had."""
    rng = np.random.default_rng(1)
    start = rng.uniform(ROUGHNESS_M, 20.0, 60)
    readings = []
    for z in start:
        c = fly(rng, 40, float(z), np.array([30.0]), ROUGHNESS_M, 0.0, MAST_M)
        # Weighted by the wind where it started: as much gas in each metre as air.
        wind = np.log(max(z, 1.1 * ROUGHNESS_M) / ROUGHNESS_M) / 0.4
        readings.append(c.integrated_per_m(1.0)[0] / c.mast * max(wind, 0.5))
    assert np.mean(readings) * 20.0 == pytest.approx(1.0, abs=0.25)


def test_unstable_air_lifts_gas_and_stable_air_holds_it_down() -> None:
    heights = [
        np.median(
            fly(
                np.random.default_rng(2), 500, 0.5, np.array([100.0]), ROUGHNESS_M, inverse, MAST_M
            ).height_m
        )
        for inverse in (-0.1, 0.0, 0.05)
    ]
    assert heights[0] > 1.3 * heights[1] > 1.5 * heights[2]
