"""Cloud-optimised GeoTIFF of one image, with its unit and meaning in the file."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.crs import CRS
from rasterio.errors import CRSError
from rasterio.io import MemoryFile
from rasterio.shutil import copy as copy_raster
from rasterio.transform import Affine

from cathartes import __version__
from cathartes.errors import OutputError
from cathartes.scenes.geometry import MapGrid
from cathartes.scenes.unplaced import not_georeferenced_is_fine

SOFTWARE = f"Cathartes {__version__}"
BLOCK_SIZE = 256

Image: TypeAlias = NDArray[np.float32] | NDArray[np.int32]


def write_cog(
    path: Path,
    image: Image,
    *,
    grid: MapGrid | None,
    unit: str,
    long_name: str,
    tags: Mapping[str, str] | None = None,
) -> None:
    """Write one image as a cloud-optimised GeoTIFF.

    By GDAL's own COG driver: tiled, compressed without loss, overviews, directories in front. A
    rotated grid stays rotated; an image in sensor geometry has no reference system and no
    transform. Overviews of float images are averages of the valid pixels; of labels the most
    frequent label other than 0, so that a small plume is not lost when zoomed out.

    Parameters
    ----------
    path
        Where to; its folder must exist.
    image : (line, sample) or, with a grid, (y, x) [unit]
        float32, NaN where there is no value (infinite values become NaN), or int32, 0 where there
        is none.
    grid
        Map grid of the image; None in sensor geometry.
    unit
        Unit of the values as in the vocabulary; "1" if dimensionless.
    long_name
        What the values are, in words: becomes the band's description.
    tags
        Further metadata of the file, as text.

    Raises
    ------
    OutputError
        If the image is not two-dimensional float32 or int32, does not have the grid's shape, or
        the grid's reference system is not known.
    OSError
        If the file can't be written.
    """
    with not_georeferenced_is_fine():
        write_cog_in_thread(path, image, grid=grid, unit=unit, long_name=long_name, tags=tags)


def write_cog_in_thread(
    path: Path,
    image: Image,
    *,
    grid: MapGrid | None,
    unit: str,
    long_name: str,
    tags: Mapping[str, str] | None = None,
) -> None:
    """Do what `write_cog` does, in a thread: its caller waits in `not_georeferenced_is_fine`.

    Filters of warnings are of the whole process, and threads that set them undo each other's.
    """
    _check_image(path, image, grid)
    values = image
    if np.isinf(image).any():
        values = np.where(np.isfinite(image), image, np.float32(np.nan))
    labels = image.dtype.kind == "i"
    profile: dict[str, object] = {
        "driver": "GTiff",
        "height": image.shape[0],
        "width": image.shape[1],
        "count": 1,
        "dtype": image.dtype.name,
        "nodata": 0 if labels else float("nan"),
        "tiled": True,
    }
    if grid is not None:
        profile |= {"transform": Affine(*grid.transform), "crs": _reference_system(path, grid)}
        # Compressed at once: a map grid is mostly empty around a slanting flight line.
        profile |= {"compress": "DEFLATE", "zlevel": 1}
    with MemoryFile() as memory, MemoryFile() as whole:
        with memory.open(**profile) as dataset:
            dataset.write(values, 1)
            dataset.units = (unit,)
            dataset.scales = (1.0,)
            dataset.offsets = (0.0,)
            dataset.set_band_description(1, long_name)
            dataset.update_tags(1, long_name=long_name, units=unit, scale_factor=1, add_offset=0)
            dataset.update_tags(TIFFTAG_SOFTWARE=SOFTWARE, **(tags or {}))
        with memory.open() as dataset:
            copy_raster(
                dataset,
                whole.name,
                driver="COG",
                compress="DEFLATE",
                predictor="YES",
                level=1,  # Noise: level 6 takes half as long again and saves one part in a hundred.
                blocksize=BLOCK_SIZE,
                overview_resampling="MODE" if labels else "AVERAGE",
                num_threads=1,
            )
        # Not by GDAL: on a full disk it has errors of its own, and the system's is clearer.
        path.write_bytes(whole.getbuffer())


def _check_image(path: Path, image: Image, grid: MapGrid | None) -> None:
    if image.ndim != 2 or image.dtype not in (np.float32, np.int32) or 0 in image.shape:
        raise OutputError(
            f"{path.name}: the image is {image.dtype} of shape {image.shape}; a two-dimensional "
            "float32 or int32 image of at least one pixel is needed."
        )
    if grid is not None and image.shape != grid.shape:
        raise OutputError(
            f"{path.name}: the image has shape {image.shape}, its map grid {grid.shape} (y, x); "
            "resample the image onto the grid first (MapIndex.resample)."
        )


def _reference_system(path: Path, grid: MapGrid) -> CRS:
    try:
        return CRS.from_user_input(grid.crs)
    except CRSError as error:
        raise OutputError(
            f"{path.name}: the reference system {grid.crs!r} is not known to PROJ; "
            "give an authority code such as EPSG:32613, or WKT2."
        ) from error


def read_image(path: Path) -> Image:
    """Return the first band of a raster as it is stored: (line, sample) or (y, x)."""
    with not_georeferenced_is_fine(), rasterio.open(path) as dataset:
        values: Image = dataset.read(1)
        return values
