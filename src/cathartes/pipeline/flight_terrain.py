"""The ground below a flight: which part of which file, and what its heights are measured from."""

from math import isfinite
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import InputError, SettingsError
from cathartes.scenes.georeference.dem_file import read_heights
from cathartes.scenes.georeference.frames import to_geodetic
from cathartes.scenes.georeference.heights import (
    HeightReference,
    chosen_reference,
    grid_on_ellipsoid,
)
from cathartes.scenes.georeference.navigation import LinePoses, Navigation
from cathartes.scenes.georeference.pushbroom import to_ground
from cathartes.scenes.georeference.terrain import LOWEST_GROUND_M, LevelGround, Terrain

_TRIAL_LINES = 400
_MARGIN_DEG = 0.002
_GEOID_MARGIN_DEG = 1.0


def read_geoid(geoid: float | str | Path | None, navigation: Navigation) -> Terrain | None:
    """Return the geoid's heights above the ellipsoid around a flight; None if not given.

    Parameters
    ----------
    geoid
        A number [m], also as text, or a raster.
    navigation
        The flight.

    Raises
    ------
    SettingsError
        If the number is not finite.
    InputError, HeaderError, UnitError
        If the raster can't be read, or does not reach the flight.
    """
    if geoid is None:
        return None
    try:
        height_m = float(geoid)  # type: ignore[arg-type]  # a path is no number
    except (TypeError, ValueError):
        track = navigation.track
        bounds = _bounds(track.longitude_deg, track.latitude_deg, margin_deg=_GEOID_MARGIN_DEG)
        return read_heights(Path(geoid), bounds)[0]  # type: ignore[arg-type]
    if not isfinite(height_m):
        raise SettingsError(
            f"geoid is {height_m:g}; a finite height in metres, or a raster of it, is needed."
        )
    return LevelGround(height_m)


def read_terrain(
    dem: str | Path | None,
    ground_altitude_m: float | None,
    heights: HeightReference | None,
    geoid: Terrain | None,
    poses: LinePoses,
    look: NDArray[np.float64],
) -> tuple[Terrain, HeightReference | None]:
    """Return the ground below a flight above the ellipsoid, and what its file's heights are of.

    Parameters
    ----------
    dem
        Raster of heights; None for level ground.
    ground_altitude_m : [m]
        Of level ground above the ellipsoid.
    heights
        What the raster's are measured from, where it does not say.
    geoid
        Needed for heights above the sea.
    poses, look : (line,), (sample, 3)
        Of the flight: which part of the raster is needed.

    Raises
    ------
    SettingsError
        If neither or both are given, or nothing says what heights are measured from.
    InputError, HeaderError, UnitError
        If the raster can't be read, or does not reach the flight.
    """
    if (dem is None) == (ground_altitude_m is None):
        raise SettingsError(
            f"{'no' if dem is None else 'both a'} DEM and {'no' if dem is None else 'an'} altitude "
            "of level ground; give one of them: --dem FILE, or --ground-altitude-m (above the "
            "ellipsoid)."
        )
    if dem is None:
        return LevelGround(ground_altitude_m or 0.0), None
    path = Path(dem)
    grid, stated = read_heights(path, _bounds_below(poses, look))
    reference = chosen_reference(stated, heights, path.name, "give --dem-heights")
    return grid_on_ellipsoid(grid, reference, geoid), reference


def _bounds_below(poses: LinePoses, look: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """Return the bounds of all ground that rays may meet, the camera's own places with it."""
    known = np.flatnonzero(poses.known)
    some = known[:: max(1, known.size // _TRIAL_LINES)]
    trial = poses.select(some)
    edges = to_ground(trial, look[[0, look.shape[0] // 2, -1]], LevelGround(LOWEST_GROUND_M))
    lon, lat, _ = to_geodetic(trial.camera_m)
    return _bounds(
        np.concatenate([edges.longitude_deg.ravel(), lon]),
        np.concatenate([edges.latitude_deg.ravel(), lat]),
        margin_deg=_MARGIN_DEG,
    )


def _bounds(
    lon: NDArray[np.float64], lat: NDArray[np.float64], *, margin_deg: float
) -> tuple[float, float, float, float]:
    """Return west, south, east, north [deg]; the antimeridian is no edge."""
    known = np.isfinite(lon) & np.isfinite(lat)
    if not known.any():
        raise InputError(
            "the camera does not look at the ground: check roll, pitch and boresight, and that z "
            "of the look vectors points out of the lens."
        )
    first = lon[known][0]
    way = (lon[known] - first + 180.0) % 360.0 - 180.0
    return (
        float(first + way.min() - margin_deg),
        float(lat[known].min() - margin_deg),
        float(first + way.max() + margin_deg),
        float(lat[known].max() + margin_deg),
    )
