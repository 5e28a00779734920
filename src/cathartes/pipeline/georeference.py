"""From a cube, its navigation and its camera to where each pixel lies: a folder of geometry."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import HeaderError, InputError, SettingsError
from cathartes.pipeline.clock import StageClock
from cathartes.pipeline.flight_terrain import read_geoid, read_terrain
from cathartes.pipeline.progress import Progress, SilentProgress
from cathartes.products.folder import OutputFolder
from cathartes.products.geometry_folder import (
    GEOMETRY_FOLDER,
    GeometrySummary,
    write_geometry,
    write_map_cube,
)
from cathartes.scenes.cube import Cube
from cathartes.scenes.georeference.camera import Camera
from cathartes.scenes.georeference.camera_file import read_camera
from cathartes.scenes.georeference.frames import to_geodetic
from cathartes.scenes.georeference.heights import (
    HeightReference,
    chosen_reference,
    navigation_on_ellipsoid,
)
from cathartes.scenes.georeference.navigation import LinePoses, Navigation
from cathartes.scenes.georeference.navigation_file import read_line_times, read_navigation
from cathartes.scenes.georeference.plausibility import (
    check_above_ground,
    check_navigation,
    clock_hint,
)
from cathartes.scenes.georeference.position_sd import (
    PositionSd,
    estimate_position_sd,
    unstated,
)
from cathartes.scenes.georeference.pushbroom import GroundPoints, to_ground
from cathartes.scenes.georeference.terrain import Terrain
from cathartes.scenes.igm import IgmGeometry
from cathartes.scenes.open import OpenOptions, open_cube


@dataclass(frozen=True, slots=True)
class GeoreferenceSettings:
    """Everything that georeferencing may be told; the only place of these defaults.

    Attributes
    ----------
    navigation_heights, dem_heights
        What heights are measured from, where the files do not say. There is no default.
    ground_altitude_m : [m]
        Of level ground above the ellipsoid, where there is no DEM. There is no default.
    dem_sd_m : [m]
        Standard deviation of the ground's heights; None if not known.
    max_position_gap_s, max_attitude_gap_s : [s]
        Lines in longer gaps of the navigation get no position.
    expected_above_ground_m, above_ground_tolerance_m : [m]
        Height above the ground as planned, and how far from it the flight may be; None checks
        nothing but that it is above.
    gps_week
        For navigation whose clock is the GPS second of the week.
    map_cube
        Write the cube on the map grid too.
    overwrite
        Replace an older result in the output folder.
    """

    navigation_heights: HeightReference | None = None
    dem_heights: HeightReference | None = None
    ground_altitude_m: float | None = None
    dem_sd_m: float | None = None
    max_position_gap_s: float = 1.0
    max_attitude_gap_s: float = 0.25
    expected_above_ground_m: float | None = None
    above_ground_tolerance_m: float = 20.0
    gps_week: int | None = None
    map_cube: bool = False
    overwrite: bool = False

    def __post_init__(self) -> None:
        if min(self.max_position_gap_s, self.max_attitude_gap_s) <= 0:
            raise SettingsError(
                f"longest gaps of {self.max_position_gap_s:g} s (positions) and "
                f"{self.max_attitude_gap_s:g} s (attitudes); both must be positive."
            )
        if self.above_ground_tolerance_m <= 0 or (self.dem_sd_m or 0.0) < 0:
            raise SettingsError(
                f"above_ground_tolerance_m is {self.above_ground_tolerance_m:g} and dem_sd_m "
                f"{self.dem_sd_m}; the first must be positive, the second not negative."
            )


def georeference(
    cube: str | Path | Cube,
    navigation: str | Path,
    camera: str | Path | Camera,
    out: str | Path,
    *,
    dem: str | Path | None = None,
    geoid: float | str | Path | None = None,
    line_times: str | Path | None = None,
    settings: GeoreferenceSettings | None = None,
    options: OpenOptions | None = None,
    progress: Progress | None = None,
) -> GeometrySummary:
    """Say where each pixel of a pushbroom cube lies, and write it into a folder.

    Parameters
    ----------
    cube
        A cube, or the file of one; its radiance is read for a map cube alone.
    navigation
        CSV file, or AVIRIS-NG's in ENVI (docs/reference/georeferencing-files.md).
    camera
        A camera, or its TOML file.
    out
        Folder for the IGM, the GLT, and how sure the positions are.
    dem
        GeoTIFF of the ground's heights; None takes level ground, settings say how high.
    geoid
        Its height above the ellipsoid [m], or a GeoTIFF of it; needed where heights are above the
        sea.
    line_times
        CSV file with each line's time; None takes the cube's start and the camera's line period.
    settings, options
        How to, and how to open the cube; defaults if None.
    progress
        Who watches; nobody if None.

    Returns
    -------
    What `georeference.json` says.

    Raises
    ------
    CathartesError
        With what was found, what is needed and what to do.
    """
    given = settings or GeoreferenceSettings()
    with StageClock(progress or SilentProgress()) as clock:
        clock.tick("open", 0.0)
        opened = (
            cube if isinstance(cube, Cube) else open_cube(cube, options=options or OpenOptions())
        )
        lens = camera if isinstance(camera, Camera) else read_camera(Path(camera))
        _check_samples(opened, lens)
        flight, sea_level, given = _read_flight(Path(navigation), geoid, given)
        remarks = list(check_navigation(flight))
        times = None if line_times is None else read_line_times(Path(line_times))
        time_s = _line_times_s(opened, lens, flight, times)
        poses = flight.poses_at(
            time_s,
            np.array(lens.lever_arm_m),
            max_position_gap_s=given.max_position_gap_s,
            max_attitude_gap_s=given.max_attitude_gap_s,
        )
        remarks += _check_poses(poses, time_s, flight)
        look = lens.look_in_body()
        terrain, dem_heights = read_terrain(
            dem, given.ground_altitude_m, given.dem_heights, sea_level, poses, look
        )
        given = replace(given, dem_heights=dem_heights)
        above_m = _above_ground_m(poses, terrain)
        _check_height(above_m, given, poses, sea_level)
        with OutputFolder(Path(out), kind=GEOMETRY_FOLDER, overwrite=given.overwrite) as folder:
            points = to_ground(poses, look, terrain, clock.units("georeference", opened.n_lines))
            remarks += _check_points(poses, points)
            clock.tick("uncertainty", 0.0)
            sd, missing = _position_sd(poses, points, terrain, lens, given)
            if missing:
                remarks.append(
                    f"no position uncertainty: nobody stated the standard deviation of "
                    f"{', '.join(missing)}"
                )
            clock.tick("map", 0.0)
            igm = IgmGeometry(points.longitude_deg, points.latitude_deg)
            index = igm.map_index()
            if given.map_cube:
                clock.tick("map cube", 0.0)
                write_map_cube(folder, opened, index)
            clock.tick("write", 0.0)
            files = (*opened.paths, navigation, dem, line_times, camera, geoid)
            return write_geometry(
                folder,
                points,
                index,
                sd,
                GeometrySummary.of(
                    opened.name,
                    igm,
                    points,
                    sd,
                    inputs=_paths(files),
                    above_ground_m=above_m,
                    lines_without_pose=int((~poses.known).sum()),
                    geoid="" if geoid is None else str(geoid),
                    settings=given,
                    remarks=tuple(remarks),
                ),
            )


def _read_flight(
    path: Path, geoid: float | str | Path | None, settings: GeoreferenceSettings
) -> tuple[Navigation, Terrain | None, GeoreferenceSettings]:
    """Return the flight above the ellipsoid, the geoid, and what heights were measured from."""
    read = read_navigation(path, settings.gps_week)
    reference = chosen_reference(
        read.reference,
        settings.navigation_heights,
        path.name,
        "write '# altitude_reference = ellipsoid' (or sea) above its head, or give "
        "--navigation-heights",
    )
    sea_level = read_geoid(geoid, read.navigation)
    flight = navigation_on_ellipsoid(read.navigation, reference, sea_level)
    return flight, sea_level, replace(settings, navigation_heights=reference)


def _paths(files: Sequence[object]) -> tuple[Path, ...]:
    """Return the files among what was given, each once: a camera or a number is none."""
    paths = (Path(file) for file in files if isinstance(file, str | Path))
    return tuple(dict.fromkeys(path for path in paths if path.exists()))


def _check_samples(cube: Cube, camera: Camera) -> None:
    if camera.n_samples != cube.n_samples:
        raise HeaderError(
            f"cube {cube.name} has {cube.n_samples} samples and the camera {camera.n_samples}; "
            "both must be equal: give the camera of this cube, with binning and cropping as it is."
        )


def _line_times_s(
    cube: Cube, camera: Camera, navigation: Navigation, times: Sequence[datetime] | None
) -> NDArray[np.float64]:
    """Return the middle of each line's exposure on the navigation's clock, (line,) [s]."""
    if times is not None:
        if len(times) != cube.n_lines:
            raise InputError(
                f"{len(times)} line times for a cube of {cube.n_lines} lines; one a line is "
                "needed: give the times of this cube."
            )
        since = [(time - navigation.start_utc).total_seconds() for time in times]
        return np.array(since) + camera.time_offset_s
    if cube.start_utc is None or camera.line_period_s is None:
        missing = [
            text
            for text, lacks in (
                ("the cube has no acquisition time", cube.start_utc is None),
                ("the camera file has no line_period_s", camera.line_period_s is None),
            )
            if lacks
        ]
        raise InputError(
            f"nothing says when each line was taken: {' and '.join(missing)}; give --line-times, "
            "or add what is missing."
        )
    start_s = (cube.start_utc - navigation.start_utc).total_seconds()
    middle = (np.arange(cube.n_lines) + 0.5) * camera.line_period_s
    return np.asarray(start_s + middle + camera.time_offset_s)


def _check_poses(
    poses: LinePoses, time_s: NDArray[np.float64], navigation: Navigation
) -> tuple[str, ...]:
    """Return a remark on lines without a pose.

    Raises
    ------
    InputError
        If no line has one.
    """
    first_s, last_s = navigation.interval_s
    if not poses.known.any():
        start, stop, since, until = (
            navigation.utc_at(float(t)).isoformat()
            for t in (time_s[0], time_s[-1], first_s, last_s)
        )
        raise InputError(
            f"no line lies inside the navigation: lines are of {start} to {stop} (camera's times, "
            f"time_offset_s added), the navigation of {since} to {until}. "
            + clock_hint(float(first_s - time_s[0]), float(time_s[-1] - last_s))
        )
    lost = np.flatnonzero(~poses.known)
    if not lost.size:
        return ()
    outside = int(((time_s < first_s) | (time_s > last_s)).sum())
    parts = [
        f"{n} {text}"
        for n, text in (
            (outside, "outside the navigation's time"),
            (lost.size - outside, "in gaps of it too long to interpolate"),
        )
        if n
    ]
    remark = (
        f"{lost.size} of {time_s.size} lines have no position ({', '.join(parts)}), the first is "
        f"line {lost[0]}, the last {lost[-1]}, counted from 0"
    )
    return (remark,)


def _above_ground_m(poses: LinePoses, terrain: Terrain) -> float:
    """Return the median height of the camera above the ground below it, [m]; NaN if not known."""
    lon, lat, altitude = to_geodetic(poses.camera_m[poses.known])
    above = altitude - terrain.altitude_at(lon, lat)
    return float(np.nanmedian(above)) if np.isfinite(above).any() else float("nan")


def _check_height(
    above_m: float, settings: GeoreferenceSettings, poses: LinePoses, geoid: Terrain | None
) -> None:
    if above_m <= 0:
        raise InputError(
            f"the camera is {-above_m:.0f} m below the ground; check what the navigation's and the "
            "terrain's heights are measured from (ellipsoid or sea), and their units."
        )
    if settings.expected_above_ground_m is None:
        return
    lon, lat, _ = to_geodetic(poses.camera_m[poses.known][:1])
    check_above_ground(
        above_m,
        settings.expected_above_ground_m,
        settings.above_ground_tolerance_m,
        float("nan") if geoid is None else float(geoid.altitude_at(lon, lat)[0]),
    )


def _check_points(poses: LinePoses, points: GroundPoints) -> tuple[str, ...]:
    """Return a remark on pixels that do not meet known ground.

    Raises
    ------
    InputError
        If none does.
    """
    lost = ~np.isfinite(points.longitude_deg[poses.known])
    if lost.all():
        raise InputError(
            "no pixel looks at known ground: the DEM has no heights there, or the camera looks "
            "elsewhere; check the DEM's no-data areas, roll, pitch and boresight."
        )
    if not lost.any():
        return ()
    remark = (
        f"{lost.sum()} pixels ({lost.mean():.1%}) have no position: the DEM does not cover where "
        "they look"
    )
    return (remark,)


def _position_sd(
    poses: LinePoses,
    points: GroundPoints,
    terrain: Terrain,
    camera: Camera,
    settings: GeoreferenceSettings,
) -> tuple[PositionSd | None, tuple[str, ...]]:
    """Return how sure the positions are; or None, and whose standard deviation is not stated."""
    terrain_sd_m = np.nan if settings.dem_sd_m is None else settings.dem_sd_m
    missing = unstated(poses.select(poses.known), camera.sd, terrain_sd_m)
    if missing:
        return None, missing
    return estimate_position_sd(poses, points, terrain, camera.sd, terrain_sd_m), ()
