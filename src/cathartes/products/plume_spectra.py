"""`plume_spectra.json`: what each plume of an observation shows in the spectrum, and along its way.

The models are the schema. `data/plume-spectra-1.schema.json` is made from them. Within the major
version 1 members may be added, none removed or given another meaning.
"""

from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict, Field, model_validator

from cathartes.detect.plume_spectrum import PlumeSpectrum, Relation, SpectrumFit
from cathartes.locate.axis_profile import AxisProfile
from cathartes.products.evidence_json import (
    EvidencePart,
    Series,
    SeriesWithGaps,
    check_lengths,
    read_evidence,
    rounded,
    series,
    series_with_gaps,
)

PLUME_SPECTRA = "plume_spectra.json"
PLUME_SPECTRA_SCHEMA: Literal["cathartes-plume-spectra/1"] = "cathartes-plume-spectra/1"


class Fit(EvidencePart):
    """Chemicals fitted together to a plume's spectrum."""

    chemicals: Annotated[tuple[str, ...], Field(min_length=1)] = Field(
        description="the one that the fit is about, then those fitted beside it"
    )
    relation: Relation = Field(
        description="named: the plume's name rests on it; nearest: the best of the library, of a "
        "plume that no gas of it explains; partner: may be there beside these; runner-up: "
        "explains most in the place of the first of these; look-alike: of a signature like its"
    )
    probability: float = Field(
        ge=0, le=1, description="that the first is in the plume, given that the plume is real"
    )
    likeness: float = Field(
        ge=-1.001, le=1.001,
        description="cosine of its signature and the named one's, whitened by the background",
    )  # fmt: skip
    amount: Series = Field(description="of each chemical, in amount_unit, fitted together")
    fit: Series = Field(description="sum of amount times signature, by band, in unit")
    residual: Series = Field(
        description="what the fit leaves of the measured spectrum, less what the other bands say "
        "of the ground there, by band, in unit; its standard deviation is signal_sd"
    )
    misfit: float = Field(
        ge=0, description="mean square of what is left over that of noise and clutter; 1: no more"
    )


class Profile(EvidencePart):
    """How much gas a plume holds along its way, in slices across it."""

    axis: Literal["wind", "principal"] = Field(
        description="wind: downwind of the source; principal: where its pixels spread most, from "
        "the strongest one"
    )
    longitude_deg: float = Field(description="of the origin")
    latitude_deg: float = Field(description="of the origin")
    bearing_deg: float = Field(description="where the axis points, clockwise from north")
    step_m: float = Field(gt=0, description="between slices")
    distance_m: Series = Field(description="of each slice from the origin; negative behind it")
    quantity: Literal["column_density_ppm_m", "amount_ppm_m_k"] = Field(
        description="of means: column density [ppm m]; or, where the contrast of plume and ground "
        "is not known well enough, column density times contrast [ppm m K], signed as the contrast"
    )
    mean: SeriesWithGaps = Field(description="over a slice's pixels; null: none has a value")
    across_sd: SeriesWithGaps = Field(description="standard deviation of these pixels")
    mean_sd: SeriesWithGaps | None = Field(
        description="standard deviation of the mean, as if the errors of all pixels were one; "
        "null: of amounts it is not kept"
    )
    width_m: Series = Field(description="area of a slice's pixels over the step; 0: a gap")

    @model_validator(mode="after")
    def _of_one_length(self) -> Self:
        many = [self.mean, self.across_sd, self.width_m, *([self.mean_sd] if self.mean_sd else [])]
        check_lengths("profile", len(self.distance_m), many)
        return self


class PlumeRecord(EvidencePart):
    """One plume."""

    number: int = Field(ge=1, description="the detection's, in its observation")
    chemical: str
    n_pixels: int = Field(ge=1)
    noise_variance: float = Field(
        gt=0, description="of the measured mean by noise and clutter, as a part of background_sd²"
    )
    measured: Series = Field(
        description="mean over the pixels of the plume's strongest piece, which count by their "
        "score, less that of the clean ring around it, both less the background's mean in their "
        "column; by band, in unit. Its standard deviation is background_sd times the root of "
        "noise_variance"
    )
    signal: Series = Field(
        description="the first fit and its residual: what the plume shows of gas, clear of the "
        "ground, by band, in unit"
    )
    signal_sd: Series = Field(description="standard deviation of signal and of residuals, in unit")
    fits: tuple[Fit, ...] = Field(
        description="the named first, then partners, runners-up, look-alikes"
    )
    profile: Profile | None = Field(
        default=None, description="null: there is no image of an unknown plume's amount"
    )


