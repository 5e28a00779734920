"""The index of places against a slow simple twin: every place looked at, one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cathartes.store.interface import Box
from cathartes.store.interface_map import Placed
from cathartes.web.place_index import (
    FINEST,
    PlaceIndex,
    chosen,
    depth_of,
    on_the_square,
    only,
    rows_meeting,
    z_order,
)
from effort import effort

LONGITUDES = st.floats(-180, 180)
LATITUDES = st.floats(-85, 85)
CHEMICALS = (frozenset({"acetone"}), frozenset({"acetone", "ammonia"}), frozenset())


def placed(points, *, value=None, time_s=None, set_code=None, size_deg=0.0):
    """Return made-up rows at points; areas if a size is given."""
    at = np.array(points, np.float64).reshape(-1, 2)
    n = len(at)
    return Placed(
        np.arange(100, 100 + n),
        np.hstack((at - size_deg, at + size_deg)),
        np.full((n, 2), np.nan) if time_s is None else np.array(time_s, np.float64).reshape(-1, 2),
        np.full(n, np.nan) if value is None else np.array(value, np.float64),
        np.zeros(n, np.int32) if set_code is None else np.array(set_code, np.int32),
        CHEMICALS,
    )


@st.composite
def boxes(draw):
    west, east = sorted(draw(st.tuples(LONGITUDES, LONGITUDES)))
    south, north = sorted(draw(st.tuples(LATITUDES, LATITUDES)))
    return Box(west, south, east, north)


def bits_in_turns(column: int, row: int) -> int:
    """The slow twin of `z_order`."""
    return sum(
        (column >> bit & 1) << 2 * bit | (row >> bit & 1) << 2 * bit + 1 for bit in range(FINEST)
    )


@given(st.integers(0, 2**FINEST - 1), st.integers(0, 2**FINEST - 1))
def test_bits_take_turns(column, row):
    assert z_order(np.array([column]), np.array([row])).tolist() == [bits_in_turns(column, row)]


def test_the_square_is_that_of_the_web_map():
    """Its corners are ±180° and ±85.0511° (EPSG 3857); the equator halves it."""
    x, y = on_the_square(np.array([-180.0, 0.0, 180.0]), np.array([85.0511287, 0.0, -85.0511288]))
    assert x.tolist() == [0, 2 ** (FINEST - 1), 2**FINEST - 1]
    assert abs(y[0]) < 10
    assert y[1:].tolist() == [2 ** (FINEST - 1), 2**FINEST - 1]


@settings(max_examples=effort(80, 200))
@given(st.lists(st.tuples(LONGITUDES, LATITUDES), max_size=60), boxes(), st.integers(0, 20))
def test_rows_in_a_box_are_those_that_a_look_at_each_finds(points, box, limit):
    found = PlaceIndex(placed(points)).rows_in(box, limit)
    expected = [
        100 + n
        for n, (longitude, latitude) in enumerate(points)
        if box.west_deg <= longitude <= box.east_deg and box.south_deg <= latitude <= box.north_deg
    ]
    if len(expected) > limit:
        assert found is None
    else:
        assert sorted(found.tolist()) == expected


@settings(max_examples=effort(80, 200))
@given(
    st.lists(st.tuples(LONGITUDES, LATITUDES, st.none() | st.floats(0, 1)), max_size=60), boxes()
)
def test_squares_hold_what_a_look_at_each_place_puts_there(told, box):
    points = [one[:2] for one in told]
    values = [np.nan if one[2] is None else one[2] for one in told]
    cells = PlaceIndex(placed(points, value=values)).cells_in(box)
    shift = FINEST - depth_of(box)
    x, y = (axis >> shift for axis in on_the_square(*np.array(points).reshape(-1, 2).T))
    corners = np.array([[box.west_deg, box.east_deg], [box.north_deg, box.south_deg]])
    columns, rows = (axis >> shift for axis in on_the_square(*corners))
    expected = {}
    for n, square in enumerate(zip(x.tolist(), y.tolist(), strict=True)):
        if columns[0] <= square[0] <= columns[1] and rows[0] <= square[1] <= rows[1]:
            expected.setdefault(square, []).append(n)
    by_mean = sorted(
        (
            len(ns),
            *np.mean([points[n] for n in ns], axis=0),
            np.fmax.reduce([values[n] for n in ns]),
        )
        for ns in expected.values()
    )
    found = sorted(
        zip(cells.count, cells.longitude_deg, cells.latitude_deg, cells.highest, strict=True)
    )
    assert [one[0] for one in found] == [one[0] for one in by_mean]
    key = lambda one: tuple(np.round(one[:3], 6))  # noqa: E731
    np.testing.assert_allclose(sorted(found, key=key), sorted(by_mean, key=key), atol=1e-7)


@given(boxes())
def test_a_box_meets_no_more_squares_than_a_browser_draws(box):
    rng = np.random.default_rng(5)
    points = np.column_stack((rng.uniform(-180, 180, 3000), rng.uniform(-85, 85, 3000)))
    assert PlaceIndex(placed(points)).cells_in(box).count.size <= 33 * 33


def test_all_places_are_counted_once():
    rng = np.random.default_rng(6)
    points = np.column_stack((rng.uniform(-180, 180, 5000), rng.uniform(-85, 85, 5000)))
    cells = PlaceIndex(placed(points)).cells_in(Box(-180, -90, 180, 90))
    assert cells.count.sum() == 5000


def test_nothing_has_no_squares():
    index = PlaceIndex(placed([]))
    assert index.n == 0
    assert index.cells_in(Box(0, 0, 1, 1)).count.size == 0
    assert index.rows_in(Box(0, 0, 1, 1), 5).size == 0


def test_a_choice_keeps_what_was_there_in_the_interval_and_has_the_chemical():
    rows = placed(
        [(0, 0)] * 4,
        time_s=[(10, 20), (15, 15), (30, 40), (np.nan, np.nan)],
        set_code=[0, 1, 1, 2],
    )
    assert chosen(rows, None, None, "").all()
    assert chosen(rows, 18, None, "").tolist() == [True, False, True, False]
    assert chosen(rows, None, 15, "").tolist() == [True, False, False, False]
    assert chosen(rows, None, 15.5, "").tolist() == [True, True, False, False]
    assert chosen(rows, None, None, "ammonia").tolist() == [False, True, True, False]
    assert chosen(rows, None, None, "xenon").tolist() == [False] * 4
    assert only(rows, chosen(rows, 18, None, "ammonia")).row_id.tolist() == [102]


@pytest.mark.parametrize(("limit", "expected"), [(2, [101, 102]), (1, None)])
def test_areas_that_only_touch_a_box_meet_it(limit, expected):
    rows = placed([(0, 0), (2, 0), (3.5, 0)], size_deg=0.5)
    found = rows_meeting(rows, Box(1.5, -1, 3.0, 1), limit)
    assert (found if found is None else found.tolist()) == expected
