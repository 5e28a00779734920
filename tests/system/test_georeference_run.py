"""From a simulated cube and a made-up flight to plumes at the right places, by the command line."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio import Affine
from runs import Run, Said, ground, left_in
from shapely import Point

import cathartes
from cathartes.scenes.cube import ArrayLines, Cube
from cathartes.scenes.geometry_files import read_igm
from cathartes.scenes.georeference.camera import Camera
from cathartes.scenes.georeference.heights import HeightReference
from cathartes.scenes.georeference.navigation import Navigation
from cathartes.spectra.response import SpectralBands
from made_up_flights import (
    CAMERA_TOML,
    GEOD,
    START,
    Flight,
    straight_flight,
    write_line_times,
    write_navigation,
)

GEOID_M, GROUND_M, ABOVE_M = 47.5, 52.0, 120.0
"""The geoid above the ellipsoid, the ground above the sea, the camera above the ground."""
PIXEL_M = 0.144
LINES, SAMPLES = 96, 128
SD = """
[sd]
boresight_roll_deg = 0.02
boresight_pitch_deg = 0.02
boresight_yaw_deg = 0.1
timing_s = 0.001
horizontal_m = 0.05
vertical_m = 0.1
roll_deg = 0.01
pitch_deg = 0.01
heading_deg = 0.05
"""


SORTIE = """
schema = "cathartes-sortie/1"
id = "s"
mandate = "M"
terrain = "dem.tif"

[[observation]]
name = "line"
kind = "cube"
files = ["scene.hdr"]
start_utc = {start}

[observation.scan]
gases = ["SF6"]

