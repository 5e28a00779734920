"""From two overlapping flight lines to how the camera sits on its mount."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cathartes.pipeline.clock import StageClock
from cathartes.pipeline.flight_terrain import read_terrain
from cathartes.pipeline.flown_line import fly_line
from cathartes.pipeline.georeference import GeoreferenceSettings
from cathartes.pipeline.progress import Progress, SilentProgress
from cathartes.scenes.cube import Cube
from cathartes.scenes.georeference.boresight import (
    BoresightEstimate,
    BoresightSettings,
    estimate_boresight,
)
from cathartes.scenes.georeference.camera import Camera
from cathartes.scenes.georeference.camera_file import read_camera
from cathartes.scenes.georeference.matching import SeenLine, find_tie_points
from cathartes.scenes.georeference.pushbroom import to_ground
from cathartes.scenes.igm import IgmGeometry
from cathartes.scenes.open import OpenOptions, open_cube


@dataclass(frozen=True, slots=True)
class FlightLine:
    """One line's files.

    Attributes
    ----------
    cube
        A cube, or the file of one.
    navigation, line_times
        As in `cathartes.georeference`.
    """

    cube: str | Path | Cube
    navigation: str | Path
    line_times: str | Path | None = None


def boresight(
    first: FlightLine,
    second: FlightLine,
    camera: str | Path | Camera,
    *,
    dem: str | Path | None = None,
    geoid: float | str | Path | None = None,
    settings: GeoreferenceSettings | None = None,
    estimate: BoresightSettings | None = None,
    options: OpenOptions | None = None,
    progress: Progress | None = None,
) -> BoresightEstimate:
    """Say how a camera sits on its mount, from two lines that saw the same ground.

    Parameters
    ----------
    first, second
        The lines; best they cross, over level ground with contrast.
    camera
        A camera, or its TOML file, with the boresight to start from.
    dem, geoid, settings, options
        As in `cathartes.georeference`.
    estimate
        How sure the mount and the positions are; defaults if None.
    progress
        Who watches; nobody if None.

    Raises
    ------
    CathartesError
        With what was found, what is needed and what to do.
    """
    given = settings or GeoreferenceSettings()
    lens = camera if isinstance(camera, Camera) else read_camera(Path(camera))
    look = lens.look_in_body()
    with StageClock(progress or SilentProgress()) as clock:
        clock.tick("open", 0.0)
        lines = []
        for line in (first, second):
            cube = line.cube
            cube = (
                cube
                if isinstance(cube, Cube)
                else open_cube(cube, options=options or OpenOptions())
            )
            flown = fly_line(
                cube,
                lens,
                Path(line.navigation),
                None if line.line_times is None else Path(line.line_times),
                geoid=geoid,
                heights=given.navigation_heights,
                gaps_s=(given.max_position_gap_s, given.max_attitude_gap_s),
                gps_week=given.gps_week,
            )
            known = flown.poses.known
            seen = SeenLine(flown.poses.select(known), mean_image(cube)[known])
            lines.append((seen, flown.geoid))
        (a, sea_level), (b, _) = lines
        terrain, _ = read_terrain(
            dem, given.ground_altitude_m, given.dem_heights, sea_level, a.poses, look
        )
        clock.tick("match", 0.0)
        points = to_ground(a.poses, look, terrain)
        pixel_m = IgmGeometry(points.longitude_deg, points.latitude_deg).pixel_size_m()
        ties = find_tie_points(a, b, look, terrain, pixel_m)
        clock.tick("estimate", 0.0)
        return estimate_boresight(lens, a.poses, b.poses, ties, terrain, estimate)


def mean_image(cube: Cube) -> NDArray[np.float64]:
    """Return the mean of a cube's usable bands, (line, sample), NaN where any is invalid."""
    image = np.empty((cube.n_lines, cube.n_samples))
    for start, block in cube.blocks():
        usable = block[:, :, cube.band_valid]
        image[start : start + len(block)] = usable.mean(axis=2, dtype=np.float64)
    return image
