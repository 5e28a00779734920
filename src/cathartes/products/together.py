"""`together.json` and `together.geojson`: places that several scans of one sortie looked at."""

import json
from pathlib import Path
from typing import Annotated, Literal

import shapely
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue
from shapely.geometry import MultiPolygon

from cathartes.errors import InputError
from cathartes.products.plume_table import Alternative
from cathartes.products.summary import FiniteOrNull, Software, validated

TOGETHER_SCHEMA: Literal["cathartes-together/1"] = "cathartes-together/1"
TOGETHER_JSON = "together.json"
TOGETHER_GEOJSON = "together.geojson"

Said = Literal["plume", "no plume", "could not see it"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class ScanTaken(_Part):
    """A scan that was compared."""

    folder: str = Field(description="name of the scan's folder, beside this one")
    window: Literal["emissive", "reflective"]
    start_utc: AwareDatetime | None
    plumes: int = Field(ge=0, description="plumes that could be placed on the ground")


class ExpectedScore(_Part):
    """What a scan should show of a gas, by the column density that the other scan says."""

    folder: str = Field(description="of the scan that should show it")
    gas: str
    score: FiniteOrNull = Field(description="expected, in standard deviations")
    seen: FiniteOrNull = Field(description="seen, or the threshold where no plume was found")
    probability: FiniteOrNull = Field(description="of seeing no more than that")


class LookFacts(_Part):
    """What one scan says of a place."""

    folder: str
    window: Literal["emissive", "reflective"]
    said: Said
    plume_id: int | None = Field(description="its plume there; null without one")
    chemical: str | None = Field(description="by this scan alone")
    probability: FiniteOrNull
    column_density_mean_ppm_m: FiniteOrNull
    snr_max: FiniteOrNull
    expected_by_chance: FiniteOrNull


class Place(_Part):
    """A plume of one scan, with that of another scan if they overlap."""

    id: int = Field(ge=1)
    chemical: str = Field(description="most probable by all looks, or unknown")
    chemicals: tuple[str, ...] = Field(description="the most probable set")
    probability: FiniteOrNull
    alternatives: tuple[Alternative, ...]
    agreement: Literal["both", "each its own", "one", "one against the other", "one alone"] = Field(
        description="both show a chemical of it; both show a plume, of other chemicals; one does "
        "and the other could not; one does and the other should have; one does and no other looked"
    )
    longitude_deg: float
    latitude_deg: float
    distance_m: FiniteOrNull = Field(description="between the two outlines; 0 if they overlap")
    tolerance_m: float = Field(description="distance up to which two plumes count as one")
    time_difference_s: FiniteOrNull = Field(description="second look less first; null if unknown")
    still_there: float = Field(description="probability given to a plume's being there both times")
    looks: tuple[LookFacts, ...]
    expected: tuple[ExpectedScore, ...]


class TogetherSummary(_Part):
    """The whole of `together.json`."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", validate_by_name=True, validate_by_alias=True,
        serialize_by_alias=True, title="Cathartes scans together, version 1",
    )  # fmt: skip

    schema_version: Annotated[Literal["cathartes-together/1"], Field(alias="schema")] = (
        TOGETHER_SCHEMA
    )
    software: Software
    settings: dict[str, JsonValue]
    scans: tuple[ScanTaken, ...]
    places: tuple[Place, ...]


def write_together(
    folder: Path, summary: TogetherSummary, outlines: tuple[MultiPolygon, ...]
) -> None:
    """Write both files.

    Parameters
    ----------
    folder
        Where to.
    outlines
        One a place: longitude, latitude [deg].
    """
    features: list[JsonValue] = [
        {
            "type": "Feature",
            "id": place.id,
            "geometry": json.loads(shapely.to_geojson(outline)),
            "properties": place.model_dump(mode="json"),
        }
        for place, outline in zip(summary.places, outlines, strict=True)
    ]
    collection: dict[str, JsonValue] = {
        "type": "FeatureCollection", "name": "together", "schema": TOGETHER_SCHEMA,
        "features": features,
    }  # fmt: skip
    text = json.dumps(collection, ensure_ascii=False, allow_nan=False, indent=1)
    (folder / TOGETHER_GEOJSON).write_text(text + "\n", encoding="utf-8")
    text = summary.model_dump_json(indent=1, by_alias=True)
    (folder / TOGETHER_JSON).write_text(text + "\n", encoding="utf-8")


def together_json_schema() -> str:
    """Return the JSON Schema of `together.json`: what `data/together-1.schema.json` holds."""
    schema = TogetherSummary.model_json_schema(by_alias=True, mode="serialization")
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def read_together(folder: str | Path) -> TogetherSummary:
    """Return what `together.json` of a folder says.

    Raises
    ------
    InputError
        If there is none, or it can't be read.
    HeaderError
        If it breaks its schema.
    """
    path = Path(folder) / TOGETHER_JSON
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path}: can't be read ({error}); name the folder that cathartes scan --together "
            "wrote."
        ) from error
    return validated(path, text, TogetherSummary, TOGETHER_SCHEMA)
