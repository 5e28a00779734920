"""Mandates and flight plans from GeoJSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import shapely
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
)
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

from cathartes.casework.mandate import MANDATE_ID, Mandate
from cathartes.casework.partner import PARTNER_ID
from cathartes.casework.plan import FlightPlan
from cathartes.errors import InputError, MandateError
from cathartes.pipeline.gas_library import working_library

PAGE = "docs/reference/mandate-files.md"


def _from_date(value: object) -> object:
    """Take a date for its midnight in UTC."""
    if isinstance(value, str) and len(value) == len("2026-05-01"):
        return f"{value}T00:00:00Z"
    return value


def _in_utc(moment: datetime) -> datetime:
    """Take a moment in UTC, which the first and last day of all may not have."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("is no moment that a calendar has in UTC") from None


_Moment = Annotated[AwareDatetime, BeforeValidator(_from_date), AfterValidator(_in_utc)]
_Words = Annotated[str, Field(max_length=500)]
_ROUTES = ("LineString", "MultiLineString", "Polygon", "MultiPolygon")


class _Properties(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _MandateProperties(_Properties):
    id: str
    authority: _Words
    reference: _Words
    valid_from: _Moment
    valid_until: _Moment
    retention_days: Annotated[int, Field(ge=1, strict=True)]
    chemicals: tuple[str, ...] = ()
    partners: tuple[Annotated[str, Field(pattern=PARTNER_ID)], ...] = ()


class _PlanProperties(_Properties):
    id: Annotated[str, Field(pattern=MANDATE_ID)]
    mandate: str
    begins: _Moment
    ends: _Moment
    platform: _Words = ""
    note: _Words = ""


@dataclass(frozen=True, slots=True)
class _Feature:
    """One shape with what is said of it."""

    name: str
    geometry: BaseGeometry
    properties: dict[str, object]


def read_mandate(path: Path, told: Mapping[str, object] | None = None) -> Mandate:
    """Return the mandate of a GeoJSON file: a Feature, or a collection of one.

    Parameters
    ----------
    path
    told
        Properties that win over the file's; None and empty ones are passed over.

    Raises
    ------
    InputError
        If the file can't be read, or is no such GeoJSON.
    MandateError
        If something is missing, unknown or can't be.
    UnknownGasError
        If the library does not know a chemical.
    """
    feature = _read_feature(path, told)
    said = _checked(feature, _MandateProperties, "mandate")
    area = feature.geometry
    if not isinstance(area, Polygon | MultiPolygon):
        raise MandateError(
            f"{path.name}: its area is a {area.geom_type}; a Polygon or MultiPolygon is needed."
        )
    library = working_library()
    return Mandate(
        id=said.id,
        authority=said.authority,
        reference=said.reference,
        valid_from_utc=said.valid_from,
        valid_until_utc=said.valid_until,
        area=area,
        retention_days=said.retention_days,
        chemicals=tuple(library[name].name for name in said.chemicals),
        partners=said.partners,
    )


def read_plan(
    path: Path, entered_utc: datetime, told: Mapping[str, object] | None = None
) -> FlightPlan:
    """Return the flight plan of a GeoJSON file; as `read_mandate`."""
    feature = _read_feature(path, told)
    said = _checked(feature, _PlanProperties, "flight plan")
    _check_route(feature)
    return FlightPlan(
        id=said.id,
        mandate_id=said.mandate,
        entered_utc=entered_utc,
        begins_utc=said.begins,
        ends_utc=said.ends,
        route=feature.geometry,
        platform=said.platform,
        note=said.note,
    )


def _check_route(feature: _Feature) -> None:
    """Check that a route is lines or areas on the globe; MandateError if not."""
    route, name = feature.geometry, f"flight plan {feature.name}"
    if route.geom_type not in _ROUTES or route.is_empty or not route.is_valid:
        why = "" if route.is_valid else f" ({explain_validity(route)})"
        raise MandateError(
            f"{name}: its route is a {route.geom_type}{why}; lines, or areas that do not cross "
            f"themselves, are needed. {PAGE} shows one."
        )
    west, south, east, north = route.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise MandateError(
            f"{name}: its route reaches from ({west:g}, {south:g}) to ({east:g}, {north:g}); "
            "longitude and latitude in degrees are needed, longitude first."
        )


def _read_feature(path: Path, told: Mapping[str, object] | None) -> _Feature:
    needed = f"a GeoJSON Feature is needed; {PAGE} shows one."
    try:
        content = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror or error}); {needed}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path.name}: not JSON ({error}); {needed}") from error
    if isinstance(content, dict) and content.get("type") == "FeatureCollection":
        features = content.get("features")
        if not isinstance(features, list) or len(features) != 1:
            n = len(features) if isinstance(features, list) else 0
            raise InputError(f"{path.name}: a collection of {n} features; one is needed.")
        (content,) = features
    if isinstance(content, dict) and content.get("type") != "Feature" and "coordinates" in content:
        content = {"geometry": content, "properties": {}}  # a bare geometry
    if not isinstance(content, dict) or not isinstance(content.get("geometry"), dict):
        raise InputError(f"{path.name}: has no geometry; {needed}")
    try:
        geometry = shapely.from_geojson(json.dumps(content["geometry"]))
    except shapely.GEOSException as error:
        raise InputError(f"{path.name}: its geometry can't be read ({error}); {needed}") from error
    properties = dict(content.get("properties") or {})
    properties.update({key: value for key, value in (told or {}).items() if value})
    return _Feature(path.name, geometry, properties)


Model = TypeVar("Model", bound=_Properties)


def _checked(feature: _Feature, model: type[Model], kind: str) -> Model:
    """Return the properties of a feature.

    Raises
    ------
    MandateError
        That lists what is missing, unknown and wrong.
    """
    try:
        return model.model_validate(feature.properties)
    except ValidationError as error:
        wrong = []
        for one in error.errors():
            key = ".".join(str(step) for step in one["loc"])
            if one["type"] == "missing":
                wrong.append(f"{key} is missing")
            elif one["type"] == "extra_forbidden":
                wrong.append(f"{key} is not known")
            else:
                wrong.append(f"{key} is {one['input']!r}: {one['msg']}")
        raise MandateError(
            f"{kind} {feature.name}: {'; '.join(wrong)}. {PAGE} shows a whole one."
        ) from error
