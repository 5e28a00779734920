"""Results as JSON on standard output."""

import json
import math
import sys
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

JsonValue = str | int | float | bool | None | list["JsonValue"] | dict[str, "JsonValue"]


def to_json_value(value: object) -> JsonValue:
    """Return a value as what JSON can hold.

    Dataclasses become objects without the fields that their `repr` leaves out (secrets, and what
    is too long to read), arrays lists, times ISO 8601, shapes GeoJSON; NaN and the infinities,
    which JSON does not know, become null.

    Raises
    ------
    TypeError
        If a value has no JSON form: that is a slip in a command, not in what the user gave.
    """
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, date):  # or a time
        return value.isoformat()
    if isinstance(value, str | Path):
        return str(value)
    if value is None or isinstance(value, int | float):
        return value
    return _container_to_json(value)


def _container_to_json(value: object) -> JsonValue:
    """Return a value made of values as a JSON object or list."""
    if isinstance(value, Mapping):
        return {str(key): to_json_value(item) for key, item in value.items()}
    if is_dataclass(value):
        return {f.name: to_json_value(getattr(value, f.name)) for f in fields(value) if f.repr}
    if isinstance(value, BaseGeometry):
        geometry: JsonValue = json.loads(shapely.to_geojson(value))
        return geometry
    if isinstance(value, AbstractSet):
        return sorted((to_json_value(item) for item in value), key=str)
    if isinstance(value, list | tuple):
        return [to_json_value(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no JSON form; convert it before it is printed.")


def write_json(value: object) -> None:
    """Write a value to standard output as one JSON document."""
    text = json.dumps(to_json_value(value), indent=2, ensure_ascii=False, allow_nan=False)
    sys.stdout.write(text + "\n")


def write_json_line(value: object) -> None:
    """Write a value to standard output as one line of JSON, at once: one of many events."""
    text = json.dumps(to_json_value(value), ensure_ascii=False, allow_nan=False)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
