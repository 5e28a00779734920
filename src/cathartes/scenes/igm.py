"""Geometry by a position for each pixel: an input geometry file (IGM), or a sensor's own grid."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import Geod
from scipy.ndimage import binary_dilation
from scipy.spatial import KDTree

from cathartes.errors import HeaderError
from cathartes.scenes.geometry import (
    MapGrid,
    MapIndex,
    lon_lat_transformer,
    short_way_deg,
)

_LARGEST_GRID = 400_000_000
_CELLS_AT_A_TIME = 2_000_000


@dataclass(frozen=True, slots=True)
class IgmGeometry:
    """Longitude and latitude of each pixel's centre.

    Attributes
    ----------
    longitude_deg, latitude_deg : (line, sample) [deg, WGS 84]
        NaN where unknown, both where one is. Longitudes may cross the antimeridian.

    Raises
    ------
    HeaderError
        If shapes differ, no position is known, or one is impossible.
    """

    longitude_deg: NDArray[np.float64]
    latitude_deg: NDArray[np.float64]

    def __post_init__(self) -> None:
        lon = np.array(self.longitude_deg, dtype=np.float64)
        lat = np.array(self.latitude_deg, dtype=np.float64)
        if lon.ndim != 2 or lon.shape != lat.shape:
            raise HeaderError(
                f"longitudes of shape {lon.shape} and latitudes of shape {lat.shape}; both must "
                "be (line, sample)."
            )
        known = np.isfinite(lon) & np.isfinite(lat)
        for name, values in (("longitude_deg", lon), ("latitude_deg", lat)):
            values[~known] = np.nan
            values.setflags(write=False)
            object.__setattr__(self, name, values)
        if not known.any():
            raise HeaderError("no pixel has a known longitude and latitude; check the IGM file.")
        if np.abs(lat[known]).max() > 90 or np.abs(lon[known]).max() > 360:
            raise HeaderError(
                f"latitudes up to {np.abs(lat[known]).max():g} and longitudes up to "
                f"{np.abs(lon[known]).max():g}; degrees are needed (latitude at most 90): the IGM "
                "seems to hold map coordinates, or its bands are the other way round."
            )

    @property
    def shape(self) -> tuple[int, int]:
        """(line, sample)."""
        return self.longitude_deg.shape[0], self.longitude_deg.shape[1]

    def to_lon_lat(
        self, line: ArrayLike, sample: ArrayLike
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the place of continuous pixel positions.

        Bilinear between centres, and straight on for the half pixel beyond the outer ones. Along
        an axis of one pixel the position does not change.

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
        n_lines, n_samples = self.shape
        inside = (row >= 0) & (row <= n_lines) & (column >= 0) & (column <= n_samples)
        i, u = _cell(np.where(inside, row, 0.0), n_lines)
        j, v = _cell(np.where(inside, column, 0.0), n_samples)
        below, right = np.minimum(i + 1, n_lines - 1), np.minimum(j + 1, n_samples - 1)
        corners = [(a, b) for a in (i, below) for b in (j, right)]
        weights = [(1 - u) * (1 - v), (1 - u) * v, u * (1 - v), u * v]
        # Differences of longitude are taken the short way round, so that the antimeridian is no
        # edge; positions around a pole would need another map and are not flown.
        start = self.longitude_deg[i, j]
        lon, lat = start.copy(), np.zeros_like(start)
        for (a, b), weight in zip(corners, weights, strict=True):
            lon += weight * short_way_deg(self.longitude_deg[a, b] - start)
            lat += weight * self.latitude_deg[a, b]
        return np.where(inside, short_way_deg(lon), np.nan), np.where(inside, lat, np.nan)

    def pixel_size_m(self) -> float:
        """Return the root of the median steps along and across the track, multiplied, [m]."""
        along, across = self.steps_m()
        return float(np.sqrt(along * across))

    def steps_m(self) -> tuple[float, float]:
        """Return the median distance between lines, and between samples, [m].

        Where there is one line (or sample) its step is taken to be the other's.

        Raises
        ------
        HeaderError
            If no two neighbours are known.
        """
        steps = []
        for axis in (0, 1):
            first = tuple(slice(None, -1) if k == axis else slice(None) for k in (0, 1))
            second = tuple(slice(1, None) if k == axis else slice(None) for k in (0, 1))
            stride = max(1, int(np.sqrt(self.longitude_deg.size / 20_000)))
            a, b = (
                [v[s][::stride, ::stride].ravel() for v in (self.longitude_deg, self.latitude_deg)]
                for s in (first, second)
            )
            _, _, distance = Geod(ellps="WGS84").inv(a[0], a[1], b[0], b[1])
            known = np.asarray(distance)[np.isfinite(distance)]
            known = known[known > 0]
            steps.append(float(np.median(known)) if known.size else np.nan)
        if np.isnan(steps).all():
            raise HeaderError("no two neighbouring pixels have known places; check the IGM file.")
        along, across = (other if np.isnan(step) else step
                         for step, other in zip(steps, steps[::-1], strict=True))  # fmt: skip
        return along, across

    def map_index(self) -> MapIndex:
        """Return a north-up grid in the scene's UTM zone, each cell showing its nearest pixel.

        Cells are squares of `pixel_size_m`; a cell farther than one step from every pixel's
        centre shows none.

        Raises
        ------
        HeaderError
            If the grid would have over 4e8 cells: then some positions are wrong.
        """
        crs = local_crs(self.longitude_deg, self.latitude_deg)
        known = np.isfinite(self.longitude_deg) & np.isfinite(self.latitude_deg)
        line, sample = np.nonzero(known)
        east, north = lon_lat_transformer(crs).transform(
            self.longitude_deg[known], self.latitude_deg[known], direction="INVERSE"
        )
        size, reach = self.pixel_size_m(), max(self.steps_m())
        left = float(np.floor(east.min() / size)) - 1
        top = float(np.ceil(north.max() / size)) + 1
        shape = (
            int(top - np.floor(north.min() / size)) + 1,
            int(np.ceil(east.max() / size) - left) + 1,
        )
        if shape[0] * shape[1] > _LARGEST_GRID:
            raise HeaderError(
                f"the map grid would have {shape[0]} x {shape[1]} cells of {size:.3g} m; some "
                "positions are far from the others: check the IGM file."
            )
        grid = MapGrid((size, 0.0, left * size, 0.0, -size, top * size), crs, shape)
        near = np.zeros(shape, dtype=bool)
        near[(top - north / size).astype(np.intp), (east / size - left).astype(np.intp)] = True
        margin = int(np.ceil(reach / size))
        near = binary_dilation(near, np.ones((3, 3), bool), iterations=margin)
        tree = KDTree(np.column_stack([east, north]))
        shown_line = np.full(shape, -1, dtype=np.int32)
        shown_sample = np.full(shape, -1, dtype=np.int32)
        cells = np.flatnonzero(near)
        for first in range(0, cells.size, _CELLS_AT_A_TIME):
            chunk = cells[first : first + _CELLS_AT_A_TIME]
            y, x = np.unravel_index(chunk, shape)
            centre = np.column_stack([(left + x + 0.5) * size, (top - y - 0.5) * size])
            nearest = np.asarray(tree.query(centre, distance_upper_bound=reach)[1], dtype=np.intp)
            hit = nearest < line.size
            shown_line.ravel()[chunk[hit]] = line[nearest[hit]]
            shown_sample.ravel()[chunk[hit]] = sample[nearest[hit]]
        return MapIndex(grid, shown_line, shown_sample)


def local_crs(longitude_deg: NDArray[np.float64], latitude_deg: NDArray[np.float64]) -> str:
    """Return the authority code of the UTM zone of a scene's middle; near the poles, of UPS.

    Parameters
    ----------
    longitude_deg, latitude_deg : any shape [deg, WGS 84]
        NaN is left out.
    """
    lat = float(np.nanmedian(latitude_deg))
    if abs(lat) > 84:
        return "EPSG:5041" if lat > 0 else "EPSG:5042"
    first = longitude_deg[np.isfinite(longitude_deg)].ravel()[0]
    lon = short_way_deg(first + np.nanmedian(short_way_deg(longitude_deg - first)))
    zone = int(np.floor((lon + 180) / 6)) % 60 + 1
    return f"EPSG:{(32600 if lat >= 0 else 32700) + zone}"


def _cell(
    position: NDArray[np.float64], count: int
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return the lower neighbour's index and the fraction of the way from it to the next."""
    if count == 1:
        return np.zeros(position.shape, dtype=np.intp), np.zeros(position.shape)
    index = np.clip(np.floor(position - 0.5), 0, count - 2)
    return index.astype(np.intp), position - 0.5 - index