[observation.georeference]
navigation = "nav.csv"
camera = "camera.toml"
line_times = "times.csv"
dem_heights = "sea"
dem_sd_m = 0.2
geoid = 47.5
"""


@dataclass(frozen=True)
class Files:
    """What a run needs, and how to run it."""

    folder: Path
    flight: Flight
    run: Run

    def georeference(self, cube: Path, *more: str | Path) -> Said:
        """Run the command with all that was written, and more."""
        return self.run(
            "georeference", cube, "--navigation", self.folder / "nav.csv", "--camera",
            self.folder / "camera.toml", "--line-times", self.folder / "times.csv",
            "--out", self.folder / "geometry", *more,
        )  # fmt: skip

    def fly(self, navigation: Navigation, reference: str | None = "sea") -> None:
        """Replace the navigation."""
        write_navigation(self.folder / "nav.csv", navigation, reference)


DEM = ("--dem-heights", "sea", "--geoid", str(GEOID_M), "--dem")


@pytest.fixture
def files(tmp_path: Path, run: Run) -> Callable[..., Files]:
    """Write navigation above the sea, line times, camera and terrain for a cube of some size."""

    def write(lines: int = 40, samples: int = 32, sd: str = "") -> Files:
        flight = straight_flight(
            n_lines=lines, line_period_s=0.02, speed_m_s=PIXEL_M / 0.02, track_deg=75.0,
            altitude_m=GROUND_M + ABOVE_M, attitude_rate_hz=20.0,
        )  # fmt: skip
        made = Files(tmp_path, flight, run)
        made.fly(flight.navigation)
        write_line_times(tmp_path / "times.csv", flight.time_s)
        (tmp_path / "camera.toml").write_text(
            CAMERA_TOML.format(samples=samples, ifov_mrad=PIXEL_M / ABOVE_M * 1e3) + sd
        )
        write_dem(tmp_path / "dem.tif", 8.0, 50.0)
        return made

    return write


def write_dem(
    path: Path, longitude_deg: float, latitude_deg: float, reach_deg: float = 0.02
) -> None:
    step = reach_deg / 50
    transform = Affine(step, 0, longitude_deg - reach_deg, 0, -step, latitude_deg + reach_deg)
    with rasterio.open(path, "w", driver="GTiff", height=100, width=100, count=1, dtype="float32",
                       crs="EPSG:4326", transform=transform) as file:  # fmt: skip
        file.write(np.full((100, 100), GROUND_M, "float32"), 1)


def test_a_plume_lies_where_the_aircraft_flew_over_it(files, yard: Path, run: Run) -> None:
    """Rationale: the whole way at once: files, clocks, heights above the sea, the scan's use of it.

    Expected: pixel (line, sample) lies line x 0.144 m along the track from its start, and
    (sample - 64) x 0.144 m to the right. Tolerance: 5 cm, a third of a pixel; times in
    microseconds and heights on a map cost millimetres.
    """
    made = files(LINES, SAMPLES, SD)
    said = made.georeference(
        yard / "scene.hdr", *DEM, made.folder / "dem.tif", "--dem-sd-m", "0.2",
        "--expected-above-ground-m", "120", "--json",
    )  # fmt: skip
    assert said.code == 0, said.err
    told = json.loads(said.out)
    assert told["remarks"] == []
    assert told["pixels_without_position"] == 0
    assert told["pixel_along_m"] == pytest.approx(PIXEL_M, rel=0.01)
    assert told["above_ground_m"] == pytest.approx(ABOVE_M, abs=0.01)
    assert told["settings"]["navigation_heights"] == told["settings"]["dem_heights"] == "sea"
    assert told["geoid"] == str(GEOID_M)
    assert [file["name"] for file in told["inputs"]][:3] == ["scene.hdr", "scene.img", "nav.csv"]
    assert 0.05 < told["position_sd_median_m"] < 0.3
    assert left_in(made.folder / "geometry") == [
        "georeference.json", "glt", "glt.hdr", "igm", "igm.hdr", "position_sd", "position_sd.hdr",
    ]  # fmt: skip

    igm = ("--igm", made.folder / "geometry" / "igm")
    said = run(
        "scan", yard / "scene.hdr", *igm, "--out", made.folder / "plumes", "--gas", "SF6", "-q"
    )
    assert said.code == 0, said.err
    plumes = json.loads((made.folder / "plumes" / "plumes.geojson").read_text())["features"]
    strongest = plumes[0]["properties"]
    assert abs(strongest["origin_line"] - 50.5) < 25
    along, right = strongest["origin_line"] * PIXEL_M, (strongest["origin_sample"] - 64) * PIXEL_M
    lon, lat, back = GEOD.fwd(8.0, 50.0, 75.0, along)
    lon, lat, _ = GEOD.fwd(lon, lat, back + 180.0 + 90.0, right)
    off_m = GEOD.inv(lon, lat, strongest["origin_lon"], strongest["origin_lat"])[2]
    assert off_m < 0.05


def test_a_sortie_puts_its_cubes_onto_the_ground_itself(files, yard: Path, run: Run) -> None:
    """Rationale: navigation, camera and terrain named in `sortie.toml` do what the command does.

    Expected: the footprint is the swath, 96 by 128 pixels of 0.144 m; the source of the outline
    lies as the test above says; its error has the position's in it.
    """
    made = files(LINES, SAMPLES, SD)
    for path in yard.glob("scene.*"):
        shutil.copy(path, made.folder)
    (made.folder / "sortie.toml").write_text(SORTIE.format(start=START.isoformat()), "utf-8")
    area = [[7.99, 49.99], [8.01, 49.99], [8.01, 50.01], [7.99, 50.01], [7.99, 49.99]]
    properties = {
        "id": "M", "authority": "made up", "reference": "1", "valid_from": "2000-01-01",
        "valid_until": "2100-01-01", "retention_days": 36500,
    }  # fmt: skip
    geometry = {"type": "Polygon", "coordinates": [area]}
    feature = {"type": "Feature", "geometry": geometry, "properties": properties}
    (made.folder / "mandate.geojson").write_text(json.dumps(feature), "utf-8")
    casebook = made.folder / "casebook"
    run("mandate", "add", made.folder / "mandate.geojson", "--casebook", casebook)
    said = run("run", made.folder, "--casebook", casebook)
    assert said.code == 0, said.err
    (seen,) = cathartes.observations_list(casebook)
    assert seen.footprint is not None
    east_m, north_m = seen.footprint.bounds[2] - 8.0, seen.footprint.bounds[3] - 50.0
    assert 0 < east_m * 71_700 < 24
    assert 0 < north_m * 111_200 < 24
    area_m2, _ = GEOD.geometry_area_perimeter(seen.footprint)
    assert area_m2 == pytest.approx(LINES * SAMPLES * PIXEL_M**2, rel=0.02)
    assert {file.name for file in seen.files} >= {"nav.csv", "camera.toml", "times.csv", "dem.tif"}
    found = cathartes.observations_show(casebook, seen.id).detections
    place = found[0].detection.sources[0].place
    assert seen.footprint.convex_hull.buffer(1e-5).contains(
        Point(place.longitude_deg, place.latitude_deg)
    )
    assert place.radius_m < 20


def test_the_python_call_writes_what_the_command_does(files, cube_of) -> None:
    made = files()
    summary = cathartes.georeference(
        cube_of(ground()), made.folder / "nav.csv", made.folder / "camera.toml",
        made.folder / "geometry", line_times=made.folder / "times.csv",
        settings=cathartes.GeoreferenceSettings(ground_altitude_m=GROUND_M + GEOID_M),
        geoid=GEOID_M,
    )  # fmt: skip
    assert summary.pixels_without_position == 0
    assert "nobody stated the standard deviation of" in summary.remarks[0]
    igm = read_igm(made.folder / "geometry" / "igm", (40, 32))
    assert igm.pixel_size_m() == pytest.approx(PIXEL_M, rel=0.01)


def test_a_cube_on_the_map_holds_the_spectra_that_were_measured(files, cube_of) -> None:
    """Expected: each cell of the map is, number by number, the pixel of the look-up table."""
    made, radiance = files(), ground().astype(np.float32)
    level = ("--ground-altitude-m", "99.5", "--geoid", "47.5", "--map-cube", "-q")
    assert made.georeference(cube_of(radiance), *level).code == 0
    cube = cathartes.open_cube(made.folder / "geometry" / "map_cube")
    with rasterio.open(made.folder / "geometry" / "glt") as file:
        sample, line = file.read()
    assert cube.shape[:2] == sample.shape
    mapped, shown = cube.read_lines(0, cube.n_lines), sample > 0
    np.testing.assert_array_equal(mapped[shown], radiance[line[shown] - 1, sample[shown] - 1])
    assert np.isnan(mapped[~shown]).all()
    assert cube.geometry.pixel_size_m() == pytest.approx(PIXEL_M, rel=0.02)


def test_what_cannot_be_known_is_asked_for(files, cube_of) -> None:
    made, cube = files(), cube_of(ground())
    level = ("--ground-altitude-m", "99.5")
    assert "give --geoid" in made.georeference(cube, *level).err
    assert "give one of them: --dem FILE, or --ground-altitude-m" in made.georeference(
        cube, "--geoid", "47.5").err  # fmt: skip
    assert "give --dem-heights" in made.georeference(
        cube, "--geoid", "47.5", "--dem", made.folder / "dem.tif").err  # fmt: skip
    made.fly(made.flight.navigation, reference=None)
    said = made.georeference(cube, *level)
    assert said.code == 2
    assert "or give --navigation-heights" in said.err
    (made.folder / "times.csv").unlink()
    said = made.run(
        "georeference", cube, "--navigation", made.folder / "nav.csv", "--camera",
        made.folder / "camera.toml", "--out", made.folder / "geometry", *level,
        "--navigation-heights", "ellipsoid",
    )  # fmt: skip
    assert "no acquisition time and the camera file has no line_period_s" in said.err
    assert "geometry" not in left_in(made.folder)


def test_heights_above_the_ellipsoid_taken_for_heights_above_the_sea(files, cube_of) -> None:
    """Rationale: nothing looks wrong, and the swath's edge is off by a third of its width."""
    made, cube = files(), cube_of(ground())
    made.fly(made.flight.navigation, reference="ellipsoid")
    dem = (*DEM, made.folder / "dem.tif")
    said = made.georeference(cube, *dem, "--expected-above-ground-m", "120")
    assert said.code == 10
    assert "72 m above the ground, and 120 m" in said.err
    assert "The geoid is 48 m above the ellipsoid here, which explains it" in said.err


