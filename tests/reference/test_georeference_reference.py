"""Direct georeferencing against geometry in closed form, simple twins, and a real flight."""

from pathlib import Path

import numpy as np
import pytest
from pyproj import Transformer

from cathartes.scenes.geometry import MapGrid
from cathartes.scenes.georeference.camera import Camera, MountingSd
from cathartes.scenes.georeference.frames import local_to_earth, to_earth_m, to_geodetic
from cathartes.scenes.georeference.intersection import first_hit_m
from cathartes.scenes.georeference.navigation import Attitudes, Navigation, Track
from cathartes.scenes.georeference.navigation_file import read_navigation
from cathartes.scenes.georeference.position_sd import estimate_position_sd
from cathartes.scenes.georeference.pushbroom import points_at, to_ground, to_pixel
from cathartes.scenes.georeference.terrain import HeightGrid, LevelGround
from cathartes.scenes.igm import IgmGeometry
from effort import effort
from made_up_flights import GEOD, Flight, line_camera, straight_flight

SEMI_MAJOR_M, FLATTENING = 6378137.0, 1 / 298.257223563
LON, LAT = 8.0, 50.0


def geocentric(lon, lat, height):
    """Return geocentric positions by the textbook formula, not PROJ's."""
    lon, lat = np.radians(lon), np.radians(lat)
    e2 = FLATTENING * (2 - FLATTENING)
    n = SEMI_MAJOR_M / np.sqrt(1 - e2 * np.sin(lat) ** 2)
    return np.stack([(n + height) * np.cos(lat) * np.cos(lon),
                     (n + height) * np.cos(lat) * np.sin(lon),
                     (n * (1 - e2) + height) * np.sin(lat)], axis=-1)  # fmt: skip


def up(lon, lat):
    """Return the ellipsoid's outward normal."""
    lon, lat = np.radians(lon), np.radians(lat)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)


def plane_as_grid(normal: np.ndarray, point: np.ndarray, half: int = 200) -> HeightGrid:
    """Return a plane in space as heights above the ellipsoid, each exact at its cell's centre."""
    step_lon, step_lat = 4e-5, 3e-5
    lon = LON + step_lon * np.arange(-half, half + 1)
    lat = LAT + step_lat * np.arange(half, -half - 1, -1)
    lon, lat = np.meshgrid(lon, lat)
    height = (normal @ point - geocentric(lon, lat, 0.0) @ normal) / (up(lon, lat) @ normal)
    corner = LON - step_lon * (half + 0.5), LAT + step_lat * (half + 0.5)
    transform = (step_lon, 0.0, corner[0], 0.0, -step_lat, corner[1])
    return HeightGrid(MapGrid(transform, "EPSG:4326", lon.shape), height)


@pytest.mark.parametrize(("slope_deg", "downhill_deg"), [(0, 0), (10, 40), (25, 200), (25, 310)])
def test_tilted_planes_to_a_centimetre(slope_deg: float, downhill_deg: float) -> None:
    """Rationale: frames, rotations and the search for the ground in one, against a division.

    A plane through (8 E, 50 N, 100 m); a camera 500 m above it that rolls, pitches and crabs.
    Expected: X = C + d n.(Q - C) / n.d, geocentric by the textbook. Tolerance: the asked 1 cm;
    between cells of 3 m the plane's heights are straight to 1e-6 m.
    """
    flight = straight_flight(n_lines=60, sway_deg=4.0, crab_deg=7.0, altitude_m=600.0)
    camera = line_camera(boresight_deg=(1.0, -2.0, 3.0), lever_arm_m=(1.0, 0.5, -0.3))
    poses = flight.poses(camera)
    tilt, way = np.radians(slope_deg), np.radians(downhill_deg)
    lean = (np.sin(tilt) * np.cos(way), np.sin(tilt) * np.sin(way), -np.cos(tilt))
    normal = local_to_earth(LON, LAT) @ np.array(lean)
    point = geocentric(LON, LAT, 100.0)
    ours = to_ground(poses, camera.look_in_body(), plane_as_grid(normal, point))
    direction = np.einsum("lij,sj->lsi", poses.body_to_earth, camera.look_in_body())
    origin = poses.camera_m[:, None]
    along = ((point - origin) @ normal) / (direction @ normal)
    expected = origin + along[..., None] * direction
    found = geocentric(ours.longitude_deg, ours.latitude_deg, ours.altitude_m)
    assert np.isfinite(found).all()
    assert np.linalg.norm(found - expected, axis=-1).max() < 0.01