class PlumeSpectra(EvidencePart):
    """The whole of `plume_spectra.json`."""

    model_config = ConfigDict(title="Cathartes plume spectra, version 1")

    schema_version: Literal["cathartes-plume-spectra/1"] = Field(
        default=PLUME_SPECTRA_SCHEMA, alias="schema"
    )
    unit: str = Field(description='of spectra: the cube\'s; "1" of reflectances')
    amount_unit: Literal["ppm m", "ppm m K"] = Field(
        description="of amounts; ppm m K in the thermal infrared: column density times contrast"
    )
    band: tuple[int, ...] = Field(description="bands used, numbers in the cube from 0")
    wavelength_um: Series = Field(description="their centres; wavenumber in cm⁻¹ is 10⁴ over it")
    background_sd: Series = Field(
        description="standard deviation by band of the background's means over squares of the "
        "search, in unit"
    )
    plumes: tuple[PlumeRecord, ...]

    @model_validator(mode="after")
    def _of_one_length(self) -> Self:
        many: list[Series] = [self.wavelength_um, self.background_sd]
        for plume in self.plumes:
            many += [plume.measured, plume.signal, plume.signal_sd]
            many += [values for one in plume.fits for values in (one.fit, one.residual)]
        check_lengths("spectra", len(self.band), many)
        return self

    def of_number(self, number: int) -> PlumeRecord | None:
        """Return the record of a detection by its number in the observation; None if not there."""
        return next((plume for plume in self.plumes if plume.number == number), None)

    def in_background_sd(self, values: Series) -> NDArray[np.float64]:
        """Return a spectrum in standard deviations of the background, (band,)."""
        return np.asarray(np.array(values) / np.array(self.background_sd), np.float64)


def plume_record(
    number: int,
    chemical: str,
    n_pixels: int,
    spectrum: PlumeSpectrum,
    profile: Profile | None,
) -> PlumeRecord:
    """Return the record of a plume."""
    return PlumeRecord(
        number=number,
        chemical=chemical,
        n_pixels=n_pixels,
        noise_variance=rounded(spectrum.noise_variance),
        measured=series(spectrum.measured),
        signal=series(spectrum.signal),
        signal_sd=series(spectrum.signal_sd),
        fits=tuple(_fit(one) for one in spectrum.fits),
        profile=profile,
    )


def profile_record(
    axis: Literal["wind", "principal"],
    quantity: Literal["column_density_ppm_m", "amount_ppm_m_k"],
    longitude_deg: float,
    latitude_deg: float,
    profile: AxisProfile,
) -> Profile:
    """Return the record of a plume's profile from a place on."""
    known = np.isfinite(profile.mean_sd).any()
    return Profile(
        axis=axis,
        quantity=quantity,
        longitude_deg=round(longitude_deg, 7),
        latitude_deg=round(latitude_deg, 7),
        bearing_deg=rounded(profile.bearing_deg),
        step_m=rounded(profile.step_m),
        distance_m=series(profile.distance_m),
        mean=series_with_gaps(profile.mean),
        across_sd=series_with_gaps(profile.across_sd),
        mean_sd=series_with_gaps(profile.mean_sd) if known else None,
        width_m=series(profile.width_m),
    )


def read_plume_spectra(content: bytes) -> PlumeSpectra:
    """Return what a piece of evidence of role ``plume_spectra`` holds.

    Raises
    ------
    EvidenceError
        If it is none, or of another major version.
    """
    return read_evidence(content, PlumeSpectra, "plume spectra")


def _fit(one: SpectrumFit) -> Fit:
    return Fit(
        chemicals=one.chemicals,
        relation=one.relation,
        probability=rounded(min(max(one.probability, 0.0), 1.0)),
        likeness=rounded(one.likeness),
        amount=series(one.amount),
        fit=series(one.fit),
        residual=series(one.residual),
        misfit=rounded(one.misfit),
    )
