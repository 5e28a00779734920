"""What a scan could have seen where, gas by gas: for later locating with other sorties."""

import numpy as np

from cathartes.detect.result import Detections
from cathartes.pipeline.sighting import TILE_PX, tile_centres, tile_medians
from cathartes.products.origins import LookTiles
from cathartes.scenes.geometry import Geometry


def look_tiles(found: Detections, geometry: Geometry) -> LookTiles:
    """Return the smallest detectable columns by tiles; NaN where a plume of the gas is.

    There another source of the same gas would be taken for a part of the plume.

    Parameters
    ----------
    found
        While its images can be read.
    geometry
        Of the cube.
    """
    longitude, latitude = tile_centres(found.labels.shape, geometry)
    detectable = {}
    for gas in found.gases:
        column = found.planes.read(f"detectable_column_ppm_m/{gas.name}")
        own = [plume.id for plume in found.plumes if gas.name in plume.chemicals]
        tiles = tile_medians(column).ravel()
        if own:
            inside = np.isin(found.labels, own)
            shown = tile_medians(np.where(inside, np.float32(1.0), np.float32(np.nan))).ravel()
            tiles = np.where(np.isnan(shown), tiles, np.float32(np.nan))
        detectable[gas.name] = tiles
    placed = np.isfinite(longitude) & np.isfinite(latitude)
    return LookTiles(
        longitude_deg=longitude[placed],
        latitude_deg=latitude[placed],
        tile_m=TILE_PX * geometry.pixel_size_m(),
        detectable_column_ppm_m={gas: tiles[placed] for gas, tiles in detectable.items()},
    )