def test_an_aircraft_below_the_ground_is_refused(files, cube_of) -> None:
    made = files()
    said = made.georeference(cube_of(ground()), "--ground-altitude-m", "900", "--geoid", "47.5")
    assert said.code == 10
    assert "below the ground" in said.err
    # 52 + 120 m above the sea is 219.5 m above the ellipsoid.
    said = made.georeference(cube_of(ground()), "--ground-altitude-m", "220", "--geoid", "47.5")
    assert "the camera is 0.5 m below the ground" in said.err


@pytest.mark.parametrize(
    ("roll_deg", "words"),
    [
        (90.0, "(65.6%) have no position: they look above the horizon; check roll, pitch and bore"),
        (120.0, "all look above the horizon; check roll, pitch and boresight"),
    ],
)
def test_pixels_above_the_horizon_are_not_put_down_to_a_dem(
    files, cube_of, roll_deg: float, words: str
) -> None:
    """Expected: from 120 m up the horizon lies sqrt(2 x 120 / 6.37e6) = 6.1 mrad down.

    With the right wing straight down, samples of 1.2 mrad look (k + 0.5) x 1.2 mrad to either
    side of level: 11 of 32 see ground.
    """
    made = files()
    attitudes = made.flight.navigation.attitudes
    rolled = replace(attitudes, roll_deg=np.full_like(attitudes.roll_deg, roll_deg))
    made.fly(replace(made.flight.navigation, attitudes=rolled))
    said = made.georeference(cube_of(ground()), "--ground-altitude-m", "99.5", "--geoid", "47.5")
    assert words in said.err
    assert "DEM" not in said.err


