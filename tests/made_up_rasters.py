"""Made-up rasters in a casebook: GeoTIFFs in UTM, as runs write them, named by an observation."""

from pathlib import Path

import numpy as np
import rasterio
from affine import Affine

import made_up_casebook as made_up
from cathartes.sites.observation import Asset

TIFF = "image/tiff; application=geotiff"
PIXEL_M = 20.0
WEST_M, NORTH_M = 698_000.0, 2_236_000.0
"""In UTM zone 13 north, within the made-up mandate."""
CRS = "EPSG:32613"


def write_raster(path: Path, values, *, crs=CRS, descriptions=(), units=(), driver="GTiff") -> Path:
    """Write bands of values as a raster; NaN is no value."""
    bands = np.atleast_3d(np.asarray(values, np.float32).T).T
    count, height, width = bands.shape
    transform = Affine(PIXEL_M, 0, WEST_M, 0, -PIXEL_M, NORTH_M)
    told = {"crs": crs, "transform": transform} if crs else {}
    with rasterio.open(
        path, "w", driver=driver, count=count, height=height, width=width,
        dtype="float32", nodata=np.nan, **told,
    ) as dataset:  # fmt: skip
        dataset.write(bands)
        for number, one in enumerate(descriptions, start=1):
            dataset.set_band_description(number, one)
        for number, one in enumerate(units, start=1):
            dataset.set_band_unit(number, one)
    return path


def record_rasters(desk, folder: Path, one_id="r1", sortie_id="S1", **more) -> dict[str, str]:
    """Record an observation with a context image, a statistic, densities, a sensitivity map.

    Returns their hashes by role.
    """
    folder.mkdir(parents=True, exist_ok=True)
    number = int.from_bytes(one_id.encode()) % 1009  # other bytes of another observation
    ramp = np.tile(np.linspace(0, 10, 40), (40, 1)) + number / 10_000
    signed = np.where(ramp > 2, ramp - 6, np.nan)
    told = {
        "context": (ramp + 290, ("the ground, grey",), ("1",), ""),
        "score": (ramp, ("detection statistic",), ("1",), "acetone"),
        "column_density_ppm_m": (signed, ("column density of a gas",), ("ppm m",), "acetone"),
        "column_density_sd_ppm_m": (ramp / 4, ("its sd",), ("ppm m",), "acetone"),
        "sensitivity": (
            np.stack((ramp + 1, 2 * ramp + 1)),
            ("necl_ppm_m/acetone", "detectable_column_ppm_m/acetone"),
            ("ppm m", "ppm m"),
            "",
        ),
    }
    assets = []
    for role, (values, descriptions, units, chemical) in told.items():
        path = folder / f"{role}.tif"
        write_raster(path, values, descriptions=descriptions, units=units)
        sha256 = desk.evidence.put(path)
        size = path.stat().st_size
        assets.append(Asset(sha256, role, path.name, TIFF, size, chemical))
    made_up.record(desk.casebook, one_id, sortie_id=sortie_id, assets=tuple(assets), **more)
    return {one.role: one.sha256 for one in assets}
