"""Fixed cells of the Military Grid Reference System (MGRS): how exactly a place is told.

A cell is the same for every place in it: telling it often, or telling several sites, says no more
than telling it once. An error that is added by chance would average out.

References
----------
National Geospatial-Intelligence Agency, NGA.STND.0037, "Universal Grids and Grid Reference
Systems", version 2.0.0, 2014.
"""

from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from math import ceil, floor, log10, sqrt
from typing import Any, TypeAlias

import numpy as np
import shapely
from pyproj import Transformer
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from cathartes.casework.partner import CellSize
from cathartes.errors import MissingExtraError, ReleaseError
from cathartes.sites.place import Place

Ring: TypeAlias = tuple[tuple[float, float], ...]
"""Closed; longitude first [deg], to a centimetre."""

SHARE_WITHIN = 0.95
"""Probability with which a place lies within the radius that is stated."""
MOST_CELLS = 250_000
_DIGITS = {10: 4, 100: 3, 1000: 2}
"""Of each coordinate within its square of 100 km."""
_STRETCH = 1.0015
"""Most by which a length on the ground exceeds that on the grid, and its rounding."""
_DECIMALS = 7


@dataclass(frozen=True, slots=True)
class GridCell:
    """One cell.

    Attributes
    ----------
    mgrs
        Its reference: ``13QFC718865``.
    size_m
        Side, on the grid.
    longitude_deg, latitude_deg
        Of its centre, WGS 84.
    square
        Its corners.
    """

    mgrs: str
    size_m: int
    longitude_deg: float
    latitude_deg: float
    square: Ring


@dataclass(frozen=True, slots=True)
class _Grid:
    """The metres of one zone, UTM on WGS 84."""

    zone: int
    is_north: bool

    @property
    def told(self) -> tuple[int, str]:
        """Zone and hemisphere, as the package mgrs names them."""
        return self.zone, "N" if self.is_north else "S"

    def to_metres(self, degrees: np.ndarray) -> np.ndarray:
        """Return (n, 2) easting and northing of (n, 2) longitude and latitude."""
        return np.column_stack(_transformer(self).transform(degrees[:, 0], degrees[:, 1]))

    def to_degrees(self, metres: np.ndarray) -> np.ndarray:
        """Return (n, 2) longitude and latitude, rounded, of (n, 2) easting and northing."""
        told = _transformer(self).transform(metres[:, 0], metres[:, 1], direction="INVERSE")
        return np.round(np.column_stack(told), _DECIMALS)


@lru_cache(maxsize=8)
def _transformer(grid: _Grid) -> Transformer:
    code = (32600 if grid.is_north else 32700) + grid.zone
    return Transformer.from_crs("EPSG:4326", f"EPSG:{code}", always_xy=True)


def cell_of(longitude_deg: float, latitude_deg: float, size_m: CellSize) -> GridCell:
    """Return the cell that holds a place.

    Digits of a reference are cut, not rounded (NGA.STND.0037, section 3.4); the package mgrs rounds
    those of a place, and is asked for the cell's corner.

    Raises
    ------
    ReleaseError
        Beyond 84° N or 80° S, where the grid has no such cells.
    MissingExtraError
        If the package mgrs is not installed.
    """
    if not -80 <= latitude_deg < 84:
        raise ReleaseError(
            f"place at latitude {latitude_deg:.1f}: cells are told from 80° S to 84° N; nothing "
            "can be released from there."
        )
    grid = _grid_at(longitude_deg, latitude_deg)
    corner = (
        np.floor(grid.to_metres(np.array([[longitude_deg, latitude_deg]]))[0] / size_m) * size_m
    )
    name = str(_mgrs().UTMToMGRS(*grid.told, *corner.tolist(), MGRSPrecision=_DIGITS[size_m]))
    steps = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0], [0.5, 0.5]])
    *square, (longitude, latitude) = grid.to_degrees(corner + size_m * steps).tolist()
    return GridCell(name, size_m, longitude, latitude, tuple((x, y) for x, y in square))


