"""Pieces of a georeferenced raster as pictures, and what their colours mean.

A file is opened as GeoTIFF and nothing else, without the files beside it: no description in it can
make GDAL read another file or ask another host.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from math import isfinite
from pathlib import Path
from typing import Any, cast

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader
from rio_tiler.colormap import cmap
from rio_tiler.errors import RioTilerError, TileOutsideBounds
from rio_tiler.io import Reader
from rio_tiler.models import ImageData
from rio_tiler.utils import render

from cathartes.errors import EvidenceError
from cathartes.locate.reasons import MOST_KG_H

DEEPEST = 24
"""Zoom of the finest tiles."""
_TILE_PIXELS = 256
_Colours = dict[int, tuple[int, int, int, int]]
_LOOKED_AT_PIXELS = 1024
_N_STOPS = 11
_UPPER_SHARE = {"necl_ppm_m": 0.9, "detectable_column_ppm_m": 0.9, "sensitivity": 0.75}
"""Share of values below the last colour, where a few are huge because nearly nothing is seen."""
_ENVIRONMENT = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_HTTP_MAX_RETRY": "0",
    "CPL_VSIL_CURL_ALLOWED_FILENAME": "none",
}
SIGNED, GREY, SEQUENTIAL = "puor_r", "gray", "cividis"
"""Colour maps that colour-blind people can read: about zero, of the ground, from low to high."""


@dataclass(frozen=True, slots=True)
class Legend:
    """What a raster's band shows, and in which colours.

    Attributes
    ----------
    told
        What it is, in words.
    unit
        "1" if it has none.
    low, high
        Values of the first and the last colour.
    colour_map
    colours
        From low to high, evenly, as ``#rrggbb``.
    bounds_deg
        West, south, east, north, [deg]; None if the raster does not lie on a map.
    """

    told: str
    unit: str
    low: float
    high: float
    colour_map: str
    colours: tuple[str, ...]
    bounds_deg: tuple[float, float, float, float] | None


def legend_of(path: Path, quantity: str, band: str = "") -> Legend:
    """Return the legend of a band.

    Parameters
    ----------
    quantity
        As the asset's role.
    band
        Its description; "" for the first.

    Raises
    ------
    EvidenceError
        If the file is no GeoTIFF, or has no such band.
    """
    return _legend_of(path, path.stat().st_mtime_ns, quantity, band)


@lru_cache(maxsize=512)
def _legend_of(path: Path, _: int, quantity: str, band: str) -> Legend:
    with _opened(path) as dataset:
        number = _band_number(dataset, band)
        shape = _looked_at(dataset)
        values = dataset.read(number, out_shape=shape, masked=True).compressed()
        low, high, colour_map = _scale(values[_is_told(values)], quantity)
        bounds = None
        if dataset.crs is not None:
            with Reader(None, dataset=dataset) as reader:
                west, south, east, north = reader.get_geographic_bounds("EPSG:4326")
                bounds = (west, south, east, north)
        told = dataset.descriptions[number - 1] or quantity
        unit = dataset.units[number - 1] or "1"
    return Legend(told, unit, low, high, colour_map, colours_of(colour_map), bounds)


def colours_of(colour_map: str) -> tuple[str, ...]:
    """Return a colour map's stops, evenly from low to high."""
    every = _colours(colour_map)
    stops = (every[round(n * 255 / (_N_STOPS - 1))] for n in range(_N_STOPS))
    return tuple(f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue, _ in stops)


def _colours(colour_map: str) -> _Colours:
    """Return red, green, blue, opacity of each of 256 numbers."""
    return cast("_Colours", cmap.get(colour_map))


def tile_png(
    path: Path,
    tile: tuple[int, int, int],
    *,
    band: str = "",
    colour_map: str,
    low: float,
    high: float,
) -> bytes:
    """Return a tile of a band as PNG, transparent where there is nothing.

    Parameters
    ----------
    tile
        Zoom, column, row of the web map.
    low, high
        Values of the first and the last colour.

    Raises
    ------
    EvidenceError
        If the file is no GeoTIFF, has no such band, or does not lie on a map.
    """
    with _opened(path) as dataset:
        image = _tile_of(dataset, tile, (_band_number(dataset, band),))
        if image is None:
            return transparent_png()
        return _png(image, low, high, _colours(colour_map))


