"""What a finished log shows that a person should know before believing it."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from cathartes.scenes.logs.gas_log import GasLog
from cathartes.scenes.logs.values import STUCK_ROWS, STUCK_S, long_runs
from cathartes.scenes.records.flags import Flag, FlagKind, row_ranges
from cathartes.scenes.records.times import iso_text
from cathartes.scenes.wind.history import STAGNANT_BELOW_M_S

FASTEST_PLATFORM_M_S = 120.0
"""Faster than the drones and light aircraft that carry sensors: the position jumped."""
CEILING_ROWS, CEILING_TIMES, BELOW_CEILING = 5, 3, 5
"""The highest value is a sensor's ceiling if it comes so often, and so many times as often as each
of so many values next below: peaks have few highest values, however coarse the sensor."""
GAP_STEPS = 20.0
GAP_S = 10.0
"""A step is a gap in time if it is so many usual steps, and so long."""
FULL_TURN_RAD = 2 * np.pi
LEAST_ANGLES = 10
"""So many different directions, all of them within 6 degrees east of north, are rarely degrees."""
BELOW_GROUND_M = -3.0
"""Lower than the error of a good receiver's height."""
EARTH_RADIUS_M = 6_371_000.0


def find_suspicions(log: GasLog) -> tuple[Flag, ...]:
    """Return the flags of gaps, stuck or missing values, heights below ground, and slack wind."""
    return (
        *_gaps(log),
        *_no_values(log),
        *_stuck(log),
        *_at_ceiling(log),
        *_heights(log),
        *wind_flags(log),
    )


def misplaced(
    time_unix_s: NDArray[np.float64],
    longitude_deg: NDArray[np.float64],
    latitude_deg: NDArray[np.float64],
    sensor_index: NDArray[np.intp],
) -> NDArray[np.bool_]:
    """Return (row,), True where a place can't be reached from where its sensor mostly was.

    Between steps that are too fast a sensor's rows are one piece. From the longest piece on, before
    and after it, those within reach of the last one kept are kept too.

    Parameters
    ----------
    time_unix_s : (row,) [s], ascending
    longitude_deg, latitude_deg : (row,) [deg]
    sensor_index : (row,)
    """
    wrong = np.zeros(time_unix_s.size, bool)
    for sensor in np.unique(sensor_index):
        own = np.flatnonzero(sensor_index == sensor)
        time, lon, lat = time_unix_s[own], longitude_deg[own], latitude_deg[own]

        def too_fast(
            first: NDArray[np.intp],
            second: NDArray[np.intp],
            time: NDArray[np.float64] = time,
            lon: NDArray[np.float64] = lon,
            lat: NDArray[np.float64] = lat,
        ) -> NDArray[np.bool_]:
            distance = _distance_m(lon[first], lat[first], lon[second], lat[second])
            return distance > FASTEST_PLATFORM_M_S * np.maximum(time[second] - time[first], 1.0)

        rows = np.arange(own.size)
        pieces = np.split(rows, np.flatnonzero(too_fast(rows[:-1], rows[1:])) + 1)
        longest = max(range(len(pieces)), key=lambda n: pieces[n].size)
        end = pieces[longest][-1:]
        for piece in pieces[longest + 1 :]:
            if too_fast(end, piece[:1])[0]:
                wrong[own[piece]] = True
            else:
                end = piece[-1:]
        end = pieces[longest][:1]
        for piece in reversed(pieces[:longest]):
            if too_fast(piece[-1:], end)[0]:
                wrong[own[piece]] = True
            else:
                end = piece[:1]
    return wrong


