"""From a context image of the evidence to plain greys: its tags, names and numbers stay behind."""

import math

import numpy as np
import rasterio
from rasterio.enums import Resampling
from rasterio.io import MemoryFile
from rasterio.vrt import WarpedVRT

from cathartes.casework.release_material import NO_GROUND, GroundImage
from cathartes.errors import EvidenceError

MOST_PIXELS = 1024
"""On a side."""
DARK_SHARE, PALE_SHARE = 0.02, 0.98
"""Of the values: darkest and palest grey."""


def ground_image(context: bytes) -> GroundImage | None:
    """Return the greys of a context image, on equal steps of longitude and latitude.

    None if it shows nothing.

    Parameters
    ----------
    context
        Evidence of role ``context``, with a place on the ground.

    Raises
    ------
    EvidenceError
        If it is no image, or has no place.
    """
    try:
        with (
            MemoryFile(context) as memory,
            memory.open() as image,
            WarpedVRT(
                image, crs="EPSG:4326", nodata=float("nan"), resampling=Resampling.bilinear
            ) as warped,
        ):
            shrunk = max(warped.width, warped.height) / MOST_PIXELS
            shape = tuple(math.ceil(n / max(shrunk, 1)) for n in (warped.height, warped.width))
            values = warped.read(1, out_shape=shape).astype(np.float64)
            west, south, east, north = warped.bounds
    except rasterio.errors.RasterioError as error:
        raise EvidenceError(
            f"a context image can't be read ({error}); run cathartes casebook check."
        ) from error
    known = np.isfinite(values)
    if not known.any():
        return None
    low, high = np.quantile(values[known], [DARK_SHARE, PALE_SHARE])
    part = np.clip((values - low) / max(high - low, 1e-30), 0, 1)
    grey = np.where(known, np.round(part * (NO_GROUND - 1)), NO_GROUND).astype(np.uint8)
    return GroundImage(west, south, east, north, values.shape[1], values.shape[0], grey.tobytes())
