"""Reading navigation: our plain CSV, and AVIRIS-NG's ephemeris and attitude in ENVI."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import HeaderError, InputError, SettingsError
from cathartes.scenes.georeference.csv_table import CsvTable, read_csv_table
from cathartes.scenes.georeference.heights import HeightReference
from cathartes.scenes.georeference.navigation import Attitudes, Navigation, Track
from cathartes.scenes.readers.envi_header import find_pair, read_header
from cathartes.scenes.readers.envi_lines import RawLayout, read_numbers

_POSITION = ("longitude_deg", "latitude_deg", "altitude_m")
_ATTITUDE = ("roll_deg", "pitch_deg", "heading_deg")
_POSITION_SD = ("horizontal_sd_m", "vertical_sd_m")
_ATTITUDE_SD = ("roll_sd_deg", "pitch_sd_deg", "heading_sd_deg")
REFERENCE_NOTE = "altitude_reference"

_TEXT_SUFFIXES = frozenset({".csv", ".txt"})
_ENVI_BANDS = ("gpstime", "lat", "lon", "alt", "pitch", "roll", "heading")
_GPS_START = datetime(1980, 1, 6, tzinfo=UTC)
_SECONDS_A_WEEK = 604_800
# Seconds by which GPS time is ahead of UTC, from a date on (IERS Bulletin C).
_GPS_MINUS_UTC = (
    (datetime(2009, 1, 1, tzinfo=UTC), 15),
    (datetime(2012, 7, 1, tzinfo=UTC), 16),
    (datetime(2015, 7, 1, tzinfo=UTC), 17),
    (datetime(2017, 1, 1, tzinfo=UTC), 18),
)


@dataclass(frozen=True, slots=True)
class NavigationFile:
    """What a navigation file says.

    Attributes
    ----------
    navigation
        Altitudes as in the file.
    reference
        What they are measured from; None if it does not say.
    """

    navigation: Navigation
    reference: HeightReference | None


def read_navigation(path: Path, gps_week: int | None = None) -> NavigationFile:
    """Return the navigation of a CSV file, or of an ENVI file as AVIRIS-NG's teams keep it.

    Parameters
    ----------
    path
        CSV if its name ends in .csv or .txt; else ENVI if its header lies beside it.
    gps_week
        Whole weeks since 6 January 1980, for files whose clock is the GPS second of the week.

    Raises
    ------
    InputError, HeaderError
        If it can't be read, or can't be right.
    SettingsError
        If the GPS week is needed and not given, or the other way round.
    """
    is_text = path.suffix.lower() in _TEXT_SUFFIXES
    pair = find_pair(path) if path.is_file() and not is_text else None
    if pair is not None:
        return NavigationFile(_from_envi(*pair, gps_week), None)
    if gps_week is not None:
        raise SettingsError(
            f"{path.name}: a GPS week was given, and the file's times are in UTC; leave it out."
        )
    return _from_csv(read_csv_table(path))


def read_line_times(path: Path) -> tuple[datetime, ...]:
    """Return the time of each line, aware, from a CSV file with a column ``time_utc``.

    Raises
    ------
    InputError, HeaderError
        If it can't be read, or its times do not rise.
    """
    table = read_csv_table(path)
    table.check_columns(("time_utc",), ("time_utc",))
    times = table.times_utc("time_utc")
    for i, (one, other) in enumerate(pairwise(times), start=2):
        if other <= one:
            raise HeaderError(
                f"{path.name}: line {i} is of {other.isoformat()}, not after {one.isoformat()}; "
                "lines' times must rise: mend the file."
            )
    return times


def _from_csv(table: CsvTable) -> NavigationFile:
    needed = ("time_utc", *_POSITION, *_ATTITUDE)
    table.check_columns(needed, (*needed, *_POSITION_SD, *_ATTITUDE_SD))
    times = table.times_utc("time_utc")
    time_s = np.array([(time - times[0]).total_seconds() for time in times])
    parts = []
    for columns, sd_columns, what in ((_POSITION, _POSITION_SD, "a position"),
                                      (_ATTITUDE, _ATTITUDE_SD, "an attitude")):  # fmt: skip
        values = np.column_stack([table.numbers(name) for name in columns])
        sd = np.column_stack([table.numbers(name) for name in sd_columns])
        stated = np.isfinite(values)
        half = stated.any(axis=1) & ~stated.all(axis=1)
        if half.any():
            raise HeaderError(
                f"{table.origin}: row {np.argmax(half) + 1} has part of {what} only; all of "
                f"{', '.join(columns)} are needed, or none in a row without {what}."
            )
        rows = stated.all(axis=1)
        parts.append((time_s[rows], *values[rows].T, sd[rows]))
    note = table.notes.get(REFERENCE_NOTE)
    if note is not None and note not in {r.value for r in HeightReference}:
        raise HeaderError(
            f"{table.origin}: '{REFERENCE_NOTE} = {note}'; ellipsoid or sea is needed."
        )
    return NavigationFile(
        Navigation(times[0], Track(*parts[0]), Attitudes(*parts[1])),
        None if note is None else HeightReference(note),
    )


def _from_envi(header_path: Path, data_path: Path, gps_week: int | None) -> Navigation:
    header = read_header(header_path)
    names = [name.lower() for name in header.items("band names")]
    missing = [name for name in _ENVI_BANDS if name not in names]
    if missing:
        found = f"bands {', '.join(names)}" if names else "bands without names"
        raise HeaderError(
            f"{header_path.name}: {found}; {', '.join(missing)} missing: navigation in ENVI has "
            f"the bands {', '.join(_ENVI_BANDS)} (angles in degrees), other navigation is read "
            "from CSV, whose name ends in .csv or .txt."
        )
    if gps_week is None:
        raise SettingsError(
            f"{data_path.name}: its clock is the GPS second of a week; give the week with "
            "--gps-week (whole weeks since 6 January 1980)."
        )
    numbers = read_numbers(RawLayout.of(header, data_path)).astype(np.float64)
    table = numbers.reshape(-1, numbers.shape[2])
    time, lat, lon, alt, pitch, roll, heading = (table[:, names.index(n)] for n in _ENVI_BANDS)
    if not 0 <= time[0] <= _SECONDS_A_WEEK:
        raise InputError(
            f"{data_path.name}: the first time is {time[0]:g}; seconds of a GPS week, 0 to "
            f"{_SECONDS_A_WEEK}, are needed."
        )
    seconds: NDArray[np.float64] = time - time[0]
    start = _gps_to_utc(gps_week, float(time[0]))
    return Navigation(
        start, Track(seconds, lon, lat, alt), Attitudes(seconds, roll, pitch, heading)
    )


def _gps_to_utc(week: int, second: float) -> datetime:
    gps = _GPS_START + timedelta(weeks=week, seconds=second)
    ahead = [seconds for since, seconds in _GPS_MINUS_UTC if gps >= since]
    if not ahead:
        raise SettingsError(f"GPS week {week} is of {gps.year}; weeks from 2009 on are known.")
    return gps - timedelta(seconds=ahead[-1])
