"""How a cube was flown: navigation, clocks and mounting brought to a pose for each line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import HeaderError, InputError
from cathartes.pipeline.flight_terrain import read_geoid
from cathartes.scenes.cube import Cube
from cathartes.scenes.georeference.camera import Camera
from cathartes.scenes.georeference.heights import (
    HeightReference,
    chosen_reference,
    navigation_on_ellipsoid,
)
from cathartes.scenes.georeference.navigation import LinePoses, Navigation
from cathartes.scenes.georeference.navigation_file import read_line_times, read_navigation
from cathartes.scenes.georeference.plausibility import check_navigation, clock_hint
from cathartes.scenes.georeference.terrain import Terrain


@dataclass(frozen=True, slots=True)
class FlownLine:
    """Where the camera was, and how it was turned, when each line was taken.

    Attributes
    ----------
    poses
        Of each line.
    geoid
        Above the ellipsoid; None if none was given.
    heights
        What the navigation's heights were measured from.
    remarks
        What a person must know of the navigation and of lines without a pose.
    """

    poses: LinePoses
    geoid: Terrain | None
    heights: HeightReference
    remarks: tuple[str, ...]


def fly_line(
    cube: Cube,
    camera: Camera,
    navigation: Path,
    line_times: Path | None,
    *,
    geoid: float | str | Path | None,
    heights: HeightReference | None,
    gaps_s: tuple[float, float],
    gps_week: int | None,
) -> FlownLine:
    """Return the pose of each of a cube's lines.

    Parameters
    ----------
    cube, camera
        Of one line.
    navigation, line_times
        Their files; without times the cube's start and the camera's line period tell them.
    geoid, heights
        As in `georeference`; heights where the file does not say.
    gaps_s : [s]
        Longest gaps of positions, and of attitudes, that are passed over.
    gps_week
        For a clock that is the GPS second of the week.

    Raises
    ------
    HeaderError, InputError
        If cube and camera do not fit, or no line has a pose.
    """
    _check_samples(cube, camera)
    read = read_navigation(navigation, gps_week)
    reference = chosen_reference(
        read.reference,
        heights,
        navigation.name,
        "write '# altitude_reference = ellipsoid' (or sea) above its head, or give "
        "--navigation-heights",
    )
    sea_level = read_geoid(geoid, read.navigation)
    flight = navigation_on_ellipsoid(read.navigation, reference, sea_level)
    remarks = check_navigation(flight)
    times = None if line_times is None else read_line_times(line_times)
    time_s = _line_times_s(cube, camera, flight, times)
    position_gap_s, attitude_gap_s = gaps_s
    poses = flight.poses_at(
        time_s,
        np.array(camera.lever_arm_m),
        max_position_gap_s=position_gap_s,
        max_attitude_gap_s=attitude_gap_s,
    )
    remarks += _check_poses(poses, time_s, flight, gaps_s)
    return FlownLine(poses, sea_level, reference, remarks)


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
    poses: LinePoses,
    time_s: NDArray[np.float64],
    navigation: Navigation,
    gaps_s: tuple[float, float],
) -> tuple[str, ...]:
    """Return a remark on lines without a pose.

    Raises
    ------
    InputError
        If no line has one.
    """
    first_s, last_s = navigation.interval_s
    outside = int(((time_s < first_s) | (time_s > last_s)).sum())
    if not poses.known.any() and outside < time_s.size:
        raise InputError(
            f"{time_s.size - outside} of {time_s.size} lines lie inside the navigation, all in "
            f"gaps {_gaps_in_words(navigation, gaps_s)} if the flight was even."
        )
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


def _gaps_in_words(navigation: Navigation, gaps_s: tuple[float, float]) -> str:
    """Return whose records lie farther apart than gaps may be, of both parts if of neither."""
    parts = [
        (what, float(np.median(np.diff(part.time_s))), longest_s, option)
        for what, part, longest_s, option in (
            ("positions", navigation.track, gaps_s[0], "--max-position-gap-s"),
            ("attitudes", navigation.attitudes, gaps_s[1], "--max-attitude-gap-s"),
        )
    ]
    slow = [part for part in parts if part[1] > part[2]] or parts
    longer = " or ".join(
        f"longer than {longest_s:g} s between {what} (mostly {usual_s:g} s apart)"
        for what, usual_s, longest_s, _ in slow
    )
    options = " and ".join(option for *_, option in slow)
    return f"{longer}: give navigation at its full rate, or raise {options}"