def test_a_terrain_on_a_map_projection_is_the_same_ground() -> None:
    """Rationale: terrain mostly comes in UTM, turned against north and scaled; here zone 31, whose
    middle is 5 degrees away: convergence 3.8 degrees.

    Expected: the places on the same plane tabulated in degrees, to 1 cm.
    """
    flight = straight_flight(n_lines=30, sway_deg=2.0, altitude_m=600.0)
    camera = line_camera()
    poses = flight.poses(camera)
    lean = np.radians(20.0)
    normal = local_to_earth(LON, LAT) @ np.array([np.sin(lean), 0.0, -np.cos(lean)])
    point = geocentric(LON, LAT, 100.0)
    to_map = Transformer.from_crs(4326, 32631, always_xy=True)
    x0, y0 = (round(v) for v in to_map.transform(LON, LAT))
    x, y = np.meshgrid(x0 + 5.0 * np.arange(-150, 151), y0 + 5.0 * np.arange(150, -151, -1))
    lon, lat = to_map.transform(x, y, direction="INVERSE")
    height = (normal @ point - geocentric(lon, lat, 0.0) @ normal) / (up(lon, lat) @ normal)
    transform = (5.0, 0.0, x0 - 752.5, 0.0, -5.0, y0 + 752.5)
    on_map = HeightGrid(MapGrid(transform, "EPSG:32631", x.shape), height)
    assert on_map.posting_m == pytest.approx(5.0, rel=0.01)
    one, other = (
        to_ground(poses, camera.look_in_body(), terrain)
        for terrain in (on_map, plane_as_grid(normal, point))
    )
    apart = geocentric(one.longitude_deg, one.latitude_deg, one.altitude_m) - geocentric(
        other.longitude_deg, other.latitude_deg, other.altitude_m
    )
    assert np.linalg.norm(apart, axis=-1).max() < 0.01


def test_flat_earth_to_a_centimetre() -> None:
    """Rationale: the first check that anybody makes with a pencil.

    Expected, 300 m above level ground, heading east, level: sample j lies H tan(theta_j) to the
    right, south. The Earth's curvature lowers the ground by y^2 / 2R = 0.3 mm at the swath's edge
    of 71 m, and narrows its places by H/R = 5e-5 of y, 3.3 mm.
    """
    flight = straight_flight(n_lines=20, track_deg=90.0, altitude_m=300.0)
    camera = line_camera()
    points = to_ground(flight.poses(camera), camera.look_in_body(), LevelGround(0.0))
    lon, lat, _ = to_geodetic(flight.poses(camera).camera_m)
    tangent = camera.look[:, 1] / camera.look[:, 2]
    for line in (0, 19):
        n = tangent.size
        azimuth, _, distance = GEOD.inv(
            np.full(n, lon[line]), np.full(n, lat[line]),
            points.longitude_deg[line], points.latitude_deg[line],
        )  # fmt: skip
        south = -distance * np.cos(np.radians(azimuth))
        east = distance * np.sin(np.radians(azimuth))
        np.testing.assert_allclose(south, 300.0 * tangent, atol=0.01)
        np.testing.assert_allclose(east, 0.0, atol=0.01)


@pytest.mark.parametrize(
    ("attitude", "north_m", "east_m"),
    [((5.0, 0.0, 0.0), 0.0, -1.0), ((0.0, 5.0, 0.0), 1.0, 0.0), ((5.0, 0.0, 90.0), 1.0, 0.0),
     ((0.0, 5.0, 90.0), 0.0, 1.0)],
)  # fmt: skip
def test_where_the_middle_looks_when_the_aircraft_leans(attitude, north_m, east_m) -> None:
    """Rationale: a sign that is wrong twice passes every round trip.

    Expected: right wing down, the belly looks left; nose up, it looks ahead: H tan 5 deg away.
    """
    track = straight_flight(speed_m_s=1e-6).navigation.track
    n = track.time_s.size
    attitudes = Attitudes(track.time_s, *(np.full(n, angle) for angle in attitude))
    flight = Flight(Navigation(straight_flight().navigation.start_utc, track, attitudes),
                    np.array([2.0, 3.0]))  # fmt: skip
    camera = line_camera(n_samples=3)
    poses = flight.poses(camera, max_attitude_gap_s=1.0)
    points = to_ground(poses, camera.look_in_body(), LevelGround(0.0))
    azimuth, _, distance = GEOD.inv(LON, LAT, points.longitude_deg[0, 1], points.latitude_deg[0, 1])
    reach = 500.0 * np.tan(np.radians(5.0))
    north, east = distance * np.cos(np.radians(azimuth)), distance * np.sin(np.radians(azimuth))
    np.testing.assert_allclose((north, east), (north_m * reach, east_m * reach), atol=0.01)


