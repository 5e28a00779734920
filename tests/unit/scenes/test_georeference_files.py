"""Navigation, camera, line times, terrain and geoid as files: what is read and what is refused."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio import Affine

from cathartes.errors import CathartesError, HeaderError, InputError, SettingsError, UnitError
from cathartes.scenes.geometry_files import read_glt, read_igm
from cathartes.scenes.geometry_writer import write_glt, write_igm
from cathartes.scenes.georeference.camera_file import read_camera, read_look
from cathartes.scenes.georeference.dem_file import read_heights
from cathartes.scenes.georeference.heights import (
    HeightReference,
    chosen_reference,
    grid_on_ellipsoid,
    navigation_on_ellipsoid,
)
from cathartes.scenes.georeference.navigation_file import read_line_times, read_navigation
from cathartes.scenes.georeference.terrain import LevelGround
from cathartes.scenes.igm import IgmGeometry

HEAD = "time_utc,longitude_deg,latitude_deg,altitude_m,roll_deg,pitch_deg,heading_deg"
ROWS = (
    "2026-05-04T10:00:00Z,8.0,50.0,500,1,2,3\n"
    "2026-05-04T10:00:00.1Z,,,,1,2,4\n"
    "2026-05-04T12:00:00.2+02:00,8.0001,50.0,501,1,2,5\n"
)
CAMERA = """
[pinhole]
n_samples = 8
ifov_mrad = 2.0
first_sample = "right"
[mounting]
boresight_roll_deg = 0.1
boresight_pitch_deg = 0.2
boresight_yaw_deg = 0.3
lever_arm_forward_m = 1.0
lever_arm_right_m = 2.0
lever_arm_down_m = 3.0
[timing]
time_offset_s = -0.25
line_period_s = 0.02
[sd]
timing_s = 0.001
boresight_roll_deg = 0.01
"""


@pytest.fixture
def navigation(tmp_path: Path):
    def write(text: str) -> Path:
        path = tmp_path / "nav.csv"
        path.write_text(text)
        return path

    return write


def test_navigation_rows_may_hold_an_attitude_alone(navigation) -> None:
    """Positions and attitudes have their own rates, and one clock."""
    read = read_navigation(navigation(f"# altitude_reference = sea\n{HEAD}\n{ROWS}"))
    assert read.reference is HeightReference.SEA
    flight = read.navigation
    assert flight.start_utc == datetime(2026, 5, 4, 10, tzinfo=UTC)
    np.testing.assert_allclose(flight.track.time_s, [0.0, 0.2])
    np.testing.assert_allclose(flight.attitudes.time_s, [0.0, 0.1, 0.2])
    np.testing.assert_allclose(flight.track.altitude_m, [500, 501])
    np.testing.assert_allclose(flight.attitudes.heading_deg, [3, 4, 5])
    assert np.isnan(flight.track.sd_m).all()


def test_navigation_may_state_standard_deviations(navigation) -> None:
    head = f"{HEAD},horizontal_sd_m,heading_sd_deg"
    rows = "".join(f"{row},0.5,0.{i}\n" for i, row in enumerate(ROWS.splitlines(), 1))
    flight = read_navigation(navigation(f"{head}\n{rows}")).navigation
    np.testing.assert_allclose(flight.track.sd_m[:, 0], 0.5)
    np.testing.assert_allclose(flight.attitudes.sd_deg[:, 2], [0.1, 0.2, 0.3])
    assert np.isnan(flight.track.sd_m[:, 1]).all()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("time_utc,lon\n2026-05-04T10:00:00Z,8\n", "missing: longitude_deg.*not known: lon"),
        (f"{HEAD},yaw\n{ROWS}", "not known: yaw|7 cells, and the header 8"),
        (f"{HEAD}\n{ROWS}2026-05-04T10:00:01Z,8.0,,500,1,2,3\n", "row 4 has part of a position"),
        (f"{HEAD}\n{ROWS}2026-05-04T10:00:01Z,,,,1,,3\n", "row 4 has part of an attitude"),
        (f"{HEAD}\n{ROWS}2026-05-04T10:00:01Z,,,,inf,2,3\n", "row 4: roll_deg is inf; a finite"),
        (f"{HEAD}\n{ROWS.splitlines()[0]}\n", "positions at 1 time; two times at least"),
        (
            HEAD + "\n" + ROWS.replace(",", ";"),
            "line 2 is separated by semicolons, and the header by commas",
        ),
        (
            f"{HEAD}\n{ROWS}2026-05-04T10:00:01Z,8.0\n",
            "line 5: the last row breaks off after 2 of 7 cells",
        ),
        (f"{HEAD}\n{ROWS}yesterday,8,50,500,1,2,3\n", "'yesterday' is not of the form"),
        (f"{HEAD}\n{ROWS},8,50,500,1,2,3\n", "row 4 has no time_utc"),
        (f"{HEAD}\n{ROWS}2026-05-04T10:00:01Z,8,50,5OO,1,2,3\n", "altitude_m holds something"),
        (f"# altitude_reference = msl\n{HEAD}\n{ROWS}", "ellipsoid or sea is needed"),
        (f"{HEAD}\n", "no rows below its header"),
        (f"{HEAD},Heading_deg\n" + ROWS.replace("\n", ",9\n"), "heading_deg comes twice"),
        (f"{HEAD}\n{ROWS}2026-05-04T09:00:00Z,8,50,500,1,2,3\n", "jumped back"),
    ],
)
def test_navigation_files_that_are_refused(navigation, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_navigation(navigation(text))


def test_a_csv_file_beside_the_header_of_its_cube_is_a_csv_file(navigation) -> None:
    """Rationale: flight.hdr is the cube's, of flight.img."""
    path = navigation(f"{HEAD}\n{ROWS}")
    header = "ENVI\nsamples = 1\nlines = 1\nbands = 1\ndata type = 4\ninterleave = bsq\n"
    path.with_suffix(".hdr").write_text(header)
    path.with_suffix(".img").write_bytes(bytes(4))
    assert read_navigation(path).navigation.track.time_s.size == 2
    with pytest.raises(HeaderError, match=r"bands without names; gpstime, .*ends in .csv or .txt"):
        read_navigation(path.with_suffix(".hdr"))


