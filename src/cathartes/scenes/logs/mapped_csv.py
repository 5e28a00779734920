"""Any other table of gas concentrations, told by a mapping file."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import InputError, UnitError, UnknownGasError
from cathartes.scenes.local_frame import LocalFrame
from cathartes.scenes.logs.assemble import RawRows, assemble_log
from cathartes.scenes.logs.gas_log import GasLog, PathEnd
from cathartes.scenes.logs.mapping import (
    PAGE,
    FrameTable,
    GasTable,
    LogMapping,
    PlaceTable,
    PointTable,
    SensorTable,
)
from cathartes.scenes.logs.quantities import (
    MG_PER_UNIT,
    PPM_PER_FRACTION,
    ppm_from_mass_concentration,
    ppm_of_path,
)
from cathartes.scenes.logs.track import Track, join_track
from cathartes.scenes.records.flags import Flag, FlagKind
from cathartes.scenes.records.mapping import check_columns
from cathartes.scenes.records.table import TextTable
from cathartes.scenes.toml_file import read_toml_file
from cathartes.spectra.builtin import builtin_library

M_PER_FOOT = 0.3048


@dataclass(frozen=True, slots=True)
class _Rows:
    """A table with the mapping that explains it."""

    table: TextTable
    mapping: LogMapping

    def numbers(self, source: str | float) -> NDArray[np.float64]:
        return self.mapping.table.numbers(self.table, source)


def read_log_mapping(path: Path) -> LogMapping:
    """Return a mapping file's content; raises SettingsError as `read_toml_file`."""
    return read_toml_file(path, LogMapping, "mapping file", PAGE)


def read_mapped_log(path: Path, mapping: LogMapping, track: Track | None = None) -> GasLog:
    """Return the log of a table that a mapping describes.

    Parameters
    ----------
    path
    mapping
    track
        Where the rows get their places from, if the mapping has no ``[place]``.

    Raises
    ------
    InputError
        If a column is absent, a cell can't be read, or nothing says where the rows were measured.
    UnitError
        If an amount's unit needs what is not known.
    """
    rows = _Rows(mapping.table.read(path), mapping)
    check_columns(rows.table, _named(mapping), path)
    time = mapping.time.unix_s(rows.table, mapping.table)
    if mapping.sensor:
        raw = _beside_each_other(rows, path.stem, time)
    else:
        raw = _below_each_other(rows, path.stem, time, track)
    return assemble_log(raw)


def _named(mapping: LogMapping) -> list[str]:
    """Return every column that a mapping names."""
    place = mapping.place
    sources: list[object] = [*mapping.time.columns, *(gas.column for gas in mapping.gas)]
    sources += [source for gas in mapping.gas for source in (gas.temperature_k, gas.pressure_pa)]
    if place is not None:
        sources += [*place.sources(), place.sensor]
        sources += place.end.sources() if place.end is not None else ()
    if mapping.wind is not None:
        sources += mapping.wind.column_names()
    return [source for source in sources if isinstance(source, str)]


def _below_each_other(
    rows: _Rows, name: str, time: NDArray[np.float64], track: Track | None
) -> RawRows:
    """Return the rows of a table in which each row is one place."""
    place, frame = rows.mapping.place, rows.mapping.frame
    nothing = np.full(time.size, np.nan)
    longitude = latitude = altitude = nothing
    end: PathEnd | None = None
    flags: tuple[Flag, ...] = ()
    if place is not None and frame is not None:
        longitude, latitude, altitude = _point(rows, place, frame)
        end = None if place.end is None else PathEnd(*_point(rows, place.end, frame))
        flags = _height_flags(frame)
    elif track is None:
        raise InputError(
            f"{name}: the mapping has no [place] and no [[sensor]], and no track is given; add "
            "one, or name the flight's log (--track)."
        )
    length = _length_m(longitude, latitude, altitude, end)
    chemicals = tuple(dict.fromkeys(gas.chemical for gas in rows.mapping.gas))
    if len(chemicals) < len(rows.mapping.gas):
        raise InputError(
            f"{name}: the mapping names two columns of one gas; leave one out, or name the "
            "[[sensor]] of each."
        )
    ppm = np.array([_ppm(rows, gas, length) for gas in rows.mapping.gas])
    speed, angle = _wind(rows, time.size)
    sensor = tuple(rows.table.text(place.sensor)) if place and place.sensor else ()
    raw = RawRows(
        name, time, longitude, latitude, altitude, chemicals, ppm, speed, angle, sensor, end, flags
    )
    return raw if track is None or place is not None else join_track(raw, track)


