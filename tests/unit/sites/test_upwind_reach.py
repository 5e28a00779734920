"""Where a source may be of which the plume's first part is not seen."""

import numpy as np
import pytest
from shapely import MultiPolygon, box, transform

from cathartes.sites.downwind import SWING_DEG, upwind_axes
from cathartes.sites.observation import Wind
from cathartes.sites.offset import moved, offset_m
from cathartes.sites.upwind_reach import at_upwind_end, reaching_upwind
from made_up_sites import ORIGIN, place_at

WEST = Wind(3.0, 0.5, 270.0, 8.0)


def outline(west_m, south_m, east_m, north_m):
    shape = box(west_m, south_m, east_m, north_m)
    return MultiPolygon([transform(shape, lambda c: np.array([moved(*ORIGIN, *at) for at in c]))])


def offset_of(place):
    return np.array(offset_m(*ORIGIN, place.longitude_deg, place.latitude_deg))


@pytest.mark.parametrize("from_deg", [0.0, 133.0, 270.0])
def test_the_moments_are_those_of_many_drawn_sources(from_deg) -> None:
    """The slow twin: exponential distances, in directions that are wrong by a normal law."""
    wind, unseen_m = Wind(3.0, 0.5, from_deg, 8.0), 60.0
    rng = np.random.default_rng(1)
    n = 400_000
    distance = rng.exponential(unseen_m, n)
    turn = rng.normal(0, np.radians(np.hypot(8.0, SWING_DEG)), n)
    steps = np.stack([distance, distance * turn], axis=1) @ upwind_axes(wind)
    drawn = steps + rng.normal(0, 7.0, (n, 2))
    stated = reaching_upwind(place_at(0, 0, 7.0), wind, unseen_m)
    assert offset_of(stated) == pytest.approx(drawn.mean(axis=0), abs=0.6)
    assert stated.covariance_m2 == pytest.approx(np.cov(drawn.T), rel=0.03, abs=40)


def test_the_upwind_axis_points_to_where_the_wind_comes_from() -> None:
    assert upwind_axes(WEST)[0] == pytest.approx([-1, 0])
    assert upwind_axes(Wind(3.0, 0.5, 0.0, 8.0))[0] == pytest.approx([0, 1])


def test_an_origin_at_the_outlines_end_stays_and_one_behind_it_moves_there() -> None:
    here = place_at(0, 0, 7.0)
    assert at_upwind_end(here, outline(-10, -20, 200, 20), WEST) == here
    moved_there = at_upwind_end(here, outline(-100, 30, 200, 50), WEST)
    assert offset_of(moved_there) == pytest.approx([-100, 40], abs=0.1)
    # Both the old origin and the end are within two standard deviations.
    expected = 7.0**2 * np.eye(2) + np.outer([-50, 20], [-50, 20])
    assert moved_there.covariance_m2 == pytest.approx(expected, rel=0.01)
