"""Times of records: seconds since 1970-01-01T00:00:00Z, without leap seconds (POSIX)."""

import math
import re
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import InputError
from cathartes.scenes.records.table import NO_VALUE

EPOCH_UTC = datetime(1970, 1, 1, tzinfo=UTC)
GPS_EPOCH_UNIX_S = 315_964_800.0
"""1980-01-06T00:00:00Z, where GPS weeks begin."""
GPS_MINUS_UTC_S = 18.0
"""Leap seconds between GPS time and UTC since 2017-01-01; none has been announced since."""

FIRST_UNIX_S, LAST_UNIX_S = -62_135_596_800.0, 253_402_300_799.0
"""Of 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z: what a date can say."""

TimeScale = Literal["unix_s", "unix_ms", "unix_us", "matlab_days", "excel_days"]

_ORIGIN_UNIX_S = {"matlab_days": -719_529 * 86_400.0, "excel_days": -25_569 * 86_400.0}
_SECONDS = {"unix_s": 1.0, "unix_ms": 1e-3, "unix_us": 1e-6, "matlab_days": 86_400.0,
            "excel_days": 86_400.0}  # fmt: skip


def to_unix_s(time: datetime) -> float:
    """Return the seconds since 1970-01-01T00:00:00Z of an aware time."""
    return (time - EPOCH_UTC) / timedelta(seconds=1)


def to_datetime_utc(time_unix_s: float) -> datetime:
    """Return the aware UTC time of seconds since 1970-01-01T00:00:00Z."""
    return EPOCH_UTC + timedelta(seconds=time_unix_s)


def iso_text(time_unix_s: float) -> str:
    """Return a time as ISO 8601 to the millisecond, for messages and files."""
    return to_datetime_utc(time_unix_s).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_iso(text: str, zone: ZoneInfo | None, where: str) -> float:
    """Return the seconds since 1970 of an ISO 8601 text.

    Parameters
    ----------
    text
        ``2024-05-17T10:31:00.5Z``, with a blank for the T and any offset; what stands for no value
        gives NaN.
    zone
        Zone of a text that states none; None refuses it.
    where
        File and line, for the message.

    Raises
    ------
    InputError
        If the text is no such time, or states no zone and none was given.
    """
    if text.lower() in NO_VALUE:
        return math.nan
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(
            f"{where}: {text!r} is no ISO 8601 time like 2024-05-17T10:31:00Z; correct it, or name "
            "the format in a mapping file (docs/reference/gas-logs.md)."
        ) from error
    return _aware_unix_s(time, zone, text, where)


def parse_format(text: str, form: str, zone: ZoneInfo | None, where: str) -> float:
    """Return the seconds since 1970 of a text in a `strptime` format; else as `parse_iso`."""
    if not text:
        return math.nan
    try:
        time = datetime.strptime(text, form)  # noqa: DTZ007 -- the zone is the next line's
    except (ValueError, re.error) as error:  # re.error: a directive that comes twice
        raise InputError(
            f"{where}: {text!r} is not of the time format {form!r}; correct time.format in the "
            "mapping file."
        ) from error
    return _aware_unix_s(time, zone, text, where)


def _aware_unix_s(time: datetime, zone: ZoneInfo | None, text: str, where: str) -> float:
    if time.tzinfo is None:
        if zone is None:
            raise InputError(
                f"{where}: time {text!r} states no zone; add one (Z or +02:00), or name it in the "
                "mapping file (time.zone)."
            )
        time = time.replace(tzinfo=zone)
    try:
        return to_unix_s(time.astimezone(UTC))
    except OverflowError as error:
        raise InputError(
            f"{where}: time {text!r} is before the year 1 or after 9999 in UTC; correct it."
        ) from error


def check_dates(time_unix_s: NDArray[np.float64], where: str) -> None:
    """Check that seconds since 1970 are of the years 1 to 9999.

    Parameters
    ----------
    time_unix_s : (row,) [s]
        NaN is no time.
    where
        The file, for the message.

    Raises
    ------
    InputError
        If one is not: milliseconds that are taken for seconds come to the year 58000.
    """
    wrong = (time_unix_s < FIRST_UNIX_S) | (time_unix_s > LAST_UNIX_S)
    if wrong.any():
        _refuse(float(time_unix_s[wrong][0]), where)


def _refuse(time_unix_s: float, where: str) -> None:
    raise InputError(
        f"{where}: a time comes to {time_unix_s:g} s since 1970, which is before the year 1 or "
        "after 9999; correct time.format in the mapping file (unix_ms and unix_us are a thousandth "
        "and a millionth of a second), or time.start and time.offset_s."
    )


def parse_number(text: str, scale: TimeScale, where: str) -> float:
    """Return the seconds since 1970 of a number on a known scale; "" gives NaN.

    Raises
    ------
    InputError
        If the text is no number, or no date.
    """
    if not text or re.fullmatch(r"[+-]?nan", text, re.IGNORECASE):
        return math.nan
    try:
        number = float(text)
    except ValueError as error:
        raise InputError(
            f"{where}: time {text!r} is no number, as time.format = {scale!r} asks for."
        ) from error
    time = number * _SECONDS[scale] + _ORIGIN_UNIX_S.get(scale, 0.0)
    if not FIRST_UNIX_S <= time <= LAST_UNIX_S:
        _refuse(time, where)
    return time


def gps_unix_s(week: float, milliseconds: float) -> float:
    """Return the seconds since 1970 (UTC) of a GPS week and milliseconds in it."""
    return GPS_EPOCH_UNIX_S + week * 604_800.0 + milliseconds * 1e-3 - GPS_MINUS_UTC_S