def test_what_heights_are_measured_from_is_asked_for() -> None:
    """Rationale: the two differ by up to 100 m; a default would be a guess."""
    sea, ellipsoid = HeightReference.SEA, HeightReference.ELLIPSOID
    assert chosen_reference(sea, None, "nav.csv", "say so") is sea
    assert chosen_reference(None, ellipsoid, "nav.csv", "say so") is ellipsoid
    with pytest.raises(SettingsError, match=r"nav.csv: nothing says .* 100 m; say so"):
        chosen_reference(None, None, "nav.csv", "say so")
    with pytest.raises(SettingsError, match="above the sea, and ellipsoid was given"):
        chosen_reference(sea, ellipsoid, "nav.csv", "say so")


def test_heights_above_the_sea_need_the_geoid(navigation) -> None:
    read = read_navigation(navigation(f"# altitude_reference = sea\n{HEAD}\n{ROWS}"))
    with pytest.raises(SettingsError, match="give --geoid"):
        navigation_on_ellipsoid(read.navigation, HeightReference.SEA, None)
    raised = navigation_on_ellipsoid(read.navigation, HeightReference.SEA, LevelGround(47.5))
    np.testing.assert_allclose(raised.track.altitude_m, [547.5, 548.5])
    same = navigation_on_ellipsoid(read.navigation, HeightReference.ELLIPSOID, None)
    np.testing.assert_allclose(same.track.altitude_m, [500, 501])


def test_avng_navigation_in_seconds_of_a_gps_week(data_dir: Path) -> None:
    """Expected: the flight line's name, ang20170323t202244, is its start in UTC.

    GPS week 1941 begins on 19 March 2017, and GPS time is 18 s ahead; the record begins 5 s before
    the name's time, which leap seconds forgotten, or taken the wrong way, would put 13 or 31 after.
    """
    path = data_dir / "avng_nav" / "ang20170323t202244_eph_att"
    with pytest.raises(SettingsError, match="--gps-week"):
        read_navigation(path)
    read = read_navigation(path, 1941)
    start = read.navigation.start_utc
    assert abs((start - datetime(2017, 3, 23, 20, 22, 44, tzinfo=UTC)).total_seconds()) < 10
    assert read.reference is None
    assert read.navigation.track.time_s.size == 17540