def test_a_dem_that_does_not_reach_below_the_aircraft_leaves_its_height_unknown(
    files, cube_of
) -> None:
    """Rationale: a side-looking camera's ground may be all there is of the DEM."""
    made, cube = files(), cube_of(ground())
    attitudes = made.flight.navigation.attitudes
    rolled = replace(attitudes, roll_deg=np.full_like(attitudes.roll_deg, 45.0))
    made.fly(replace(made.flight.navigation, attitudes=rolled))
    # Flying to 75 degrees, right wing down, it looks 120 m to the north.
    write_dem(made.folder / "side.tif", 8.0, 50.0005 + 0.002, 0.002)
    dem = (*DEM, made.folder / "side.tif")
    said = made.georeference(cube, *dem)
    assert said.code == 0, said.err
    assert "no heights below the aircraft: its height above the ground is not known" in said.err
    assert "1280 of 1280 pixels placed" in said.out
    assert "nan" not in said.out
    told = json.loads((made.folder / "geometry" / "georeference.json").read_text())
    assert told["above_ground_m"] is None
    said = made.georeference(cube, *dem, "--expected-above-ground-m", "120", "--overwrite")
    assert said.code == 10
    assert "can't be compared with the 120 m expected" in said.err


def test_attitudes_too_far_apart_are_no_fault_of_the_clock(files, cube_of) -> None:
    made, cube = files(), cube_of(ground())
    attitudes = made.flight.navigation.attitudes
    slow = replace(
        attitudes, **{name: getattr(attitudes, name)[::10] for name in attitudes.__slots__}
    )
    made.fly(replace(made.flight.navigation, attitudes=slow))
    said = made.georeference(cube, "--ground-altitude-m", "99.5", "--geoid", "47.5")
    assert said.code == 10
    assert "40 of 40 lines lie inside the navigation, all in gaps longer than 0.25 s" in said.err
    assert "between attitudes (mostly 0.5 s apart)" in said.err
    assert "raise --max-attitude-gap-s if" in said.err


