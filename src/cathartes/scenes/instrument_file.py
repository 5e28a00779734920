"""What an instrument's TOML file may say, checked by Pydantic, and the arrays it stands for."""

from itertools import pairwise
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    model_validator,
)

from cathartes.errors import UnitError
from cathartes.scenes.plausibility import (
    LONGEST_UM,
    SHORTEST_UM,
    is_possible_centre,
    is_possible_width,
)
from cathartes.scenes.radiometry import planck_slope
from cathartes.spectra.response import SpectralBands, TabulatedResponse
from cathartes.units import CANONICAL_RADIANCE_UNIT, radiance_factor

Knots = float | list[float]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class BandsTable(_Table):
    """``[bands]``: a regular grid (first, last, count) or a list of centres, and widths.

    The response of a band is Gaussian, or has a tabulated shape: offsets from the centre in units
    of the width, ascending, and relative responses there.
    """

    first_um: PositiveFloat | None = None
    last_um: PositiveFloat | None = None
    count: PositiveInt | None = None
    centre_um: Annotated[list[PositiveFloat], Field(min_length=1)] | None = None
    fwhm_um: PositiveFloat | list[PositiveFloat]
    shape_offset_fwhm: Annotated[list[float], Field(min_length=2)] | None = None
    shape: list[NonNegativeFloat] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "BandsTable":
        grid = [self.first_um, self.last_um, self.count]
        if (self.centre_um is None) != all(value is not None for value in grid) or (
            self.centre_um is not None and any(value is not None for value in grid)
        ):
            raise ValueError(
                "give either first_um, last_um and count, or the list centre_um, not both"
            )
        count = self.count if self.centre_um is None else len(self.centre_um)
        if isinstance(self.fwhm_um, list) and len(self.fwhm_um) != count:
            raise ValueError(f"{len(self.fwhm_um)} values of fwhm_um for {count} bands")
        offset, shape = self.shape_offset_fwhm or [], self.shape or []
        rises = all(a < b for a, b in pairwise(offset))
        if len(offset) != len(shape) or not rises or (shape and not any(shape)):
            raise ValueError(
                f"{len(offset)} values of shape_offset_fwhm and {len(shape)} of shape; as many of "
                "each are needed, offsets ascending, shapes not all 0"
            )
        bands = self.to_bands()
        if not is_possible_centre(bands.centre_um).all():
            raise ValueError(
                f"band centres of {bands.centre_um.min():g} to {bands.centre_um.max():g} um; "
                f"{SHORTEST_UM:g} to {LONGEST_UM:g} um is possible: give them in um"
            )
        if not is_possible_width(bands.fwhm_um / bands.centre_um).all():
            raise ValueError(
                f"fwhm_um is {bands.fwhm_um.min():g} to {bands.fwhm_um.max():g}; a band is "
                "1/50000 to 1/2 of its centre wide: give the widths in um"
            )
        return self

    def to_bands(self) -> SpectralBands:
        """Return the bands that the table describes, (band,) [um]."""
        if self.centre_um is not None:
            centre = np.array(self.centre_um)
        else:
            centre = np.linspace(self.first_um or 0.0, self.last_um or 0.0, self.count or 0)
        width = np.broadcast_to(np.array(self.fwhm_um), centre.shape)
        if self.shape_offset_fwhm is None or self.shape is None:
            return SpectralBands(centre, width)
        offset, shape = np.array(self.shape_offset_fwhm), np.array(self.shape)
        response = tuple(
            TabulatedResponse(c + offset * w, shape) for c, w in zip(centre, width, strict=True)
        )
        return SpectralBands(centre, width, response)


class _NoiseTable(_Table):
    wavelength_um: list[PositiveFloat] | None = None

    def _on_bands(self, values: Knots, centre_um: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return a value a band: constant, interpolated between knots, or listed one a band."""
        if isinstance(values, float):
            return np.full(centre_um.shape, values)
        if self.wavelength_um is not None:
            return np.interp(centre_um, self.wavelength_um, values)
        return np.array(values)

    @model_validator(mode="after")
    def _knots_fit(self) -> "_NoiseTable":
        knots = self.wavelength_um
        if knots is not None and not (np.diff(knots) > 0).all():
            raise ValueError("wavelength_um must rise")
        for name in type(self).model_fields:
            values = getattr(self, name)
            if knots is not None and isinstance(values, list) and len(values) != len(knots):
                raise ValueError(f"{len(values)} values of {name} for {len(knots)} wavelength_um")
        return self


def _known_unit(unit: str) -> str:
    try:
        radiance_factor(unit)
    except UnitError as error:
        raise ValueError(str(error)) from error
    return unit


RadianceUnit = Annotated[str, AfterValidator(_known_unit)]


class NedtNoise(_NoiseTable):
    """``[noise] kind = "nedt"``: a temperature difference [K] at a scene temperature [K]."""

    kind: Literal["nedt"]
    nedt_k: PositiveFloat | list[PositiveFloat]
    at_temperature_k: PositiveFloat = 300.0

    def coefficients(
        self, centre_um: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return a, b, c, each (band,), for `NoiseModel`; here NESR = NEdT dB/dT."""
        nesr = self._on_bands(self.nedt_k, centre_um) * planck_slope(
            centre_um, self.at_temperature_k
        )
        return np.zeros_like(nesr), np.zeros_like(nesr), nesr


class NesrNoise(_NoiseTable):
    """``[noise] kind = "nesr"``: a constant noise-equivalent spectral radiance."""

    kind: Literal["nesr"]
    nesr: PositiveFloat | list[PositiveFloat]
    unit: RadianceUnit = CANONICAL_RADIANCE_UNIT

    def coefficients(
        self, centre_um: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return a, b, c, each (band,), for `NoiseModel`."""
        nesr = self._on_bands(self.nesr, centre_um) * radiance_factor(self.unit)
        return np.zeros_like(nesr), np.zeros_like(nesr), nesr


class ParametricNoise(_NoiseTable):
    """``[noise] kind = "parametric"``: noise = a sqrt(b + L) + c in a stated radiance unit."""

    kind: Literal["parametric"]
    a: Knots
    b: Knots
    c: Knots
    unit: RadianceUnit = CANONICAL_RADIANCE_UNIT

    def coefficients(
        self, centre_um: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        r"""Return a, b, c, each (band,), for `NoiseModel`.

        With L = f L' from the file's unit to ours, noise = f (a \sqrt{b + L/f} + c), so a grows
        by \sqrt{f}, b and c by f.
        """
        factor = radiance_factor(self.unit)
        a, b, c = (self._on_bands(values, centre_um) for values in (self.a, self.b, self.c))
        return np.sqrt(factor) * a, factor * b, factor * c


class InstrumentFile(_Table):
    """A whole instrument file."""

    name: Annotated[str, Field(min_length=1)]
    description: str = ""
    n_samples: PositiveInt
    ifov_mrad: PositiveFloat
    altitude_m: PositiveFloat
    integration_s: PositiveFloat | None = None
    bands: BandsTable
    noise: Annotated[NedtNoise | NesrNoise | ParametricNoise, Field(discriminator="kind")]

    @model_validator(mode="after")
    def _noise_fits_bands(self) -> "InstrumentFile":
        n_bands = len(self.bands.to_bands())
        for name in type(self.noise).model_fields:
            values = getattr(self.noise, name)
            listed = isinstance(values, list) and self.noise.wavelength_um is None
            if listed and len(values) != n_bands:
                raise ValueError(
                    f"{len(values)} values of noise.{name} for {n_bands} bands; give one a band, "
                    "or wavelength_um for knots to interpolate between"
                )
        return self