def _beside_each_other(rows: _Rows, name: str, time: NDArray[np.float64]) -> RawRows:
    """Return the rows of a table that has a column for each fixed sensor, sensor after sensor."""
    frame = rows.mapping.frame
    if frame is None:
        raise InputError(f"{name}: the mapping has no [frame].")
    chemicals = tuple(dict.fromkeys(gas.chemical for gas in rows.mapping.gas))
    blocks = []
    for sensor in rows.mapping.sensor:
        place = _point(rows, sensor, frame)
        end = _sensor_end(rows, sensor, frame)
        length = _length_m(*place, end)
        ppm = np.full((len(chemicals), time.size), np.nan)
        for gas in rows.mapping.gas:
            if gas.sensor == sensor.name:
                ppm[chemicals.index(gas.chemical)] = _ppm(rows, gas, length)
        blocks.append((place, end, ppm))
    n = len(blocks)
    ends = [end for _, end, _ in blocks if end is not None]
    if ends and len(ends) < n:
        raise InputError(f"{name}: give an end to every [[sensor]], or to none.")
    speed, angle = _wind(rows, time.size)
    longitude, latitude, altitude = (
        np.concatenate([place[axis] for place, _, _ in blocks]) for axis in range(3)
    )
    return RawRows(
        name=name,
        time_unix_s=np.tile(time, n),
        longitude_deg=longitude,
        latitude_deg=latitude,
        altitude_agl_m=altitude,
        chemicals=chemicals,
        concentration_ppm=np.concatenate([ppm for _, _, ppm in blocks], axis=1),
        wind_speed_m_s=np.tile(speed, n),
        wind_from_deg=np.tile(angle, n),
        sensor=tuple(s.name for s in rows.mapping.sensor for _ in range(time.size)),
        path_end=_joined(ends) if ends else None,
        flags=_height_flags(frame),
    )


def _sensor_end(rows: _Rows, sensor: SensorTable, frame: FrameTable) -> PathEnd | None:
    return None if sensor.end is None else PathEnd(*_point(rows, sensor.end, frame))


def _joined(ends: list[PathEnd]) -> PathEnd:
    return PathEnd(
        np.concatenate([end.longitude_deg for end in ends]),
        np.concatenate([end.latitude_deg for end in ends]),
        np.concatenate([end.altitude_agl_m for end in ends]),
    )


def _point(
    rows: _Rows, point: PointTable | PlaceTable, frame: FrameTable
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return longitude, latitude [deg] and height above ground [m], each (row,)."""
    factor = M_PER_FOOT if frame.altitude_unit == "ft" else 1.0
    height = factor * rows.numbers(point.altitude) - (frame.ground_altitude_m or 0.0)
    if point.longitude is not None and point.latitude is not None:
        return rows.numbers(point.longitude), rows.numbers(point.latitude), height
    x, y = (rows.numbers(source or 0.0) for source in (point.east, point.north))
    turn = np.radians(frame.y_axis_azimuth_deg)
    local = LocalFrame(frame.origin_longitude_deg or 0.0, frame.origin_latitude_deg or 0.0)
    known = np.isfinite(x) & np.isfinite(y)
    longitude, latitude = local.to_lon_lat(
        np.where(known, x * np.cos(turn) + y * np.sin(turn), 0.0),
        np.where(known, y * np.cos(turn) - x * np.sin(turn), 0.0),
    )
    return np.where(known, longitude, np.nan), np.where(known, latitude, np.nan), height


def _height_flags(frame: FrameTable) -> tuple[Flag, ...]:
    if frame.altitude_reference == "ground":
        return ()
    said = (
        "above the take-off place"
        if frame.altitude_reference == "takeoff"
        else f"above the {frame.altitude_reference}, {frame.ground_altitude_m:g} m at the ground"
    )
    return (
        Flag(
            FlagKind.HEIGHT_REFERENCE,
            f"heights are {said}: the ground is taken as level.",
        ),
    )


def _length_m(
    longitude: NDArray[np.float64],
    latitude: NDArray[np.float64],
    altitude: NDArray[np.float64],
    end: PathEnd | None,
) -> NDArray[np.float64] | None:
    """Return each path's length, (row,) [m]; None of points."""
    known = np.isfinite(longitude) & np.isfinite(latitude)
    if end is None or not known.any():
        return None
    frame = LocalFrame(float(longitude[known][0]), float(latitude[known][0]))
    near = frame.to_east_north(longitude, latitude)
    far = frame.to_east_north(end.longitude_deg, end.latitude_deg)
    return np.asarray(
        np.sqrt(
            (far[0] - near[0]) ** 2 + (far[1] - near[1]) ** 2 + (end.altitude_agl_m - altitude) ** 2
        )
    )


def _ppm(rows: _Rows, gas: GasTable, length_m: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """Return one column as (row,) [ppm]."""
    values = rows.numbers(gas.column)
    if gas.unit in PPM_PER_FRACTION:
        return PPM_PER_FRACTION[gas.unit] * values
    if gas.unit == "ppm m":
        if length_m is None:
            raise UnitError(
                f"{rows.table.name}: {gas.column} is in ppm m, and the mapping gives its path no "
                "end; add place.end (or sensor.end), or correct the unit."
            )
        return ppm_of_path(values, length_m)
    return ppm_from_mass_concentration(
        MG_PER_UNIT[gas.unit] * values,
        _molar_mass_g_mol(gas),
        rows.numbers(gas.temperature_k or 0.0),
        rows.numbers(gas.pressure_pa or 0.0),
    )


def _molar_mass_g_mol(gas: GasTable) -> float:
    if gas.molar_mass_g_mol is not None:
        return gas.molar_mass_g_mol
    try:
        return builtin_library()[gas.chemical].molar_mass_g_mol
    except UnknownGasError as error:
        raise UnitError(
            f"{gas.chemical} is in {gas.unit}, and the library does not know its molar mass; state "
            "molar_mass_g_mol in its [[gas]]."
        ) from error


def _wind(rows: _Rows, n_rows: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if rows.mapping.wind is None:
        return np.full(n_rows, np.nan), np.full(n_rows, np.nan)
    return rows.mapping.wind.polar(rows.table, rows.mapping.table)