def test_a_dem_of_another_place_and_one_that_ends_under_the_flight(files, cube_of) -> None:
    made, cube = files(), cube_of(ground())
    write_dem(made.folder / "far.tif", 9.0, 50.0)
    said = made.georeference(cube, *DEM, made.folder / "far.tif")
    assert said.code == 10
    assert "give heights of this place" in said.err
    # Its last cell's centre lies 3 m along the track, which is 5.8 m long.
    reach = 0.02
    write_dem(made.folder / "half.tif", 8.0 - reach + reach / 100 + 4.1e-5, 50.0, reach)
    said = made.georeference(cube, *DEM, made.folder / "half.tif", "--json")
    assert said.code == 0, said.err
    told = json.loads(said.out)
    assert 0.2 < told["pixels_without_position"] / (40 * 32) < 0.8
    assert "the DEM does not cover where they look" in told["remarks"][0]


def test_lines_in_a_dropout_have_no_place_and_the_reviewer_is_told(files, cube_of) -> None:
    made, cube = files(200), cube_of(ground(200))
    track = made.flight.navigation.track
    kept = (track.time_s < 2.0) | (track.time_s > 3.5)
    cut = replace(track, **{name: getattr(track, name)[kept] for name in track.__slots__})
    made.fly(replace(made.flight.navigation, track=cut))
    said = made.georeference(cube, "--ground-altitude-m", "99.5", "--geoid", "47.5")
    assert said.code == 0, said.err
    assert "in gaps of it too long to interpolate" in said.err
    igm = read_igm(made.folder / "geometry" / "igm", (200, 32))
    lost = np.isnan(igm.longitude_deg).all(axis=1)
    assert 70 < lost.sum() < 100
    assert not lost[:35].any()


def test_clocks_and_angles_that_are_wrong_are_named(files, cube_of) -> None:
    made, cube = files(), cube_of(ground())
    level = ("--ground-altitude-m", "99.5", "--geoid", "47.5")
    write_line_times(made.folder / "times.csv", made.flight.time_s + 18.0)
    said = made.georeference(cube, *level)
    assert said.code == 10
    assert "no line lies inside the navigation" in said.err
    assert "GPS time is 18 s ahead of UTC" in said.err
    write_line_times(made.folder / "times.csv", made.flight.time_s)
    navigation = made.flight.navigation
    late = np.where(np.arange(navigation.track.time_s.size) >= 8, 3600.0, 0.0)
    made.fly(replace(navigation, track=replace(
        navigation.track, time_s=navigation.track.time_s + late)))  # fmt: skip
    assert "the clock jumped" in made.georeference(cube, *level).err
    attitudes = navigation.attitudes
    made.fly(replace(navigation, attitudes=replace(
        attitudes, heading_deg=np.radians(attitudes.heading_deg))))  # fmt: skip
    assert "multiply roll, pitch and heading by 180/pi" in made.georeference(cube, *level).err


def test_a_camera_or_times_of_another_cube_are_refused(files, cube_of) -> None:
    made = files(samples=31)
    level = ("--ground-altitude-m", "99.5", "--geoid", "47.5")
    said = made.georeference(cube_of(ground()), *level)
    assert said.code == 13
    assert "has 32 samples and the camera 31" in said.err
    made = files()
    write_line_times(made.folder / "times.csv", made.flight.time_s[:-1])
    assert "39 line times for a cube of 40 lines" in made.georeference(
        cube_of(ground()), *level).err  # fmt: skip


def test_only_our_own_older_result_is_replaced(files, cube_of) -> None:
    made, cube = files(), cube_of(ground())
    level = ("--ground-altitude-m", "99.5", "--geoid", "47.5", "-q")
    assert made.georeference(cube, *level).code == 0
    assert "is not empty" in made.georeference(cube, *level).err
    assert made.georeference(cube, *level, "--overwrite").code == 0
    (made.folder / "geometry" / "notes.txt").write_text("mine")
    said = made.georeference(cube, *level, "--overwrite")
    assert said.code == 40
    assert "also holds notes.txt" in said.err


