"""The CSV that is read without being told anything: its column names say what they hold.

::

    time_utc,longitude_deg,latitude_deg,altitude_agl_m,methane_ppm,wind_speed_m_s,wind_from_deg
    2026-05-12T10:00:00Z,7.1000,46.8000,20.0,1.912,3.2,245

Described in docs/reference/gas-logs.md.
"""

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import HeaderError, UnitError
from cathartes.scenes.logs.assemble import RawRows, assemble_log
from cathartes.scenes.logs.gas_log import GasLog, PathEnd
from cathartes.scenes.records.flags import Flag, FlagKind
from cathartes.scenes.records.table import TextTable, read_table
from cathartes.scenes.records.times import parse_iso
from cathartes.scenes.wind.columns import FROM, SPEED, check_wind_columns

TIME = "time_utc"
PLACE = ("longitude_deg", "latitude_deg", "altitude_agl_m")
PATH_END = ("longitude2_deg", "latitude2_deg", "altitude2_agl_m")
SENSOR = "sensor"
_GAS = re.compile(r"(?P<chemical>.+)_ppm")
_OTHER_UNIT = re.compile(r".+_(ppb|ppt|percent|ppm_?m|mg_?m-?3|ug_?m-?3)", re.IGNORECASE)
_MAPPING = "a mapping file (--mapping, docs/reference/gas-logs.md)"


def read_contract_csv(path: Path) -> GasLog:
    """Return the log of a CSV file of the contract.

    Raises
    ------
    HeaderError
        If a column is missing, a height's reference or a wind's convention is not stated.
    UnitError
        If a gas is in another unit than ppm.
    InputError
        If a cell can't be read, or no row has time and place.
    TruncatedFileError
        If the file is empty or breaks off.
    """
    table = read_table(path)
    _check_columns(table)
    chemicals = tuple(m["chemical"] for c in table.columns if (m := _GAS.fullmatch(c)))
    n_rows = len(table.rows)
    has_wind = check_wind_columns(table.name, table.columns, _MAPPING)
    nothing = np.full(n_rows, np.nan)
    longitude, latitude, altitude = (table.numbers(column) for column in PLACE)
    sensor = tuple(table.text(SENSOR)) if SENSOR in table.columns else ()
    end = _path_end(table, sensor) if PATH_END[0] in table.columns else None
    return assemble_log(
        RawRows(
            name=path.stem,
            time_unix_s=_times(table),
            longitude_deg=longitude,
            latitude_deg=latitude,
            altitude_agl_m=altitude,
            chemicals=chemicals,
            concentration_ppm=np.array([table.numbers(f"{c}_ppm") for c in chemicals]),
            wind_speed_m_s=_both(table, SPEED) if has_wind else nothing,
            wind_from_deg=_both(table, FROM) if has_wind else nothing,
            sensor=sensor,
            path_end=end,
            flags=_unread(table, chemicals),
        )
    )


def _path_end(table: TextTable, sensor: tuple[str, ...]) -> PathEnd:
    """Return far ends; a sensor that has none in any row measures at a point, its own end."""
    near = np.array([table.numbers(column) for column in PLACE])
    far = np.array([table.numbers(column) for column in PATH_END])
    names = np.array(sensor or ("",) * near.shape[1])
    for name in np.unique(names):
        own = names == name
        if not np.isfinite(far[:, own]).any():
            far[:, own] = near[:, own]
    return PathEnd(*far)


def _times(table: TextTable) -> NDArray[np.float64]:
    utc = ZoneInfo("UTC")
    return np.array(
        [parse_iso(cell, utc, table.where(row)) for row, cell in enumerate(table.text(TIME))]
    )


def _both(table: TextTable, column: str) -> NDArray[np.float64]:
    """Return a wind column, NaN where either of the two has no value."""
    other = np.isfinite(table.numbers(SPEED)) & np.isfinite(table.numbers(FROM))
    return np.where(other, table.numbers(column), np.nan)


def _check_columns(table: TextTable) -> None:
    columns = set(table.columns)
    if not any(_GAS.fullmatch(column) for column in columns):
        other = sorted(c for c in columns if _OTHER_UNIT.fullmatch(c))
        if other:
            raise UnitError(
                f"{table.name}: {', '.join(other)} is in another unit than ppm; convert it to "
                f"<chemical>_ppm, or state the unit in {_MAPPING}."
            )
        loud = sorted(c for c in columns if _GAS.fullmatch(c.lower()))
        if loud:
            raise HeaderError(
                f"{table.name}: {', '.join(loud)}; names of columns are in small letters: write "
                f"{loud[0].lower()}, or name it in {_MAPPING}."
            )
        raise HeaderError(
            f"{table.name}: no column <chemical>_ppm; it has {', '.join(table.columns)}. Rename "
            f"the gas's column (methane_ppm), or name it in {_MAPPING}."
        )
    missing = [column for column in (TIME, *PLACE) if column not in columns]
    heights = [c for c in table.columns if re.match(r"(alt|height|elev|z\b)", c, re.IGNORECASE)]
    if missing == [PLACE[2]] and heights:
        raise HeaderError(
            f"{table.name}: {heights[0]} does not say above what; altitude_agl_m, above the "
            "ground, is needed. Rename it if it is that, else state its reference (takeoff, sea, "
            f"ellipsoid) and the ground's height in {_MAPPING}."
        )
    if missing:
        raise HeaderError(
            f"{table.name}: no column {', '.join(missing)}; it has {', '.join(table.columns)}. "
            f"Rename columns to these, or name yours in {_MAPPING}."
        )
    ends = [column for column in PATH_END if column in columns]
    if ends and len(ends) < len(PATH_END):
        raise HeaderError(
            f"{table.name}: of a path's far end only {', '.join(ends)} is there; all of "
            f"{', '.join(PATH_END)} are needed."
        )


def _unread(table: TextTable, chemicals: tuple[str, ...]) -> tuple[Flag, ...]:
    known = {TIME, *PLACE, *PATH_END, SENSOR, SPEED, FROM, *(f"{c}_ppm" for c in chemicals)}
    unread = [column for column in table.columns if column not in known]
    if not unread:
        return ()
    return (Flag(FlagKind.UNREAD_COLUMN, f"not read: {', '.join(unread)}."),)
