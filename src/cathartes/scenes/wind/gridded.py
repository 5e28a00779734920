"""Wind of a weather model on a grid, in NetCDF: its history at one place and height.

Read by their CF standard names, else by the names of ERA5 and common models: latitude, longitude,
time; and components at 10 m (u10, v10), at 100 m (u100, v100), or on levels of height. Components
of models point to where the air goes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import h5py
import numpy as np
from numpy.typing import NDArray

from cathartes.errors import HeaderError, InputError, TruncatedFileError, UnitError
from cathartes.scenes.records.times import to_unix_s
from cathartes.scenes.wind.assemble import RawWind, assemble_wind
from cathartes.scenes.wind.conventions import wind_from_components
from cathartes.scenes.wind.history import WindHistory

MODEL_SPEED_SD_M_S = 1.5
MODEL_FROM_SD_DEG = 25.0
"""A model's wind at a point against a mast's, hour by hour (ERA5 at 10 m over land: 1 to 2 m/s)."""
_HDF5 = b"\x89HDF\r\n\x1a\n"
_CLASSIC = b"CDF"
_NAMES = {
    "latitude": ("latitude", "lat"),
    "longitude": ("longitude", "lon"),
    "time": ("valid_time", "time"),
    "height": ("height", "level_height", "z"),
}
_PAIRS = {("u10", "v10"): 10.0, ("u10m", "v10m"): 10.0, ("u100", "v100"): 100.0}
_ATTRIBUTES = ("standard_name", "units", "calendar", "scale_factor", "add_offset", "_FillValue",
               "missing_value")  # fmt: skip
_SINCE = re.compile(r"(second|minute|hour|day)s?\s+since\s+(.+)", re.IGNORECASE)
_SECONDS = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86_400.0}


@dataclass(frozen=True, slots=True)
class _Variable:
    """A variable with its values as they are meant (scale, offset, fill) and its attributes."""

    name: str
    values: NDArray[np.float64]
    dims: tuple[str, ...]
    attributes: Mapping[str, str]


def is_gridded(path: Path) -> bool:
    """Return True for a file that begins like NetCDF, classic or 4."""
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        head = stream.read(8)
    return head.startswith((_HDF5, _CLASSIC))


def read_gridded_wind(
    path: str | Path,
    *,
    longitude_deg: float,
    latitude_deg: float,
    height_agl_m: float | None = None,
    wind_speed_sd_m_s: float = MODEL_SPEED_SD_M_S,
    wind_from_sd_deg: float = MODEL_FROM_SD_DEG,
) -> WindHistory:
    """Return a model's wind at a place, its vector interpolated between four grid points.

    Parameters
    ----------
    path
        NetCDF, classic or 4.
    longitude_deg, latitude_deg
        Where.
    height_agl_m
        On levels of height, the level (interpolated); else the file's own 10 or 100 m is taken.
    wind_speed_sd_m_s, wind_from_sd_deg
        The model's error at a point.

    Raises
    ------
    HeaderError
        If a coordinate or the components are missing or ambiguous, or the grid is rotated.
    InputError
        If the place or height is outside the grid.
    UnitError
        If a component is not in m/s.
    TruncatedFileError
        If the file breaks off.
    """
    path = Path(path)
    variables = _read(path)
    axes = {word: _find(path.name, variables, word) for word in ("latitude", "longitude", "time")}
    east, north, height = _components(path.name, variables)
    levels = _level_axis(variables, east)
    at = {
        axes["latitude"].name: latitude_deg,
        axes["longitude"].name: _same_turn(longitude_deg, axes["longitude"].values),
    }
    if levels is not None:
        if height_agl_m is None:
            raise HeaderError(
                f"{path.name} holds winds at {levels.values.size} heights; say which is wanted."
            )
        at[levels.name], height = height_agl_m, height_agl_m
    u, v = (
        _along_time(path.name, component, variables, axes["time"].name, at)
        for component in (east, north)
    )
    speed, angle = wind_from_components(u, v)
    return assemble_wind(
        RawWind(
            name=path.name,
            time_unix_s=_times(path.name, axes["time"]),
            wind_speed_m_s=speed,
            wind_from_deg=angle,
            method="grid",
            height_agl_m=height,
            wind_speed_sd_m_s=wind_speed_sd_m_s,
            wind_from_sd_deg=wind_from_sd_deg,
        )
    )


def _read(path: Path) -> dict[str, _Variable]:
    """Return every numeric variable of a file."""
    try:
        head = path.read_bytes()[:8]
    except OSError as error:
        raise InputError(
            f"{path} can't be read ({error.strerror}); name a readable file."
        ) from error
    try:
        if head.startswith(_HDF5):
            with h5py.File(path, "r") as file:
                return _read_hdf5(file)
        if head.startswith(_CLASSIC):
            return _read_classic(path)
    except (OSError, ValueError, TypeError, IndexError) as error:
        raise TruncatedFileError(
            f"{path.name} breaks off or is damaged ({error}); fetch it again."
        ) from error
    raise HeaderError(f"{path.name} is no NetCDF file; convert GRIB with cdo or cfgrib first.")


def _read_hdf5(file: h5py.File) -> dict[str, _Variable]:
    found = {}
    for name, item in file.items():
        if not isinstance(item, h5py.Dataset) or item.dtype.kind not in "iuf":
            continue
        attributes = {key: _plain(item.attrs[key]) for key in _ATTRIBUTES if key in item.attrs}
        dims = tuple(
            scales[0].name.lstrip("/") if len(scales := dim.values()) else f"{name}_{i}"
            for i, dim in enumerate(item.dims)
        )
        dims = (name,) if item.ndim == 1 and item.is_scale else dims
        found[name] = _Variable(name, _meant(item[()], attributes), dims, attributes)
    return found


def _read_classic(path: Path) -> dict[str, _Variable]:
    from scipy.io import netcdf_file  # noqa: PLC0415  # slow to import, and seldom needed

    found = {}
    with netcdf_file(path, "r", mmap=False) as file:
        for name, item in file.variables.items():
            if np.dtype(item.data.dtype).kind not in "iuf":
                continue
            has = [key for key in _ATTRIBUTES if hasattr(item, key)]
            attributes = {key: _plain(getattr(item, key)) for key in has}
            values = _meant(np.array(item.data), attributes)
            found[name] = _Variable(name, values, tuple(item.dimensions), attributes)
    return found


def _plain(value: Any) -> str:
    """Return an attribute as text."""
    first = value.flat[0] if isinstance(value, np.ndarray) and value.size else value
    return first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first)


def _meant(values: Any, attributes: Mapping[str, str]) -> NDArray[np.float64]:
    """Return numbers with fill values as NaN, scaled and shifted as the attributes say."""
    raw = np.asarray(values)
    number = raw.astype(np.float64)
    for key in ("_FillValue", "missing_value"):
        if key in attributes:
            number[raw == np.array(float(attributes[key])).astype(raw.dtype)] = np.nan
    return np.asarray(
        number * float(attributes.get("scale_factor", 1)) + float(attributes.get("add_offset", 0))
    )


def _find(file: str, variables: Mapping[str, _Variable], word: str) -> _Variable:
    """Return a coordinate, by its standard name or its usual ones."""
    named = [v for v in variables.values() if v.attributes.get("standard_name") == word]
    named = named or [variables[name] for name in _NAMES[word] if name in variables]
    flat = [v for v in named if v.values.ndim == 1]
    if not flat:
        why = "has two axes: a rotated grid is not read" if named else "is missing"
        raise HeaderError(
            f"{file}: the coordinate {word} {why}; it has {', '.join(variables)}. Regrid it to "
            "latitude and longitude."
        )
    return flat[0]


def _components(
    file: str, variables: Mapping[str, _Variable]
) -> tuple[_Variable, _Variable, float | None]:
    """Return east and north components, and the height that their names state."""
    pair = next((pair for pair in _PAIRS if all(name in variables for name in pair)), None)
    height = _PAIRS.get(pair) if pair else None
    if pair is None:
        by_standard = {v.attributes.get("standard_name"): v.name for v in variables.values()}
        east, north = by_standard.get("eastward_wind"), by_standard.get("northward_wind")
        pair = (east, north) if east and north else None
    if pair is None:
        raise HeaderError(
            f"{file}: no wind (u10 and v10, u100 and v100, or standard names eastward_wind and "
            f"northward_wind); it has {', '.join(variables)}. Components along a model's own x and "
            "y have to be rotated to east and north first."
        )
    for name in pair:
        unit = variables[name].attributes.get("units", "")
        if re.sub(r"[\s*^]", "", unit.lower()) not in {"m/s", "ms-1", "ms**-1", "m.s-1"}:
            raise UnitError(f"{file}: {name} is in {unit!r}; m s-1 is needed: convert it.")
    return variables[pair[0]], variables[pair[1]], height


def _level_axis(variables: Mapping[str, _Variable], component: _Variable) -> _Variable | None:
    """Return the axis of heights that a component has, if it has one."""
    for dim in component.dims:
        axis = variables.get(dim)
        if (
            axis is not None
            and axis.values.size > 1
            and (axis.attributes.get("standard_name") == "height" or dim in _NAMES["height"])
        ):
            return axis
    return None


def _same_turn(longitude: float, axis: NDArray[np.float64]) -> float:
    """Return a longitude in the turn that a grid counts in (-180 to 180, or 0 to 360)."""
    return next((turn for k in (0, 360, -360)
                 if axis.min() <= (turn := longitude + k) <= axis.max()), longitude)  # fmt: skip


def _along_time(
    file: str,
    component: _Variable,
    variables: Mapping[str, _Variable],
    time: str,
    at: Mapping[str, float],
) -> NDArray[np.float64]:
    """Return a component over time, (time,), linear between grid points in every other axis."""
    values, dims = component.values, list(component.dims)
    for dim in component.dims:
        if dim == time:
            continue
        place = dims.index(dim)
        if dim not in at:
            if values.shape[place] != 1:
                raise HeaderError(
                    f"{file}: {component.name} has an axis {dim} of {values.shape[place]}, which "
                    "is neither time, place nor height above ground; select one of it first."
                )
            values = np.take(values, 0, axis=place)
        else:
            values = _between(file, values, place, variables[dim], at[dim])
        dims.remove(dim)
    return np.asarray(np.atleast_1d(values), np.float64)


def _between(
    file: str, values: NDArray[np.float64], place: int, axis: _Variable, at: float
) -> NDArray[np.float64]:
    """Return values interpolated along one axis."""
    order = np.argsort(axis.values)
    grid = axis.values[order]
    if not grid[0] <= at <= grid[-1]:
        raise InputError(
            f"{file}: {axis.name} {at:g} is outside the grid's {grid[0]:g} to {grid[-1]:g}; fetch "
            "a larger part of the model's field."
        )
    if grid.size == 1:
        return np.asarray(np.take(values, 0, axis=place))
    upper = int(np.clip(np.searchsorted(grid, at), 1, grid.size - 1))
    share = (at - grid[upper - 1]) / (grid[upper] - grid[upper - 1])
    low, high = (np.take(values, order[i], axis=place) for i in (upper - 1, upper))
    return np.asarray((1 - share) * low + share * high)


def _times(file: str, axis: _Variable) -> NDArray[np.float64]:
    """Return CF times as seconds since 1970, (time,)."""
    unit = axis.attributes.get("units", "")
    match = _SINCE.fullmatch(unit.strip())
    calendar = axis.attributes.get("calendar", "standard")
    if match is None or calendar not in {"standard", "gregorian", "proleptic_gregorian"}:
        raise HeaderError(
            f"{file}: times in {unit!r}, calendar {calendar!r}; 'hours since 1900-01-01' or the "
            "like in the standard calendar is needed."
        )
    text = re.sub(r"\s*(UTC|Z)$", "", match[2].strip()).replace(" ", "T", 1)
    text = re.sub(r"-(\d)(?=\D|$)", r"-0\1", text)
    try:
        start = datetime.fromisoformat(text)
    except ValueError as error:
        raise HeaderError(f"{file}: times count from {match[2]!r}, which is no date.") from error
    start = start if start.tzinfo else start.replace(tzinfo=ZoneInfo("UTC"))
    seconds: NDArray[np.float64] = to_unix_s(start) + axis.values * _SECONDS[match[1].lower()]
    return seconds
