"""The finding as features of a map, the same in every format: its cell, and the plume's cells."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import shapely
from pydantic import JsonValue
from shapely import MultiPolygon, Polygon

from cathartes.casework.release_content import Finding, Period, ReleaseContent
from cathartes.products.geopackage import ColumnType

LAYER = "finding"
COLUMNS: Mapping[str, ColumnType] = {
    "role": str, "release_id": str, "reference": str, "tlp": str, "is_exercise": bool,
    "mgrs": str, "cell_m": int, "datum": str,
    "centre_longitude_deg": float, "centre_latitude_deg": float,
    "radius_m": float, "within": float,
    "likelihood": str, "is_lawful_likely": bool,
    "probability": float, "probability_low": float, "probability_high": float,
    "reviewers_confidence": str, "chemicals": str,
    "emission_kg_h": float, "emission_p05_kg_h": float, "emission_p95_kg_h": float,
    "first_seen": str, "last_seen": str,
    "column_density_mean_ppm_m": float, "column_density_sd_ppm_m": float,
    "n_looks": int, "n_empty_looks": int, "withheld": str,
}  # fmt: skip
"""Lists are JSON text in a GeoPackage. What is withheld or not known is null."""


@dataclass(frozen=True, slots=True)
class ReleaseFeature:
    """One feature.

    Attributes
    ----------
    role
        ``cell`` or ``plume``.
    area
        Longitude first.
    row
        By the names of `COLUMNS`.
    """

    role: str
    area: MultiPolygon
    row: Mapping[str, JsonValue]


def release_features(content: ReleaseContent) -> tuple[ReleaseFeature, ...]:
    """Return the cell with all that is told, then the plume's cells; none of a recall."""
    finding = content.finding
    if finding is None:
        return ()
    shared: dict[str, JsonValue] = {
        "release_id": content.release_id, "reference": finding.reference, "tlp": content.tlp,
        "is_exercise": content.is_exercise, "cell_m": finding.place.cell.size_m,
        "datum": finding.place.datum,
    }  # fmt: skip
    told: dict[str, JsonValue] = {
        "role": "cell",
        **shared,
        **_row(finding),
        "withheld": [*content.withheld],
    }
    features = [ReleaseFeature("cell", cell_area(finding), told)]
    plume = plume_area(finding)
    if plume is not None:
        features.append(ReleaseFeature("plume", plume, {"role": "plume", **shared}))
    return tuple(features)


def cell_area(finding: Finding) -> MultiPolygon:
    """Return the square of the cell."""
    return MultiPolygon([Polygon(finding.place.cell.square)])


def plume_area(finding: Finding) -> MultiPolygon | None:
    """Return the cells that the plume touched; None if they are not told."""
    if finding.plume_cells is None:
        return None
    return MultiPolygon([Polygon(outer, holes) for outer, *holes in finding.plume_cells])


def release_geojson(content: ReleaseContent) -> bytes:
    """Return the features as GeoJSON (RFC 7946)."""
    collection = {
        "type": "FeatureCollection",
        "name": LAYER,
        "schema": content.schema,
        "features": [
            {
                "type": "Feature",
                "id": f"{content.release_id}-{one.role}",
                "geometry": json.loads(shapely.to_geojson(_outwards(one.area))),
                "properties": {name: one.row.get(name) for name in COLUMNS},
            }
            for one in release_features(content)
        ],
    }
    return json_bytes(collection)


def json_bytes(value: object) -> bytes:
    """Return JSON for people and programs."""
    return (json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()


def period_text(period: Period | None) -> str | None:
    """Return a day or an hour as ISO 8601 has it, no finer: ``2026-03-12``, ``2026-03-12T14Z``."""
    if period is None:
        return None
    return (
        f"{period.begin_utc:%Y-%m-%d}" if period.hours == 24 else f"{period.begin_utc:%Y-%m-%dT%HZ}"
    )


def _outwards(area: MultiPolygon) -> MultiPolygon:
    """Return polygons with their outer rings anticlockwise, as RFC 7946 wants them."""
    return MultiPolygon([shapely.geometry.polygon.orient(one) for one in area.geoms])


def _row(finding: Finding) -> dict[str, JsonValue]:
    place, chance, rate = finding.place, finding.probability, finding.rate_kg_h
    column, looks = finding.column_density, finding.empty_looks
    row: dict[str, JsonValue] = {
        "mgrs": place.cell.mgrs,
        "centre_longitude_deg": place.cell.longitude_deg,
        "centre_latitude_deg": place.cell.latitude_deg,
        "radius_m": place.radius_m,
        "within": place.within,
        "likelihood": finding.likelihood,
        "is_lawful_likely": finding.is_lawful_likely,
        "reviewers_confidence": finding.reviewers_confidence,
        "first_seen": period_text(finding.first_seen),
        "last_seen": period_text(finding.last_seen),
    }
    if chance is not None:
        row["probability"] = chance.value
        row |= {"probability_low": chance.low, "probability_high": chance.high}
    if finding.chemicals is not None:
        row["chemicals"] = [one.name for one in finding.chemicals]
    if rate is not None:
        row["emission_kg_h"] = rate.value
        row |= {"emission_p05_kg_h": rate.low, "emission_p95_kg_h": rate.high}
    if column is not None:
        row["column_density_mean_ppm_m"] = column.mean_ppm_m
        row["column_density_sd_ppm_m"] = column.sd_ppm_m
    if looks is not None:
        row |= {"n_looks": looks.n_looks, "n_empty_looks": looks.n_empty}
    return row
