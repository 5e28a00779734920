"""Sources on the ground as GeoJSON and as GeoPackage: points, and regions that hold them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import shapely
from pydantic import JsonValue
from shapely.geometry import MultiPolygon, Point, Polygon

from cathartes.products.geopackage import ColumnType, PackageLayer, write_package_layer

SOURCES_LAYER, REGIONS_LAYER = "sources", "regions"


@dataclass(frozen=True, slots=True)
class SourceFeature:
    """A source's place or its region, with what is said of it.

    Attributes
    ----------
    geometry
        Longitude and latitude [deg], WGS 84.
    properties
        As in the contract.
    """

    geometry: Point | Polygon | MultiPolygon
    properties: Mapping[str, JsonValue]


def write_source_geojson(path: Path, features: Sequence[SourceFeature], schema: str) -> None:
    """Write sources as GeoJSON (RFC 7946)."""
    collection = {
        "type": "FeatureCollection",
        "name": SOURCES_LAYER,
        "schema": schema,
        "features": [
            {
                "type": "Feature",
                "geometry": json.loads(shapely.to_geojson(feature.geometry)),
                "properties": dict(feature.properties),
            }
            for feature in features
        ],
    }
    text = json.dumps(collection, ensure_ascii=False, allow_nan=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def write_source_package(
    path: Path,
    features: Sequence[SourceFeature],
    schema: str,
    *,
    source_columns: Mapping[str, ColumnType],
    region_columns: Mapping[str, ColumnType],
) -> None:
    """Write places into layer `sources` and regions into layer `regions` of a new GeoPackage.

    Parameters
    ----------
    path
        A file that is not there.
    features
        None is fine: both layers are there, with their columns.
    schema
        Of the contract.
    source_columns, region_columns
        Which properties become columns, and of which type.

    Raises
    ------
    OutputError
        If it can't be written.
    """
    places = [f for f in features if isinstance(f.geometry, Point)]
    regions = [f for f in features if not isinstance(f.geometry, Point)]
    write_package_layer(
        path,
        PackageLayer(
            SOURCES_LAYER,
            "Point",
            source_columns,
            [f.properties for f in places],
            [f.geometry for f in places],
            metadata={"schema": schema},
        ),
    )
    write_package_layer(
        path,
        PackageLayer(
            REGIONS_LAYER,
            "MultiPolygon",
            region_columns,
            [f.properties for f in regions],
            [_several(f.geometry) for f in regions],
            metadata={"schema": schema},
        ),
    )


def _several(geometry: Point | Polygon | MultiPolygon) -> Point | MultiPolygon:
    return MultiPolygon([geometry]) if isinstance(geometry, Polygon) else geometry