def own_tile_png(path: Path, tile: tuple[int, int, int]) -> bytes:
    """Return a tile of an operator's raster: red, green and blue as they are, or grey.

    Raises
    ------
    EvidenceError
        If the file is no GeoTIFF, or does not lie on a map.
    """
    legend = legend_of(path, "context")
    with _opened(path) as dataset:
        has_colours = dataset.count >= 3
        image = _tile_of(dataset, tile, (1, 2, 3) if has_colours else (1,))
        if image is None:
            return transparent_png()
        if has_colours and dataset.dtypes[0] == "uint8":
            return _png(image, 0.0, 255.0)
        return _png(image, legend.low, legend.high)


@cache
def transparent_png() -> bytes:
    """Return a tile with nothing on it."""
    nothing = np.zeros((1, _TILE_PIXELS, _TILE_PIXELS), np.uint8)
    return bytes(render(nothing, mask=nothing[0], img_format="PNG"))


def _tile_of(
    dataset: DatasetReader, tile: tuple[int, int, int], bands: tuple[int, ...]
) -> ImageData | None:
    if dataset.crs is None:
        raise EvidenceError("this raster does not lie on a map: it has no reference system.")
    zoom, column, row = tile
    try:
        with Reader(None, dataset=dataset) as reader:
            image = reader.tile(column, row, zoom, tilesize=_TILE_PIXELS, indexes=bands)
    except TileOutsideBounds:
        return None
    return cast("ImageData", image)


def _png(image: ImageData, low: float, high: float, colours: _Colours | None = None) -> bytes:
    """Return values as a picture, from `low` in the first colour to `high` in the last."""
    values = image.array.data
    is_seen = _is_told(values) & ~np.ma.getmaskarray(image.array)
    share = (np.where(is_seen, values, low) - low) / (high - low if high > low else 1.0)
    number = np.round(255 * np.clip(share, 0, 1)).astype(np.uint8)
    mask = np.where(is_seen.all(axis=0), 255, 0).astype(np.uint8)
    return bytes(render(number, mask=mask, img_format="PNG", colormap=colours))


@contextmanager
def _opened(path: Path) -> Iterator[DatasetReader]:
    try:
        with rasterio.Env(**_ENVIRONMENT), rasterio.open(path, driver="GTiff") as dataset:
            yield dataset
    except (RasterioError, RioTilerError) as error:
        raise EvidenceError(f"{path.name} can't be read as a GeoTIFF: {error}.") from error


def _is_told(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which values say something: no rate that is found is where nothing can be seen."""
    return np.asarray(np.isfinite(values) & (values < MOST_KG_H))


def _band_number(dataset: DatasetReader, band: str) -> int:
    if not band:
        return 1
    if band not in dataset.descriptions:
        raise EvidenceError(
            f"no band {band!r} in this raster; see its observation for those there."
        )
    return int(dataset.descriptions.index(band)) + 1


def _looked_at(dataset: DatasetReader) -> tuple[int, int]:
    """Return a shape that is small enough to look at the whole of it."""
    shrink = max(1, *(side / _LOOKED_AT_PIXELS for side in dataset.shape))
    height, width = (max(1, round(side / shrink)) for side in dataset.shape)
    return height, width


def _scale(values: NDArray[np.floating], quantity: str) -> tuple[float, float, str]:
    """Return the values of the first and the last colour, and the colour map.

    A column density has a sign of its own (of the noise, too): where a part of it is below zero,
    the colours go both ways from zero, else from zero upwards.
    """
    if not values.size:
        return 0.0, 1.0, SEQUENTIAL
    upper = _UPPER_SHARE.get(quantity, 0.995)
    low, high = (float(one) for one in np.quantile(values, (0.02, upper)))
    match quantity:
        case "context":
            return low, high, GREY
        case "column_density_ppm_m" if low < 0:
            far = max(-low, high)
            return -far, far, SIGNED
        case "score" | "column_density_ppm_m" | "source_probability":
            return 0.0, high if high > 0 else 1.0, SEQUENTIAL
    return low, high if isfinite(high) and high > low else low + 1.0, SEQUENTIAL