def rough_hills(seed: int, relief_m: float = 150.0) -> HeightGrid:
    """Return hills of 100 m wavelength on cells of 10 m."""
    generator = np.random.default_rng(seed)
    y, x = np.indices((160, 160))
    z = sum(
        generator.normal() * np.sin(2 * np.pi * (x * np.cos(a) + y * np.sin(a)) / w + p)
        for a, w, p in zip(generator.uniform(0, np.pi, 8), generator.uniform(10, 60, 8),
                           generator.uniform(0, 6, 8), strict=True)
    )  # fmt: skip
    height = 100.0 + relief_m * (z - z.min()) / np.ptp(z)
    step = 1.4e-4, 9e-5
    transform = (step[0], 0.0, LON - 80 * step[0], 0.0, -step[1], LAT + 80 * step[1])
    return HeightGrid(MapGrid(transform, "EPSG:4326", (160, 160)), height)


@pytest.mark.parametrize("seed", range(3))
def test_the_first_hill_hides_what_is_behind_it(seed: int) -> None:
    """Rationale: slant rays over rough ground meet it several times; only the first is seen.

    Expected: a slow twin that walks each ray in steps of 0.25 m.
    """
    terrain = rough_hills(seed)
    generator = np.random.default_rng(seed)
    n = 60
    lean = np.radians(generator.uniform(50, 78, n))
    way = generator.uniform(0, 2 * np.pi, n)
    local = np.column_stack([np.sin(lean) * np.cos(way), np.sin(lean) * np.sin(way), np.cos(lean)])
    direction = local @ local_to_earth(LON, LAT).T
    origin = np.broadcast_to(to_earth_m(LON, LAT, 270.0), (n, 3))
    found = first_hit_m(origin, direction, terrain)
    steps = np.arange(0.0, 900.0, 0.25)
    for ray in range(n):
        lon, lat, height = to_geodetic(origin[ray] + steps[:, None] * direction[ray])
        below = height < terrain.altitude_at(lon, lat)
        expected = steps[np.argmax(below)] if below.any() else np.nan
        if np.isnan(expected) or np.isnan(found[ray]):
            assert np.isnan(found[ray])
            assert np.isnan(expected)
        else:
            assert expected - 0.25 - 1e-6 <= found[ray] <= expected + 1e-6


def test_rays_that_meet_nothing_have_no_place() -> None:
    origin = np.broadcast_to(to_earth_m(LON, LAT, 270.0), (2, 3))
    down = local_to_earth(LON, LAT)[:, 2]
    assert np.isnan(first_hit_m(origin, np.stack([-down, -down]), LevelGround(0.0))).all()
    assert np.isnan(first_hit_m(origin, np.stack([down, down]), LevelGround(300.0))).all()
    beside = np.broadcast_to(to_earth_m(LON + 0.1, LAT, 270.0), (2, 3))
    assert np.isnan(first_hit_m(beside, np.stack([down, down]), rough_hills(0))).all()
    assert first_hit_m(np.empty((0, 3)), np.empty((0, 3)), LevelGround(0.0)).shape == (0,)


@pytest.mark.parametrize("sway_deg", [0.0, 0.4])
def test_from_pixel_to_ground_and_back(sway_deg: float) -> None:
    """Expected: the pixel that it was, within 0.1 pixel; here within 1e-6, over hills too."""
    flight = straight_flight(n_lines=150, sway_deg=sway_deg, altitude_m=700.0, crab_deg=5.0)
    camera = line_camera(boresight_deg=(1.0, 2.0, -3.0))
    look, terrain = camera.look_in_body(), rough_hills(1, relief_m=40.0)
    points = to_ground(flight.poses(camera), look, terrain)
    line, sample = np.indices(points.altitude_m.shape) + 0.5
    back = to_pixel(flight.poses(camera), look, *(getattr(points, n).ravel()
                                                  for n in points.__slots__))  # fmt: skip
    np.testing.assert_allclose(back[0].reshape(line.shape), line, atol=1e-6)
    np.testing.assert_allclose(back[1].reshape(line.shape), sample, atol=1e-6)
    at = points_at(
        flight.poses(camera), look, line[::9, ::7].ravel(), sample[::9, ::7].ravel(), terrain
    )
    lon, lat, _ = to_geodetic(at)
    np.testing.assert_allclose(lon, points.longitude_deg[::9, ::7].ravel(), atol=1e-10)
    np.testing.assert_allclose(lat, points.latitude_deg[::9, ::7].ravel(), atol=1e-10)