def blank_cube(lines: int, samples: int, start_utc: datetime) -> Cube:
    bands = SpectralBands(np.array([10.0]), np.array([0.1]))
    values = np.ones((lines, samples, 1), np.float32)
    return Cube("blank", values.shape, bands, np.ones(1, bool), ArrayLines(values),
                start_utc=start_utc)  # fmt: skip


def test_clocks_add_up(files) -> None:
    """Rationale: half a second is 3.6 m here, and either sign of an offset looks sensible.

    The cube says that it began at the flight's 1.25 s; its lines are 0.02 s apart, its clock is
    0.25 s ahead of the navigation's. Expected: the places of lines that began at 1.0 s.
    """
    made = files()
    level = cathartes.GeoreferenceSettings(ground_altitude_m=GROUND_M + GEOID_M)
    cube = blank_cube(40, 32, START + timedelta(seconds=1.25))
    camera = (made.folder / "camera.toml").read_text().replace(
        "time_offset_s = 0.0", "time_offset_s = -0.25\nline_period_s = 0.02")  # fmt: skip
    (made.folder / "ahead.toml").write_text(camera)
    nav = made.folder / "nav.csv"
    cathartes.georeference(
        cube,
        nav,
        made.folder / "camera.toml",
        made.folder / "listed",
        line_times=made.folder / "times.csv",
        settings=level,
        geoid=GEOID_M,
    )
    cathartes.georeference(
        cube,
        nav,
        made.folder / "ahead.toml",
        made.folder / "counted",
        settings=level,
        geoid=GEOID_M,
    )
    write_line_times(made.folder / "times.csv", made.flight.time_s + 0.25)
    cathartes.georeference(
        cube,
        nav,
        made.folder / "ahead.toml",
        made.folder / "shifted",
        line_times=made.folder / "times.csv",
        settings=level,
        geoid=GEOID_M,
    )
    listed, *others = (
        read_igm(made.folder / name / "igm", (40, 32)) for name in ("listed", "counted", "shifted")
    )
    for other in others:
        np.testing.assert_allclose(other.latitude_deg, listed.latitude_deg, rtol=0, atol=1e-9)
        np.testing.assert_allclose(other.longitude_deg, listed.longitude_deg, rtol=0, atol=1e-9)


def test_a_real_navigation_file_to_a_geometry_folder(data_dir: Path, tmp_path: Path) -> None:
    """Expected: AVIRIS-NG's swath of 598 pixels of 19.8 m on the ellipsoid, from 19.8 km up.

    The first line is taken 300 s after the file's first record, in lines of its own period; the
    ground is level, since the set holds none.
    """
    folder = data_dir / "avng_nav"
    if not folder.is_dir():
        pytest.skip("avng_nav is not in the real data")
    look = np.fromfile(folder / "avng_er2_2017_camera_cal3_2017_03_23_15_19_17", "<f8")
    period_s = 0.092873
    summary = cathartes.georeference(
        blank_cube(300, 598, datetime(2017, 3, 23, 20, 27, 44, tzinfo=UTC)),
        folder / "ang20170323t202244_eph_att",
        Camera(look.reshape(598, 3), line_period_s=period_s),
        tmp_path / "geometry",
        settings=cathartes.GeoreferenceSettings(
            navigation_heights=HeightReference.ELLIPSOID, gps_week=1941, ground_altitude_m=0.0
        ),
    )  # fmt: skip
    assert summary.pixels_without_position == 0
    assert summary.pixel_across_m == pytest.approx(19.8, rel=0.02)
    assert summary.above_ground_m == pytest.approx(19_800, rel=0.01)
    igm = read_igm(tmp_path / "geometry" / "igm", (300, 598))
    ends = igm.longitude_deg[:, [0, -1]], igm.latitude_deg[:, [0, -1]]
    swath_m = GEOD.inv(ends[0][:, 0], ends[1][:, 0], ends[0][:, 1], ends[1][:, 1])[2]
    assert np.median(swath_m) == pytest.approx(11_800, rel=0.01)