def radius_about_m(place: Place, size_m: CellSize) -> float:
    r"""Return the radius about a cell's centre that holds the place with `SHARE_WITHIN`, [m].

    .. math:: r = \frac{a}{\sqrt 2} + \sigma_{\max} \sqrt{-2 \ln (1 - 0.95)}

    with a the cell's side and σ_max the place's greatest standard deviation: wherever in the cell
    it lies. It is rounded up to two digits, and depends on nothing but the two.
    """
    greatest = float(np.linalg.eigvalsh(place.covariance_m2)[-1])
    radius = size_m * _STRETCH / sqrt(2) + sqrt(-2 * np.log(1 - SHARE_WITHIN) * greatest)
    step = 10.0 ** (floor(log10(radius)) - 1)
    return float(round(ceil(round(radius / step, 9)) * step, 6))


def touched_cells(outline: BaseGeometry, cell: GridCell) -> tuple[tuple[Ring, ...], ...]:
    """Return the polygons of all cells, of a cell's size and zone, that an outline touches.

    Parameters
    ----------
    outline
        Polygons, longitude first.

    Returns
    -------
    Polygons: the outer ring, then those of holes.

    Raises
    ------
    ReleaseError
        If there are more than `MOST_CELLS`.
    """
    grid, size = _corner(cell)[0], cell.size_m
    metric = shapely.transform(outline, grid.to_metres)
    low, high = np.floor(np.array(metric.bounds).reshape(2, 2) / size).astype(int)
    n_east, n_north = high - low + 1
    if n_east * n_north > MOST_CELLS:
        raise ReleaseError(
            f"plume outline: it lies over {n_east * n_north} cells of {size} m; at most "
            f"{MOST_CELLS} are told: allow this partner a larger cell, or no outline."
        )
    east, north = np.meshgrid(
        size * (low[0] + np.arange(n_east)), size * (low[1] + np.arange(n_north))
    )
    squares = shapely.box(east, north, east + size, north + size).ravel()
    shapely.prepare(metric)
    touched = shapely.coverage_union_all(squares[shapely.intersects(metric, squares)])
    whole = shapely.transform(touched.simplify(0).normalize(), grid.to_degrees)
    polygons = whole.geoms if isinstance(whole, MultiPolygon) else (whole,)
    return tuple(_rings(one) for one in polygons if isinstance(one, Polygon))


def square_about(cell: GridCell, side_m: float, n: int) -> np.ndarray:
    """Return longitude and latitude of an image's pixels about a cell's centre, along the grid.

    Parameters
    ----------
    side_m
        Of the image, [m].
    n
        Pixels on a side.

    Returns
    -------
    (n, n, 2) [deg]
        Of the pixels' middles, the northernmost row first.
    """
    grid, corner = _corner(cell)
    steps = (np.arange(n) + 0.5) * side_m / n - side_m / 2 + cell.size_m / 2
    east, north = np.meshgrid(corner[0] + steps, corner[1] + steps[::-1])
    return grid.to_degrees(np.column_stack([east.ravel(), north.ravel()])).reshape(n, n, 2)


def _rings(polygon: Polygon) -> tuple[Ring, ...]:
    rings = (polygon.exterior, *polygon.interiors)
    return tuple(tuple((x, y) for x, y in shapely.get_coordinates(r).tolist()) for r in rings)


def _grid_at(longitude_deg: float, latitude_deg: float) -> _Grid:
    """Return the grid of a place: its zone is the number that a reference begins with."""
    square = str(_mgrs().toMGRS(latitude_deg, longitude_deg, MGRSPrecision=0))
    return _Grid(int(square[:-3]), latitude_deg >= 0)


def _corner(cell: GridCell) -> tuple[_Grid, np.ndarray]:
    """Return the grid of a cell, and easting and northing of its south-western corner, (2,)."""
    zone, hemisphere, *middle = _mgrs().MGRSToUTM(cell.mgrs)
    corner = np.floor(np.array(middle) / cell.size_m) * cell.size_m
    return _Grid(int(zone), hemisphere == "N"), corner


@lru_cache(maxsize=1)
def _mgrs() -> Any:
    try:
        return import_module("mgrs").MGRS()
    except ImportError as error:
        raise MissingExtraError(
            "releases need the package mgrs, which is not installed; install it by: "
            "pip install 'cathartes[release]'."
        ) from error