def _distance_m(
    lon1: NDArray[np.float64],
    lat1: NDArray[np.float64],
    lon2: NDArray[np.float64],
    lat2: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return great-circle distances (haversine)."""
    a, b = np.radians(lat1), np.radians(lat2)
    half = (
        np.sin((b - a) / 2) ** 2 + np.cos(a) * np.cos(b) * np.sin(np.radians(lon2 - lon1) / 2) ** 2
    )
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(half, 1.0))))


def _gaps(log: GasLog) -> Iterator[Flag]:
    time = np.unique(log.time_unix_s)
    if time.size < 3:
        return
    step = np.diff(time)
    gap = step > max(GAP_S, GAP_STEPS * float(np.median(step)))
    if gap.any():
        first = int(np.argmax(gap))
        yield Flag(
            FlagKind.CLOCK_GAP,
            f"{int(gap.sum())} gaps in time, together {step[gap].sum():.0f} s, the first from "
            f"{iso_text(time[first])} to {iso_text(time[first + 1])}: the log paused, or its clock "
            "jumped.",
        )


def _no_values(log: GasLog) -> Iterator[Flag]:
    for chemical, values in zip(log.chemicals, log.concentration_ppm, strict=True):
        missing = ~np.isfinite(values)
        if missing.any():
            yield Flag(
                FlagKind.NO_VALUE,
                f"{chemical}: {int(missing.sum())} of {len(log)} rows have no value.",
                row_ranges(missing.tolist()),
            )


def _stuck(log: GasLog) -> Iterator[Flag]:
    for chemical, values in zip(log.chemicals, log.concentration_ppm, strict=True):
        for number, sensor in enumerate(log.sensors):
            own = np.flatnonzero((log.sensor_index == number) & np.isfinite(values))
            runs = [own[run] for run in long_runs(log.time_unix_s[own], values[own])]
            if runs:
                longest = max(runs, key=len)
                marked = np.zeros(len(log), bool)
                marked[np.concatenate(runs)] = True
                who = f"{chemical} of sensor {sensor}" if sensor else chemical
                yield Flag(
                    FlagKind.STUCK,
                    f"{who}: {int(marked.sum())} of {own.size} values repeat the one before over "
                    f"{STUCK_S:g} s and more, {values[longest[0]]:g} ppm {longest.size} times from "
                    f"{iso_text(log.time_unix_s[longest[0]])}: the sensor is stuck, at its floor "
                    "or ceiling, or coarser than its signal; it says nothing of gas there.",
                    row_ranges(marked.tolist()),
                )


def _at_ceiling(log: GasLog) -> Iterator[Flag]:
    for chemical, values in zip(log.chemicals, log.concentration_ppm, strict=True):
        for number, sensor in enumerate(log.sensors):
            own = (log.sensor_index == number) & np.isfinite(values)
            different, times = np.unique(values[own], return_counts=True)
            below = times[-1 - BELOW_CEILING : -1]
            if below.size < BELOW_CEILING or times[-1] < CEILING_ROWS:
                continue
            top = np.flatnonzero(values[own] == different[-1])
            stuck = np.ptp(top) + 1 == top.size >= STUCK_ROWS
            if stuck or top.size < CEILING_TIMES * below.max():
                continue
            who = f"{chemical} of sensor {sensor}" if sensor else chemical
            yield Flag(
                FlagKind.AT_CEILING,
                f"{who}: {top.size} of {int(own.sum())} values are {different[-1]:g} ppm, and "
                "none is higher: the sensor saturates there, or its values were cut. What is made "
                "of them is too little gas.",
                row_ranges((own & (values == different[-1])).tolist()),
            )


def _heights(log: GasLog) -> Iterator[Flag]:
    below = log.altitude_agl_m < BELOW_GROUND_M
    if below.any():
        yield Flag(
            FlagKind.BELOW_GROUND,
            f"{int(below.sum())} of {len(log)} rows lie below the ground, down to "
            f"{log.altitude_agl_m.min():.1f} m: is the height above ground, or is the ground's own "
            "height wrong, or of another reference (ellipsoid, sea)?",
            row_ranges(below.tolist()),
        )


def wind_flags(log: GasLog) -> Iterator[Flag]:
    """Yield the flags of rows without wind, with a slack one, and of directions in radians."""
    if not log.has_wind:
        return
    missing = ~np.isfinite(log.wind_speed_m_s)
    if missing.any():
        yield Flag(
            FlagKind.WIND_GAP,
            f"{int(missing.sum())} of {len(log)} rows have no wind.",
            row_ranges(missing.tolist()),
        )
    slack = log.wind_speed_m_s < STAGNANT_BELOW_M_S
    if slack.any():
        yield Flag(
            FlagKind.STAGNANT_WIND,
            f"{int(slack.sum())} of {len(log)} rows have a wind below {STAGNANT_BELOW_M_S:g} m/s: "
            "there the direction is no guide to where a vapour came from.",
            row_ranges(slack.tolist()),
        )
    angle = np.unique(log.wind_from_deg[~missing])
    if angle.size >= LEAST_ANGLES and angle.max() <= FULL_TURN_RAD:
        yield Flag(
            FlagKind.WIND_RADIANS,
            f"all {angle.size} different directions lie within {angle.min():.2f} to "
            f"{angle.max():.2f} degrees: are they radians? Degrees are needed; state the unit in a "
            "mapping file (wind.unit).",
        )
