"""Nothing that the mandate does not cover reaches an analysis, and what was left out is counted."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import shapely

from cathartes.casework.mandate import Mandate
from cathartes.errors import MandateError
from cathartes.pipeline.mandate_mask import cube_within, log_within
from cathartes.scenes.cube import ArrayLines, Cube
from cathartes.scenes.geometry import AffineGeometry
from cathartes.scenes.logs.gas_log import GasLog, PathEnd
from cathartes.spectra.response import SpectralBands

BEGIN = datetime(2026, 5, 1, tzinfo=UTC)
STEP = 1e-4
"""Degrees a pixel: the cube covers 8.000 to 8.006 E, 49.006 to 49.010 N."""


def mandate(area: shapely.Polygon) -> Mandate:
    """Return a mandate of a day over an area."""
    return Mandate("M-1", "a prosecutor", "1", BEGIN, BEGIN + timedelta(days=1), area, 30)


def cube(**change: object) -> Cube:
    """Return a cube of 40 lines and 60 samples, all ones."""
    shape = (40, 60, 3)
    bands = SpectralBands(np.array([9.0, 10.0, 11.0]), np.full(3, 0.1))
    given = {
        "name": "c",
        "shape": shape,
        "bands": bands,
        "band_valid": np.ones(3, bool),
        "source": ArrayLines(np.ones(shape, np.float32)),
        "start_utc": BEGIN + timedelta(hours=1),
        "geometry": AffineGeometry((STEP, 0, 8.0, 0, -STEP, 49.01), "EPSG:4326", shape[:2]),
    }
    return Cube(**{**given, **change})


WEST_HALF = shapely.box(7.9, 48.9, 8.00301, 49.1)
"""A tenth of a pixel beyond the thirtieth."""


def test_pixels_outside_the_area_are_nan_and_counted_and_the_footprint_ends_there() -> None:
    allowed = cube_within(cube(), mandate(WEST_HALF))
    values = allowed.cube.read_lines(3, 9)
    assert np.isfinite(values[:, :30]).all()
    assert np.isnan(values[:, 30:]).all()
    assert (allowed.masked.n_outside_area, allowed.masked.n_analysed) == (1200, 1200)
    np.testing.assert_array_equal(allowed.cube.looked, allowed.allowed)
    assert allowed.footprint is not None
    assert allowed.footprint.bounds == pytest.approx((8.0, 49.006, 8.003, 49.01), abs=1e-6)


def test_a_cube_inside_is_handed_on_as_it_is() -> None:
    whole = cube()
    allowed = cube_within(whole, mandate(shapely.box(7, 48, 9, 50)))
    assert allowed.cube is whole
    assert allowed.masked.n_analysed == 2400


def test_lines_after_the_mandates_end_are_left_out() -> None:
    flown = cube(start_utc=BEGIN + timedelta(hours=23, minutes=59))
    allowed = cube_within(flown, mandate(WEST_HALF), end_utc=BEGIN + timedelta(hours=24, minutes=1))
    assert np.isnan(allowed.cube.read_lines(20, 40)).all()
    assert np.isfinite(allowed.cube.read_lines(19, 20)[:, :30]).all()
    assert (allowed.masked.n_outside_time, allowed.masked.n_outside_area) == (1200, 600)


def test_outside_altogether_nothing_is_left_and_no_footprint() -> None:
    late = cube_within(cube(start_utc=BEGIN + timedelta(days=2)), mandate(WEST_HALF))
    far = cube_within(cube(), mandate(shapely.box(20, 20, 21, 21)))
    assert (late.masked.n_outside_time, late.footprint) == (2400, None)
    assert (far.masked.n_outside_area, far.footprint) == (2400, None)


def test_a_pixel_on_the_border_is_left_out() -> None:
    almost = cube_within(cube(), mandate(shapely.box(7.9, 48.9, 8.00299, 49.1)))
    assert almost.masked.n_outside_area == 40 * 31
    assert almost.footprint is not None
    assert almost.footprint.bounds[2] == pytest.approx(8.0029, abs=1e-6)


def test_a_hole_in_the_area_is_a_hole_in_what_is_seen() -> None:
    hole = shapely.box(8.00101, 49.00701, 8.00199, 49.00799)
    area = shapely.box(7.9, 48.9, 8.1, 49.1).difference(hole)
    allowed = cube_within(cube(), mandate(area))
    assert allowed.masked.n_outside_area == 100
    assert allowed.footprint is not None
    assert not shapely.contains_xy(allowed.footprint, 8.0015, 49.0075)


@pytest.mark.parametrize(
    ("change", "said"), [({"start_utc": None}, "state start_utc"), ({"geometry": None}, "igm")]
)
def test_where_nobody_can_say_whether_it_is_covered_nothing_is_analysed(
    change: dict[str, object], said: str
) -> None:
    with pytest.raises(MandateError, match=said):
        cube_within(cube(**change), mandate(WEST_HALF))


def log(n: int = 10) -> GasLog:
    """Return rows from 8.0005 E eastwards, a minute apart."""
    lon = 8.0005 + 0.001 * np.arange(n)
    start_s = (BEGIN + timedelta(hours=23, minutes=55, seconds=30)).timestamp()
    return GasLog(
        name="l",
        time_unix_s=start_s + 60.0 * np.arange(n),
        longitude_deg=lon,
        latitude_deg=np.full(n, 49.0),
        altitude_agl_m=np.full(n, 5.0),
        chemicals=("methane",),
        concentration_ppm=np.arange(n, dtype=float)[None],
        sensors=("",),
        sensor_index=np.zeros(n, int),
        wind_speed_m_s=np.full(n, np.nan),
        wind_from_deg=np.full(n, np.nan),
    )


def test_rows_outside_the_area_or_the_time_are_left_out_and_counted_once() -> None:
    allowed = log_within(log(), mandate(WEST_HALF))
    assert allowed.log is not None
    assert allowed.log.concentration_ppm.tolist() == [[0.0, 1.0, 2.0]]
    # The fifth row is the last in time; what is late is counted as late, wherever it lies.
    assert (allowed.masked.n_outside_time, allowed.masked.n_outside_area) == (5, 2)


def test_an_open_path_is_covered_only_with_both_its_ends() -> None:
    rows = log()
    end = PathEnd(rows.longitude_deg + 0.001, rows.latitude_deg, rows.altitude_agl_m)
    allowed = log_within(replace(rows, path_end=end), mandate(WEST_HALF))
    assert allowed.log is not None
    assert len(allowed.log) == 2


def test_a_log_elsewhere_leaves_nothing() -> None:
    allowed = log_within(log(), mandate(shapely.box(20, 20, 21, 21)))
    assert allowed.log is None
    assert allowed.masked.n_analysed == 0
