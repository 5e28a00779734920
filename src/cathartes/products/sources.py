"""`sources.geojson`: where plumes come from, as points and as regions that hold them."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from pydantic import JsonValue
from rasterio.features import shapes
from shapely.geometry import MultiPolygon, Point, Polygon, shape
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from cathartes.locate.origin import OriginPosterior
from cathartes.locate.plume_source import PlumeSource
from cathartes.products.plume_table import PlumeRow, finite_or_none
from cathartes.scenes.local_frame import LocalFrame

SOURCES_SCHEMA = "cathartes-sources/1"
REGIONS = (0.5, 0.9)
"""Probabilities of the regions written."""
_DECIMALS = 7


def write_sources(path: Path, rows: Iterable[PlumeRow], sources: Iterable[PlumeSource]) -> None:
    """Write the origins of plumes as GeoJSON (RFC 7946): a point each, and its regions.

    Points bear ``id``, ``plume_id``, ``chemical``, ``probability``, the rate and its interval or
    ``rate_reason``, and ``height_m``; polygons the same ``id`` and ``region``.
    """
    found = numbered_origins(rows, sources)
    features = [f for number, each in found.items() for f in _features(number, *each)]
    collection: dict[str, JsonValue] = {
        "type": "FeatureCollection",
        "schema": SOURCES_SCHEMA,
        "features": features,
    }
    text = json.dumps(collection, ensure_ascii=False, allow_nan=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def numbered_origins(
    rows: Iterable[PlumeRow], sources: Iterable[PlumeSource]
) -> dict[int, tuple[PlumeRow, PlumeSource, LocalFrame, OriginPosterior]]:
    """Return every origin by its `id`, from 1, in the order of the plumes' rows."""
    source_of = {source.plume_id: source for source in sources}
    found = [
        (row, source, source.frame, origin)
        for row in rows
        if (source := source_of.get(row.id)) is not None and source.frame is not None
        for origin in source.origins
    ]
    return dict(enumerate(found, 1))


def _features(
    number: int, row: PlumeRow, source: PlumeSource, frame: LocalFrame, origin: OriginPosterior
) -> Iterator[JsonValue]:
    alone = len(source.origins) == 1
    rate = source.rate
    longitude, latitude = frame.to_lon_lat(*origin.likeliest_m)
    point = Point(round(float(longitude), _DECIMALS), round(float(latitude), _DECIMALS))
    yield _feature(
        point,
        {
            "id": number,
            "plume_id": row.id,
            "chemical": row.chemical,
            "probability": row.probability,
            "rate_kg_h": finite_or_none(rate.rate_kg_h) if alone else None,
            "rate_kg_h_p05": finite_or_none(rate.rate_kg_h_p05) if alone else None,
            "rate_kg_h_p95": finite_or_none(rate.rate_kg_h_p95) if alone else None,
            "rate_reason": rate.reason,
            "height_m": source.height_m,
        },
    )
    for level in REGIONS:
        outline = region_outline(origin, level, frame)
        yield _feature(outline, {"id": number, "region": level})


def region_outline(origin: OriginPosterior, level: float, frame: LocalFrame) -> MultiPolygon:
    """Return the outline of an origin's region of a probability, longitude and latitude [deg]."""
    region = origin.region(level).astype(np.uint8)
    cells = [shape(outline) for outline, value in shapes(region, mask=region > 0) if value]

    def to_ground(column_row: NDArray[np.float64]) -> NDArray[np.float64]:
        east = origin.east_m + column_row[:, 0] * origin.cell_m
        north = origin.north_m - column_row[:, 1] * origin.cell_m
        return np.column_stack([np.round(a, _DECIMALS) for a in frame.to_lon_lat(east, north)])

    placed = shapely.transform(shapely.union_all(cells), to_ground)
    parts = [part for part in getattr(placed, "geoms", (placed,)) if isinstance(part, Polygon)]
    return MultiPolygon([orient(part, 1.0) for part in parts])


def _feature(geometry: BaseGeometry, properties: dict[str, JsonValue]) -> JsonValue:
    return {
        "type": "Feature",
        "geometry": json.loads(shapely.to_geojson(geometry)),
        "properties": properties,
    }
