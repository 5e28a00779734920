"""From the rows of a file, in its order and with its gaps, to a log that is valid.

What is wrong is set right where that is safe, left out where it is not, and flagged either way.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import InputError
from cathartes.scenes.local_frame import HALF_TURN_DEG, unbroken_deg
from cathartes.scenes.logs.clock import keep_one_clock
from cathartes.scenes.logs.gas_log import GasLog, PathEnd
from cathartes.scenes.logs.suspicions import find_suspicions, misplaced
from cathartes.scenes.logs.values import frozen_values, impossible_values
from cathartes.scenes.records.flags import Flag, FlagKind
from cathartes.scenes.records.times import iso_text
from cathartes.scenes.wind.conventions import (
    wind_from_components,
    wind_to_components,
)

ROWS_A_PLACE = 3
"""Sensors of so many rows a place, on average, stand there."""


@dataclass(frozen=True, slots=True)
class RawRows:
    """Rows as a file has them, in canonical units and conventions; NaN where there is no value.

    Attributes
    ----------
    name
        Of the log.
    time_unix_s, longitude_deg, latitude_deg, altitude_agl_m : (row,)
    chemicals
        Names, one for each line of `concentration_ppm`.
    concentration_ppm : (chemical, row)
    wind_speed_m_s, wind_from_deg : (row,)
    sensor
        Each row's sensor; empty for a single one.
    path_end
        Far ends, or None.
    flags
        What the reader noted.
    """

    name: str
    time_unix_s: NDArray[np.float64]
    longitude_deg: NDArray[np.float64]
    latitude_deg: NDArray[np.float64]
    altitude_agl_m: NDArray[np.float64]
    chemicals: tuple[str, ...]
    concentration_ppm: NDArray[np.float64]
    wind_speed_m_s: NDArray[np.float64]
    wind_from_deg: NDArray[np.float64]
    sensor: tuple[str, ...] = ()
    path_end: PathEnd | None = None
    flags: tuple[Flag, ...] = ()


def assemble_log(raw: RawRows) -> GasLog:
    """Return the log of raw rows.

    In this order, each flagged with its number of rows: rows without a time are left out; of a
    clock that ran backwards the longest run is kept; rows without a place, or at a place no
    aircraft could have reached, are left out; rows of one sensor and time are averaged; rows are
    put in order of time. Values that are no concentration, or that a dead sensor repeats, are left
    out. Then the log is looked over
    for what can only be pointed at.

    Raises
    ------
    InputError
        If no row is left, or standing sensors share a name.
    """
    flags = list(raw.flags)
    names, index = _sensors(raw)
    rows = np.arange(raw.time_unix_s.size)

    def leave_out(wrong: NDArray[np.bool_], kind: FlagKind, why: str) -> NDArray[np.intp]:
        if wrong.any():
            flags.append(Flag(kind, f"{int(wrong.sum())} of {wrong.size} rows {why}."))
        return rows[~wrong]

    rows = leave_out(
        ~np.isfinite(raw.time_unix_s), FlagKind.NO_TIME, "have no time and are left out"
    )
    rows = _each_sensor(rows, index, lambda own: keep_one_clock(raw.time_unix_s, own, flags))
    rows = leave_out(
        _placeless(raw)[rows],
        FlagKind.NO_PLACE,
        "have no position or height (a GPS dropout?) and are left out",
    )
    order = np.lexsort((index[rows], raw.time_unix_s[rows]))
    rows = rows[order]
    rows = leave_out(
        misplaced(
            raw.time_unix_s[rows], raw.longitude_deg[rows], raw.latitude_deg[rows], index[rows]
        ),
        FlagKind.IMPOSSIBLE_SPEED,
        "lie where the rows before and after can't be reached from and are left out",
    )
    if rows.size == 0:
        raise InputError(
            f"gas log {raw.name}: none of {raw.time_unix_s.size} rows has time and place. "
            + " ".join(flag.message for flag in flags)
        )
    _check_one_place(raw, rows, names, index)
    raw = replace(raw, concentration_ppm=_possible_ppm(raw, rows, names, index, flags))
    log = _average_equal_times(raw, rows, names, index, flags)
    return log.with_flags(*find_suspicions(log))


def _possible_ppm(
    raw: RawRows,
    rows: NDArray[np.intp],
    names: Sequence[str],
    index: NDArray[np.intp],
    flags: list[Flag],
) -> NDArray[np.float64]:
    """Return concentrations, (chemical, file row) [ppm], without those that no air has."""
    ppm = raw.concentration_ppm.copy()
    for chemical, values in zip(raw.chemicals, ppm, strict=True):
        wrong = rows[impossible_values(values[rows], index[rows])]
        if wrong.size:
            odd = values[wrong]
            flags.append(
                Flag(
                    FlagKind.IMPOSSIBLE_VALUE,
                    f"{chemical}: {wrong.size} of {rows.size} values, {odd.min():g} to "
                    f"{odd.max():g} ppm, can't be a concentration and are left out: do they stand "
                    "for no value?",
                )
            )
            values[wrong] = np.nan
        frozen = rows[frozen_values(raw.time_unix_s[rows], values[rows], index[rows])]
        for sensor in np.unique(index[frozen]):
            own = frozen[index[frozen] == sensor]
            who = f"{chemical} of sensor {names[sensor]}" if names[sensor] else chemical
            flags.append(
                Flag(
                    FlagKind.STUCK,
                    f"{who}: {own.size} of {np.count_nonzero(index[rows] == sensor)} values repeat "
                    f"one of them ({values[own[0]]:g} ppm, from "
                    f"{iso_text(raw.time_unix_s[own[0]])}), and otherwise the gas shows in finer "
                    "steps: the sensor is stuck there; they are left out.",
                )
            )
        values[frozen] = np.nan
    return ppm


def _sensors(raw: RawRows) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    if not raw.sensor:
        return ("",), np.zeros(raw.time_unix_s.size, np.intp)
    names = tuple(dict.fromkeys(raw.sensor))
    place = {name: number for number, name in enumerate(names)}
    return names, np.array([place[name] for name in raw.sensor], np.intp)


def _placeless(raw: RawRows) -> NDArray[np.bool_]:
    """Return (row,), True without a place; (0, 0) is what a receiver says that has no fix."""
    columns = [raw.longitude_deg, raw.latitude_deg, raw.altitude_agl_m]
    if raw.path_end is not None:
        columns += [
            raw.path_end.longitude_deg,
            raw.path_end.latitude_deg,
            raw.path_end.altitude_agl_m,
        ]
    missing = ~np.isfinite(np.array(columns)).all(axis=0)
    return np.asarray(missing | ((raw.longitude_deg == 0) & (raw.latitude_deg == 0)))


def _each_sensor(
    rows: NDArray[np.intp],
    index: NDArray[np.intp],
    keep: Callable[[NDArray[np.intp]], NDArray[np.intp]],
) -> NDArray[np.intp]:
    kept = [keep(rows[index[rows] == sensor]) for sensor in np.unique(index[rows])]
    return np.sort(np.concatenate([*kept, np.empty(0, np.intp)])).astype(np.intp)


def _check_one_place(
    raw: RawRows, rows: NDArray[np.intp], names: Sequence[str], index: NDArray[np.intp]
) -> None:
    """Raise if rows of one sensor and time lie at a few places only: sensors that share a name.

    A sensor that moves is at a new place in each row, whatever its times are rounded to.
    """
    time, own = raw.time_unix_s[rows], index[rows]
    place = np.stack([raw.longitude_deg[rows], raw.latitude_deg[rows]], axis=1)
    again = (np.diff(time) == 0) & (np.diff(own) == 0) & (np.diff(place, axis=0) != 0).any(axis=1)
    for sensor in np.unique(own[1:][again]):
        places = np.unique(place[own == sensor], axis=0)
        if len(places) * ROWS_A_PLACE > (own == sensor).sum():
            continue
        who = f"rows of sensor {names[sensor]!r}" if names[sensor] else "rows without a sensor"
        raise InputError(
            f"gas log {raw.name}: {who} lie at {len(places)} places at the same times; give each "
            "standing sensor a name of its own in the column sensor (of a mapping file, "
            "place.sensor)."
        )


def _average_equal_times(
    raw: RawRows,
    rows: NDArray[np.intp],
    names: Sequence[str],
    index: NDArray[np.intp],
    flags: list[Flag],
) -> GasLog:
    """Return the log of sorted rows, those of one sensor and time averaged (wind as a vector)."""
    time, own = raw.time_unix_s[rows], index[rows]
    new = np.ones(rows.size, bool)
    new[1:] = (np.diff(time) != 0) | (np.diff(own) != 0)
    group = np.cumsum(new) - 1
    if not new.all():
        flags.append(
            Flag(
                FlagKind.DUPLICATE_TIME,
                f"{int((~new).sum())} of {rows.size} rows repeat the time of the row before and "
                "are averaged with it: are the times rounded?",
            )
        )

    def mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
        own_rows = values[..., rows]
        if new.all():
            return own_rows
        flat = own_rows.reshape(-1, rows.size)
        known = np.isfinite(flat)
        out = np.full((flat.shape[0], int(group[-1]) + 1), np.nan)
        for line, (value, is_known) in enumerate(zip(flat, known, strict=True)):
            n = np.bincount(group, is_known, out.shape[1])
            total = np.bincount(group, np.where(is_known, value, 0.0), out.shape[1])
            np.divide(total, n, out=out[line], where=n > 0)
        return out.reshape(*own_rows.shape[:-1], out.shape[1])

    def mean_longitude(longitude_deg: NDArray[np.float64]) -> NDArray[np.float64]:
        own_rows = longitude_deg[rows]
        unbroken = unbroken_deg(own_rows)
        if new.all() or np.array_equal(unbroken, own_rows):
            return mean(longitude_deg)
        turned = longitude_deg.copy()
        turned[rows] = unbroken
        east = mean(turned)
        return np.where(east > HALF_TURN_DEG, east - 360.0, east)

    speed, angle = raw.wind_speed_m_s[rows], raw.wind_from_deg[rows]
    if not new.all():
        speed, angle = wind_from_components(
            *(mean(c) for c in wind_to_components(raw.wind_speed_m_s, raw.wind_from_deg))
        )
    end = raw.path_end
    used = np.unique(own)
    return GasLog(
        name=raw.name,
        time_unix_s=time[new],
        longitude_deg=mean_longitude(raw.longitude_deg),
        latitude_deg=mean(raw.latitude_deg),
        altitude_agl_m=mean(raw.altitude_agl_m),
        chemicals=raw.chemicals,
        concentration_ppm=mean(raw.concentration_ppm),
        sensors=tuple(names[int(sensor)] for sensor in used),
        sensor_index=np.searchsorted(used, own[new]),
        wind_speed_m_s=speed,
        wind_from_deg=angle,
        path_end=None
        if end is None
        else PathEnd(
            mean_longitude(end.longitude_deg), mean(end.latitude_deg), mean(end.altitude_agl_m)
        ),
        flags=tuple(flags),
    )
