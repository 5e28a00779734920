"""A layer of a GeoPackage: geometries with columns that keep their type even where it is empty."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
import pyogrio.raw
import shapely
from numpy.typing import NDArray
from pydantic import JsonValue
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError
from shapely.geometry.base import BaseGeometry

from cathartes.errors import OutputError

ColumnType: TypeAlias = type[bool] | type[int] | type[float] | type[str]
_DTYPES: Mapping[type, type[np.generic]] = {bool: np.bool_, int: np.int64, float: np.float64}


@dataclass(frozen=True, slots=True)
class PackageLayer:
    """What a layer holds.

    Attributes
    ----------
    name
        Of the layer.
    geometry_type
        Of every feature.
    columns
        Name and type, in order; what is not a number is text, lists as JSON.
    rows
        One a feature; a value that is missing or None is null.
    geometries
        One a feature; an empty one is null.
    crs
        Authority code or WKT2.
    metadata
        Of the layer, as text.
    """

    name: str
    geometry_type: Literal["Point", "MultiPolygon"]
    columns: Mapping[str, ColumnType]
    rows: Sequence[Mapping[str, JsonValue]]
    geometries: Sequence[BaseGeometry]
    crs: str = "EPSG:4326"
    metadata: Mapping[str, str] = field(default_factory=dict)


def write_package_layer(path: Path | BytesIO, layer: PackageLayer) -> None:
    """Write a layer into a GeoPackage, beside those that it has; in memory it is the only one.

    Raises
    ------
    OutputError
        If it can't be written, as on a full disk.
    """
    name = path.name if isinstance(path, Path) else layer.name
    shapes = np.empty(len(layer.geometries), dtype=object)
    shapes[:] = [None if g.is_empty else shapely.to_wkb(g) for g in layer.geometries]
    values, nulls = _field_arrays(layer)
    try:
        pyogrio.raw.write(
            path,
            geometry=shapes,
            field_data=values,
            field_mask=nulls,
            fields=np.array(list(layer.columns), dtype=object),
            layer=layer.name,
            driver="GPKG",
            geometry_type=layer.geometry_type,
            crs=layer.crs,
            dataset_options={"VERSION": "1.2"},  # GDAL before 3.7 warns of newer ones
            layer_metadata=dict(layer.metadata),
        )
    except (DataSourceError, DataLayerError, FeatureError) as error:
        raise OutputError(
            f"{name}: can't be written ({error}); is the disk full?",
            "Free some space, or name a folder on another disk with --out.",
        ) from error


def _field_arrays(
    layer: PackageLayer,
) -> tuple[list[NDArray[np.generic]], list[NDArray[np.bool_]]]:
    values: list[NDArray[np.generic]] = []
    nulls: list[NDArray[np.bool_]] = []
    for name, kind in layer.columns.items():
        column = [row.get(name) for row in layer.rows]
        missing = np.array([value is None for value in column], dtype=bool)
        if kind is str:
            values.append(np.array([_text(value) for value in column], dtype=object))
        else:
            absent = np.nan if kind is float else 0
            numbers = [absent if value is None else value for value in column]
            values.append(np.array(numbers, dtype=_DTYPES[kind]))
        nulls.append(missing)
    return values, nulls


def _text(value: JsonValue) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