def test_places_beside_the_swath_have_no_pixel() -> None:
    flight, camera = straight_flight(track_deg=0.0), line_camera()
    behind_and_beside = np.array([LON, LON + 0.1]), np.array([LAT - 0.01, LAT + 0.0005])
    line, sample = to_pixel(
        flight.poses(camera), camera.look_in_body(), *behind_and_beside, np.zeros(2)
    )
    assert np.isnan(line).all()
    assert np.isnan(sample).all()


def test_position_sd_against_hundreds_of_wrong_flights() -> None:
    """Rationale: the derivation is ours, so it is judged by brute force.

    Each error is drawn on its own and the whole chain run with it, over a slope of 15 degrees.
    Expected: sample covariance of the places. Tolerance: three standard deviations of a standard
    deviation from so many draws, 8 % of 700 and 12 % of 300.
    """
    n, generator = effort(300, 700), np.random.default_rng(11)
    flight = straight_flight(n_lines=3, sway_deg=3.0, altitude_m=600.0, crab_deg=5.0)
    arm = (0.0, 0.0, 0.0)
    camera = line_camera(n_samples=5, ifov_mrad=120.0, lever_arm_m=arm, sd=MountingSd(
        boresight_deg=(0.05, 0.08, 0.3), timing_s=0.02, horizontal_m=0.4, vertical_m=0.8,
        attitude_deg=(0.1, 0.06, 0.25)))  # fmt: skip
    terrain_sd_m = 1.5
    lean = np.radians(15.0)
    normal = local_to_earth(LON, LAT) @ np.array([np.sin(lean), 0.0, -np.cos(lean)])
    terrain = plane_as_grid(normal, geocentric(LON, LAT, 100.0))
    poses = flight.poses(camera)
    points = to_ground(poses, camera.look_in_body(), terrain)
    sd = estimate_position_sd(poses, points, terrain, camera.sd, terrain_sd_m)
    nav, errors = flight.navigation, camera.sd
    found = []
    for _ in range(n):
        draw = generator.standard_normal
        off = draw(3) * (errors.horizontal_m, errors.horizontal_m, errors.vertical_m)
        track, attitudes = nav.track, nav.attitudes
        lon, lat, _ = to_geodetic(
            to_earth_m(track.longitude_deg, track.latitude_deg, track.altitude_m)
            + local_to_earth(LON, LAT) @ (off * (1, 1, 0))
        )
        angles = (getattr(attitudes, f"{name}_deg") + draw() * sd_deg for name, sd_deg in
                  zip(("roll", "pitch", "heading"), errors.attitude_deg, strict=True))  # fmt: skip
        wrong = Navigation(
            nav.start_utc,
            Track(track.time_s, lon, lat, track.altitude_m + off[2]),
            Attitudes(attitudes.time_s, *angles),
        )
        mount = camera.with_boresight(draw(3) * errors.boresight_deg)
        late = Flight(wrong, flight.time_s + draw() * errors.timing_s)
        ground = HeightGrid(terrain.grid, terrain.height_m + draw() * terrain_sd_m)
        some = to_ground(late.poses(mount), mount.look_in_body(), ground)
        found.append((some.latitude_deg, some.longitude_deg))
    lat, lon = np.moveaxis(np.array(found), 1, 0)
    north = np.radians(lat - points.latitude_deg) * 6.377e6 * 0.99966
    east = np.radians(lon - points.longitude_deg) * 6.391e6 * np.cos(np.radians(LAT))
    for estimate, errors_m in ((sd.north_m, north), (sd.east_m, east)):
        np.testing.assert_allclose(estimate, errors_m.std(axis=0), rtol=3 / np.sqrt(2 * n))
    together = [np.corrcoef(north[:, i, j], east[:, i, j])[0, 1] for i, j in np.ndindex(3, 5)]
    np.testing.assert_allclose(sd.correlation.ravel(), together, atol=3 / np.sqrt(n))
    assert (sd.largest_m >= np.maximum(sd.north_m, sd.east_m) - 1e-12).all()


