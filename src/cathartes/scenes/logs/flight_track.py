"""The track of a flight, from an autopilot's log or from a CSV file."""

from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from cathartes.errors import HeaderError
from cathartes.scenes.logs.clock import keep_one_clock
from cathartes.scenes.logs.contract_csv import PLACE, TIME
from cathartes.scenes.logs.track import Track
from cathartes.scenes.records.autopilot import fixes_of
from cathartes.scenes.records.flags import Flag, FlagKind
from cathartes.scenes.records.flight_files import is_flight_record, read_flight_record
from cathartes.scenes.records.table import read_table
from cathartes.scenes.records.times import parse_iso


def read_track(path: Path) -> Track:
    """Return where a flight went: ULog, DataFlash, or CSV with the contract's time and place.

    Raises
    ------
    HeaderError
        If the file holds no time or no place.
    InputError
        Or one of its kinds, if it can't be read.
    """
    if is_flight_record(path):
        return _autopilot_track(path)
    table = read_table(path)
    missing = [column for column in (TIME, *PLACE) if column not in table.columns]
    if missing:
        raise HeaderError(
            f"{table.name}: a track needs {', '.join((TIME, *PLACE))}; {', '.join(missing)} is "
            f"missing, and there are {', '.join(table.columns)}."
        )
    utc = ZoneInfo("UTC")
    time = np.array(
        [parse_iso(cell, utc, table.where(row)) for row, cell in enumerate(table.text(TIME))]
    )
    places = np.array([table.numbers(column) for column in PLACE])
    whole = np.isfinite(time) & np.isfinite(places).all(axis=0)
    flags: list[Flag] = []
    rows = keep_one_clock(time, np.flatnonzero(whole), flags)
    unique, first = np.unique(time[rows], return_index=True)
    longitude, latitude, altitude = (values[rows][first] for values in places)
    return Track(table.name, unique, longitude, latitude, altitude, tuple(flags))


def _autopilot_track(path: Path) -> Track:
    record = read_flight_record(path)
    fixes = fixes_of(record)
    level = Flag(
        FlagKind.HEIGHT_REFERENCE,
        f"heights are above the take-off place ({fixes.takeoff}): the ground is taken as level.",
    )
    return Track(
        record.name,
        fixes.time_unix_s,
        fixes.longitude_deg,
        fixes.latitude_deg,
        fixes.height_m,
        (*record.flags, level),
    )
