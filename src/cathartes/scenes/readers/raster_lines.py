"""Lines out of georeferenced rasters: bands of one file, or of several files stacked."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.enums import MaskFlags
from rasterio.errors import CRSError, RasterioError
from rasterio.windows import Window

from cathartes.errors import HeaderError, TruncatedFileError
from cathartes.scenes.geometry import AffineGeometry
from cathartes.scenes.readers.numbers import convert_numbers
from cathartes.scenes.unplaced import not_georeferenced_is_fine

_BUFFER_BYTES = 8 * 2**20
_CACHE_MIB = 64


@contextmanager
def open_raster(path: Path) -> Iterator[Any]:
    """Open a raster for reading, GDAL's own cache kept small; what it raises is put in words.

    Raises
    ------
    TruncatedFileError
        If GDAL can't open or read it: cut off, or damaged.
    """
    with not_georeferenced_is_fine(), rasterio.Env(GDAL_CACHEMAX=_CACHE_MIB):
        try:
            with rasterio.open(path) as dataset:
                yield dataset
        except (RasterioError, CRSError, UnicodeDecodeError) as error:
            raise TruncatedFileError(
                f"{path.name} can't be read as a raster ({error}); it is cut off or damaged: copy "
                "it again."
            ) from error


@dataclass(frozen=True, slots=True)
class RasterFacts:
    """What a raster says of its bands and place.

    Attributes
    ----------
    shape
        (line, sample, band).
    scale, offset, nodata : (band,)
        Value = scale * number + offset; nodata is NaN where a band has none.
    masked
        Whether the file has a mask of its own, which says which pixels have no value.
    pixel_interleaved
        Whether the bands of a pixel lie together in the file.
    geometry
        None without a reference system.
    """

    shape: tuple[int, int, int]
    scale: NDArray[np.float64]
    offset: NDArray[np.float64]
    nodata: NDArray[np.float64]
    masked: bool
    pixel_interleaved: bool
    geometry: AffineGeometry | None


def read_facts(dataset: Any, origin: str) -> RasterFacts:
    """Return the facts of an open raster.

    Raises
    ------
    HeaderError
        If the numbers are complex.
    """
    if any("complex" in dtype for dtype in dataset.dtypes):
        raise HeaderError(f"{origin}: complex numbers; a radiance is real: export as float32.")
    geometry = None
    if dataset.crs is not None and dataset.transform != rasterio.Affine.identity():
        a, b, c, d, e, f = dataset.transform[:6]
        code = dataset.crs.to_epsg()
        crs = f"EPSG:{code}" if code else dataset.crs.to_wkt()
        geometry = AffineGeometry((a, b, c, d, e, f), crs, dataset.shape)
    return RasterFacts(
        shape=(dataset.height, dataset.width, dataset.count),
        scale=np.array(dataset.scales, dtype=np.float64),
        offset=np.array(dataset.offsets, dtype=np.float64),
        nodata=np.array([np.nan if v is None else v for v in dataset.nodatavals]),
        masked=any(MaskFlags.per_dataset in flags for flags in dataset.mask_flag_enums),
        pixel_interleaved=dataset.interleaving is rasterio.enums.Interleaving.pixel,
        geometry=geometry,
    )


@dataclass(frozen=True, slots=True)
class RasterLines:
    """Lines of one raster, or of several stacked band after band.

    Attributes
    ----------
    paths
        Files in the order of their bands.
    facts
        One for each file.
    fill
        More numbers, before scale and offset, that stand for no value.
    """

    paths: tuple[Path, ...]
    facts: tuple[RasterFacts, ...]
    fill: tuple[float, ...] = ()

    def read_lines(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return lines start to stop, (line, sample, band), in the file's unit, NaN if no data.

        Raises
        ------
        TruncatedFileError
            If the numbers are cut off or damaged.
        """
        n_lines, n_samples, _ = self.facts[0].shape
        start, stop, _ = slice(start, stop).indices(n_lines)
        n_bands = sum(facts.shape[2] for facts in self.facts)
        out = np.empty((max(0, stop - start), n_samples, n_bands), dtype=np.float32)
        first_band = 0
        for path, facts in zip(self.paths, self.facts, strict=True):
            target = out[:, :, first_band : first_band + facts.shape[2]]
            with open_raster(path) as dataset:
                _read_into(dataset, facts, self.fill, start, target)
            first_band += facts.shape[2]
        return out


def _read_into(
    dataset: Any,
    facts: RasterFacts,
    fill: tuple[float, ...],
    start: int,
    target: NDArray[np.float32],
) -> None:
    """Fill (line, sample, band) by pieces: all bands of few lines, or few bands of all lines."""
    n_lines, n_samples, n_bands = target.shape
    if facts.pixel_interleaved:
        step_lines = max(1, _BUFFER_BYTES // (8 * n_samples * n_bands))
        step_bands = n_bands
    else:
        step_lines = max(1, n_lines)
        step_bands = max(1, min(16, _BUFFER_BYTES // (8 * n_samples * step_lines)))
    for first in range(0, n_lines, step_lines):
        count = min(step_lines, n_lines - first)
        window = Window(0, start + first, n_samples, count)
        hidden = dataset.dataset_mask(window=window) == 0 if facts.masked else None
        for band in range(0, n_bands, step_bands):
            chosen = slice(band, min(band + step_bands, n_bands))
            numbers = dataset.read(list(range(chosen.start + 1, chosen.stop + 1)), window=window)
            convert_numbers(
                numbers.transpose(1, 2, 0),
                target[first : first + count, :, chosen],
                scale=facts.scale[chosen],
                offset=facts.offset[chosen],
                fill=(facts.nodata[chosen], *fill),
            )
        if hidden is not None:
            target[first : first + count][hidden] = np.nan