def test_line_times(tmp_path: Path) -> None:
    path = tmp_path / "times.csv"
    path.write_text("time_utc\n2026-05-04T10:00:01Z\n2026-05-04T10:00:01.05Z\n")
    assert [t.microsecond for t in read_line_times(path)] == [0, 50_000]
    path.write_text("time_utc\n2026-05-04T10:00:01Z\n2026-05-04T10:00:01Z\n")
    with pytest.raises(HeaderError, match=r"line 2 .* must rise"):
        read_line_times(path)


def test_a_camera_file(tmp_path: Path) -> None:
    (tmp_path / "camera.toml").write_text(CAMERA)
    camera = read_camera(tmp_path / "camera.toml")
    assert camera.n_samples == 8
    assert camera.look[0, 1] > 0  # the first sample looks right
    assert camera.boresight_deg == (0.1, 0.2, 0.3)
    assert camera.lever_arm_m == (1.0, 2.0, 3.0)
    assert (camera.time_offset_s, camera.line_period_s) == (-0.25, 0.02)
    assert camera.sd.timing_s == 0.001
    assert camera.sd.boresight_deg[0] == 0.01
    assert np.isnan(camera.sd.boresight_deg[1])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('first_sample = "right"\n', "", "pinhole.first_sample: Field required"),
        ("time_offset_s = -0.25\n", "", "timing.time_offset_s: Field required"),
        ("boresight_yaw_deg = 0.3\n", "", "mounting.boresight_yaw_deg: Field required"),
        ("timing_s", "timng_s", "sd.timng_s: Extra inputs"),
        ("[pinhole]", "look_file = 'a.csv'\n[pinhole]", "either .pinhole. or look_file"),
        ("ifov_mrad = 2.0", "ifov_mrad = 0", "pinhole.ifov_mrad"),
        ("[sd]", "[sd", "not valid TOML"),
    ],
)
def test_camera_files_that_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    """Nothing of a mounting is zero by default: who does not know it must say so."""
    assert old in CAMERA
    (tmp_path / "camera.toml").write_text(CAMERA.replace(old, new))
    with pytest.raises(SettingsError, match=message):
        read_camera(tmp_path / "camera.toml")


def test_look_files_of_vectors_and_of_angles_say_the_same(tmp_path: Path) -> None:
    along, across = np.radians([1.0, 1.0]), np.radians([-10.0, 10.0])
    path = tmp_path / "look.csv"
    path.write_text("along_deg,across_deg\n1,-10\n1,10\n")
    angles = read_look(path)
    rows = (f"{np.tan(a)!r},{np.tan(b)!r},1" for a, b in zip(along, across, strict=True))
    path.write_text("x,y,z\n" + "\n".join(rows).replace("np.float64(", "").replace(")", ""))
    np.testing.assert_allclose(read_look(path), angles)


@pytest.fixture
def dem(tmp_path: Path):
    """Write heights of 20 x 30 cells of 1e-3 degrees from 8 E, 50 N, and return the file."""

    def write(crs: object = "EPSG:4326", dtype: str = "float32", **more: object) -> Path:
        path = tmp_path / "dem.tif"
        heights = (100 + np.add.outer(np.arange(20), np.arange(30))).astype(dtype)
        heights[0, 0] = -32768
        unit = more.pop("unit", None)
        with rasterio.open(
            path, "w", driver="GTiff", height=20, width=30, count=1, dtype=dtype, crs=crs,
            transform=Affine(1e-3, 0.0, 8.0, 0.0, -1e-3, 50.0), nodata=-32768, **more,
        ) as file:  # fmt: skip
            file.write(heights, 1)
            if unit:
                file.units = (unit,)
        return path

    return write


@pytest.mark.parametrize("dtype", ["float32", "int16"])
def test_a_dem_is_read_around_the_flight_alone(dem, dtype: str) -> None:
    """Expected: by hand: the centre of row 10, column 20 is 8.0205 E, 49.9895 N: 130 m."""
    grid, stated = read_heights(dem(dtype=dtype), (8.0195, 49.9885, 8.0215, 49.9905))
    assert stated is None
    assert max(grid.grid.shape) < 10
    at = np.array([8.0205, 8.021]), np.array([49.9895, 49.9895])
    np.testing.assert_allclose(grid.altitude_at(*at), [130.0, 130.5], atol=1e-4)
    assert np.isnan(grid.altitude_at(np.array([8.5]), np.array([49.99]))).all()
    assert grid.posting_m == pytest.approx(71.6, abs=0.5)
    whole, _ = read_heights(dem(), (7.0, 49.0, 9.0, 51.0))
    assert np.isnan(whole.altitude_at(np.array([8.0008]), np.array([49.9993]))).all()
    assert whole.lowest_m == 101.0  # the no-data value is no height


