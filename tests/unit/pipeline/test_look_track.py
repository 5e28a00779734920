"""A look's track is of the flight, and of nothing that its mandate does not cover."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import shapely

from cathartes.casework.mandate import Mandate
from cathartes.pipeline.look_track import cube_track, log_track
from cathartes.pipeline.mandate_mask import cube_within
from cathartes.pipeline.observed import EvidenceFile
from cathartes.products.flight_track import TrackFeature, TrackOf, read_flight_track
from cathartes.scenes.cube import ArrayLines, Cube
from cathartes.scenes.geometry import AffineGeometry, Geometry
from cathartes.scenes.igm import IgmGeometry
from cathartes.scenes.logs.gas_log import GasLog
from cathartes.spectra.response import SpectralBands

BEGIN = datetime(2026, 5, 1, tzinfo=UTC)
STEP_DEG = 1e-4
SHAPE = (40, 60, 3)
LINE, SAMPLE = np.mgrid[:40, :60] + 0.5
FLOWN = IgmGeometry(8 + STEP_DEG * SAMPLE, 49 + STEP_DEG * LINE)
"""Northwards, 8.000 to 8.006 E and 49.000 to 49.004 N."""
EVERYWHERE = shapely.box(7, 48, 9, 50)


def cube(geometry: Geometry) -> Cube:
    return Cube(
        name="line-1",
        shape=SHAPE,
        bands=SpectralBands(np.array([9.0, 10.0, 11.0]), np.full(3, 0.1)),
        band_valid=np.ones(3, bool),
        source=ArrayLines(np.ones(SHAPE, np.float32)),
        start_utc=BEGIN,
        geometry=geometry,
    )


def mandate(area: shapely.Polygon) -> Mandate:
    return Mandate("M-1", "a prosecutor", "1", BEGIN, BEGIN + timedelta(days=1), area, 30)


def the_one(files: tuple[EvidenceFile, ...]) -> TrackFeature:
    (file,) = files
    assert file.role == "flight_track"
    (feature,) = read_flight_track(file.path.read_bytes()).features
    return feature


def corners(feature: TrackFeature) -> np.ndarray:
    (line,) = feature.geometry.coordinates
    return np.array(line)


def test_with_navigation_it_is_the_cameras(tmp_path: Path) -> None:
    camera_deg = np.column_stack([np.full(40, 8.01), 49 + STEP_DEG * LINE[:, 0]])
    camera_deg[:5] = np.nan
    feature = the_one(
        cube_track(tmp_path, cube_within(cube(FLOWN), mandate(EVERYWHERE)), camera_deg)
    )
    assert (feature.properties.of, feature.properties.name) == (TrackOf.CAMERA, "line-1")
    np.testing.assert_allclose(corners(feature), [[8.01, 49.00055], [8.01, 49.00395]], atol=1e-6)


def test_without_navigation_it_is_the_middle_of_the_swath_and_says_so(tmp_path: Path) -> None:
    feature = the_one(cube_track(tmp_path, cube_within(cube(FLOWN), mandate(EVERYWHERE)), None))
    assert feature.properties.of is TrackOf.SWATH
    np.testing.assert_allclose(
        corners(feature), [[8.00305, 49.00005], [8.00305, 49.00395]], atol=1e-6
    )


@pytest.mark.parametrize("has_navigation", [True, False])
def test_lines_of_which_the_mandate_covers_nothing_are_left_out(
    tmp_path: Path, has_navigation: bool
) -> None:
    allowed = cube_within(cube(FLOWN), mandate(shapely.box(7, 48, 9, 49.00205)))
    camera_deg = np.column_stack([np.full(40, 8.01), 49 + STEP_DEG * LINE[:, 0]])
    files = cube_track(tmp_path, allowed, camera_deg if has_navigation else None)
    assert corners(the_one(files))[:, 1].max() == pytest.approx(49.00195, abs=1e-6)


def test_a_cube_on_a_maps_grid_has_none(tmp_path: Path) -> None:
    grid = AffineGeometry((STEP_DEG, 0, 8.0, 0, -STEP_DEG, 49.01), "EPSG:4326", SHAPE[:2])
    assert cube_track(tmp_path, cube_within(cube(grid), mandate(EVERYWHERE)), None) == ()


def test_each_moving_sensor_of_logs_has_its_own_and_a_standing_one_has_none(tmp_path: Path) -> None:
    n = 30
    sensor = np.arange(n) % 2
    log = GasLog(
        name="morning",
        time_unix_s=np.arange(float(n)),
        longitude_deg=np.where(sensor == 0, 8 + 1e-5 * np.arange(n), 8.5),
        latitude_deg=np.full(n, 49.0),
        altitude_agl_m=np.full(n, 10.0),
        chemicals=("ammonia",),
        concentration_ppm=np.ones((1, n)),
        sensors=("drone", "fence"),
        sensor_index=sensor,
        wind_speed_m_s=np.full(n, 3.0),
        wind_from_deg=np.full(n, 270.0),
    )
    feature = the_one(log_track(tmp_path, [log]))
    assert (feature.properties.of, feature.properties.name) == (TrackOf.SENSOR, "drone")
    np.testing.assert_allclose(corners(feature), [[8, 49], [8.00028, 49]], atol=1e-6)
