"""How true georeferencing is: closed forms, a real flight, EMIT's table, two lines' boresight.

The made-up flights are those of the tests. Real data lie where CATHARTES_DATA says.
"""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np

from cathartes.scenes.geometry import MapGrid, MapIndex, lon_lat_transformer
from cathartes.scenes.georeference.boresight import estimate_boresight
from cathartes.scenes.georeference.camera import Camera
from cathartes.scenes.georeference.frames import local_to_earth, to_earth_m
from cathartes.scenes.georeference.matching import SeenLine, find_tie_points
from cathartes.scenes.georeference.navigation_file import read_navigation
from cathartes.scenes.georeference.pushbroom import points_at, to_ground, to_pixel
from cathartes.scenes.georeference.terrain import HeightGrid, LevelGround
from cathartes.scenes.glt import aligned_to_centres, index_from_table
from cathartes.scenes.igm import IgmGeometry
from real_data import data_folder

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from made_up_flights import GEOD, Flight, line_camera, straight_flight, texture

LON, LAT = 8.0, 50.0
TRUE_DEG = (0.35, -0.2, 0.4)
N_TRIALS = 10


def plane_as_grid(normal: np.ndarray, point: np.ndarray) -> HeightGrid:
    """Return a plane in space as heights above the ellipsoid, exact at cells' centres."""
    step_lon, step_lat, half = 4e-5, 3e-5, 200
    lon, lat = np.meshgrid(
        LON + step_lon * np.arange(-half, half + 1), LAT + step_lat * np.arange(half, -half - 1, -1)
    )
    foot, up = to_earth_m(lon, lat, 0.0), -local_to_earth(lon, lat)[..., 2]
    height = (normal @ point - foot @ normal) / (up @ normal)
    corner = LON - step_lon * (half + 0.5), LAT + step_lat * (half + 0.5)
    transform = (step_lon, 0.0, corner[0], 0.0, -step_lat, corner[1])
    return HeightGrid(MapGrid(transform, "EPSG:4326", lon.shape), height)


def closed_forms() -> None:
    """Print how far places are from a ray's division by a plane."""
    flight = straight_flight(n_lines=60, sway_deg=4.0, crab_deg=7.0, altitude_m=600.0)
    camera = line_camera(boresight_deg=(1.0, -2.0, 3.0), lever_arm_m=(1.0, 0.5, -0.3))
    poses, look = flight.poses(camera), camera.look_in_body()
    point = to_earth_m(LON, LAT, 100.0)
    for slope_deg in (0.0, 10.0, 25.0):
        lean, way = np.radians(slope_deg), np.radians(200.0)
        local = (np.sin(lean) * np.cos(way), np.sin(lean) * np.sin(way), -np.cos(lean))
        normal = local_to_earth(LON, LAT) @ np.array(local)
        ours = to_ground(poses, look, plane_as_grid(normal, point))
        direction = np.einsum("lij,sj->lsi", poses.body_to_earth, look)
        origin = poses.camera_m[:, None]
        along = ((point - origin) @ normal) / (direction @ normal)
        found = to_earth_m(ours.longitude_deg, ours.latitude_deg, ours.altitude_m)
        off = np.linalg.norm(found - origin - along[..., None] * direction, axis=-1)
        print(f"plane, {slope_deg:2.0f} deg: largest error {off.max() * 1e3:.3f} mm (asked 10 mm)")


def real_flight(data: Path) -> None:
    """Print swath, pixel and round trip of an AVIRIS-NG flight line."""
    folder = data / "avng_nav"
    navigation = read_navigation(folder / "ang20170323t202244_eph_att", 1941).navigation
    look = np.fromfile(folder / "avng_er2_2017_camera_cal3_2017_03_23_15_19_17", "<f8")
    camera = Camera(look.reshape(598, 3))
    poses = Flight(navigation, navigation.track.time_s[1000:3000]).poses(camera)
    began_s = time.process_time()
    points = to_ground(poses, camera.look, LevelGround(0.0))
    spent_s = time.process_time() - began_s
    ends = [values[:, [0, -1]] for values in (points.longitude_deg, points.latitude_deg)]
    swath_m = float(np.median(_distance(ends)))
    print(f"AVIRIS-NG on the ellipsoid: swath {swath_m / 1e3:.2f} km (11.8), "
          f"pixel {swath_m / 598:.2f} m (19.8)")  # fmt: skip
    n = 20_000
    chosen = np.random.default_rng(3).integers(20, 1980, n), np.arange(n) % 598
    places = [getattr(points, name)[chosen] for name in points.__slots__]
    line, sample = to_pixel(poses, camera.look, *places)
    inside = (sample >= 0.5) & (sample <= 597.5)
    back = points_at(poses, camera.look, line[inside], sample[inside], LevelGround(0.0))
    off_px = np.linalg.norm(back - to_earth_m(*places)[inside], axis=1) / (swath_m / 598)
    same = np.hypot(line - chosen[0] - 0.5, sample - chosen[1] - 0.5) < 0.1
    print(f"ground to pixel to ground: at most {off_px.max():.4f} pixels (asked 0.1)")
    print(f"pixel to ground to pixel: {same.mean():.1%} the same one within 0.1 pixel, the others "
          "another one that saw the place")  # fmt: skip
    print(f"{spent_s / points.altitude_m.size * 1e6:.2f} us a pixel on level ground")


