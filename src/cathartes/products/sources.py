"""Where plumes come from, as points and as regions that hold them."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio.features import shapes
from shapely.geometry import MultiPolygon, Point, Polygon, shape
from shapely.geometry.polygon import orient

from cathartes.locate.origin import OriginPosterior
from cathartes.locate.plume_source import PlumeSource
from cathartes.products.file_names import (
    SOURCE_PROBABILITY,
    SOURCES_GEOJSON,
    SOURCES_GPKG,
    origin_path,
)
from cathartes.products.geopackage import ColumnType
from cathartes.products.layer_choice import LayerGrid
from cathartes.products.layers import WrittenLayer
from cathartes.products.plume_table import PlumeRow, finite_or_none
from cathartes.products.source_features import (
    SourceFeature,
    write_source_geojson,
    write_source_package,
)
from cathartes.products.source_probability import write_origin_probability
from cathartes.scenes.local_frame import LocalFrame

SOURCES_SCHEMA = "cathartes-sources/1"
REGIONS = (0.5, 0.9)
"""Probabilities of the regions written."""
_DECIMALS = 7
_SOURCE_COLUMNS: dict[str, ColumnType] = {
    "id": int,
    "plume_id": int,
    "chemical": str,
    "probability": float,
    "rate_kg_h": float,
    "rate_kg_h_p05": float,
    "rate_kg_h_p95": float,
    "rate_reason": str,
    "height_m": float,
}
_REGION_COLUMNS: dict[str, ColumnType] = {"id": int, "region": float}


def source_features(
    rows: Iterable[PlumeRow], sources: Iterable[PlumeSource]
) -> tuple[SourceFeature, ...]:
    """Return the origins of plumes: a point each, and its regions.

    Points bear ``id``, ``plume_id``, ``chemical``, ``probability``, the rate and its interval or
    ``rate_reason``, and ``height_m``; polygons the same ``id`` and ``region``.
    """
    return tuple(
        feature
        for number, (row, source, frame, origin) in numbered_origins(rows, sources).items()
        for feature in _features(number, row, source, frame, origin)
    )


def write_sources(
    folder: Path, rows: Sequence[PlumeRow], sources: Sequence[PlumeSource]
) -> tuple[WrittenLayer, ...]:
    """Write the origins of plumes as GeoJSON, GeoPackage, and images of their probability.

    Returns
    -------
    The images.
    """
    features = source_features(rows, sources)
    write_source_geojson(folder / SOURCES_GEOJSON, features, SOURCES_SCHEMA)
    write_source_package(
        folder / SOURCES_GPKG,
        features,
        SOURCES_SCHEMA,
        source_columns=_SOURCE_COLUMNS,
        region_columns=_REGION_COLUMNS,
    )
    written = []
    for number, (row, _, frame, origin) in numbered_origins(rows, sources).items():
        name = origin_path(number)
        (folder / name).parent.mkdir(exist_ok=True)
        write_origin_probability(folder / name, origin, frame, row.chemical)
        written.append(WrittenLayer(name, row.chemical, SOURCE_PROBABILITY, "1", LayerGrid.MAP))
    return tuple(written)


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
) -> Iterator[SourceFeature]:
    alone = len(source.origins) == 1
    rate = source.rate
    longitude, latitude = frame.to_lon_lat(*origin.likeliest_m)
    yield SourceFeature(
        Point(round(float(longitude), _DECIMALS), round(float(latitude), _DECIMALS)),
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
        yield SourceFeature(outline, {"id": number, "region": level})


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
