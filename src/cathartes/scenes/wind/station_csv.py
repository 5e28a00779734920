"""The wind file that is read without being told anything.

::

    # height_agl_m: 10
    # wind_speed_sd_m_s: 0.3
    # wind_from_sd_deg: 4
    time_utc,wind_speed_m_s,wind_from_deg
    2026-05-12T10:00:00Z,3.2,245

Described in docs/reference/wind-files.md.
"""

import math
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from cathartes.errors import HeaderError
from cathartes.scenes.records.flags import Flag, FlagKind
from cathartes.scenes.records.table import TextTable, read_table
from cathartes.scenes.records.times import parse_iso
from cathartes.scenes.wind.assemble import RawWind, assemble_wind
from cathartes.scenes.wind.columns import FROM, SPEED, check_wind_columns
from cathartes.scenes.wind.history import STANDARD_HEIGHT_M, WindHistory

TIME = "time_utc"
VERTICAL = "wind_vertical_m_s"
SCATTER = "wind_scatter_deg"
KEYS = ("height_agl_m", "wind_speed_sd_m_s", "wind_from_sd_deg")
_COMMENT = re.compile(r"#\s*(\w+)\s*:\s*(\S+)")


def read_station_csv(
    path: Path,
    *,
    height_agl_m: float | None = None,
    wind_speed_sd_m_s: float | None = None,
    wind_from_sd_deg: float | None = None,
) -> WindHistory:
    """Return the wind of a CSV file of the contract.

    Height and errors come from the comments above the header, where arguments don't say otherwise;
    what neither says is assumed and flagged.

    Raises
    ------
    HeaderError
        If a column is missing, or the wind's convention is not stated.
    InputError
        If a cell can't be read, or a value can't be a wind.
    """
    table = read_table(path)
    if TIME not in table.columns:
        raise HeaderError(
            f"{table.name}: no column {TIME}; it has {', '.join(table.columns)}. Rename the "
            "time's, or describe the file in a mapping (docs/reference/wind-files.md)."
        )
    if not check_wind_columns(
        table.name, table.columns, "a mapping file (docs/reference/wind-files.md)"
    ):
        raise HeaderError(f"{table.name}: no columns {SPEED} and {FROM}; both are needed.")
    stated = _comments(table)
    height = stated.get("height_agl_m") if height_agl_m is None else height_agl_m
    assumed = Flag(
        FlagKind.ASSUMED,
        f"nothing says at what height {table.name} was measured: {STANDARD_HEIGHT_M:g} m above "
        f"ground are taken; say it by a line '# height_agl_m: {STANDARD_HEIGHT_M:g}' above the "
        "header.",
    )
    zone = ZoneInfo("UTC")
    time = [parse_iso(cell, zone, table.where(r)) for r, cell in enumerate(table.text(TIME))]
    return assemble_wind(
        RawWind(
            name=table.name,
            time_unix_s=np.array(time),
            wind_speed_m_s=table.numbers(SPEED),
            wind_from_deg=table.numbers(FROM),
            vertical_m_s=table.numbers(VERTICAL) if VERTICAL in table.columns else None,
            scatter_deg=table.numbers(SCATTER) if SCATTER in table.columns else None,
            method="station",
            height_agl_m=STANDARD_HEIGHT_M if height is None else height,
            wind_speed_sd_m_s=stated.get("wind_speed_sd_m_s")
            if wind_speed_sd_m_s is None
            else wind_speed_sd_m_s,
            wind_from_sd_deg=stated.get("wind_from_sd_deg")
            if wind_from_sd_deg is None
            else wind_from_sd_deg,
            flags=(assumed,) if height is None else (),
        )
    )


def _comments(table: TextTable) -> dict[str, float]:
    """Return the numbers that comments state, by key."""
    stated: dict[str, float] = {}
    for line in table.comments:
        match = _COMMENT.match(line)
        if match and match[1] in KEYS:
            try:
                number = float(match[2])
            except ValueError:
                number = math.nan
            if not math.isfinite(number) or number < 0:
                raise HeaderError(
                    f"{table.name}: '# {match[1]}: {match[2]}' is no number from 0; correct it, "
                    "without a unit."
                )
            stated[match[1]] = number
    return stated
