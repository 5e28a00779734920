"""The plumes of a scan as detections: outline, chemicals, strength, and where they come from."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import shapely
from pydantic import JsonValue
from shapely import MultiPoint, MultiPolygon

from cathartes.pipeline.observed import place_about, place_of_particles
from cathartes.products.file_names import PLUMES_GEOJSON
from cathartes.products.origins import ScanOrigin, read_scan_look
from cathartes.products.outline import polygons_of
from cathartes.products.plume_table import PlumeRow, json_row
from cathartes.products.summary import ScanSummary
from cathartes.products.vector import read_plume_rows
from cathartes.scenes.local_frame import LocalFrame
from cathartes.sites.detection import (
    Candidate,
    Detection,
    DetectionKind,
    PlaceMethod,
    Rate,
    Source,
)


def plume_records(
    observation_id: str,
    result: Path,
    summary: ScanSummary,
    seen_utc: datetime | None,
    position_sd_m: float,
) -> Iterable[Detection]:
    """Yield a detection for each plume of a scan that lies somewhere.

    Parameters
    ----------
    observation_id
    result
        Folder of the scan.
    summary
        That it holds.
    seen_utc
        When the cube was taken; None if not known.
    position_sd_m : [m]
        How far pixels may lie from where the geometry says: it makes every place less certain.
    """
    rows = read_plume_rows(result / PLUMES_GEOJSON)
    features = json.loads((result / PLUMES_GEOJSON).read_text(encoding="utf-8"))["features"]
    origins = read_scan_look(result).origins if summary.wind is not None else ()
    pixel_m = summary.scene.pixel_size_m or 1.0
    for row, feature in zip(rows, features, strict=True):
        if feature["geometry"] is None:
            continue
        outline = MultiPolygon(polygons_of(shapely.from_geojson(json.dumps(feature["geometry"]))))
        own = [origin for origin in origins if origin.plume_id == row.id]
        name = f"{observation_id}-{row.id}"
        yield Detection(
            id=name,
            observation_id=observation_id,
            number=row.id,
            kind=DetectionKind.PLUME,
            seen_utc=seen_utc,
            chemical=row.chemical,
            candidates=_candidates(row),
            false_alarm_probability=row.false_alarm_probability,
            expected_by_chance=row.expected_by_chance,
            snr=row.snr_max,
            outline=outline,
            sources=tuple(
                replace(one, place=one.place.less_certain(position_sd_m))
                for one in _sources(name, row, own) or (_anywhere_in(name, row, outline, pixel_m),)
            ),
            flags=row.flags,
            properties=json_row(row) | _rate_error_parts(own),
        )


def _rate_error_parts(origins: list[ScanOrigin]) -> dict[str, JsonValue]:
    """Return what the error of a plume's rate comes from, if it has a rate: parts of sd(ln Q)."""
    known = [one.rate_error_parts for one in origins if one.rate_error_parts is not None]
    return {"rate_error_parts": dict(known[0]._asdict())} if known else {}


def _candidates(row: PlumeRow) -> tuple[Candidate, ...]:
    others = [(other.name, other.probability) for other in row.alternatives]
    every = [(row.chemical, row.probability), *others]
    return tuple(Candidate(name, probability or 0.0) for name, probability in every)


def _sources(name: str, row: PlumeRow, origins: list[ScanOrigin]) -> tuple[Source, ...]:
    """Return a plume's origins as sources; of several none has a rate of its own."""
    return tuple(
        Source(
            id=f"{name}.{number}",
            place=place_of_particles(origin.longitude_deg, origin.latitude_deg),
            method=PlaceMethod.POSTERIOR,
            rate=None if origin.rate_kg_h is None else Rate(*origin.rate_kg_h),
            rate_reason=""
            if origin.rate_kg_h is not None
            else row.rate_reason or "several sources share the plume",
        )
        for number, origin in enumerate(origins, start=1)
    )


def _anywhere_in(name: str, row: PlumeRow, outline: MultiPolygon, pixel_m: float) -> Source:
    """Return a source somewhere in the smallest rectangle about an outline, or a pixel beside."""
    longitude, latitude = outline.centroid.x, outline.centroid.y
    frame = LocalFrame(longitude, latitude)
    points = shapely.get_coordinates(outline)
    corner_m = np.column_stack(frame.to_east_north(points[:, 0], points[:, 1]))
    box = shapely.oriented_envelope(shapely.buffer(MultiPoint(corner_m), pixel_m))
    corners = shapely.get_coordinates(box)
    sides = np.stack([corners[1] - corners[0], corners[2] - corners[1]])
    covariance = sides.T @ sides / 12.0  # a uniform law over a rectangle
    place = place_about(frame, corners[:4].mean(axis=0), covariance)
    reason = row.rate_reason or "no wind"
    return Source(f"{name}.1", place, PlaceMethod.OUTLINE, rate_reason=reason)
