"""`summary.json`: what was scanned, how, with which sensitivity, and what came of it.

The models are the schema. `data/summary-1.schema.json` is made from them. Within the major
version 1 members may be added, none removed or given another meaning.
"""

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, TypeAlias, TypeVar

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    ValidationError,
)

from cathartes.detect.result import Outcome
from cathartes.errors import HeaderError, InputError, UnknownFormatError
from cathartes.products.file_names import SUMMARY
from cathartes.products.plume_table import Part, PlumeRow, finite_or_none

SUMMARY_SCHEMA: Literal["cathartes-scan-summary/1"] = "cathartes-scan-summary/1"
FALSE_ALARMS = ("1e-3", "1e-4", "1e-5")
"""Probabilities for which a scan states the score of each gas."""
_SCHEMA_NAME = re.compile(r"cathartes-scan-summary/(\d+)(\.\d+)?")

FiniteOrNull: TypeAlias = Annotated[
    float | None,
    BeforeValidator(lambda v: finite_or_none(v) if isinstance(v, float) else v),
]
Sha256: TypeAlias = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class InputFile(_Part):
    """A file that was read: its name without folders."""

    name: str
    sha256: Sha256
    size_bytes: int = Field(ge=0)


class SceneFacts(_Part):
    """What the cube is."""

    name: str
    instrument: str = Field(description="as the file states it; empty if it does not")
    quantity: Literal["radiance", "reflectance"]
    lines: int = Field(ge=1)
    samples: int = Field(ge=1)
    bands: int = Field(ge=1)
    bands_used: int = Field(ge=0, description="bands that the file does not call bad")
    wavelength_min_um: float
    wavelength_max_um: float
    start_utc: AwareDatetime | None = Field(description="start of acquisition; null if unknown")
    has_geometry: bool
    pixel_size_m: FiniteOrNull = Field(description="typical side of a pixel; null if unknown")


class Software(_Part):
    """What made the folder."""

    name: Literal["cathartes"] = "cathartes"
    version: str


class GasSearchedFacts(_Part):
    """How well one gas could be seen in this scene."""

    name: str
    necl_median_ppm_m: FiniteOrNull = Field(
        description="median noise-equivalent column density [ppm m]; null: no pixel has contrast"
    )
    score_threshold: FiniteOrNull = Field(
        description="score that a pixel must pass to start a plume, in standard deviations"
    )
    detectable_column_median_ppm_m: FiniteOrNull = Field(
        default=None,
        description="median over the scene of the smallest column density that is found with a "
        "probability of 0.95 [ppm m]; null: half of the scene could show no plume of this gas, or "
        "an older file",
    )
    blind_share: FiniteOrNull = Field(
        default=None,
        description="share of the scene where a plume of this gas could not be seen, whatever its "
        "column density; null: the contrast is not known, or an older file",
    )
    score_at_false_alarm: dict[str, FiniteOrNull] = Field(
        default={},
        description="score that clean pixels reach with a probability of 1e-3, 1e-4, 1e-5; null: "
        "too few pixels to know",
    )


class AirFacts(_Part):
    """What the air between ground and sensor was taken to do."""

    origin: str = Field(description="estimated from the scene, given, clear or not used, in words")
    file: InputFile | None = Field(description="the table it was read from; null without one")
    water_g_cm2: FiniteOrNull = Field(description="column of water vapour; null if not known")
    ozone_atm_cm: FiniteOrNull = Field(description="column of ozone; null if not known")
    temperature_k: FiniteOrNull = Field(description="of the air at the ground; null if not known")
    transmittance_median: FiniteOrNull = Field(description="over the bands searched")


class GasNotVisible(_Part):
    """A gas of the library that was not searched, and why."""

    name: str
    reason: str


class Counts(_Part):
    """How much of what."""

    plumes: int = Field(ge=0)
    plumes_by_chemical: dict[str, int]
    pixels: int = Field(ge=1)
    pixels_in_plumes: int = Field(ge=0)
    gases_searched: int = Field(ge=0)
    gases_not_visible: int = Field(ge=0)


class PlumeShort(_Part):
    """A plume in a few words; everything about it is in `plumes.geojson`."""

    id: int
    chemical: str
    probability: FiniteOrNull
    expected_by_chance: FiniteOrNull
    snr_max: FiniteOrNull
    n_pixels: int
    column_density_mean_ppm_m: FiniteOrNull
    column_density_sd_ppm_m: FiniteOrNull
    origin_line: FiniteOrNull
    origin_sample: FiniteOrNull
    origin_lon: FiniteOrNull
    origin_lat: FiniteOrNull
    flags: tuple[str, ...]
    column_density_low_ppm_m: FiniteOrNull = None
    column_density_high_ppm_m: FiniteOrNull = None
    plume_temperature_k: FiniteOrNull = None
    plume_temperature_sd_k: FiniteOrNull = None
    parts: tuple[Part, ...] = ()
    n_sources: FiniteOrNull = None
    source_lon: FiniteOrNull = None
    source_lat: FiniteOrNull = None
    source_radius_m: FiniteOrNull = None
    rate_kg_h: FiniteOrNull = None
    rate_kg_h_p05: FiniteOrNull = None
    rate_kg_h_p95: FiniteOrNull = None
    rate_reason: str = ""


class WindFacts(_Part):
    """The wind at 10 m that origins and rates rest on: the mean of the minutes before the cube."""

    wind_speed_m_s: float
    wind_speed_sd_m_s: float
    wind_from_deg: float
    wind_from_sd_deg: float
    file: InputFile | None = Field(description="where it was read from; null if it was said")


