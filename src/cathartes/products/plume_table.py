"""The columns of the table of plumes: one list for GeoJSON, GeoPackage, CSV and documentation."""

import math
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, JsonValue
from pydantic.config import JsonDict

from cathartes.detect.result import Plume, likely_chemicals
from cathartes.locate.plume_source import PlumeSource
from cathartes.scenes.geometry import Geometry

_Number: TypeAlias = float | None


class Alternative(BaseModel):
    """Another chemical that a plume might be."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(description="the gas")
    probability: _Number = Field(ge=0, le=1, description="that it is in the plume")


class Part(BaseModel):
    """A part of a plume that shows another chemical."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(description="the chemical")
    n_pixels: int = Field(ge=1, description="its strong pixels there")


def _column(
    description: str, unit: str = "1", *, ge: float | None = None, le: float | None = None
) -> object:
    extra: JsonDict = {"unit": unit}
    return Field(description=description, json_schema_extra=extra, ge=ge, le=le)


class PlumeRow(BaseModel):
    """One plume as the files say it; a number that is not finite is null."""

    model_config = ConfigDict(frozen=True)

    id: Annotated[int, _column("value of the plume's pixels in labels.tif, from 1", ge=1)]
    chemical: Annotated[str, _column("name of the main gas, or unknown", "")]
    probability: Annotated[
        _Number,
        _column("that the chemical is in the plume, given that the plume is real", ge=0, le=1),
    ]
    alternatives: Annotated[
        tuple[Alternative, ...], _column("other candidates, most probable first", "")
    ]
    expected_by_chance: Annotated[
        _Number,
        _column(
            "number of plumes at least this strong that clutter and noise give in this scene "
            "over the whole library, counted on decoys",
            ge=0,
        ),
    ]
    snr_max: Annotated[
        _Number, _column("greatest detection score inside, in standard deviations of the scene")
    ]
    n_pixels: Annotated[int, _column("number of pixels", ge=1)]
    line_min: Annotated[int, _column("first line, from 0", ge=0)]
    line_max: Annotated[int, _column("last line, inside", ge=0)]
    sample_min: Annotated[int, _column("first sample, from 0", ge=0)]
    sample_max: Annotated[int, _column("last sample, inside", ge=0)]
    origin_line: Annotated[
        _Number, _column("line of the strongest part; the centre of the first pixel is 0.5")
    ]
    origin_sample: Annotated[_Number, _column("sample of the strongest part, as origin_line")]
    origin_lon: Annotated[
        _Number, _column("longitude of the strongest part, WGS 84; null without geometry", "deg")
    ]
    origin_lat: Annotated[
        _Number, _column("latitude of the strongest part, WGS 84; null without geometry", "deg")
    ]
    column_density_max_ppm_m: Annotated[_Number, _column("greatest column density", "ppm m")]
    column_density_mean_ppm_m: Annotated[_Number, _column("mean column density", "ppm m")]
    column_density_sd_ppm_m: Annotated[
        _Number,
        _column(
            "one standard deviation of the mean: noise, clutter, contrast, air, library", "ppm m"
        ),
    ]
    thermal_contrast: Annotated[
        int,
        _column(
            "+1 plume warmer than the ground (emission), -1 colder (absorption), 0 reflected light",
            "",
            ge=-1,
            le=1,
        ),
    ]
    flags: Annotated[tuple[str, ...], _column("words that a reviewer must see", "")]
    false_alarm_probability: Annotated[
        _Number,
        _column(
            "that a pixel of this scene without a plume has at least the plume's highest score",
            ge=0,
            le=1,
        ),
    ]
    column_density_low_ppm_m: Annotated[
        _Number,
        _column("the mean column density is at least so much, with 97.5 %", "ppm m", ge=0),
    ] = None
    column_density_high_ppm_m: Annotated[
        _Number,
        _column(
            "the mean column density is at most so much, with 97.5 %; null without bound", "ppm m"
        ),
    ] = None
    plume_temperature_k: Annotated[
        _Number, _column("plume temperature that the column densities rest on", "K")
    ] = None
    plume_temperature_sd_k: Annotated[_Number, _column("its standard deviation", "K")] = None

    n_strong_pixels: Annotated[
        int, _column("pixels strong enough to be named on their own", ge=0)
    ] = 0
    share_agreeing: Annotated[
        _Number,
        _column(
            "share of the strong pixels in which the chemical is more probable than not; null "
            "without any, and for unknown ones",
            ge=0,
            le=1,
        ),
    ] = None
    parts: Annotated[
        tuple[Part, ...],
        _column("coherent parts that show another chemical, and not this one, largest first", ""),
    ] = ()

    n_sources: Annotated[
        _Number, _column("origins told apart in it; null where none was looked for", ge=0)
    ] = None
    source_lon: Annotated[
        _Number, _column("longitude of the likeliest origin, WGS 84; see sources.geojson", "deg")
    ] = None
    source_lat: Annotated[_Number, _column("latitude of the likeliest origin, WGS 84", "deg")] = (
        None
    )
    source_radius_m: Annotated[
        _Number, _column("radius of a circle as large as the origin's 90 % region", "m", ge=0)
    ] = None
    rate_kg_h: Annotated[_Number, _column("emission rate of the plume", "kg h-1", ge=0)] = None
    rate_kg_h_p05: Annotated[
        _Number, _column("it is below that one time in twenty", "kg h-1", ge=0)
    ] = None
    rate_kg_h_p95: Annotated[
        _Number, _column("it is above that one time in twenty", "kg h-1", ge=0)
    ] = None
    rate_reason: Annotated[
        str, _column("why no rate may be given, in words; empty if there is one, or no wind", "")
    ] = ""

    @property
    def chemicals(self) -> tuple[str, ...]:
        """The main chemical, then those more probably in the plume than not."""
        others = ((other.name, other.probability) for other in self.alternatives)
        return likely_chemicals(self.chemical, others)


