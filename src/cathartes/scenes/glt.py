"""Geometry by a look-up table (GLT): which pixel each cell of a map grid shows."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cathartes.errors import HeaderError
from cathartes.scenes.geometry import MapGrid, MapIndex, check_on_earth, lon_lat_transformer
from cathartes.scenes.igm import IgmGeometry

_MOST_CELLS_OFF = 2.0


@dataclass(frozen=True, slots=True)
class GltGeometry:
    """A look-up table, with the pixels' places that belong to it.

    Attributes
    ----------
    index
        Which pixel each map cell shows.
    centres : (line, sample)
        Where each pixel's centre lies: the file's own longitudes and latitudes, or the inverted
        table.
    """

    index: MapIndex
    centres: IgmGeometry

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
        return self.centres.to_lon_lat(line, sample)

    def pixel_size_m(self) -> float:
        """Return the root of the median steps along and across the track, multiplied, [m]."""
        return self.centres.pixel_size_m()

    def map_index(self) -> MapIndex:
        """Return the table itself."""
        return self.index


def index_from_table(
    glt_sample: NDArray[np.number],
    glt_line: NDArray[np.number],
    grid: MapGrid,
    shape: tuple[int, int],
) -> MapIndex:
    """Return the zero-based index of a table that counts from one.

    Parameters
    ----------
    glt_sample, glt_line : (y, x)
        One-based; 0 or NaN is no pixel, a negative number is one taken over from a neighbouring
        cell.
    grid
        The table's map grid.
    shape
        (line, sample) of the cube.

    Raises
    ------
    HeaderError
        If the table's shape is not the grid's, the grid is nowhere on Earth, or the table shows
        no pixel, or names one outside the cube.
    """
    check_on_earth(grid)
    if glt_sample.shape != grid.shape or glt_line.shape != grid.shape:
        raise HeaderError(
            f"look-up tables of shapes {glt_sample.shape} and {glt_line.shape} for a grid of "
            f"{grid.shape}; all must be equal."
        )
    sample, line = (
        np.where(np.isfinite(table), np.minimum(np.abs(table), 2.0**31), 0).astype(np.int64) - 1
        for table in (glt_sample, glt_line)
    )
    none = (sample < 0) | (line < 0)
    sample[none] = line[none] = -1
    if none.all():
        raise HeaderError("the look-up table shows no pixel of the cube; check the GLT file.")
    if line.max() >= shape[0] or sample.max() >= shape[1]:
        raise HeaderError(
            f"the look-up table names line {line.max() + 1} and sample {sample.max() + 1} of a "
            f"cube of {shape[0]} lines and {shape[1]} samples; it belongs to another scene: give "
            "the GLT of this one."
        )
    return MapIndex(grid, line.astype(np.int32), sample.astype(np.int32))


def aligned_to_centres(index: MapIndex, centres: IgmGeometry) -> MapIndex:
    """Return a table whose grid is moved so that its cells lie where the pixels they show do.

    A grid's origin may be meant as the corner or the centre of the first cell, and what files say
    of it is not always what was done; where a file holds the pixels' own places too, these
    decide. The grid moves by the median offset, in either direction, of pixels from the centres
    of the cells that show them: a table of nearest pixels has none.

    Parameters
    ----------
    index
        Zero-based.
    centres : (line, sample)
        Where the pixels lie.

    Raises
    ------
    HeaderError
        If the offset is over two cells: then table and places are of different scenes.
    """
    y, x = np.nonzero(index.line >= 0)
    line, sample = index.line[y, x], index.sample[y, x]
    lon, lat = centres.longitude_deg[line, sample], centres.latitude_deg[line, sample]
    known = np.isfinite(lon)
    if not known.any():
        return index
    a, b, c0, d, e, f0 = index.grid.transform
    east, north = lon_lat_transformer(index.grid.crs).transform(
        lon[known], lat[known], direction="INVERSE"
    )
    off_x = float(np.median(east - (a * (x[known] + 0.5) + b * (y[known] + 0.5) + c0)))
    off_y = float(np.median(north - (d * (x[known] + 0.5) + e * (y[known] + 0.5) + f0)))
    if np.hypot(off_x, off_y) > _MOST_CELLS_OFF * np.sqrt(abs(a * e - b * d)):
        raise HeaderError(
            f"the look-up table's cells lie ({off_x:g}, {off_y:g}) off the pixels that they show, "
            f"in the grid's units, and a cell is {np.sqrt(abs(a * e - b * d)):g} wide: table and "
            "positions are not of one scene; give an IGM or a GLT that is."
        )
    grid = replace(index.grid, transform=(a, b, c0 + off_x, d, e, f0 + off_y))
    return replace(index, grid=grid)


def centres_from_index(
    index: MapIndex, shape: tuple[int, int], interpolated: NDArray[np.bool_] | None = None
) -> IgmGeometry:
    """Return each pixel's place by inverting a table.

    A pixel lies at the mean of the cells that show it, cells taken over from neighbours apart.
    One that no cell shows lies between its neighbours on the line, then on the column; what is
    left beyond them is unknown.

    Parameters
    ----------
    index
        Zero-based.
    shape
        (line, sample) of the cube.
    interpolated : (y, x) bool
        True where a cell's pixel was taken over from a neighbouring cell; None if not told.

    Returns
    -------
    IgmGeometry of (line, sample)
    """
    shown = index.line >= 0
    if interpolated is not None and (shown & ~interpolated).any():
        shown = shown & ~interpolated
    y, x = np.nonzero(shown)
    a, b, c0, d, e, f0 = index.grid.transform
    pixel = index.line[shown].astype(np.int64) * shape[1] + index.sample[shown]
    count = np.bincount(pixel, minlength=shape[0] * shape[1])
    places = []
    for along_x, along_y, origin in ((a, b, c0), (d, e, f0)):
        coordinate = along_x * (x + 0.5) + along_y * (y + 0.5) + origin
        total = np.bincount(pixel, weights=coordinate - origin, minlength=count.size)
        with np.errstate(invalid="ignore"):
            mean = (total / count + origin).reshape(shape)
        places.append(_fill_between(_fill_between(mean).T).T)
    lon, lat = lon_lat_transformer(index.grid.crs).transform(places[0], places[1])
    known = np.isfinite(lon) & np.isfinite(lat)
    return IgmGeometry(np.where(known, lon, np.nan), np.where(known, lat, np.nan))


def _fill_between(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the rows with inner gaps filled straight between known values; ends stay NaN."""
    filled = values.copy()
    for i in np.flatnonzero(np.isnan(values).any(axis=1)):
        known = np.flatnonzero(np.isfinite(values[i]))
        if known.size > 1:
            inner = np.arange(known[0], known[-1] + 1)
            filled[i, inner] = np.interp(inner, known, values[i, known])
    return filled
