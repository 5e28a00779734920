"""Whether a flight's navigation can be what it says it is."""

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

from cathartes.errors import InputError
from cathartes.scenes.georeference.navigation import (
    SLOWEST_TRACK_M_S,
    Navigation,
    Track,
)

_LONG_STEPS = 5.0
"""A step of so many usual ones is a gap."""
_CATCHING_UP = 1.5
"""The step after fixes that were repeated is so much faster than those that follow."""
_STEPS_AFTER = 20
_STEPS_BESIDE = 5
"""So many steps at either side of a gap tell how the aircraft flew into it, and out of it."""
_ALIKE = 2.0
"""One speed is at most so many times the other, where an aircraft flies on as before."""
_TRACK_TOLERANCE_DEG = 30.0
"""An aircraft's nose points so nearly where it goes: crab angles are mostly below 15 degrees."""
_RADIANS_FROM_DEG = 5.0
"""Headings nearer to the direction of flight than this say nothing against degrees."""
GPS_MINUS_UTC_S = 18.0
"""Since 2017; a clock that is off by it was read as UTC and is GPS time."""


def check_navigation(navigation: Navigation) -> tuple[str, ...]:
    """Return what a reviewer should know of a flight's navigation.

    Raises
    ------
    InputError
        If positions are repeated, the clock jumped ahead, or angles are radians.
    """
    check_repeated(navigation.track)
    return (*check_clock(navigation.track), *check_angles(navigation))


def check_repeated(track: Track) -> None:
    """Raise an error if positions stand still and then catch up: fixes that were written again.

    Receivers repeat their last fix in a dropout, and loggers between fixes. Taken for positions
    they are wrong places that look like right ones. Standing on the ground before and after the
    flight, with nothing to catch up, is no such thing.

    Raises
    ------
    InputError
        So.
    """
    step_s, step_m = np.diff(track.time_s), track.steps_m()
    way_m = np.concatenate([[0.0], np.cumsum(step_m)])
    # The speed over the steps that follow each one; for the last, over those left, or none.
    start = np.arange(1, way_m.size)
    end = np.minimum(start + _STEPS_AFTER, way_m.size - 1)
    with np.errstate(invalid="ignore"):
        after_m_s = (way_m[end] - way_m[start]) / (track.time_s[end] - track.time_s[start])
        catches = (step_m > _CATCHING_UP * after_m_s * step_s) & (after_m_s > SLOWEST_TRACK_M_S)
    catches_up = (step_m[:-1] == 0.0) & catches[1:]
    if catches_up.any():
        last = int(np.argmax(catches_up)) + 1
        moved = np.flatnonzero(step_m[:last])
        first = int(moved[-1]) + 1 if moved.size else 0
        raise InputError(
            f"navigation: positions {first + 1} to {last + 1} are the same for "
            f"{track.time_s[last] - track.time_s[first]:.2f} s, and the next is "
            f"{step_m[last]:.1f} m on ({catches_up.sum()} such): the receiver or the log repeats "
            "its last fix. Leave repeated positions out (their cells empty)."
        )


def check_clock(track: Track) -> tuple[str, ...]:
    """Return a remark on gaps in time over which the aircraft hardly moved.

    Over a gap in which it flew on, the distance grows with the time. Where it hardly does, the
    clock jumped ahead if the aircraft flies away from the gap as it flew into it, as fast and in
    the same direction; else it may as well have turned or stood. (A clock that jumps back is
    refused by `Track` itself.)

    Raises
    ------
    InputError
        If the clock jumped ahead.
    """
    step_s, step_m = np.diff(track.time_s), track.steps_m()
    usual_s, usual_m = np.median(step_s), np.median(step_m)
    if usual_m / usual_s < SLOWEST_TRACK_M_S:
        return ()
    still = np.flatnonzero(
        (step_s > _LONG_STEPS * usual_s) & (step_m < 0.5 * _LONG_STEPS * usual_m)
    )
    if not still.size:
        return ()
    jumped = still[[_flies_on(track, int(i)) for i in still]]
    i = int(jumped[0] if jumped.size else still[0])
    gap = (
        f"from position {i + 1} to {i + 2} the clock goes on by {step_s[i]:.3f} s and the aircraft "
        f"by {step_m[i]:.1f} m"
    )
    if jumped.size:
        raise InputError(
            f"navigation: {gap}, which it flies in {step_m[i] * usual_s / usual_m:.3f} s "
            f"({jumped.size} such): the clock jumped. Correct the times after the jump."
        )
    remark = f"{gap} ({still.size} such): it turned or stood there, or the clock jumped"
    return (remark,)


