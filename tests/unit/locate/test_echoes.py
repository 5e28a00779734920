"""A weak source near a standing sensor is dropped if a stronger one is seen far better there."""

from dataclasses import replace

import numpy as np

from cathartes.locate.blocks import Blocks
from cathartes.locate.dictionary import STEPS, Found
from cathartes.locate.echoes import without_echoes
from cathartes.locate.misfit import Misfit
from cathartes.locate.plume import PlumeAir
from cathartes.locate.prior import Prior
from cathartes.locate.problem import Problem
from cathartes.locate.refine import refine
from cathartes.locate.settings import LocateSettings
from cathartes.locate.state import N_SHARED, State
from cathartes.locate.wind_rows import WindRows

SETTINGS = LocateSettings()
SENSORS_M = np.array([[50.0, 0.0, 2.0], [-50.0, 0.0, 2.0], [0.0, 50.0, 2.0], [0.0, -50.0, 2.0]])
PLACES_M = np.array([[0.0, 0.0, 1.5], [38.0, -3.0, 1.5]])


def found_of(rate_kg_h: tuple[float, float]) -> tuple[Problem, Blocks, Found]:
    """Four sensors about a source in a wind that turns once; a second source near one of them."""
    time = np.tile(np.arange(0.0, 3600.0, 30.0), 4)
    place = np.repeat(SENSORS_M, time.size // 4, axis=0)
    n = time.size
    blocks = Blocks(
        time, place, np.zeros((n, 3)), np.arange(n), np.ones(n), np.zeros(n),
        np.full(n, 0.01), np.zeros(n),
    )  # fmt: skip
    angle = 2 * np.pi * np.arange(0.0, 3600.0, 30.0) / 3600.0
    wind = WindRows(np.arange(0.0, 3600.0, 30.0), 3 * np.cos(angle), 3 * np.sin(angle))
    air = PlumeAir(blocks, wind, growth_m=SETTINGS.air.growth_m, unit=4e5)
    prior = Prior(
        turn_sd_rad=np.radians(4.0), width=0.1, height=0.07, width_log_sd=0.35, height_log_sd=0.35,
        lag_s=0.0, lag_sd_s=1.0, longest_lag_s=0.0, up_m=1.5, up_sd_m=1.5,
        low_m=np.full(2, -100.0), high_m=np.full(2, 100.0),
    )  # fmt: skip
    state = State(np.zeros(N_SHARED), PLACES_M, np.array(rate_kg_h), SETTINGS.misfit)
    empty = Misfit.of(blocks, 0.4, 0.3, 0.5)
    reading = Problem(air, prior, empty).model_ppm(state)
    misfit = replace(empty, mean_ppm=reading)
    problem = Problem(air, prior, misfit)
    blocks = replace(blocks, mean_ppm=reading)
    best = refine(problem, state, STEPS)
    return problem, blocks, Found(best, (800.0, 10.0), 800.0, np.empty((n, 0)))


def test_what_a_plume_leaves_at_one_sensor_is_no_source() -> None:
    kept = without_echoes(*found_of((1.0, 0.004)))
    assert kept.best is not None
    assert kept.gain == (800.0,)
    np.testing.assert_allclose(kept.best.state.place_m[0, :2], [0.0, 0.0], atol=1.0)


def test_a_second_source_that_is_seen_as_well_is_kept() -> None:
    found = found_of((1.0, 0.2))
    assert without_echoes(*found) is found[2]
