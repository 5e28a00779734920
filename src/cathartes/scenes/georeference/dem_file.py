"""Reading heights out of a GeoTIFF: terrain, or the geoid."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError
from rasterio.transform import Affine, array_bounds
from rasterio.windows import Window

from cathartes.errors import HeaderError, InputError, UnitError
from cathartes.scenes.geometry import MapGrid, lon_lat_transformer
from cathartes.scenes.georeference.heights import HeightReference
from cathartes.scenes.georeference.terrain import (
    HIGHEST_GROUND_M,
    LOWEST_GROUND_M,
    HeightGrid,
    cells_of,
)
from cathartes.scenes.readers.raster_lines import open_raster

_LARGEST_GRID = 400_000_000
_MARGIN_CELLS = 2
_OUTSIDE = -1e9


def read_heights(
    path: Path, bounds_deg: tuple[float, float, float, float]
) -> tuple[HeightGrid, HeightReference | None]:
    """Return the heights of a raster's first band around some places, as they are in the file.

    Parameters
    ----------
    path
        GeoTIFF, or any other raster that GDAL reads (a VRT joins several).
    bounds_deg
        West, south, east, north [deg, WGS 84].

    Returns
    -------
    The grid, and what its reference system says that heights are measured from; None if nothing.

    Raises
    ------
    InputError, HeaderError, UnitError
        If it can't be read, has no place, does not reach the bounds, is not in metres, or has
        heights that no ground has.
    """
    if not path.is_file():
        raise InputError(f"{path.name}: no such file; give a GeoTIFF of heights.")
    with open_raster(path) as dataset:
        if dataset.crs is None:
            raise HeaderError(f"{path.name}: has no reference system; add one to the GeoTIFF.")
        _check_metres(dataset, path.name)
        crs = CRS.from_user_input(dataset.crs.to_wkt())
        whole = MapGrid(tuple(dataset.transform)[:6], _horizontal(crs).to_wkt(), dataset.shape)
        window = _window(whole, bounds_deg, path.name)
        # GDAL hands numbers out as they are stored.
        stored = dataset.read(1, window=window, masked=True)
        height = stored.filled(np.nan) if stored.dtype.kind == "f" else None
        if height is None:
            height = stored.astype(np.float64).filled(np.nan)
        height = height * dataset.scales[0] + dataset.offsets[0]
    _check_heights(height, path.name)
    if _goes_round(whole) and window.width == whole.shape[1]:
        height = np.hstack([height, height[:, :1]])  # no gap between the last column and the first
    a, b, c0, d, e, f0 = whole.transform
    c0, f0 = (o + p * window.col_off + q * window.row_off for o, p, q in ((c0, a, b), (f0, d, e)))
    grid = MapGrid((a, b, c0, d, e, f0), whole.crs, height.shape)
    return HeightGrid(grid, height), _stated_reference(crs)


def _window(whole: MapGrid, bounds_deg: tuple[float, float, float, float], origin: str) -> Window:
    west, south, east, north = bounds_deg
    lon, lat = np.meshgrid(np.linspace(west, east, 9), np.linspace(south, north, 9))
    # Far from its own area a reference system has no numbers for a place: it lies outside.
    column, row = (
        np.nan_to_num(v, nan=_OUTSIDE, posinf=_OUTSIDE, neginf=_OUTSIDE)
        for v in cells_of(whole, lon, lat)
    )
    first_row, first_column = (int(np.floor(v.min())) - _MARGIN_CELLS for v in (row, column))
    last_row, last_column = (int(np.ceil(v.max())) + _MARGIN_CELLS for v in (row, column))
    first_row, last_row = max(first_row, 0), min(last_row, whole.shape[0])
    first_column, last_column = max(first_column, 0), min(last_column, whole.shape[1])
    if last_row - first_row < 2 or last_column - first_column < 2:
        left, bottom, right, top = lon_lat_transformer(whole.crs).transform_bounds(
            *array_bounds(*whole.shape, Affine(*whole.transform))
        )
        raise InputError(
            f"{origin}: covers longitudes {left:.4f} to {right:.4f} and latitudes {bottom:.4f} to "
            f"{top:.4f}, and the flight needs {west:.4f} to {east:.4f} and {south:.4f} to "
            f"{north:.4f}: give heights of this place."
        )
    n_rows, n_columns = last_row - first_row, last_column - first_column
    if n_rows * n_columns > _LARGEST_GRID:
        raise InputError(
            f"{origin}: {n_rows} x {n_columns} heights lie under the flight; that is more than "
            f"{_LARGEST_GRID:g}: give a coarser grid, or some positions are far off."
        )
    return Window(first_column, first_row, n_columns, n_rows)


def _goes_round(grid: MapGrid) -> bool:
    """Return True if a grid's columns go once round the Earth."""
    turn_deg = grid.transform[0] * grid.shape[1]
    return CRS.from_user_input(grid.crs).is_geographic and bool(np.isclose(turn_deg, 360.0))


def _check_heights(height_m: NDArray[np.floating], origin: str) -> None:
    with np.errstate(invalid="ignore"):
        outside = height_m[(height_m < LOWEST_GROUND_M) | (height_m > HIGHEST_GROUND_M)]
    if outside.size:
        raise HeaderError(
            f"{origin}: {outside.size} heights lie outside {LOWEST_GROUND_M:g} to "
            f"{HIGHEST_GROUND_M:g} m, such as {outside[0]:.9g} m, where no ground is. If that "
            "number marks holes, the file must say so (gdal_edit.py -a_nodata "
            f"{outside[0]:.9g} {origin}); else give heights of land, in metres."
        )


def _check_metres(dataset: Any, origin: str) -> None:
    unit = (dataset.units[0] or "").strip().lower()
    if unit not in {"", "m", "metre", "metres", "meter", "meters"}:
        raise UnitError(f"{origin}: heights in {unit!r}; metres are needed: convert the file.")


def _horizontal(crs: CRS) -> CRS:
    """Return a reference system without its heights."""
    if crs.is_compound:
        return crs.sub_crs_list[0]
    try:
        return crs.to_2d()
    except CRSError as error:
        raise HeaderError(f"reference system {crs.name!r} is not understood: {error}.") from error


def _stated_reference(crs: CRS) -> HeightReference | None:
    """Return what a reference system says of heights: a vertical datum is a geoid's."""
    if crs.is_compound:
        return HeightReference.SEA
    return HeightReference.ELLIPSOID if len(crs.axis_info) == 3 else None
