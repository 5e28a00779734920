"""NetCDF-4 cubes in the layout of EMIT's L1B and L2A products."""

from pathlib import Path

import h5py
import numpy as np

from cathartes.scenes.cube import Cube
from cathartes.scenes.description import Description, to_cube
from cathartes.scenes.geometry import Geometry, MapGrid
from cathartes.scenes.glt import GltGeometry, aligned_to_centres, index_from_table
from cathartes.scenes.options import OpenOptions
from cathartes.scenes.quantity import Quantity
from cathartes.scenes.readers.hdf5_lines import (
    MAGIC,
    Hdf5Lines,
    attribute_number,
    attribute_text,
    fill_numbers,
    find_numbers,
    first_number,
    open_hdf5,
    without_fill,
)
from cathartes.scenes.readers.hdf5_places import read_places
from cathartes.scenes.times import to_time_utc

NAME = "EMIT"

_QUANTITIES = {"radiance": Quantity.RADIANCE, "reflectance": Quantity.REFLECTANCE}
_BAND_GROUP = "sensor_band_parameters"


def recognises(path: Path, head: bytes) -> bool:
    """Return True for HDF5 with the group `sensor_band_parameters` and a three-way radiance."""
    if not head.startswith(MAGIC):
        return False
    try:
        with h5py.File(path, "r") as file:
            return f"{_BAND_GROUP}/wavelengths" in file and any(q in file for q in _QUANTITIES)
    except (OSError, RuntimeError, KeyError, ValueError):
        return False  # Cut off or damaged: no reader takes it, and the message says so.


def read(path: Path, options: OpenOptions) -> Cube:
    """Return the cube of an EMIT product.

    Raises
    ------
    HeaderError, TruncatedFileError, UnitError
        If something is missing, contradicts the data, or can't be read.
    """
    with open_hdf5(path) as file:
        name = next((q for q in _QUANTITIES if q in file), "radiance")
        data = find_numbers(file, name, path.name, 3)
        shape = data.shape
        centre = find_numbers(file, f"{_BAND_GROUP}/wavelengths", path.name, 1)
        fwhm, good = (
            find_numbers(file, name, path.name, 1) if name in file else None
            for name in (f"{_BAND_GROUP}/fwhm", f"{_BAND_GROUP}/good_wavelengths")
        )
        description = Description(
            name=path.stem,
            shape=shape,
            source=Hdf5Lines(
                path,
                name,
                scale=first_number(attribute_number(data, "scale_factor"), 1.0),
                offset=first_number(attribute_number(data, "add_offset"), 0.0),
                fill=options.fill(*fill_numbers(data)),
            ),
            wavelength=np.asarray(centre[:], dtype=np.float64),
            wavelength_unit=attribute_text(centre, "units"),
            fwhm=None if fwhm is None else np.asarray(fwhm[:], dtype=np.float64),
            fwhm_unit="" if fwhm is None else attribute_text(fwhm, "units"),
            value_unit=attribute_text(data, "units"),
            quantity=_QUANTITIES[name],
            band_valid=None if good is None else np.asarray(good[:]) > 0,
            start_utc=to_time_utc(attribute_text(file, "time_coverage_start"), path.name),
            geometry=_geometry(file, shape[:2], path.name),
            instrument=attribute_text(file, "instrument") or attribute_text(file, "sensor"),
            paths=(str(path),),
            metadata=_metadata(file),
        )
    return to_cube(description, options)


def _geometry(file: h5py.File, shape: tuple[int, int], origin: str) -> Geometry | None:
    place = file.get("location")
    if place is None or "lon" not in place or "lat" not in place:
        return None
    centres = read_places(file, "location/lon", "location/lat", shape, origin)
    transform = np.asarray(file.attrs.get("geotransform", []))
    if "glt_x" not in place or "glt_y" not in place or transform.size != 6:
        return centres
    c0, a, b, f0, d, e = (float(v) for v in transform)
    glt_sample, glt_line = (
        without_fill(find_numbers(file, f"location/{name}", origin, 2))
        for name in ("glt_x", "glt_y")
    )
    crs = attribute_text(file, "spatial_ref") or "EPSG:4326"
    grid = MapGrid((a, b, c0, d, e, f0), crs, (glt_sample.shape[0], glt_sample.shape[1]))
    index = index_from_table(glt_sample, glt_line, grid, shape)
    return GltGeometry(aligned_to_centres(index, centres), centres)


def _metadata(file: h5py.File) -> dict[str, str]:
    wanted = ("title", "platform", "flight_line", "product_version", "time_coverage_end")
    return {name: text for name in wanted if (text := attribute_text(file, name))}