def _distance(ends: list[np.ndarray]) -> np.ndarray:
    lon, lat = ends
    return np.asarray(GEOD.inv(lon[:, 0], lat[:, 0], lon[:, 1], lat[:, 1])[2])


def emit_table(data: Path) -> None:
    """Print how far EMIT's table's cells lie from the pixels that they show."""
    with h5py.File(data / "emit_geometry" / "EMIT_L1B_OBS_georeader.nc") as file:
        igm = IgmGeometry(file["location/lon"][:], file["location/lat"][:])
        c0, a, b, f0, d, e = (float(v) for v in file.attrs["geotransform"])
        table = file["location/glt_x"][:], file["location/glt_y"][:]
    grid = MapGrid((a, b, c0, d, e, f0), "EPSG:4326", table[0].shape)
    index = index_from_table(*table, grid, igm.shape)
    moved = aligned_to_centres(index, igm)
    for name, which in (("as the file says", index), ("on its own pixels", moved),
                        ("our own grid", igm.map_index())):  # fmt: skip
        print(f"EMIT's GLT, {name}: median {_off_cells_m(which, igm):.1f} m (asked 30)")
    off = [(new - old) / size for new, old, size in zip(
        moved.grid.transform[2::3], grid.transform[2::3], (a, e), strict=True)]  # fmt: skip
    print(f"its grid was moved by {off[0]:.2f} cells in x, {off[1]:.2f} in y")


def _off_cells_m(index: MapIndex, igm: IgmGeometry) -> float:
    y, x = np.nonzero(index.line >= 0)
    a, b, c0, d, e, f0 = index.grid.transform
    lon, lat = lon_lat_transformer(index.grid.crs).transform(
        a * (x + 0.5) + b * (y + 0.5) + c0, d * (x + 0.5) + e * (y + 0.5) + f0
    )
    pixel = index.line[y, x], index.sample[y, x]
    return float(
        np.median(GEOD.inv(lon, lat, igm.longitude_deg[pixel], igm.latitude_deg[pixel])[2])
    )


def pairs() -> Iterator[tuple[str, Flight, Flight]]:
    """Yield pairs of lines 400 m above the ground, 450 lines of 1 m, 160 samples of 1.2 m."""
    common = {"n_lines": 450, "sway_deg": 0.5}

    def at(azimuth_deg: float, distance_m: float, lon: float = LON, lat: float = LAT) -> dict:
        lon, lat, _ = GEOD.fwd(lon, lat, azimuth_deg, distance_m)
        return {"longitude_deg": lon, "latitude_deg": lat}

    north = straight_flight(track_deg=0.0, **common)
    middle = at(0.0, 225.0)
    across = at(270.0, 225.0, *middle.values())
    yield "crossing", north, straight_flight(track_deg=90.0, **across, **common)
    yield "opposite, one track", north, straight_flight(track_deg=180.0, **at(0.0, 450.0), **common)
    beside = straight_flight(track_deg=0.0, **at(90.0, 90.0), **common)
    yield "side by side", north, beside
    yield "one line twice", north, north


def boresight() -> None:
    """Print the error of estimated angles in their own standard deviations, and what is refused."""
    ground, start = LevelGround(100.0), line_camera(160, 3.0)
    print(f"boresight, true {TRUE_DEG} deg from 0; {N_TRIALS} trials; noise 0.3 of the contrast")
    for name, *flights in pairs():
        ratios, sds, refused, errors = [], [], [], []
        for trial in range(N_TRIALS):
            lines = [
                _seen(flight, start, ground, 2 * trial + k) for k, flight in enumerate(flights)
            ]
            ties = find_tie_points(*lines, start.look_in_body(), ground, 1.2)
            found = estimate_boresight(start, lines[0].poses, lines[1].poses, ties, ground)
            error = np.where(found.determined, found.boresight_deg - TRUE_DEG, np.nan)
            errors.append(error)
            ratios.append(error / found.sd_deg)
            sds.append(found.sd_deg)
            refused.append(~found.determined)
        words = []
        for k, angle in enumerate(("roll", "pitch", "yaw")):
            share = np.mean([r[k] for r in refused])
            told = [i for i in range(N_TRIALS) if not refused[i][k]]
            sd = np.median([s[k] for s in sds])
            text = f"{angle} sd {sd:.3f} deg"
            if told:
                rms = np.sqrt(np.mean([ratios[i][k] ** 2 for i in told]))
                worst = max(abs(errors[i][k]) for i in told)
                text += f", error/sd {rms:.2f}, worst {worst:.3f} deg"
            words.append(text + (f", refused {share:.0%}" if share else ""))
        print(f"  {name}: " + "; ".join(words))


def _seen(flight: Flight, camera: Camera, ground: LevelGround, seed: int) -> SeenLine:
    poses = flight.poses(camera)
    points = to_ground(poses, camera.with_boresight(TRUE_DEG).look_in_body(), ground)
    image = texture(points.longitude_deg, points.latitude_deg, seed // 2)
    noise = np.random.default_rng(1000 + seed).standard_normal(image.shape)
    return SeenLine(poses, image + 0.3 * image.std() * noise)


def main() -> None:
    """Print every figure of docs/explanation/georeferencing.md."""
    closed_forms()
    real_flight(data_folder("avng_nav"))
    emit_table(data_folder("emit_geometry"))
    boresight()


if __name__ == "__main__":
    main()