COLUMNS: tuple[str, ...] = tuple(PlumeRow.model_fields)
"""Names of the columns in the files' order."""


def column_unit(name: str) -> str:
    """Return a column's unit: "1" if dimensionless, "" if it is not a number."""
    extra = PlumeRow.model_fields[name].json_schema_extra
    return str(extra["unit"]) if isinstance(extra, dict) else ""


def finite_or_none(value: float) -> float | None:
    """Return the number, or None where it is NaN or infinite: JSON has neither."""
    return float(value) if math.isfinite(value) else None


def _probability(value: float) -> float | None:
    """Return a probability; a sum of posteriors may pass one by rounding, and is one then."""
    return finite_or_none(min(value, 1.0) if value < 1.0 + 1e-9 else value)


def plume_row(
    plume: Plume, geometry: Geometry | None, source: PlumeSource | None = None
) -> PlumeRow:
    """Return a plume's row; its origin's ground position is null without geometry.

    Parameters
    ----------
    source
        Where it comes from, and how much an hour; None if that was not asked.
    """
    lon = lat = math.nan
    if geometry is not None:
        lons, lats = geometry.to_lon_lat([plume.origin_line], [plume.origin_sample])
        lon, lat = round(float(lons[0]), 7), round(float(lats[0]), 7)
    return PlumeRow(
        id=int(plume.id),
        chemical=plume.chemical,
        probability=_probability(plume.probability),
        alternatives=tuple(
            Alternative(name=name, probability=_probability(p)) for name, p in plume.alternatives
        ),
        expected_by_chance=finite_or_none(plume.expected_by_chance),
        snr_max=finite_or_none(plume.snr_max),
        n_pixels=int(plume.n_pixels),
        line_min=int(plume.line_min),
        line_max=int(plume.line_max),
        sample_min=int(plume.sample_min),
        sample_max=int(plume.sample_max),
        origin_line=finite_or_none(plume.origin_line),
        origin_sample=finite_or_none(plume.origin_sample),
        origin_lon=finite_or_none(lon),
        origin_lat=finite_or_none(lat),
        column_density_max_ppm_m=finite_or_none(plume.column_density_max_ppm_m),
        column_density_mean_ppm_m=finite_or_none(plume.column_density_mean_ppm_m),
        column_density_sd_ppm_m=finite_or_none(plume.column_density_sd_ppm_m),
        thermal_contrast=int(plume.thermal_contrast),
        flags=(*plume.flags, *(() if source is None else source.flags)),
        false_alarm_probability=finite_or_none(plume.false_alarm_probability),
        column_density_low_ppm_m=finite_or_none(plume.column_density_low_ppm_m),
        column_density_high_ppm_m=finite_or_none(plume.column_density_high_ppm_m),
        plume_temperature_k=finite_or_none(plume.plume_temperature_k),
        plume_temperature_sd_k=finite_or_none(plume.plume_temperature_sd_k),
        n_strong_pixels=int(plume.n_strong_pixels),
        share_agreeing=finite_or_none(plume.share_agreeing),
        parts=tuple(Part(name=name, n_pixels=n) for name, n in plume.parts),
        **({} if source is None else _source_columns(source)),
    )


def _source_columns(source: PlumeSource) -> dict[str, Any]:
    rate = source.rate
    columns = {
        "n_sources": len(source.origins),
        "rate_kg_h": finite_or_none(rate.rate_kg_h),
        "rate_kg_h_p05": finite_or_none(rate.rate_kg_h_p05),
        "rate_kg_h_p95": finite_or_none(rate.rate_kg_h_p95),
        "rate_reason": rate.reason,
    }
    if source.frame is None or not source.origins:
        return columns
    longitude, latitude = source.frame.to_lon_lat(*source.origins[0].likeliest_m)
    return columns | {
        "source_lon": round(float(longitude), 7),
        "source_lat": round(float(latitude), 7),
        "source_radius_m": round(source.origins[0].radius_m(0.9), 1),
    }


def json_row(row: PlumeRow) -> dict[str, JsonValue]:
    """Return a row as JSON values, in the columns' order."""
    return row.model_dump(mode="json")
