"""Sources on the ground as GeoJSON and as GeoPackage: points, and regions that hold them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from pydantic import JsonValue
from shapely.affinity import translate
from shapely.geometry import MultiPolygon, Point, Polygon, box
from shapely.geometry.polygon import orient

from cathartes.products.geopackage import ColumnType, PackageLayer, write_package_layer
from cathartes.scenes.local_frame import HALF_TURN_DEG, unbroken_deg

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


def region_of(border_deg: NDArray[np.float64]) -> Polygon | MultiPolygon:
    """Return the region within a border; one across the date line is cut there (RFC 7946, 3.1.9).

    Parameters
    ----------
    border_deg : (corner, 2) [deg]
        Longitude from -180 to 180, and latitude.
    """
    longitude = unbroken_deg(border_deg[:, 0])
    if longitude.max() <= HALF_TURN_DEG:
        return Polygon(border_deg)
    whole = Polygon(np.column_stack([longitude, border_deg[:, 1]]))
    west = whole.intersection(box(-180.0, -90.0, 180.0, 90.0))
    east = whole.intersection(box(180.0, -90.0, 540.0, 90.0))
    parts = (west, translate(east, xoff=-360.0))
    return MultiPolygon([orient(part) for part in parts if isinstance(part, Polygon)])


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