def test_a_dem_in_degrees_of_another_datum_lies_where_that_datum_has_it(tmp_path: Path) -> None:
    """Rationale: degrees of the Tokyo datum taken for WGS 84 lie 450 m off.

    Expected: its cell at 139.70 E, 35.70 N, the only high one, by the shift of EPSG:15484
    (-146.414, 507.337, 680.507 m) between geocentric metres on both ellipsoids.
    """
    heights = np.zeros((41, 41), dtype="float32")
    heights[20, 20] = 100.0
    write_heights(tmp_path / "tokyo.tif", heights, 139.70 - 20.5e-4, 35.70 + 20.5e-4, 1e-4, 4301)
    lon, lat = bessel_to_wgs84(139.70, 35.70)
    assert abs(lon - 139.70) > 3e-3
    grid, _ = read_heights(tmp_path / "tokyo.tif", (lon - 1e-3, lat - 1e-3, lon + 1e-3, lat + 1e-3))
    # Within 0.2 of a cell, which is 10 m: published shifts differ by less.
    assert grid.altitude_at(np.array([lon]), np.array([lat]))[0] > 64.0


def bessel_to_wgs84(longitude_deg: float, latitude_deg: float) -> tuple[float, float]:
    """Return a place of the Tokyo datum in WGS 84, by geocentric metres."""
    lon, lat = np.radians([longitude_deg, latitude_deg])
    a, e2 = 6377397.155, 1 - (1 - 1 / 299.1528128) ** 2
    n = a / np.sqrt(1 - e2 * np.sin(lat) ** 2)
    x = n * np.cos(lat) * np.cos(lon) - 146.414
    y = n * np.cos(lat) * np.sin(lon) + 507.337
    z = n * (1 - e2) * np.sin(lat) + 680.507
    e2, a = 1 - (1 - 1 / 298.257223563) ** 2, 6378137.0
    for _ in range(6):
        n = a / np.sqrt(1 - e2 * np.sin(lat) ** 2)
        lat = np.arctan2(z + e2 * n * np.sin(lat), np.hypot(x, y))
    return float(np.degrees(np.arctan2(y, x))), float(np.degrees(lat))


@pytest.mark.parametrize(
    ("west", "longitude", "width"),
    [(260.0, -99.99, 20), (-180.01, 179.995, 20), (179.99, -179.995, 20), (0.0, -0.2, 720),
     (-180.0, 180.0, 720)],
)  # fmt: skip
def test_a_grid_may_count_longitudes_otherwise_than_the_flight(
    tmp_path: Path, west: float, longitude: float, width: int
) -> None:
    """Rationale: geoids of 0 to 360 degrees, and terrain across the antimeridian.

    Expected: heights that rise by 1 m a cell from its first column's centre; on a grid all the way
    round, half-way between the last column's and the first's at its seam.
    """
    step = 1e-3 if width == 20 else 0.5
    heights = np.tile(np.arange(width, dtype="float32"), (8, 1))
    write_heights(tmp_path / "grid.tif", heights, west, 50.0, step)
    south = 50.0 - 6 * step
    grid, _ = read_heights(
        tmp_path / "grid.tif", (longitude - step, south, longitude + step, south + 4 * step)
    )
    column = ((longitude - west) % 360.0) / step - 0.5
    expected = np.interp(column % width, range(width + 1), [*range(width), 0])
    found = grid.altitude_at(np.array([longitude]), np.array([south + 2 * step]))
    np.testing.assert_allclose(found, expected, atol=1e-3)


