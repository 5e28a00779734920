"""What the two autopilots call time, place and wind in their logs: known here and nowhere else."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import HeaderError, InputError
from cathartes.scenes.records.dataflash import KIND as DATAFLASH
from cathartes.scenes.records.flight import FlightRecord
from cathartes.scenes.records.table import TextTable
from cathartes.scenes.records.times import gps_unix_s

FIX_3D = 3
UNIX_COLUMN = "time_unix_s"
"""The column of UTC time that a topic's table gets."""
_ULOG_GPS = ("vehicle_gps_position", "sensor_gps")
_ULOG_WIND = ("wind", "wind_estimate")
_DATAFLASH_WIND = ("XKF2", "NKF2")


@dataclass(frozen=True, slots=True)
class Fixes:
    """Places that an autopilot knew.

    Attributes
    ----------
    time_unix_s, longitude_deg, latitude_deg : (fix,)
    height_m : (fix,) [m]
        Above the take-off place.
    takeoff
        How that was found, in words.
    """

    time_unix_s: NDArray[np.float64]
    longitude_deg: NDArray[np.float64]
    latitude_deg: NDArray[np.float64]
    height_m: NDArray[np.float64]
    takeoff: str


@dataclass(frozen=True, slots=True)
class WindEstimate:
    """The autopilot's estimate of the wind: where the air goes to.

    Attributes
    ----------
    time_unix_s, east_m_s, north_m_s : (row,)
    component_sd_m_s
        Median standard deviation of a component; NaN if the log does not say.
    """

    time_unix_s: NDArray[np.float64]
    east_m_s: NDArray[np.float64]
    north_m_s: NDArray[np.float64]
    component_sd_m_s: float


def boot_unix_s(record: FlightRecord) -> float:
    """Return the UTC time of boot, from the receiver's time at its fixes [s since 1970].

    The median over fixes: single times may be late by a message or wrong by a second.

    Raises
    ------
    HeaderError
        If the log holds no time of a receiver with a fix.
    """
    if record.kind == DATAFLASH and record.has("GPS", "GWk", "GMS", "Status"):
        fixed = record.field("GPS", "Status") >= FIX_3D
        time = np.array(
            [gps_unix_s(week, ms) for week, ms in zip(record.field("GPS", "GWk"),
                                                      record.field("GPS", "GMS"), strict=True)]
        )  # fmt: skip
        start = (time - record.boot_s("GPS"))[fixed]
    else:
        topic = next((t for t in _ULOG_GPS if record.has(t, "time_utc_usec", "fix_type")), None)
        start = np.empty(0)
        if topic is not None:
            time = record.field(topic, "time_utc_usec") * 1e-6
            fixed = (record.field(topic, "fix_type") >= FIX_3D) & (time > 0)
            start = (time - record.boot_s(topic))[fixed]
    if start.size == 0:
        raise HeaderError(
            f"{record.name} ({record.kind}) holds no UTC time of a satellite receiver with a fix; "
            "its clock only counts from boot. Log the receiver's messages, or export the track to "
            "CSV with times."
        )
    return float(np.median(start))


def topic_table(record: FlightRecord, topic: str) -> TextTable:
    """Return a topic's plain fields as a table, with a column of UTC time.

    Raises
    ------
    HeaderError
        If there is no such topic, or no UTC time.
    """
    time = boot_unix_s(record) + record.boot_s(topic)
    messages = record.messages[topic]
    plain = [n for n in messages.dtype.names or () if messages.dtype[n].kind in "iufbS"]
    texts = [
        [cell.decode("ascii", "replace") if isinstance(cell, bytes) else repr(cell)
         for cell in messages[name].tolist()]
        for name in plain
    ]  # fmt: skip
    cells = [[repr(second) for second in time.tolist()], *texts]
    return TextTable(
        f"{record.name}, {topic}",
        (UNIX_COLUMN, *plain),
        tuple(zip(*cells, strict=True)),
        tuple(range(1, time.size + 1)),
    )


