"""A log that took two sources for one, told by others where they are."""

from dataclasses import replace

import numpy as np
import pytest

from cathartes.locate.blocks import Blocks
from cathartes.locate.dictionary import Found, search
from cathartes.locate.misfit import Misfit
from cathartes.locate.plume import PlumeAir
from cathartes.locate.prior import Prior
from cathartes.locate.problem import Problem
from cathartes.locate.second_look import OthersPlace, explain_again
from cathartes.locate.state import State
from cathartes.locate.wind_rows import WindRows

PLACES_M = np.array([[0.0, -22.0], [0.0, 22.0]])
GUSTS = 0.3
"""Of the gas from block to block: what hides from the log alone that there are two."""


@pytest.fixture(scope="module")
def problem() -> Problem:
    """Twenty passes 150 m downwind of two sources, by a drone that climbs from 5 to 43 m."""
    across = np.tile(np.linspace(-80, 80, 20), 20)
    up = np.repeat(5.0 + 2.0 * np.arange(20), 20)
    n = across.size
    time = 2.0 * np.arange(n)
    place = np.column_stack([np.full(n, 150.0), across, up])
    blocks = Blocks(
        time, place, np.zeros((n, 3)), np.arange(n), np.ones(n), np.zeros(n), np.full(n, 0.02),
        np.zeros(n),
    )  # fmt: skip
    before = Prior(
        turn_sd_rad=np.radians(3.0), width=0.12, height=0.07, width_log_sd=0.35,
        height_log_sd=0.35, lag_s=0.0, lag_sd_s=1.0, longest_lag_s=0.0, up_m=1.5, up_sd_m=1.5,
        low_m=np.full(2, -60.0), high_m=np.array([140.0, 60.0]),
    )  # fmt: skip
    air = PlumeAir(
        blocks, WindRows(np.zeros(1), np.array([4.0]), np.zeros(1)), growth_m=300.0, unit=400.0
    )
    true = air.carried(before.shape(State.turned(0.4).shared))
    gas = sum(4.0 * true.unit_ppm(np.array([*at, 1.5])) for at in PLACES_M)
    rng = np.random.default_rng(4)
    seen = gas * rng.lognormal(0.0, GUSTS, n) + 0.02 * rng.normal(size=n)
    return Problem(air, before, Misfit.of(replace(blocks, mean_ppm=seen), 0.4, 0.3, 0.5))


@pytest.fixture(scope="module")
def merged(problem: Problem) -> Found:
    """The log's own explanation, held to one source."""
    side = np.arange(-56.0, 57.0, 8.0)
    east, north = (axis.ravel() for axis in np.meshgrid(side, side))
    return search(problem, np.column_stack([east, north, np.full(east.size, 1.5)]), 1, 0.0)


def others(*places_m: np.ndarray) -> list[OthersPlace]:
    return [OthersPlace(at, 25.0 * np.eye(2), False) for at in places_m]


def test_a_source_between_two_that_others_show_becomes_those(
    problem: Problem, merged: Found
) -> None:
    again = explain_again(problem, merged, others(*PLACES_M), 5)
    assert again is not None
    assert again.best is not None
    place = again.best.state.place_m
    assert place.shape[0] == 2
    assert np.sort(place[:, 1]) == pytest.approx(PLACES_M[:, 1], abs=6.0)
    assert min(again.gain) > 0


def test_a_place_that_no_gas_came_from_changes_nothing(problem: Problem, merged: Found) -> None:
    assert explain_again(problem, merged, others(np.array([100.0, -50.0])), 5) is None


def test_what_a_log_tells_apart_alone_stays_apart(problem: Problem, merged: Found) -> None:
    """Others that show one source between two do not make them one."""
    two = explain_again(problem, merged, others(*PLACES_M), 5)
    assert two is not None
    assert two.best is not None
    again = explain_again(problem, two, others(np.zeros(2)), 5)
    assert again is None or again.best is None or again.best.state.n_sources >= 2


def test_nothing_is_looked_for_where_others_show_no_more(problem: Problem, merged: Found) -> None:
    shown = [OthersPlace(at, 25.0 * np.eye(2), True) for at in PLACES_M]
    assert explain_again(problem, merged, shown, 5) is None