def _flies_on(track: Track, gap: int) -> bool:
    """Return True if an aircraft flies out of a gap in its positions as it flew into it."""
    lon, lat, speed_m_s = track.longitude_deg, track.latitude_deg, track.speed_m_s()
    first, last = max(gap - _STEPS_BESIDE, 0), min(gap + 1 + _STEPS_BESIDE, lon.size - 1)
    if first == gap or last == gap + 1:
        return False  # nothing tells how it flew
    slower_m_s, faster_m_s = sorted(
        np.median(speed_m_s[part]) for part in (slice(first, gap), slice(gap + 1, last))
    )
    start, stop = np.array([first, gap, gap + 1]), np.array([gap, gap + 1, last])
    way_deg, _, _ = Geod(ellps="WGS84").inv(lon[start], lat[start], lon[stop], lat[stop])
    across_deg, after_deg = (np.abs((way - way_deg[0] + 180) % 360 - 180) for way in way_deg[1:])
    is_ahead = track.steps_m()[gap] == 0 or across_deg < 90
    return bool(
        is_ahead
        and after_deg < _TRACK_TOLERANCE_DEG
        and slower_m_s > SLOWEST_TRACK_M_S
        and faster_m_s < _ALIKE * slower_m_s
    )


def check_angles(navigation: Navigation) -> tuple[str, ...]:
    """Return a remark where the heading is far from the direction of flight, or fits as radians.

    Only while the aircraft moves: a hovering one has no direction.

    Raises
    ------
    InputError
        If headings fit the direction of flight when they are taken for radians, and not as
        degrees.
    """
    track, attitudes = navigation.track, navigation.attitudes
    moving = track.speed_m_s() > SLOWEST_TRACK_M_S
    if not moving.any():
        return ()
    middle_s = (track.time_s[1:] + track.time_s[:-1])[moving] / 2
    heading = np.interp(middle_s, attitudes.time_s, np.unwrap(attitudes.heading_deg, period=360.0))
    way = track.track_deg()[moving]
    in_degrees = _median_difference_deg(heading, way)
    as_radians = _median_difference_deg(
        np.degrees(np.interp(middle_s, attitudes.time_s, np.unwrap(attitudes.heading_deg))), way
    )
    small = np.abs(attitudes.heading_deg).max() <= 2 * np.pi + 0.01
    if small and in_degrees > _TRACK_TOLERANCE_DEG >= as_radians:
        raise InputError(
            f"navigation: headings of {attitudes.heading_deg.min():.3f} to "
            f"{attitudes.heading_deg.max():.3f} degrees are {in_degrees:.0f} degrees off the "
            f"direction of flight, and {as_radians:.0f} if they are radians; degrees are needed: "
            "multiply roll, pitch and heading by 180/pi."
        )
    if small and in_degrees > max(_RADIANS_FROM_DEG, 2 * as_radians):
        remark = (
            f"headings of {attitudes.heading_deg.min():.3f} to {attitudes.heading_deg.max():.3f} "
            f"degrees are {in_degrees:.0f} degrees off the direction of flight, and "
            f"{as_radians:.0f} if they are radians: check the unit of roll, pitch and heading"
        )
        return (remark,)
    if in_degrees > _TRACK_TOLERANCE_DEG:
        remark = (
            f"heading and direction of flight differ by {in_degrees:.0f} degrees: a strong "
            "crosswind, or a heading that is not clockwise from true north"
        )
        return (remark,)
    return ()


def check_above_ground(
    above_ground_m: float,
    expected_m: float,
    tolerance_m: float,
    geoid_height_m: float,
) -> None:
    """Raise an error if the height above the ground is not the one that was flown.

    A height above the sea taken for one above the ellipsoid moves the aircraft by the geoid's
    height, up to 100 m, and the edge of the swath by half of that.

    Parameters
    ----------
    above_ground_m, expected_m, tolerance_m : [m]
        As found, as the flight's plan says, and how far they may differ.
    geoid_height_m : [m]
        The geoid above the ellipsoid here; NaN if not known.

    Raises
    ------
    InputError
        If they differ by more; it says so if the geoid's height explains it.
    """
    difference = above_ground_m - expected_m
    if abs(difference) <= tolerance_m:
        return
    explained = abs(abs(difference) - abs(geoid_height_m)) <= tolerance_m
    why = (
        f" The geoid is {geoid_height_m:.0f} m above the ellipsoid here, which explains it: "
        "heights above the sea were taken for heights above the ellipsoid, or the other way "
        "round. Correct what was said of the navigation's or the terrain's heights."
        if explained
        else " Check what the navigation's and the terrain's heights are measured from (ellipsoid "
        "or sea), and the expectation."
    )
    raise InputError(
        f"the camera is {above_ground_m:.0f} m above the ground, and {expected_m:.0f} m, give or "
        f"take {tolerance_m:.0f} m, were expected.{why}"
    )


def clock_hint(early_s: float, late_s: float) -> str:
    """Return what may be wrong when lines lie outside the navigation by so many seconds.

    Parameters
    ----------
    early_s, late_s : [s]
        How far the first line lies before the navigation's start, and the last after its end;
        negative if inside.
    """
    whole_hours = max(early_s, late_s) > 1800
    near_gps = abs(max(early_s, late_s) - GPS_MINUS_UTC_S) < 5 or 0 < max(early_s, late_s) <= 18
    if whole_hours:
        return "One of the two clocks seems to be in local time, or of another day."
    if near_gps:
        return (
            "GPS time is 18 s ahead of UTC: if the navigation is in GPS time, bring it to UTC; "
            "or set time_offset_s in the camera file."
        )
    return "Set time_offset_s in the camera file, or give the navigation of this flight line."


def _median_difference_deg(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    return float(np.median(np.abs((one - other + 180.0) % 360.0 - 180.0)))
