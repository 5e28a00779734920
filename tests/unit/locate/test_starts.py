"""Where searches start: places where few sensors stand, and rates of places that were given."""

from dataclasses import replace

import numpy as np
import pytest

from cathartes.locate.blocks import Blocks
from cathartes.locate.dictionary import search
from cathartes.locate.known import explain_known
from cathartes.locate.misfit import Misfit
from cathartes.locate.prior import Prior
from cathartes.locate.problem import Problem
from cathartes.locate.state import State
from cathartes.locate.surface_layer import surface_layer
from cathartes.locate.surface_plume import SurfacePlume
from cathartes.locate.wide_starts import APART_M, MOST, wide_starts
from cathartes.locate.wind_rows import WindRows

SENSORS_M = np.array([[35.0, -15.0, 2.0], [60.0, 10.0, 2.0], [85.0, 50.0, 2.0]])
SOURCE_M = np.array([0.0, 8.0, 1.5])
N_TIMES = 60
TURNED_SD = 1.5
"""The wind's direction is wrong by so many standard deviations."""


def prior(known_m: np.ndarray | None = None) -> Prior:
    return Prior(
        turn_sd_rad=np.radians(10.0), width=0.08, height=0.06, width_log_sd=0.35,
        height_log_sd=0.35, lag_s=0.0, lag_sd_s=1.0, longest_lag_s=0.0, up_m=1.5, up_sd_m=1.5,
        low_m=np.array([-60.0, -60.0]), high_m=np.array([60.0, 60.0]),
        known_m=known_m,
    )  # fmt: skip


def problem(sources_m: np.ndarray, rates: np.ndarray, known_m: np.ndarray | None = None) -> Problem:
    """Three standing sensors in a wind that swings, and is measured beside its true direction."""
    time = np.tile(60.0 * np.arange(N_TIMES), 3)
    place = np.repeat(SENSORS_M, N_TIMES, axis=0)
    n = time.size
    angle = 0.3 * np.sin(np.arange(N_TIMES) / 4.0)
    wind = WindRows(60.0 * np.arange(N_TIMES), 4 * np.cos(angle), 4 * np.sin(angle))
    blocks = Blocks(
        time, place, np.zeros((n, 3)), np.arange(n), np.ones(n), np.zeros(n), np.full(n, 0.02),
        np.zeros(n),
    )  # fmt: skip
    air = SurfacePlume(blocks, wind, surface_layer(0.03, 2.0), np.full(n, 4.0), unit=400.0)
    before = prior(known_m)
    true = air.carried(before.shape(State.turned(0.1, TURNED_SD).shared))
    gas = sum(q * true.unit_ppm(place) for q, place in zip(rates, sources_m, strict=True))
    mean = np.asarray(gas) + 0.02 * np.random.default_rng(2).normal(size=n)
    return Problem(air, before, Misfit.of(replace(blocks, mean_ppm=mean), 0.4, 0.3, 0.5))


def starts_of(asked: Problem) -> list[State]:
    assert isinstance(asked.air, SurfacePlume)
    return wide_starts(asked.air, asked, grid())


def grid() -> np.ndarray:
    side = np.arange(-56.0, 57.0, 8.0)
    east, north = (axis.ravel() for axis in np.meshgrid(side, side))
    return np.column_stack([east, north, np.full(east.size, 1.5)])


def test_turned_and_widened_plumes_start_beside_the_source() -> None:
    """By the prior's own plume, passing the sensors by, the search finds nothing."""
    asked = problem(SOURCE_M[None], np.array([2.0]))
    starts = starts_of(asked)
    assert 0 < len(starts) <= MOST
    value = [
        asked.misfit.log_likelihood(asked.model_ppm(s), s.share) + asked.prior.log_density(s)
        for s in starts
    ]
    assert value == sorted(value, reverse=True)
    place = np.vstack([s.place_m for s in starts])
    apart = np.hypot(*(place[:, None] - place)[..., :2].transpose(2, 0, 1))
    assert (apart[~np.eye(len(starts), dtype=bool)] > APART_M).all()
    assert search(asked, grid(), 1, 0.0).best is None
    result = search(asked, grid(), 1, 0.0, starts)
    found = result.best
    assert found is not None
    assert result.over_nothing > 50
    assert starts[0].place_m[0, :2] == pytest.approx(SOURCE_M[:2], abs=4.1)
    assert found.state.place_m[0, :2] == pytest.approx(SOURCE_M[:2], abs=6.0)
    assert found.state.rate_kg_h == pytest.approx([2.0], rel=0.2)


def test_where_no_gas_is_read_nothing_is_started() -> None:
    asked = problem(SOURCE_M[None], np.array([0.0]))
    none = replace(asked, misfit=replace(asked.misfit, mean_ppm=np.zeros(3 * N_TIMES)))
    assert starts_of(none) == []
    given = replace(none, prior=prior(SOURCE_M[None]))
    assert explain_known(given).best is None


def test_each_given_place_has_its_own_rate_in_the_order_given() -> None:
    """The second is the stronger; the third gives nothing off, and earns no parameter."""
    places = np.array([[0.0, 25.0, 1.5], [5.0, -25.0, 1.5], [20.0, 2.0, 1.5]])
    asked = problem(places[:2], np.array([0.6, 3.0]), known_m=places)
    found = explain_known(asked)
    assert found.best is not None
    assert found.best.state.place_m[:, :2] == pytest.approx(places[:, :2], abs=1.5)
    assert found.best.state.rate_kg_h[:2] == pytest.approx([0.6, 3.0], rel=0.15)
    assert found.best.state.rate_kg_h[2] < 0.05
    assert min(found.gain[:2]) > 10
    assert found.gain[2] < 0


def test_a_given_place_is_held_but_for_a_metre() -> None:
    """A place 15 m beside the source is not left for the source's."""
    beside = SOURCE_M + np.array([0.0, 15.0, 0.0])
    found = explain_known(problem(SOURCE_M[None], np.array([2.0]), known_m=beside[None]))
    assert found.best is not None
    assert np.hypot(*(found.best.state.place_m[0] - beside)[:2]) < 4.0
