"""Cubes in files without a layout of their own, told by a small mapping file (TOML)."""

import re
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from cathartes.errors import HeaderError, InputError, SettingsError
from cathartes.scenes.cube import Cube, LineSource
from cathartes.scenes.description import Description, to_cube
from cathartes.scenes.geometry import Geometry
from cathartes.scenes.options import OpenOptions
from cathartes.scenes.readers.hdf5_lines import (
    AXES,
    Hdf5Lines,
    attribute_number,
    attribute_text,
    fill_numbers,
    find_dataset,
    find_numbers,
    first_number,
    open_hdf5,
)
from cathartes.scenes.readers.hdf5_places import read_places
from cathartes.scenes.readers.mapping_file import (
    MappingFile,
    read_mapping,
)
from cathartes.scenes.readers.raster_lines import RasterFacts, RasterLines, open_raster, read_facts
from cathartes.scenes.times import to_time_utc

NAME = "mapped"

_DATA_TABLE = re.compile(rb"^\s*\[\s*data\s*\]", re.MULTILINE)


def recognises(path: Path, head: bytes) -> bool:
    """Return True for a TOML file with a `[data]` table: the mapping file itself was opened."""
    if path.suffix.lower() != ".toml" or b"\0" in head or not path.is_file():
        return False
    return _DATA_TABLE.search(path.read_bytes()) is not None


def read(path: Path, options: OpenOptions) -> Cube:
    """Return the cube that a mapping file describes.

    Parameters
    ----------
    path
        The mapping file itself, which then names its data relative to its own folder; or, with
        ``options.mapping``, the data file, or the folder of the rasters to be stacked.

    Raises
    ------
    SettingsError
        If the mapping file is wrong, or names no data.
    InputError
        If a file that it names is not there.
    HeaderError, TruncatedFileError, UnitError
        If something is missing, contradicts the data, or can't be read.
    """
    mapping_path = options.mapping or path
    mapping = read_mapping(mapping_path)
    if mapping.data.files is not None:
        folder = path if path.is_dir() else path.parent
        files = tuple(folder / name for name in mapping.data.files)
        for each in files:
            _check_there(each, mapping_path)
        return to_cube(_stacked(mapping_path, files, mapping, options), options)
    if mapping.data.file is not None and path == mapping_path:
        data = path.parent / mapping.data.file
    elif path != mapping_path:
        data = path
    else:
        raise SettingsError(
            f"mapping file {mapping_path.name} names no data file: add 'file' under [data], or "
            "open the data file with --mapping."
        )
    _check_there(data, mapping_path)
    return to_cube(_dataset(data, mapping_path, mapping, options), options)


def _check_there(path: Path, mapping_path: Path) -> None:
    if not path.is_file():
        raise InputError(
            f"mapping file {mapping_path.name} leads to {path.name}, which is not in "
            f"{path.parent.name or '.'}; correct the name or the folder."
        )


def _dataset(
    path: Path, mapping_path: Path, mapping: MappingFile, options: OpenOptions
) -> Description:
    """Return the description of a dataset in an HDF5 or NetCDF-4 file."""
    name, axes = mapping.data.dataset or "", tuple(mapping.data.axes)
    with open_hdf5(path) as file:
        data = find_numbers(file, name, path.name, 3)
        lines, samples, bands = (data.shape[axes.index(axis)] for axis in AXES)
        cube, table = mapping.cube, mapping.wavelength
        source = Hdf5Lines(
            path,
            name,
            axes,
            first_number(cube.scale, attribute_number(data, "scale_factor"), 1.0),
            first_number(cube.offset, attribute_number(data, "add_offset"), 0.0),
            options.fill(cube.fill, *fill_numbers(data)),
        )
        places = mapping.geometry
        geometry = None if places is None else read_places(
            file, places.longitude, places.latitude, (lines, samples), path.name)  # fmt: skip
        return _description(
            mapping,
            path.stem,
            (lines, samples, bands),
            source=source,
            centre=_listed_or_read(file, table.values, table.dataset, path.name),
            fwhm=_listed_or_read(file, table.fwhm, table.fwhm_dataset, path.name),
            unit=cube.unit or attribute_text(data, "units"),
            geometry=geometry,
            paths=(str(path), str(mapping_path)),
        )