class OutputFile(_Part):
    """A file of the folder."""

    path: str = Field(description="relative to the folder, with forward slashes")
    sha256: Sha256
    size_bytes: int = Field(ge=0)
    chemical: str | None = Field(default=None, description="of a layer: the gas")
    quantity: str | None = Field(default=None, description="of a raster: what its values are")
    unit: str | None = Field(default=None, description="of a raster: unit of its values")
    grid: Literal["sensor", "map"] | None = Field(default=None, description="of a raster")


class ScanSummary(_Part):
    """The whole of `summary.json`."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", validate_by_name=True, validate_by_alias=True,
        serialize_by_alias=True, title="Cathartes scan summary, version 1",
    )  # fmt: skip

    schema_version: Literal["cathartes-scan-summary/1"] = Field(
        default=SUMMARY_SCHEMA, alias="schema"
    )
    outcome: Outcome
    reason: str = Field(description="why the scan is inconclusive, in words; else empty")
    scene: SceneFacts
    inputs: tuple[InputFile, ...]
    software: Software
    settings: dict[str, JsonValue] = Field(description="every setting, defaults filled in")
    started_utc: AwareDatetime
    finished_utc: AwareDatetime
    timings_s: dict[str, float] = Field(description="per stage [s]")
    counts: Counts
    radiance_sanity: dict[str, int] = Field(description="counts of suspicious values")
    remarks: tuple[str, ...] = Field(
        default=(), description="what these counts mean, and what was not looked for, in words"
    )
    chance_measured: bool | None = Field(
        default=None,
        description="whether expected_by_chance rests on decoys of this scene, or on an assumed "
        "law; null in older files",
    )
    greatest_by_chance: FiniteOrNull = Field(
        default=None,
        description="greatest expected_by_chance of a plume reported; null in older files",
    )
    air: AirFacts | None = Field(
        default=None, description="what the air was taken to do; null in older files"
    )
    gases_searched: tuple[GasSearchedFacts, ...]
    gases_not_visible: tuple[GasNotVisible, ...]
    chemical_legend: dict[str, str] = Field(
        default={}, description="number in layers/chemical_id.tif to name of the gas"
    )
    wind: WindFacts | None = Field(
        default=None, description="null: none was given, and neither origins nor rates are"
    )
    plumes: tuple[PlumeShort, ...]
    files: tuple[OutputFile, ...] = Field(description="every file of the folder but this one")


def short_plume(row: PlumeRow) -> PlumeShort:
    """Return the few words of a plume."""
    return PlumeShort(**{name: getattr(row, name) for name in PlumeShort.model_fields})


def write_summary(folder: Path, summary: ScanSummary) -> None:
    """Write `summary.json` into a folder."""
    text = summary.model_dump_json(indent=1, by_alias=True)
    (folder / SUMMARY).write_text(text + "\n", encoding="utf-8")


def read_summary(folder: str | Path) -> ScanSummary:
    """Return the summary of an output folder.

    Raises
    ------
    InputError
        If there is none, or it can't be read.
    UnknownFormatError
        If it is not a scan's summary, or one of another major version.
    HeaderError
        If it breaks its schema.
    """
    path = Path(folder) / SUMMARY
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"{path}: can't be read ({error.strerror}); name a folder that cathartes scan wrote."
        ) from error
    except UnicodeDecodeError as error:
        raise UnknownFormatError(f"{path}: not UTF-8 text; {_NEEDED}") from error
    check_schema(path, text)
    return validated(path, text, ScanSummary, SUMMARY_SCHEMA)


Model = TypeVar("Model", bound=BaseModel)


def validated(path: Path, text: str, model: type[Model], schema: str) -> Model:
    """Return what a JSON file of ours holds.

    Raises
    ------
    HeaderError
        If it breaks its schema; the message names the first place.
    """
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise HeaderError(
            f"{path}: {error.error_count()} values break {schema}, the first at "
            f"{where}: {first['msg']}. The file was changed or damaged; scan again."
        ) from error


_NEEDED = f"a summary.json with schema {SUMMARY_SCHEMA!r} is needed: one that cathartes scan wrote."


def check_schema(path: Path, text: str) -> None:
    """Check that a text is a scan's summary of a version that this program reads.

    Raises
    ------
    UnknownFormatError
        If it is not.
    """
    try:
        members = json.loads(text)
    except ValueError as error:
        raise UnknownFormatError(f"{path}: not JSON ({error}); {_NEEDED}") from error
    schema = members.get("schema") if isinstance(members, dict) else None
    match = _SCHEMA_NAME.fullmatch(schema) if isinstance(schema, str) else None
    if match is None:
        raise UnknownFormatError(f"{path}: schema is {schema!r}; {_NEEDED}")
    if match.group(1) != "1":
        raise UnknownFormatError(
            f"{path}: schema is {schema!r}, and this program reads version 1; "
            "use the version of cathartes that wrote it."
        )


def summary_json_schema() -> str:
    """Return the JSON Schema of `summary.json` as text: what `data/summary-1.schema.json` holds."""
    schema = ScanSummary.model_json_schema(by_alias=True, mode="serialization")
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def without_folders(value: JsonValue) -> JsonValue:
    """Return settings with each absolute path cut to its last name.

    A result must not tell whose machine it was made on.
    """
    if isinstance(value, dict):
        return {key: without_folders(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [without_folders(inner) for inner in value]
    if isinstance(value, str) and _ABSOLUTE.match(value):
        return re.split(r"[/\\]", value.rstrip("/\\"))[-1]
    return value


_ABSOLUTE = re.compile(r"(/|~|\\\\|[A-Za-z]:[/\\]|file:/)\S*[/\\]?.*$")


def utc_text(moment: datetime) -> str:
    """Return a time for people: ``2024-05-01 12:03:04 UTC``."""
    return moment.strftime("%Y-%m-%d %H:%M:%S") + " UTC"
