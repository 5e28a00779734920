"""Where a cube's pixels lie on the ground."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray


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
    line: NDArray[np.intp]
    sample: NDArray[np.intp]

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
        """Return longitude and latitude [deg, WGS 84] of continuous positions; NaN off grid."""

    def pixel_size_m(self) -> float:
        """Return the typical side of a pixel on the ground, [m]."""

    def map_index(self) -> MapIndex:
        """Return the map grid that suits the scene, and the pixel each of its cells shows."""