@pytest.mark.parametrize("hole", [-9999.0, -32768.0, 65536.0])
def test_holes_that_are_not_said_to_be_such_are_no_ground(tmp_path: Path, hole: float) -> None:
    heights = np.full((20, 20), 100.0, dtype="float32")
    heights[5, 5:7] = hole
    write_heights(tmp_path / "dem.tif", heights, 8.0, 50.0, 1e-3)
    with pytest.raises(HeaderError, match=rf"2 heights .* such as {hole:g} m.*-a_nodata {hole:g} "):
        read_heights(tmp_path / "dem.tif", (8.0, 49.98, 8.02, 50.0))


def write_heights(
    path: Path, heights: np.ndarray, west: float, north: float, step: float, epsg: int = 4326
) -> None:
    with rasterio.open(
        path, "w", driver="GTiff", height=heights.shape[0], width=heights.shape[1], count=1,
        dtype=heights.dtype, crs=epsg, transform=Affine(step, 0.0, west, 0.0, -step, north),
    ) as file:  # fmt: skip
        file.write(heights, 1)


def test_a_dem_says_what_its_heights_are_measured_from_by_its_reference_system(dem) -> None:
    bounds = (8.0, 49.98, 8.03, 50.0)
    assert read_heights(dem("EPSG:4326+5773"), bounds)[1] is HeightReference.SEA
    assert read_heights(dem("EPSG:4979"), bounds)[1] is HeightReference.ELLIPSOID


def test_terrain_above_the_sea_is_brought_to_the_ellipsoid(dem) -> None:
    grid, _ = read_heights(dem(), (8.01, 49.985, 8.02, 49.995))
    raised = grid_on_ellipsoid(grid, HeightReference.SEA, LevelGround(47.5))
    np.testing.assert_allclose(raised.height_m, grid.height_m + 47.5)
    assert grid_on_ellipsoid(grid, HeightReference.ELLIPSOID, None) is grid
    far, _ = read_heights(dem(), (8.0, 49.99, 8.005, 50.0))
    with pytest.raises(InputError, match="does not cover"):
        grid_on_ellipsoid(grid, HeightReference.SEA, far)


@pytest.mark.parametrize(
    ("how", "bounds", "error", "message"),
    [
        ({}, (9.0, 49.0, 9.1, 49.1), InputError, "covers longitudes 8.0000 to 8.0300.*9.0000"),
        ({"crs": "EPSG:32632"}, (98.0, 0.0, 98.1, 0.1), InputError, "give heights of this place"),
        ({"crs": None}, (8.0, 49.98, 8.03, 50.0), HeaderError, "no reference system"),
        ({"unit": "ft"}, (8.0, 49.98, 8.03, 50.0), UnitError, "heights in 'ft'; metres"),
    ],
)
def test_dems_that_are_refused(dem, how, bounds, error: type[CathartesError], message: str) -> None:
    with pytest.raises(error, match=message):
        read_heights(dem(**how), bounds)


def test_igm_and_glt_come_back_through_our_readers_and_gdal(tmp_path: Path) -> None:
    """Two readings of the same files: ours, which a scan uses, and GDAL's of the map grid."""
    lon, lat = np.meshgrid(8 + 1e-5 * np.arange(30), 50 - 1e-5 * np.arange(20))
    lon, lat = lon + 3e-6 * np.arange(20)[:, None], lat.copy()
    lon[3, 4] = lat[3, 4] = np.nan
    igm = IgmGeometry(lon, lat)
    write_igm(
        tmp_path / "igm", igm.longitude_deg, igm.latitude_deg, np.where(np.isnan(lon), lon, 9.0)
    )
    back = read_igm(tmp_path / "igm.hdr", (20, 30))
    np.testing.assert_array_equal(back.longitude_deg, igm.longitude_deg)
    np.testing.assert_array_equal(back.latitude_deg, igm.latitude_deg)
    index = igm.map_index()
    write_glt(tmp_path / "glt", index)
    table = read_glt(tmp_path / "glt", (20, 30))
    np.testing.assert_array_equal(table.index.line, index.line)
    np.testing.assert_array_equal(table.index.sample, index.sample)
    np.testing.assert_allclose(table.index.grid.transform, index.grid.transform, rtol=1e-12)
    with rasterio.open(tmp_path / "glt") as file:
        np.testing.assert_array_equal(file.read(1), index.sample + 1)
        assert file.crs.to_epsg() == 32632
    raw = np.fromfile(tmp_path / "igm", "<f8").reshape(3, 20, 30)
    assert (raw[:, 3, 4] == -9999.0).all()
