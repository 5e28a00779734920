"""What a file says about its scene in its own words, and the cube that this makes.

Every reader ends here, so that units, widths, bad bands and plausibility are judged in one place.
"""

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import HeaderError, SettingsError, UnitError
from cathartes.scenes.cube import Cube, LineSource
from cathartes.scenes.geometry import Geometry
from cathartes.scenes.options import OpenOptions
from cathartes.scenes.plausibility import (
    check_fwhm,
    check_radiance,
    fwhm_from_spacing_um,
    suggest_radiance_unit,
    to_fwhm_um,
    to_wavelength_um,
)
from cathartes.scenes.quantity import Quantity
from cathartes.spectra.response import SpectralBands
from cathartes.units import is_per_wavenumber, radiance_factor

_REFLECTANCE_WORDS = ("reflectance", "rfl", "reflectivity")
_TEMPERATURE_UNITS = frozenset({"k", "kelvin", "c", "degc", "deg c", "celsius"})
_PROBED_LINES = 3
_PROBED_SAMPLES = 64


@dataclass(frozen=True, slots=True)
class Description:
    """A scene in the words and units of its file.

    Attributes
    ----------
    name
        Short name, from the file.
    shape
        (line, sample, band).
    source
        Gives numbers in the file's unit, after the file's own scale and offset; NaN where invalid.
    wavelength : (band,) [wavelength_unit]
        None if the file states no band centres.
    wavelength_unit
        "" if the file names none.
    fwhm : (band,) [fwhm_unit]
        None if the file states no band widths.
    fwhm_unit
        "" means: the same as the wavelengths'.
    value_unit
        Unit of the numbers as written in the file; "" if it names none.
    quantity
        None if the file does not tell.
    band_valid : (band,) bool
        None if the file has no bad-band list.
    """

    name: str
    shape: tuple[int, int, int]
    source: LineSource
    wavelength: NDArray[np.float64] | None
    wavelength_unit: str = ""
    fwhm: NDArray[np.float64] | None = None
    fwhm_unit: str = ""
    value_unit: str = ""
    quantity: Quantity | None = None
    band_valid: NDArray[np.bool_] | None = None
    start_utc: datetime | None = None
    geometry: Geometry | None = None
    sun_zenith_deg: float | None = None
    view_zenith_deg: float | None = None
    air_temperature_k: float | None = None
    instrument: str = ""
    paths: tuple[str, ...] = ()
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScaledLines:
    """Lines brought to canonical units: multiplied, and infinite made NaN.

    Attributes
    ----------
    source
        In the file's unit.
    factor : (band,) or ()
        From the file's unit to the canonical one.
    """

    source: LineSource
    factor: NDArray[np.float32]

    def read_lines(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return lines start to stop, (line, sample, band), canonical units, NaN where invalid."""
        block = self.source.read_lines(start, stop)
        scaled = bool((self.factor != 1).any())
        for line in block:  # A line at a time keeps the masks small.
            if scaled:
                with np.errstate(over="ignore", invalid="ignore"):
                    np.multiply(line, self.factor, out=line)
            finite = np.isfinite(line)
            if not finite.all():
                line[~finite] = np.nan
        return block


def to_cube(description: Description, options: OpenOptions) -> Cube:
    """Return the cube that a file's description and the user's options make together.

    Raises
    ------
    HeaderError
        If band centres are missing, or a list's length is not the number of bands.
    UnitError
        If a unit is missing, unknown, or can't be right for the numbers.
    SettingsError
        If an option does not fit the file.
    """
    metadata = dict(description.metadata)
    bands = _bands(description, options, metadata)
    quantity, factor = _quantity_and_factor(description, options, bands)
    source = ScaledLines(description.source, np.asarray(factor, np.float32))
    cube = Cube(
        name=description.name,
        shape=description.shape,
        bands=bands,
        band_valid=_band_valid(description, options),
        source=source,
        quantity=quantity,
        start_utc=description.start_utc,
        geometry=description.geometry,
        sun_zenith_deg=description.sun_zenith_deg,
        view_zenith_deg=description.view_zenith_deg,
        air_temperature_k=description.air_temperature_k,
        instrument=description.instrument,
        paths=description.paths,
        metadata=metadata,
    )
    if options.check_units and quantity is Quantity.RADIANCE:
        unit = options.radiance_unit or description.value_unit
        check_radiance(_probe(source, cube.shape), bands.centre_um, unit)
    return cube


def _bands(
    description: Description, options: OpenOptions, metadata: dict[str, str]
) -> SpectralBands:
    unit = options.wavelength_unit or description.wavelength_unit
    if options.wavelength_um is not None:
        centre = to_wavelength_um(np.array(options.wavelength_um), "um")
    elif description.wavelength is None:
        raise HeaderError(
            f"{description.name}: the file states no band centres for its {description.shape[2]} "
            "bands; add 'wavelength' and 'wavelength units' to it, or pass --wavelengths."
        )
    else:
        _check_length(description, description.wavelength, "band centres")
        centre = to_wavelength_um(description.wavelength, unit)
    if options.fwhm_um is not None:
        fwhm = np.array(options.fwhm_um)
        check_fwhm(fwhm, centre)
    elif description.fwhm is None:
        fwhm = fwhm_from_spacing_um(centre)
        metadata["fwhm"] = "not in the file: taken from the spacing of the bands"
    else:
        _check_length(description, description.fwhm, "band widths")
        # The user's unit is for both lists, unless the file states one for the widths alone.
        fwhm = to_fwhm_um(description.fwhm, description.fwhm_unit or unit or "um", centre)
    for values, word in ((centre, "band centres"), (fwhm, "band widths")):
        _check_length(description, values, word)
    return SpectralBands(centre, fwhm)


def _check_length(description: Description, values: NDArray[np.float64], word: str) -> None:
    if values.shape != (description.shape[2],):
        raise HeaderError(
            f"{description.name}: {description.shape[2]} bands in the data and {values.size} "
            f"{word}; as many of each are needed: correct the list."
        )


def _band_valid(description: Description, options: OpenOptions) -> NDArray[np.bool_]:
    n_bands = description.shape[2]
    valid = np.ones(n_bands, dtype=bool)
    if description.band_valid is not None:
        if description.band_valid.shape != (n_bands,):
            raise HeaderError(
                f"{description.name}: {n_bands} bands in the data and "
                f"{description.band_valid.size} entries in the bad-band list; as many of each "
                "are needed: correct 'bbl'."
            )
        valid &= description.band_valid
    outside = [band for band in options.bad_bands if band >= n_bands]
    if outside:
        raise SettingsError(
            f"{description.name}: bad bands {outside} do not exist; the cube has bands 0 to "
            f"{n_bands - 1}."
        )
    valid[list(options.bad_bands)] = False
    return valid


def _quantity_and_factor(
    description: Description, options: OpenOptions, bands: SpectralBands
) -> tuple[Quantity, float]:
    unit = options.radiance_unit or description.value_unit
    quantity = options.quantity or description.quantity
    if options.radiance_unit is not None:
        quantity = Quantity.RADIANCE
    elif quantity is None and any(word in unit.lower() for word in _REFLECTANCE_WORDS):
        quantity = Quantity.REFLECTANCE
    if quantity is Quantity.REFLECTANCE:
        return quantity, 1.0
    return Quantity.RADIANCE, _radiance_factor(description, unit, bands)


def _radiance_factor(description: Description, unit: str, bands: SpectralBands) -> float:
    found = "the file names no unit for its numbers"
    if unit:
        try:
            return radiance_factor(unit)
        except UnitError:
            if is_per_wavenumber(unit):
                raise
            if unit.strip().lower() in _TEMPERATURE_UNITS:
                raise UnitError(
                    f"{description.name}: its numbers are temperatures, in {unit}; radiance is "
                    "needed: scan the radiance that they were made of."
                ) from None
            found = f"radiance unit {unit!r} is not known"
    values = _probe(description.source, description.shape)
    usable = values[np.isfinite(values)]
    level = f"median {np.median(usable):.4g}" if usable.size else "all are empty"
    raise UnitError(
        f"{description.name}: {found} ({level}). {suggest_radiance_unit(values, bands.centre_um)}"
    )


def _probe(source: LineSource, shape: tuple[int, int, int]) -> NDArray[np.float32]:
    """Return some of the first, middle and last line's pixels, (pixel, band)."""
    lines = sorted({0, shape[0] // 2, shape[0] - 1})[:_PROBED_LINES]
    step = max(1, shape[1] // _PROBED_SAMPLES)
    return np.concatenate([source.read_lines(i, i + 1)[0, ::step] for i in lines])
