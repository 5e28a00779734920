"""Where a cube's pixels lie on the ground."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS, Geod, Transformer
from pyproj.exceptions import CRSError, ProjError

from cathartes.errors import HeaderError

WGS84 = "EPSG:4326"


@dataclass(frozen=True, slots=True)
class MapGrid:
    r"""A map grid: north-up or rotated.

    .. math:: x = a\,c + b\,r + c_0, \qquad y = d\,c + e\,r + f_0

    with column c and row r continuous, (0, 0) the outer corner of the first pixel.

    Attributes
    ----------
    transform
        (a, b, c_0, d, e, f_0), the order of `affine.Affine`.
    crs
        Coordinate reference system as WKT2 or an authority code such as ``EPSG:32613``.
    shape
        (y, x): rows and columns.
    """

    transform: tuple[float, float, float, float, float, float]
    crs: str
    shape: tuple[int, int]


@dataclass(frozen=True, slots=True)
class MapIndex:
    """Which pixel of the sensor's grid each cell of a map grid shows: a GLT, zero-based.

    Attributes
    ----------
    grid
        The map grid.
    line, sample : (y, x) int
        -1 where no pixel falls.
    """

    grid: MapGrid
    line: NDArray[np.signedinteger]
    sample: NDArray[np.signedinteger]

    def resample(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (line, sample) values on the map grid, (y, x), NaN where no pixel falls."""
        inside = self.line >= 0
        mapped = np.full(self.grid.shape, np.nan, dtype=np.float32)
        mapped[inside] = values[self.line[inside], self.sample[inside]]
        return mapped


class Geometry(Protocol):
    """What every geometry can do, whatever it is made of.

    Pixel coordinates are continuous: the centre of pixel (line 0, sample 0) is (0.5, 0.5), its
    corners lie at whole numbers.
    """

    def to_lon_lat(
        self, line: ArrayLike, sample: ArrayLike
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the place of continuous pixel positions.

        Parameters
        ----------
        line, sample : any shape, broadcastable

        Returns
        -------
        longitude, latitude : their common shape [deg, WGS 84]
            NaN off grid.
        """

    def pixel_size_m(self) -> float:
        """Return the typical side of a pixel on the ground, [m]."""

    def map_index(self) -> MapIndex:
        """Return the map grid that suits the scene, and the pixel each of its cells shows."""


@lru_cache(maxsize=32)
def lon_lat_transformer(crs: str) -> Transformer:
    """Return the transformer from a reference system's (x, y) to WGS 84 longitude and latitude.

    Raises
    ------
    HeaderError
        If the system is not known.
    """
    try:
        return Transformer.from_crs(CRS.from_user_input(crs), CRS.from_user_input(WGS84),
                                    always_xy=True)  # fmt: skip
    except (CRSError, ProjError) as error:
        raise HeaderError(
            f"coordinate reference system {crs[:80]!r} is not known: {error}. "
            "Give an authority code such as EPSG:32613, or WKT."
        ) from error


def check_on_earth(grid: MapGrid) -> None:
    """Raise an error if a map grid's cells have no size, or its middle is no place on Earth.

    Raises
    ------
    HeaderError
        So, or if the reference system is not known.
    """
    a, b, c0, d, e, f0 = grid.transform
    if not np.isfinite(grid.transform).all() or a * e == b * d:
        raise HeaderError(
            f"map transform {grid.transform}: pixels have no area, or a number is not finite; "
            "correct 'map info' or the geotransform."
        )
    y, x = grid.shape[0] / 2, grid.shape[1] / 2
    east, north = a * x + b * y + c0, d * x + e * y + f0
    lon, lat = lon_lat_transformer(grid.crs).transform(east, north)
    if not (abs(lat) <= 90 and abs(lon) <= 360):
        system = CRS.from_user_input(grid.crs).name
        raise HeaderError(
            f"the middle of the map, ({east:g}, {north:g}) in {system}, is no place on Earth; "
            "correct the reference system, 'map info' or the geotransform."
        )


@dataclass(frozen=True, slots=True)
class AffineGeometry:
    """Pixels on a regular grid: map-projected scenes, north-up or rotated.

    Attributes
    ----------
    transform
        (a, b, c_0, d, e, f_0) of `MapGrid`, column = sample, row = line.
    crs
        Coordinate reference system as WKT2 or an authority code.
    shape
        (line, sample).

    Raises
    ------
    HeaderError
        As of `check_on_earth`.
    """

    transform: tuple[float, float, float, float, float, float]
    crs: str
    shape: tuple[int, int]

    def __post_init__(self) -> None:
        check_on_earth(MapGrid(self.transform, self.crs, self.shape))

    def to_lon_lat(
        self, line: ArrayLike, sample: ArrayLike
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the place of continuous pixel positions.

        Parameters
        ----------
        line, sample : any shape, broadcastable

        Returns
        -------
        longitude, latitude : their common shape [deg, WGS 84]
            NaN off grid.
        """
        row, column = np.broadcast_arrays(
            np.asarray(line, dtype=np.float64), np.asarray(sample, dtype=np.float64)
        )
        a, b, c0, d, e, f0 = self.transform
        lon, lat = lon_lat_transformer(self.crs).transform(
            a * column + b * row + c0, d * column + e * row + f0
        )
        inside = (row >= 0) & (row <= self.shape[0]) & (column >= 0) & (column <= self.shape[1])
        good = inside & np.isfinite(lon) & np.isfinite(lat)
        return np.where(good, short_way_deg(lon), np.nan), np.where(good, lat, np.nan)

    def pixel_size_m(self) -> float:
        """Return the root of the area of the middle pixel on the ellipsoid, [m]."""
        line, sample = self.shape[0] / 2, self.shape[1] / 2
        a, b, c0, d, e, f0 = self.transform
        corners_line = np.array([line, line, line - 1, line - 1])
        corners_sample = np.array([sample, sample - 1, sample - 1, sample])
        lon, lat = lon_lat_transformer(self.crs).transform(
            a * corners_sample + b * corners_line + c0, d * corners_sample + e * corners_line + f0
        )
        area_m2, _ = Geod(ellps="WGS84").polygon_area_perimeter(lon, lat)
        return float(np.sqrt(abs(area_m2)))

    def map_index(self) -> MapIndex:
        """Return the grid itself: each cell shows the pixel of the same place."""
        line, sample = np.indices(self.shape, dtype=np.int32)
        return MapIndex(MapGrid(self.transform, self.crs, self.shape), line, sample)


def short_way_deg(degrees: ArrayLike) -> NDArray[np.float64]:
    """Return angles brought into -180 to 180, of any shape; those inside already stay."""
    angle = np.asarray(degrees, dtype=np.float64)
    return np.where(np.abs(angle) <= 180, angle, (angle + 180) % 360 - 180)
