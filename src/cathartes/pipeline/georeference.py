"""From a cube, its navigation and its camera to where each pixel lies: a folder of geometry."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import isfinite, isnan
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import InputError, SettingsError
from cathartes.pipeline.clock import StageClock
from cathartes.pipeline.flight_terrain import read_terrain
from cathartes.pipeline.flown_line import FlownLine, fly_line
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
)
from cathartes.scenes.georeference.navigation import LinePoses
from cathartes.scenes.georeference.plausibility import (
    check_above_ground,
)
from cathartes.scenes.georeference.position_sd import (
    PositionSd,
    estimate_position_sd,
    unstated,
)
from cathartes.scenes.georeference.pushbroom import GroundPoints, to_ground
from cathartes.scenes.georeference.terrain import LevelGround, Terrain
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
        for name in self.__slots__:
            value = getattr(self, name)
            if isinstance(value, float) and not isfinite(value):
                raise SettingsError(f"{name} is {value:g}; a finite number is needed.")
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
    on_flown: Callable[[FlownLine], None] | None = None,
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
        flown = fly_line(
            opened,
            lens,
            Path(navigation),
            None if line_times is None else Path(line_times),
            geoid=geoid,
            heights=given.navigation_heights,
            gaps_s=(given.max_position_gap_s, given.max_attitude_gap_s),
            gps_week=given.gps_week,
        )
        if on_flown is not None:
            on_flown(flown)
        poses, sea_level, remarks = flown.poses, flown.geoid, list(flown.remarks)
        look = lens.look_in_body()
        terrain, dem_heights = read_terrain(
            dem, given.ground_altitude_m, given.dem_heights, sea_level, poses, look
        )
        given = replace(given, navigation_heights=flown.heights, dem_heights=dem_heights)
        above_m = _above_ground_m(poses, terrain)
        remarks += _check_height(above_m, given, poses, sea_level)
        with OutputFolder(Path(out), kind=GEOMETRY_FOLDER, overwrite=given.overwrite) as folder:
            points = to_ground(poses, look, terrain, clock.units("georeference", opened.n_lines))
            remarks += _check_points(poses, points, look, terrain)
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


def _paths(files: Sequence[object]) -> tuple[Path, ...]:
    """Return the files among what was given, each once: a camera or a number is none."""
    paths = (Path(file) for file in files if isinstance(file, str | Path))
    return tuple(dict.fromkeys(path for path in paths if path.exists()))


def _above_ground_m(poses: LinePoses, terrain: Terrain) -> float:
    """Return the median height of the camera above the ground below it, [m]; NaN if not known."""
    lon, lat, altitude = to_geodetic(poses.camera_m[poses.known])
    above = altitude - terrain.altitude_at(lon, lat)
    return float(np.nanmedian(above)) if np.isfinite(above).any() else float("nan")


def _check_height(
    above_m: float, settings: GeoreferenceSettings, poses: LinePoses, geoid: Terrain | None
) -> tuple[str, ...]:
    """Return a remark if the height above the ground can't be known.

    Raises
    ------
    InputError
        If it can't be right, or can't be known where it was to be checked.
    """
    if isnan(above_m):
        unknown = (
            "the DEM has no heights below the aircraft: its height above the ground is not known"
        )
        if settings.expected_above_ground_m is None:
            return (unknown,)
        raise InputError(
            f"{unknown}, and can't be compared with the {settings.expected_above_ground_m:.0f} m "
            "expected; give a DEM that reaches below the aircraft, or leave out "
            "--expected-above-ground-m."
        )
    if above_m <= 0:
        raise InputError(
            f"the camera is {abs(above_m):.1f} m below the ground; check what the navigation's and "
            "the terrain's heights are measured from (ellipsoid or sea), and their units."
        )
    if settings.expected_above_ground_m is None:
        return ()
    lon, lat, _ = to_geodetic(poses.camera_m[poses.known][:1])
    check_above_ground(
        above_m,
        settings.expected_above_ground_m,
        settings.above_ground_tolerance_m,
        float("nan") if geoid is None else float(geoid.altitude_at(lon, lat)[0]),
    )
    return ()


def _check_points(
    poses: LinePoses, points: GroundPoints, look: NDArray[np.float64], terrain: Terrain
) -> tuple[str, ...]:
    """Return remarks on pixels that do not meet known ground; ``look`` (sample, 3).

    Raises
    ------
    InputError
        If none does.
    """
    lost = ~np.isfinite(points.longitude_deg[poses.known])
    if not lost.any():
        return ()
    some = lost.any(axis=1)
    level = to_ground(
        poses.select(np.flatnonzero(poses.known)[some]), look, LevelGround(terrain.lowest_m)
    )
    n_up = int(np.isnan(level.longitude_deg).sum())
    if lost.all():
        raise InputError(
            "no pixel looks at the ground: all look above the horizon; check roll, pitch and "
            "boresight."
            if n_up == lost.size
            else "no pixel looks at known ground: the DEM has no heights there, or the camera "
            "looks elsewhere; check the DEM's no-data areas, roll, pitch and boresight."
        )
    told = (
        (n_up, "they look above the horizon; check roll, pitch and boresight"),
        (int(lost.sum()) - n_up, "the DEM does not cover where they look"),
    )
    return tuple(
        f"{n} pixels ({n / lost.size:.1%}) have no position: {why}" for n, why in told if n
    )


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
