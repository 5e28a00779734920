"""Observations, detections and sources as rows, and back."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Row

from cathartes.sites.detection import (
    Candidate,
    Detection,
    DetectionKind,
    PlaceMethod,
    Rate,
    Source,
)
from cathartes.sites.observation import (
    Asset,
    LookOutcome,
    Masked,
    Observation,
    ObservationKind,
    RawFile,
    Sensitivity,
    Wind,
)
from cathartes.sites.place import Place
from cathartes.store.canonical import to_json, to_wkb

Values = dict[str, Any]


def values_of_observation(observation: Observation, timings_s: Mapping[str, float]) -> Values:
    """Return an observation as a row, without its assets."""
    footprint = observation.footprint
    bounds = (None,) * 4 if footprint is None else footprint.bounds
    return {
        "id": observation.id,
        "sortie_id": observation.sortie_id,
        "mandate_id": observation.mandate_id,
        "name": observation.name,
        "kind": observation.kind.value,
        "began_utc": observation.began_utc,
        "ended_utc": observation.ended_utc,
        "instrument": observation.instrument,
        "files": to_json(observation.files),
        "input_hash": observation.input_hash,
        "settings": observation.settings,
        "software": observation.software,
        "outcome": observation.outcome.value,
        "reason": observation.reason,
        "footprint": None if footprint is None else to_wkb(footprint),
        **dict(zip(("west_deg", "south_deg", "east_deg", "north_deg"), bounds, strict=True)),
        "masked": to_json(observation.masked),
        "sensitivities": to_json(observation.sensitivities),
        "wind": to_json(observation.wind),
        "remarks": list(observation.remarks),
        "timings_s": dict(timings_s),
    }


def values_of_assets(observation: Observation) -> list[Values]:
    """Return an observation's assets as rows."""
    return [
        {
            "observation_id": observation.id,
            "position": position,
            "sha256": asset.sha256,
            "role": asset.role,
            "name": asset.name,
            "media_type": asset.media_type,
            "size_bytes": asset.size_bytes,
            "chemical": asset.chemical,
        }
        for position, asset in enumerate(observation.assets)
    ]


def observation_of(row: Row[Any], asset_rows: Iterable[Row[Any]]) -> Observation:
    """Return a row, with those of its assets in order, as an observation."""
    wind = row.wind
    return Observation(
        id=row.id,
        sortie_id=row.sortie_id,
        mandate_id=row.mandate_id,
        name=row.name,
        kind=ObservationKind(row.kind),
        began_utc=row.began_utc,
        ended_utc=row.ended_utc,
        instrument=row.instrument,
        files=tuple(RawFile(**file) for file in row.files),
        input_hash=row.input_hash,
        settings=row.settings,
        software=row.software,
        outcome=LookOutcome(row.outcome),
        reason=row.reason,
        footprint=None if row.footprint is None else shapely.from_wkb(row.footprint),
        masked=Masked(**row.masked),
        sensitivities=tuple(
            Sensitivity(**{key: _real(item) for key, item in one.items()})
            for one in row.sensitivities
        ),
        assets=tuple(map(asset_of, asset_rows)),
        wind=None if wind is None else Wind(**{key: float(item) for key, item in wind.items()}),
        remarks=tuple(row.remarks),
    )


def asset_of(row: Row[Any]) -> Asset:
    """Return columns as an asset."""
    return Asset(row.sha256, row.role, row.name, row.media_type, row.size_bytes, row.chemical)


def _real(value: Any) -> Any:
    """Return a number as a real one, which JSON does not tell from a whole one."""
    return float(value) if isinstance(value, int) else value


def values_of_place(place: Place) -> Values:
    """Return a place as columns."""
    return {
        "longitude_deg": place.longitude_deg,
        "latitude_deg": place.latitude_deg,
        "east_var_m2": place.east_var_m2,
        "north_var_m2": place.north_var_m2,
        "cov_m2": place.cov_m2,
    }


def place_of(row: Row[Any]) -> Place:
    """Return columns as a place."""
    return Place(row.longitude_deg, row.latitude_deg, row.east_var_m2, row.north_var_m2, row.cov_m2)


def values_of_detection(detection: Detection) -> Values:
    """Return a detection as a row, without its sources; the first one's place is copied."""
    first = detection.sources[0].place
    return {
        "id": detection.id,
        "observation_id": detection.observation_id,
        "number": detection.number,
        "kind": detection.kind.value,
        "seen_utc": detection.seen_utc,
        "chemical": detection.chemical,
        "candidates": [[one.chemical, one.probability] for one in detection.candidates],
        "false_alarm_probability": detection.false_alarm_probability,
        "expected_by_chance": detection.expected_by_chance,
        "snr": detection.snr,
        "outline": None if detection.outline is None else to_wkb(detection.outline),
        "longitude_deg": first.longitude_deg,
        "latitude_deg": first.latitude_deg,
        "flags": list(detection.flags),
        "properties": detection.properties,
    }


def values_of_sources(detection: Detection) -> list[Values]:
    """Return a detection's sources as rows."""
    return [
        {
            "id": source.id,
            "detection_id": detection.id,
            "number": number,
            **values_of_place(source.place),
            "method": source.method.value,
            "probability": source.probability,
            "rate_median_kg_h": None if source.rate is None else source.rate.median_kg_h,
            "rate_p05_kg_h": None if source.rate is None else source.rate.p05_kg_h,
            "rate_p95_kg_h": None if source.rate is None else source.rate.p95_kg_h,
            "rate_reason": source.rate_reason,
        }
        for number, source in enumerate(detection.sources, start=1)
    ]


def source_of(row: Row[Any]) -> Source:
    """Return a row as a source."""
    rate = None
    if row.rate_median_kg_h is not None:
        rate = Rate(row.rate_median_kg_h, row.rate_p05_kg_h, row.rate_p95_kg_h)
    return Source(
        id=row.id,
        place=place_of(row),
        method=PlaceMethod(row.method),
        probability=row.probability,
        rate=rate,
        rate_reason=row.rate_reason,
    )


def detections_of_rows(
    rows: Sequence[Row[Any]], sources: Mapping[str, Sequence[Source]]
) -> list[Detection]:
    """Return rows, with the sources of each, as detections.

    Outlines are read all at once, since a page holds a thousand.
    """
    outlines: list[BaseGeometry | None] = list(
        shapely.from_wkb(np.array([row.outline for row in rows], dtype=object))
    )
    return [
        Detection(
            id=row.id,
            observation_id=row.observation_id,
            number=row.number,
            kind=DetectionKind(row.kind),
            seen_utc=row.seen_utc,
            chemical=row.chemical,
            candidates=tuple(Candidate(name, float(share)) for name, share in row.candidates),
            false_alarm_probability=row.false_alarm_probability,
            expected_by_chance=row.expected_by_chance,
            snr=row.snr,
            outline=outline,  # type: ignore[arg-type]  # only such are kept
            sources=tuple(sources[row.id]),
            flags=tuple(row.flags),
            properties=row.properties,
        )
        for row, outline in zip(rows, outlines, strict=True)
    ]
