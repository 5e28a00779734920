import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon, box

from cathartes.casework.grid_cell import (
    cell_of,
    radius_about_m,
    square_about,
    touched_cells,
)
from cathartes.errors import ReleaseError
from cathartes.sites.offset import moved, offset_m
from cathartes.sites.place import Place
from effort import effort

SIZES = st.sampled_from([10, 100, 1000])
LONGITUDES = st.floats(-179.9, 179.9)
LATITUDES = st.floats(-79.5, 83.5)


def test_known_cells():
    """Reference: the Washington Monument, 18SUJ23480647 (FGDC-STD-011-2001, United States National
    Grid, section 3): cut from 323483 m, 4306479 m; rounded it would be 18SUJ23480648."""
    longitude, latitude = -(77 + 2 / 60 + 6.86575 / 3600), 38 + 53 / 60 + 22.08269 / 3600
    assert cell_of(longitude, latitude, 10).mgrs == "18SUJ23480647"
    assert cell_of(longitude, latitude, 100).mgrs == "18SUJ234064"
    assert cell_of(longitude, latitude, 1000).mgrs == "18SUJ2306"


@given(LONGITUDES, LATITUDES, SIZES)
def test_a_cell_holds_its_place_and_is_that_of_its_centre(longitude, latitude, size):
    cell = cell_of(longitude, latitude, size)
    assert Polygon(cell.square).buffer(2e-7).contains(shapely.Point(longitude, latitude))
    east, north = (np.abs(v) for v in offset_m(*cell.square[0], *cell.square[2]))
    assert np.hypot(east, north) == pytest.approx(size * np.sqrt(2), rel=2e-3)
    if not 56 <= latitude <= 84 and abs(longitude / 6 - round(longitude / 6)) > 0.02:
        again = cell_of(cell.longitude_deg, cell.latitude_deg, size)
        assert again == cell, "all that is told of a place, tells no more when told again"


@settings(max_examples=effort(20, 50))
@given(
    LONGITUDES, LATITUDES, SIZES, st.floats(1, 1e5), st.floats(1, 1e5), st.floats(-0.9, 0.9),
    st.integers(0, 2**32 - 1),
)  # fmt: skip
def test_the_stated_circle_holds_the_truth_as_often_as_it_says(
    longitude, latitude, size, east_var, north_var, correlation, seed
):
    """Also of the least lucky place in its cell; a binomial share of 2000 draws."""
    place = Place(
        longitude, latitude, east_var, north_var, correlation * np.sqrt(east_var * north_var)
    )
    cell = cell_of(longitude, latitude, size)
    drawn = np.random.default_rng(seed).multivariate_normal([0, 0], place.covariance_m2, 2000)
    east, north = offset_m(cell.longitude_deg, cell.latitude_deg, longitude, latitude)
    within = np.hypot(drawn[:, 0] + east, drawn[:, 1] + north) <= radius_about_m(place, size)
    assert within.mean() >= 0.95 - 5 * np.sqrt(0.95 * 0.05 / 2000)


@given(LONGITUDES, LATITUDES, LONGITUDES, LATITUDES, SIZES)
def test_the_radius_tells_nothing_of_where_in_the_cell(lon, lat, other_lon, other_lat, size):
    here, there = Place(lon, lat, 90.0, 40.0, 20.0), Place(other_lon, other_lat, 90.0, 40.0, 20.0)
    assert radius_about_m(here, size) == radius_about_m(there, size)


@pytest.mark.parametrize("size", [10, 100])
@pytest.mark.parametrize("shift", [0.0, 0.37e-3])
def test_touched_cells_by_asking_each(size, shift):
    """A slow twin: cells of places on a fine lattice within the outline."""
    west, south = -103.3472 + shift, 20.6739
    r = size * 3e-5
    outline = Polygon([(west, south), (west + r, south + 0.1 * r), (west + r / 2, south + r / 2)])
    cell = cell_of(west, south, size)
    told = shapely.union_all(
        [Polygon(outer, holes) for outer, *holes in touched_cells(outline, cell)]
    )
    step = size / 111_000 / 20
    x, y = np.meshgrid(np.arange(west, west + r, step), np.arange(south, south + r, step))
    inside = shapely.contains_xy(outline, x, y)
    cells = {cell_of(*at, size) for at in zip(x[inside], y[inside], strict=True)}
    slow = shapely.union_all([Polygon(one.square) for one in cells])
    assert slow.difference(told).area < 1e-4 * slow.area, "none is left out"
    missed = told.difference(slow).area / Polygon(cell.square).area
    assert missed < 3, "cells whose corner alone is touched, by less than the lattice's step"
    assert told.buffer(1e-7).contains(outline)


def test_an_outline_over_too_many_cells_is_refused():
    with pytest.raises(ReleaseError, match="at most 250000 are told: allow this partner a larger"):
        touched_cells(box(-103.4, 20.6, -103.3, 20.7), cell_of(-103.35, 20.65, 10))


def test_an_image_lies_about_the_centre_with_north_up():
    cell = cell_of(-103.3472, 20.6739, 100)
    at = square_about(cell, 600, 4)
    assert at.shape == (4, 4, 2)
    assert at.mean(axis=(0, 1)) == pytest.approx([cell.longitude_deg, cell.latitude_deg], abs=2e-7)
    assert (np.diff(at[:, 0, 1]) < 0).all()
    assert (np.diff(at[0, :, 0]) > 0).all()
    assert float(np.hypot(*offset_m(*at[0, 0], *at[0, 1]))) == pytest.approx(150, rel=1e-3)


@pytest.mark.parametrize("latitude", [84.0, 89.9, -80.1])
def test_no_cells_near_the_poles(latitude):
    with pytest.raises(ReleaseError, match="cells are told from 80° S to 84° N"):
        cell_of(10.0, latitude, 100)


def test_moved_places_of_one_cell_are_told_alike():
    cell = cell_of(-103.3472, 20.6739, 100)
    for east, north in ((-49, -49), (49, 49), (0, 49)):
        assert cell_of(*moved(cell.longitude_deg, cell.latitude_deg, east, north), 100) == cell