def test_position_sd_by_hand() -> None:
    """Expected: 500 m above level ground, a roll of 0.1 deg moves the middle by 0.873 m across."""
    zero = (0.0, 0.0, 0.0)
    flight, camera = straight_flight(track_deg=0.0), line_camera(n_samples=3)
    terrain = LevelGround(0.0)
    poses = flight.poses(camera)
    points = to_ground(poses, camera.look_in_body(), terrain)
    mounting = MountingSd(zero, 0.0, 0.0, 0.0, (0.1, 0.0, 0.0))
    sd = estimate_position_sd(poses, points, terrain, mounting, 0.0)
    np.testing.assert_allclose(sd.east_m[:, 1], 500.0 * np.radians(0.1), rtol=1e-3)
    np.testing.assert_allclose(sd.north_m[:, 1], 0.0, atol=1e-3)
    late = MountingSd(zero, 0.1, 0.0, 0.0, zero)
    sd = estimate_position_sd(poses, points, terrain, late, 0.0)
    np.testing.assert_allclose(sd.north_m[:, 1], 2.0, rtol=1e-3)  # 20 m/s, 0.1 s


@pytest.fixture(scope="module")
def avng(data_dir: Path):
    """Return poses and camera of lines 3000 to 4000 of AVIRIS-NG's ang20170323t202244."""
    folder = data_dir / "avng_nav"
    if not folder.is_dir():
        pytest.skip("avng_nav is not in the real data")
    navigation = read_navigation(folder / "ang20170323t202244_eph_att", 1941).navigation
    look = np.fromfile(folder / "avng_er2_2017_camera_cal3_2017_03_23_15_19_17", "<f8")
    camera = Camera(look.reshape(598, 3))
    return Flight(navigation, navigation.track.time_s[3000:4000]).poses(camera), camera


def test_avng_swath_and_pixel(avng) -> None:
    """Expected, on the ellipsoid: swath 11.8 km, pixel (swath over 598) 19.8 m, of data/README.md.

    Tolerance: 1 %; the ground's height, which the set does not hold, takes off 0.8 % for 150 m.
    """
    poses, camera = avng
    points = to_ground(poses, camera.look_in_body(), LevelGround(0.0))
    swath_m = GEOD.inv(points.longitude_deg[:, 0], points.latitude_deg[:, 0],
                       points.longitude_deg[:, -1], points.latitude_deg[:, -1])[2]  # fmt: skip
    assert np.median(swath_m) == pytest.approx(11_800, rel=0.01)
    assert np.median(swath_m) / 598 == pytest.approx(19.8, rel=0.01)
    # Flown north, with the ER-2's camera: the first sample looks left.
    assert points.longitude_deg[0, 0] < points.longitude_deg[0, -1]


def test_avng_from_ground_to_pixel_to_ground(avng) -> None:
    """Expected: within 0.1 pixel, for all; where the swath sways over a place twice, the pixel
    found may be the other one that saw it."""
    poses, camera = avng
    look, terrain = camera.look_in_body(), LevelGround(150.0)
    points = to_ground(poses, look, terrain)
    chosen = np.random.default_rng(3).integers(20, 980, 5000), np.arange(5000) % 598
    places = [getattr(points, name)[chosen] for name in points.__slots__]
    line, sample = to_pixel(poses, look, *places)
    inside = np.isfinite(line) & (sample >= 0.5) & (sample <= 597.5)
    assert inside.mean() > 0.995
    back = points_at(poses, look, line[inside], sample[inside], terrain)
    off_m = np.linalg.norm(back - to_earth_m(*places)[inside], axis=1)
    assert off_m.max() < 0.1 * 19.8
    same = np.hypot(line - chosen[0] - 0.5, sample - chosen[1] - 0.5) < 0.1
    assert same.mean() > 0.95


def test_the_map_grid_shows_the_nearest_pixel(avng) -> None:
    """Expected: median distance from a cell to its pixel at most half a pixel."""
    poses, camera = avng
    points = to_ground(poses.select(slice(0, 200)), camera.look_in_body(), LevelGround(150.0))
    igm = IgmGeometry(points.longitude_deg, points.latitude_deg)
    index = igm.map_index()
    longitude = index.resample(points.longitude_deg.astype(np.float32))
    assert np.isfinite(longitude).sum() == (index.line >= 0).sum()
    a, _, c0, _, e, f0 = index.grid.transform
    y, x = np.nonzero(index.line >= 0)
    east, north = Transformer.from_crs(4326, index.grid.crs, always_xy=True).transform(
        points.longitude_deg[index.line[y, x], index.sample[y, x]],
        points.latitude_deg[index.line[y, x], index.sample[y, x]],
    )
    off_m = np.hypot(east - (a * (x + 0.5) + c0), north - (e * (y + 0.5) + f0))
    assert np.median(off_m) < 0.5 * igm.pixel_size_m()
