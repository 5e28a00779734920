"""The plumes as GeoJSON, GeoPackage and CSV: one feature a plume, the same columns in each.

Longitude and latitude in WGS 84 where the cube has a geometry; else pixel coordinates, x = sample
and y = line, and the file says so.
"""

import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import shapely
from pydantic import JsonValue
from shapely.geometry import MultiPolygon

from cathartes.detect.result import Detections
from cathartes.errors import InputError
from cathartes.locate.plume_source import PlumeSource
from cathartes.products.geopackage import ColumnType, PackageLayer, write_package_layer
from cathartes.products.outline import ground_outline, pixel_outlines
from cathartes.products.plume_table import (
    COLUMNS,
    PlumeRow,
    column_unit,
    json_row,
    plume_row,
)
from cathartes.scenes.geometry import Geometry

PLUMES_SCHEMA = "cathartes-plumes/1"
GPKG_LAYER = "plumes"
PIXEL_CRS = (
    'ENGCRS["Pixel grid: x = sample, y = line",EDATUM["Image"],CS[Cartesian,2],'
    'AXIS["sample",unspecified],AXIS["line",unspecified],LENGTHUNIT["pixel",1]]'
)
"""Reference system (WKT2) of files in pixel coordinates, so that no program takes them for degrees.

Measured: GDAL takes a GeoJSON file for WGS 84 if it has no ``crs`` member, or a null one.
"""

_TEXTS = frozenset({"chemical", "alternatives", "flags", "parts", "rate_reason"})
_COLUMN_TYPES: dict[str, ColumnType] = {
    name: str if name in _TEXTS else int if PlumeRow.model_fields[name].annotation is int else float
    for name in COLUMNS
}


@dataclass(frozen=True, slots=True)
class PlumeFeatures:
    """Plumes with their outlines, ready for any file format.

    Attributes
    ----------
    rows
        One a plume, in the order of the detections.
    outlines
        One a plume: (longitude, latitude) [deg] or (sample, line); empty if it can't be placed.
    coordinate_space
        Which of the two.
    """

    rows: tuple[PlumeRow, ...]
    outlines: tuple[MultiPolygon, ...]
    coordinate_space: Literal["wgs84", "pixel"]


def plume_features(
    detections: Detections, geometry: Geometry | None, sources: Iterable[PlumeSource] = ()
) -> PlumeFeatures:
    """Return the plumes' rows and outlines, on the ground if there is a geometry.

    Parameters
    ----------
    sources
        Where plumes come from, of those of which it was asked.
    """
    source_of = {source.plume_id: source for source in sources}
    in_pixels = pixel_outlines(detections.labels) if detections.plumes else {}
    outlines = [in_pixels.get(plume.id, MultiPolygon()) for plume in detections.plumes]
    if geometry is not None:
        outlines = [ground_outline(outline, geometry) for outline in outlines]
    return PlumeFeatures(
        rows=tuple(
            plume_row(plume, geometry, source_of.get(plume.id)) for plume in detections.plumes
        ),
        outlines=tuple(outlines),
        coordinate_space="pixel" if geometry is None else "wgs84",
    )


def write_geojson(path: Path, features: PlumeFeatures) -> None:
    """Write the plumes as GeoJSON (RFC 7946).

    In pixel coordinates the collection has ``"coordinate_space": "pixel"``, and a ``crs`` member
    that RFC 7946 does not know and GDAL and QGIS read.
    """
    collection: dict[str, JsonValue] = {
        "type": "FeatureCollection",
        "name": GPKG_LAYER,
        "schema": PLUMES_SCHEMA,
        "coordinate_space": features.coordinate_space,
    }
    if features.coordinate_space == "pixel":
        collection["crs"] = {"type": "name", "properties": {"name": PIXEL_CRS}}
    collection["features"] = [
        {
            "type": "Feature",
            "id": row.id,
            "geometry": _geojson_geometry(outline),
            "properties": json_row(row),
        }
        for row, outline in zip(features.rows, features.outlines, strict=True)
    ]
    text = json.dumps(collection, ensure_ascii=False, allow_nan=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def read_plume_rows(path: Path) -> tuple[PlumeRow, ...]:
    """Return what the GeoJSON of a scan says of each plume.

    Raises
    ------
    InputError
        If it can't be read, or is not what `write_geojson` writes.
    """
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        return tuple(PlumeRow.model_validate(feature["properties"]) for feature in features)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{path}: can't be read ({str(error).splitlines()[0]}); the result is damaged: scan "
            "again."
        ) from error


def _geojson_geometry(outline: MultiPolygon) -> JsonValue:
    if outline.is_empty:
        return None
    single = outline.geoms[0] if len(outline.geoms) == 1 else outline
    geometry: JsonValue = json.loads(shapely.to_geojson(single))
    return geometry


def write_geopackage(path: Path, features: PlumeFeatures) -> None:
    """Write the plumes as a GeoPackage with one layer, ``plumes``, of MultiPolygons.

    ``alternatives``, ``flags`` and ``parts`` are JSON text. An empty table keeps its columns. In
    pixel coordinates the layer has the reference system `PIXEL_CRS`.

    Raises
    ------
    OutputError
        If it can't be written, as on a full disk.
    """
    layer = PackageLayer(
        name=GPKG_LAYER,
        geometry_type="MultiPolygon",
        columns=_COLUMN_TYPES,
        rows=[json_row(row) for row in features.rows],
        geometries=features.outlines,
        crs="EPSG:4326" if features.coordinate_space == "wgs84" else PIXEL_CRS,
        metadata={
            "schema": PLUMES_SCHEMA,
            "coordinate_space": features.coordinate_space,
            "units": json.dumps({c: column_unit(c) for c in COLUMNS if column_unit(c)}),
        },
    )
    write_package_layer(path, layer)


def _flat_row(row: PlumeRow) -> dict[str, JsonValue]:
    """Return a row with its lists as JSON text."""
    return {
        name: json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value
        for name, value in json_row(row).items()
    }


def write_csv(path: Path, features: PlumeFeatures) -> None:
    """Write the table of plumes as CSV (RFC 4180, UTF-8): no outlines, lists as JSON text.

    A number that is not known is an empty field.
    """
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, fieldnames=COLUMNS)
        writer.writeheader()
        writer.writerows(_flat_row(row) for row in features.rows)