def _stacked(
    mapping_path: Path, files: tuple[Path, ...], mapping: MappingFile, options: OpenOptions
) -> Description:
    """Return the description of rasters stacked band after band."""
    facts = []
    for path in files:
        with open_raster(path) as dataset:
            facts.append(_with_numbers(read_facts(dataset, path.name), mapping))
    shape, geometry = facts[0].shape[:2], facts[0].geometry
    for path, each in zip(files, facts, strict=True):
        if each.shape[:2] != shape or each.geometry != geometry:
            raise HeaderError(
                f"{path.name} is {each.shape[0]} x {each.shape[1]} pixels on its grid, "
                f"{files[0].name} {shape[0]} x {shape[1]}; rasters to be stacked must share size "
                "and grid: resample them to one."
            )
    table = mapping.wavelength
    if table.values is None or table.fwhm_dataset is not None:
        raise SettingsError(
            f"mapping file {mapping_path.name}: rasters hold no wavelength datasets; list 'values' "
            "and 'fwhm' under [wavelength]."
        )
    return _description(
        mapping,
        files[0].resolve().parent.name,
        (*shape, sum(each.shape[2] for each in facts)),
        source=RasterLines(files, tuple(facts), options.fill()),
        centre=np.array(table.values),
        fwhm=None if table.fwhm is None else np.array(table.fwhm, dtype=np.float64),
        unit=mapping.cube.unit,
        geometry=geometry,
        paths=(str(mapping_path), *(str(path) for path in files)),
    )


def _description(
    mapping: MappingFile,
    name: str,
    shape: tuple[int, int, int],
    *,
    source: LineSource,
    centre: NDArray[np.float64] | None,
    fwhm: NDArray[np.float64] | None,
    unit: str,
    geometry: Geometry | None,
    paths: tuple[str, ...],
) -> Description:
    cube = mapping.cube
    if fwhm is not None and fwhm.ndim == 0:
        fwhm = np.full(shape[2], float(fwhm))
    return Description(
        name=cube.name or name,
        shape=shape,
        source=source,
        wavelength=centre,
        wavelength_unit=mapping.wavelength.unit,
        fwhm=fwhm,
        value_unit=unit,
        quantity=cube.quantity,
        start_utc=to_time_utc(cube.start_utc, "mapping file"),
        geometry=geometry,
        sun_zenith_deg=cube.sun_zenith_deg,
        view_zenith_deg=cube.view_zenith_deg,
        air_temperature_k=cube.air_temperature_k,
        instrument=cube.instrument,
        paths=paths,
    )


def _listed_or_read(
    file: h5py.File, listed: float | list[float] | None, dataset: str | None, origin: str
) -> NDArray[np.float64] | None:
    """Return (band,) from a dataset, or as listed; () for one number; None for neither."""
    if dataset is not None:
        n_axes = min(find_dataset(file, dataset, origin).ndim, 1)
        return np.asarray(find_numbers(file, dataset, origin, n_axes)[...], dtype=np.float64)
    return None if listed is None else np.array(listed, dtype=np.float64)


def _with_numbers(facts: RasterFacts, mapping: MappingFile) -> RasterFacts:
    """Return a raster's facts with the mapping's scale, offset and fill in place of its own."""
    cube = mapping.cube
    return replace(
        facts,
        scale=facts.scale if cube.scale is None else np.full_like(facts.scale, cube.scale),
        offset=facts.offset if cube.offset is None else np.full_like(facts.offset, cube.offset),
        nodata=facts.nodata if cube.fill is None else np.full_like(facts.nodata, cube.fill),
    )