def fixes_of(record: FlightRecord) -> Fixes:
    """Return where the autopilot was.

    DataFlash: POS, whose RelHomeAlt is the height above home. ULog: vehicle_global_position, the
    estimate, else the receiver's own position; heights are less home's, or the first fix's.

    Raises
    ------
    HeaderError
        If there is no position or no UTC time.
    InputError
        If no position has a fix.
    """
    start = boot_unix_s(record)
    if record.kind == DATAFLASH:
        longitude, latitude = record.field("POS", "Lng"), record.field("POS", "Lat")
        height = record.field("POS", "RelHomeAlt")
        return _known(
            record, start + record.boot_s("POS"), longitude, latitude, height, "home of the log"
        )
    if record.has("vehicle_global_position", "lat", "lon", "alt"):
        topic, good = "vehicle_global_position", None
        longitude, latitude = record.field(topic, "lon"), record.field(topic, "lat")
        altitude = record.field(topic, "alt")
    else:
        topic = next((t for t in _ULOG_GPS if record.has(t, "fix_type")), _ULOG_GPS[0])
        good = record.field(topic, "fix_type") >= FIX_3D
        if record.has(topic, "latitude_deg", "longitude_deg", "altitude_msl_m"):  # PX4 from 1.14
            longitude = record.field(topic, "longitude_deg")
            latitude = record.field(topic, "latitude_deg")
            altitude = record.field(topic, "altitude_msl_m")
        else:
            longitude = record.field(topic, "lon") * 1e-7
            latitude = record.field(topic, "lat") * 1e-7
            altitude = record.field(topic, "alt") * 1e-3
    if good is not None:
        longitude = np.where(good, longitude, np.nan)
    home = record.field("home_position", "alt") if record.has("home_position", "alt") else None
    known = np.isfinite(longitude) & np.isfinite(altitude)
    if home is None and not known.any():
        raise InputError(f"{record.name}: no position has a three-dimensional fix.")
    ground = float(home[-1]) if home is not None else float(altitude[known][0])
    said = "home of the log" if home is not None else "the first fix"
    return _known(
        record, start + record.boot_s(topic), longitude, latitude, altitude - ground, said
    )


def _known(
    record: FlightRecord,
    time: NDArray[np.float64],
    longitude: NDArray[np.float64],
    latitude: NDArray[np.float64],
    height: NDArray[np.float64],
    takeoff: str,
) -> Fixes:
    """Return the fixes that are whole and in order of time."""
    whole = np.isfinite(np.array([time, longitude, latitude, height])).all(axis=0)
    whole &= (longitude != 0) | (latitude != 0)
    if not whole.any():
        raise InputError(f"{record.name}: no position has a fix.")
    time, first = np.unique(time[whole], return_index=True)
    return Fixes(
        time, longitude[whole][first], latitude[whole][first], height[whole][first], takeoff
    )


def wind_estimate_of(record: FlightRecord) -> WindEstimate:
    """Return the autopilot's own wind: ULog wind or wind_estimate, DataFlash XKF2 or NKF2.

    Both filters carry the wind as the velocity of the air over the ground, north and east.
    Stretches of exact zeros are the filter's start, not a calm.

    Raises
    ------
    HeaderError
        If the log holds no wind, or no UTC time.
    InputError
        If the filter never estimated one.
    """
    names = ("VWE", "VWN") if record.kind == DATAFLASH else ("windspeed_east", "windspeed_north")
    topics = _DATAFLASH_WIND if record.kind == DATAFLASH else _ULOG_WIND
    topic = next((t for t in topics if record.has(t, *names)), None)
    if topic is None:
        raise HeaderError(
            f"{record.name} ({record.kind}) holds no estimate of the wind ({', '.join(topics)}); "
            "give a station's, or a constant with its error."
        )
    east, north = (record.field(topic, name) for name in names)
    known = np.isfinite(east) & np.isfinite(north) & ((east != 0) | (north != 0))
    if not known.any():
        raise InputError(
            f"{record.name}: the autopilot never estimated a wind ({topic} is zero throughout, as "
            "before the first fast flight); give a station's, or a constant with its error."
        )
    sd = np.nan
    if record.has(topic, "variance_east", "variance_north"):
        variance = record.field(topic, "variance_east") + record.field(topic, "variance_north")
        sd = float(np.sqrt(np.median(variance[known]) / 2))
    time = boot_unix_s(record) + record.boot_s(topic)
    time, first = np.unique(time[known], return_index=True)
    return WindEstimate(time, east[known][first], north[known][first], sd)
