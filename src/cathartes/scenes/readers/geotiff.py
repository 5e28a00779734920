"""Multi-band GeoTIFF cubes whose tags state the wavelengths."""

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import HeaderError
from cathartes.scenes.cube import Cube
from cathartes.scenes.description import Description, to_cube
from cathartes.scenes.options import OpenOptions
from cathartes.scenes.readers.raster_lines import RasterLines, open_raster, read_facts
from cathartes.scenes.times import to_time_utc

NAME = "GeoTIFF"

_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_DESCRIBED = re.compile(
    r"(\d+(?:\.\d+)?)\s*(nanomet(?:er|re)s?|micromet(?:er|re)s?|microns?|nm|um|µm)\b", re.IGNORECASE
)
_TIME_TAGS = ("acquisition_time", "acquisition time", "start_time", "datetime_start")


def recognises(path: Path, head: bytes) -> bool:
    """Return True for a TIFF file, classic or big."""
    return path.is_file() and head.startswith(_MAGIC)


def read(path: Path, options: OpenOptions) -> Cube:
    """Return the cube of a GeoTIFF.

    Band centres are looked for in this order: band tags ``wavelength`` (and ``wavelength_units``,
    ``fwhm``, ``bbl``), the ``IMAGERY`` domain's ``CENTRAL_WAVELENGTH_UM`` and ``FWHM_UM``, the
    file's tags ``wavelength`` or ``wavelengths`` (a list), and band descriptions such as
    ``band 1 (418.24 Nanometers)``.

    Raises
    ------
    HeaderError, TruncatedFileError, UnitError
        If something is missing, contradicts the data, or can't be read.
    """
    with open_raster(path) as dataset:
        facts = read_facts(dataset, path.name)
        tags = _lower(dataset.tags()) | _lower(dataset.tags(ns="ENVI"))
        band_tags = [_lower(dataset.tags(i)) for i in dataset.indexes]
        imagery = [_lower(dataset.tags(i, ns="IMAGERY")) for i in dataset.indexes]
        centre, unit, fwhm = _wavelengths(band_tags, imagery, tags, dataset.descriptions, path.name)
        units = {u for u in dataset.units if u}
        bad = _column(band_tags, "bbl", path.name)
        bad = _list(tags, path.name, "bbl") if bad is None else bad
    if len(units) > 1:
        raise HeaderError(
            f"{path.name}: bands have different units ({', '.join(sorted(units))}); one is needed."
        )
    description = Description(
        name=path.stem,
        shape=facts.shape,
        source=RasterLines((path,), (facts,), options.fill()),
        wavelength=centre,
        wavelength_unit=unit,
        fwhm=fwhm,
        value_unit=units.pop() if units else _first(tags, "radiance_units", "data_units", "units"),
        band_valid=None if bad is None else bad != 0,
        start_utc=to_time_utc(_first(tags, *_TIME_TAGS), path.name),
        geometry=facts.geometry,
        instrument=_first(tags, "sensor_type", "sensor type", "instrument", "sensor"),
        paths=(str(path),),
    )
    return to_cube(description, options)


def _lower(tags: dict[str, str]) -> dict[str, str]:
    return {key.lower(): value.strip() for key, value in tags.items()}


def _first(tags: dict[str, str], *keys: str) -> str:
    return next((tags[key] for key in keys if tags.get(key)), "")


def _wavelengths(
    band_tags: list[dict[str, str]],
    imagery: list[dict[str, str]],
    tags: dict[str, str],
    descriptions: tuple[str | None, ...],
    origin: str,
) -> tuple[NDArray[np.float64] | None, str, NDArray[np.float64] | None]:
    """Return band centres, their unit as written, and widths, as far as the tags tell."""
    unit_keys = ("wavelength_units", "wavelength_unit", "wavelength units")
    unit = _first(band_tags[0], *unit_keys) or _first(tags, *unit_keys)
    by_band = _column(band_tags, "wavelength", origin)
    if by_band is not None:
        others = {_first(t, *unit_keys) or unit for t in band_tags}
        if len(others) > 1:
            raise HeaderError(
                f"{origin}: bands state different wavelength units ({', '.join(sorted(others))}); "
                "one is needed."
            )
        return by_band, unit, _column(band_tags, "fwhm", origin)
    by_domain = _column(imagery, "central_wavelength_um", origin)
    if by_domain is not None:
        return by_domain, "um", _column(imagery, "fwhm_um", origin)
    listed = _list(tags, origin, "wavelength", "wavelengths")
    if listed is not None:
        return listed, unit, _list(tags, origin, "fwhm")
    matches = [_DESCRIBED.search(text or "") for text in descriptions]
    found = [match for match in matches if match]
    if len(found) == len(descriptions) and len({m[2].lower() for m in found}) == 1:
        return np.array([float(m[1]) for m in found]), found[0][2], _list(tags, origin, "fwhm")
    return None, unit, _list(tags, origin, "fwhm")


def _column(band_tags: list[dict[str, str]], key: str, origin: str) -> NDArray[np.float64] | None:
    """Return one tag of all bands; None if no band has it."""
    texts = [tags.get(key, "") for tags in band_tags]
    if not any(texts):
        return None
    if not all(texts):
        raise HeaderError(
            f"{origin}: {sum(map(bool, texts))} of {len(texts)} bands have the tag {key!r}; all "
            "or none must."
        )
    return _numbers(texts, key, origin)


def _list(tags: dict[str, str], origin: str, *keys: str) -> NDArray[np.float64] | None:
    text = _first(tags, *keys).strip("{}[]() ")
    return _numbers(re.split(r"[,;\s]+", text), keys[0], origin) if text else None


def _numbers(texts: list[str], key: str, origin: str) -> NDArray[np.float64]:
    try:
        return np.array([float(text) for text in texts if text])
    except ValueError as error:
        raise HeaderError(
            f"{origin}: tag {key!r} is not a number ({error}); correct it."
        ) from error
