"""The sensitivity map of a look: what could have been seen where, chemical by chemical.

A GeoTIFF on a north-up grid of longitude and latitude. Each band is one quantity of one chemical
and says so in its description, as ``smallest_rate_kg_h/ammonia``. NaN: nobody looked there, or it
is not known; infinite: looked, and blind.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.crs import CRS
from rasterio.io import MemoryFile
from rasterio.transform import Affine
from scipy.spatial import cKDTree

from cathartes.errors import EvidenceError
from cathartes.products.raster import SOFTWARE
from cathartes.scenes.local_frame import LocalFrame

NECL = "necl_ppm_m"
DETECTABLE_COLUMN = "detectable_column_ppm_m"
SMALLEST_RATE = "smallest_rate_kg_h"
_UNITS = {NECL: "ppm m", DETECTABLE_COLUMN: "ppm m", SMALLEST_RATE: "kg h-1"}
MOST_CELLS = 250_000
"""A larger look gets larger cells."""


@dataclass(frozen=True, slots=True)
class SensitivityMap:
    """What could have been seen where.

    Attributes
    ----------
    west_deg, north_deg : [deg]
        Outer corner of the first cell.
    cell_lon_deg, cell_lat_deg : [deg]
        Size of a cell, both positive.
    bands : (quantity, chemical) → (y, x) float32
        Rows from the north.
    """

    west_deg: float
    north_deg: float
    cell_lon_deg: float
    cell_lat_deg: float
    bands: dict[tuple[str, str], NDArray[np.float32]]

    def at(self, longitude_deg: float, latitude_deg: float, quantity: str) -> dict[str, float]:
        """Return each chemical's value at a place; nothing of those that are not known there."""
        values = {}
        for (name, chemical), band in self.bands.items():
            column = int(np.floor((longitude_deg - self.west_deg) / self.cell_lon_deg))
            row = int(np.floor((self.north_deg - latitude_deg) / self.cell_lat_deg))
            if name != quantity or not (0 <= row < band.shape[0] and 0 <= column < band.shape[1]):
                continue
            value = float(band[row, column])
            if not np.isnan(value):
                values[chemical] = value
        return values


def map_of_places(
    longitude_deg: NDArray[np.float64],
    latitude_deg: NDArray[np.float64],
    spacing_m: float,
    values: dict[tuple[str, str], NDArray[np.float32]],
) -> SensitivityMap:
    """Return the map of values at scattered places: each cell has those of the nearest.

    Parameters
    ----------
    longitude_deg, latitude_deg : (place,) [deg]
        At least one is finite.
    spacing_m : [m]
        Between neighbours; farther from every place than this nothing is known.
    values : (quantity, chemical) → (place,)
    """
    placed = np.isfinite(longitude_deg) & np.isfinite(latitude_deg)
    longitude, latitude = longitude_deg[placed], latitude_deg[placed]
    frame = LocalFrame(float(np.median(longitude)), float(np.median(latitude)))
    place_m = np.column_stack(frame.to_east_north(longitude, latitude))
    low, high = place_m.min(axis=0) - spacing_m / 2, place_m.max(axis=0) + spacing_m / 2
    cell_m = max(spacing_m, float(np.sqrt(np.prod(high - low) / MOST_CELLS)))
    n_x, n_y = (int(n) for n in np.maximum(np.ceil((high - low) / cell_m), 1))
    west, north = (float(one) for one in frame.to_lon_lat(low[0], high[1]))
    east, south = (float(one) for one in frame.to_lon_lat(low[0] + n_x * cell_m,
                                                          high[1] - n_y * cell_m))  # fmt: skip
    step_lon, step_lat = (east - west) / n_x, (north - south) / n_y
    lon, lat = np.meshgrid(
        west + (np.arange(n_x) + 0.5) * step_lon, north - (np.arange(n_y) + 0.5) * step_lat
    )
    centre_m = np.column_stack(frame.to_east_north(lon.ravel(), lat.ravel()))
    away_m, nearest = cKDTree(place_m).query(centre_m)
    known = away_m <= spacing_m
    bands = {}
    for key, value in values.items():
        band = np.where(known, np.asarray(value, np.float32)[placed][nearest], np.float32(np.nan))
        bands[key] = band.reshape(n_y, n_x).astype(np.float32)
    return SensitivityMap(west, north, step_lon, step_lat, bands)


def write_sensitivity(path: Path, seen: SensitivityMap) -> None:
    """Write a sensitivity map; it has at least one band."""
    shape = next(iter(seen.bands.values())).shape
    transform = Affine(seen.cell_lon_deg, 0.0, seen.west_deg, 0.0, -seen.cell_lat_deg,
                       seen.north_deg)  # fmt: skip
    with rasterio.open(
        path, "w", driver="GTiff", height=shape[0], width=shape[1], count=len(seen.bands),
        dtype="float32", nodata=float("nan"), crs=CRS.from_epsg(4326), transform=transform,
        compress="DEFLATE", tiled=True, blockxsize=256, blockysize=256, interleave="band",
    ) as file:  # fmt: skip
        for number, ((quantity, chemical), band) in enumerate(seen.bands.items(), start=1):
            file.write(band, number)
            file.set_band_description(number, f"{quantity}/{chemical}")
        file.units = tuple(_UNITS[quantity] for quantity, _ in seen.bands)
        file.update_tags(TIFFTAG_SOFTWARE=SOFTWARE)


def read_sensitivity(content: bytes) -> SensitivityMap:
    """Return the sensitivity map of a file's bytes.

    Raises
    ------
    EvidenceError
        If they are none.
    """
    try:
        with MemoryFile(content) as memory, memory.open() as file:
            names = [description.split("/", 1) for description in file.descriptions]
            bands = file.read()
            grid = file.transform
    except (rasterio.errors.RasterioError, AttributeError) as error:
        raise EvidenceError(
            f"a sensitivity map can't be read ({error}); run cathartes casebook check."
        ) from error
    return SensitivityMap(
        grid.c, grid.f, grid.a, -grid.e,
        {(name[0], name[1]): band for name, band in zip(names, bands, strict=True)},
    )  # fmt: skip
