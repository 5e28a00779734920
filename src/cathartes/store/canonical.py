"""Values as canonical JSON (RFC 8785): what is hashed, kept in JSON columns, and backed up."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

import rfc8785
import shapely
from pydantic import JsonValue
from shapely.geometry.base import BaseGeometry

from cathartes.casework.canonical_json import dumps
from cathartes.errors import InputError

_WHOLE_END = 2**53
"""Whole numbers below are exact in double precision, and in JSON."""


def to_json(value: object) -> JsonValue:
    """Return a value as what JSON holds exactly.

    Dataclasses become objects, sets sorted lists, times ISO 8601 in UTC to the microsecond, days
    ISO 8601, geometries the hexadecimal of their WKB.
    """
    if isinstance(value, Enum):
        return to_json(value.value)
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, date | BaseGeometry):
        return _text_of(value)
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple | frozenset):
        items = [to_json(item) for item in value]
        return sorted(items, key=str) if isinstance(value, frozenset) else items
    if is_dataclass(value):
        return {f.name: to_json(getattr(value, f.name)) for f in fields(value)}
    raise InputError(f"{type(value).__name__} has no JSON form; numbers and texts are needed.")


def _text_of(value: date | BaseGeometry) -> str:
    if isinstance(value, BaseGeometry):
        return to_wkb(value).hex()
    return utc_text(value) if isinstance(value, datetime) else value.isoformat()


def canonical(value: object) -> bytes:
    """Return a value's canonical JSON.

    Raises
    ------
    InputError
        If a number is not finite, or a whole one beyond 2^53, which JSON can't hold exactly.
    """
    try:
        return dumps(to_json(value))
    except rfc8785.CanonicalizationError as error:
        raise InputError(
            f"a value can't be kept exactly: {error}. Finite numbers, whole ones within 2^53, and "
            "texts of whole characters are needed."
        ) from error


def from_canonical(text: str) -> Any:
    """Return what canonical JSON holds.

    Whole numbers beyond 2^53 were real ones, which RFC 8785 writes without a point.
    """
    return _DECODER.raw_decode(text)[0]  # there is no white space to look for


def _whole_or_real(digits: str) -> int | float:
    number = int(digits)
    return number if abs(number) < _WHOLE_END else float(digits)


_DECODER = json.JSONDecoder(parse_int=_whole_or_real)


def content_sha256(value: object) -> str:
    """Return the SHA-256 of a value's canonical JSON, hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def utc_text(moment: datetime) -> str:
    """Return a moment as text that sorts as time does: UTC, to the microsecond."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z"


def to_wkb(geometry: BaseGeometry) -> bytes:
    """Return a geometry as well-known binary, ISO, little-endian."""
    return bytes(shapely.to_wkb(geometry, byte_order=1, flavor="iso"))
