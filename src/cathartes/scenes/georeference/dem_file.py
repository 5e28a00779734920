"""Reading heights out of a GeoTIFF: terrain, or the geoid."""

from pathlib import Path
from typing import Any

import numpy as np
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError
from rasterio.windows import Window

from cathartes.errors import HeaderError, InputError, UnitError
from cathartes.scenes.geometry import WGS84, MapGrid
from cathartes.scenes.georeference.heights import HeightReference
from cathartes.scenes.georeference.terrain import HeightGrid
from cathartes.scenes.readers.raster_lines import open_raster

_LARGEST_GRID = 400_000_000
_MARGIN_CELLS = 2


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
        If it can't be read, has no place, does not reach the bounds, or is not in metres.
    """
    if not path.is_file():
        raise InputError(f"{path.name}: no such file; give a GeoTIFF of heights.")
    with open_raster(path) as dataset:
        if dataset.crs is None:
            raise HeaderError(f"{path.name}: has no reference system; add one to the GeoTIFF.")
        _check_metres(dataset, path.name)
        crs = CRS.from_user_input(dataset.crs.to_wkt())
        window = _window(dataset, crs, bounds_deg, path.name)
        # GDAL hands numbers out as they are stored.
        stored = dataset.read(1, window=window, masked=True)
        height = stored.filled(np.nan) if stored.dtype.kind == "f" else None
        if height is None:
            height = stored.astype(np.float64).filled(np.nan)
        height = height * dataset.scales[0] + dataset.offsets[0]
        a, b, c0, d, e, f0 = tuple(dataset.transform)[:6]
    c0, f0 = (o + p * window.col_off + q * window.row_off for o, p, q in ((c0, a, b), (f0, d, e)))
    grid = MapGrid((a, b, c0, d, e, f0), _horizontal(crs).to_wkt(), height.shape)
    return HeightGrid(grid, height), _stated_reference(crs)


def _window(
    dataset: Any, crs: CRS, bounds_deg: tuple[float, float, float, float], origin: str
) -> Window:
    west, south, east, north = bounds_deg
    to_file = Transformer.from_crs(WGS84, _horizontal(crs), always_xy=True)
    lon, lat = np.meshgrid(np.linspace(west, east, 9), np.linspace(south, north, 9))
    x, y = (np.asarray(v) for v in to_file.transform(lon, lat))
    back = ~dataset.transform
    column, row = back.a * x + back.b * y + back.c, back.d * x + back.e * y + back.f
    first_row, first_column = (int(np.floor(v.min())) - _MARGIN_CELLS for v in (row, column))
    last_row, last_column = (int(np.ceil(v.max())) + _MARGIN_CELLS for v in (row, column))
    first_row, last_row = max(first_row, 0), min(last_row, dataset.height)
    first_column, last_column = max(first_column, 0), min(last_column, dataset.width)
    if last_row - first_row < 2 or last_column - first_column < 2:
        to_degrees = Transformer.from_crs(_horizontal(crs), WGS84, always_xy=True)
        left, bottom, right, top = to_degrees.transform_bounds(*dataset.bounds)
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
