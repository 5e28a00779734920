"""JSON that can be written in one way only: canonical (RFC 8785), and of exactly one shape."""

import json
from typing import TypeVar

import rfc8785
from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from cathartes.errors import PackageError

MOST_BYTES = 4 << 20
"""Of a document; a statement of 10,000 files has half."""


class Strict(BaseModel):
    """What outside JSON is parsed into: no key more, no key less, no other type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


Shape = TypeVar("Shape", bound=Strict)


def canonical_json(value: Strict) -> bytes:
    """Return a value's only form."""
    return canonical_bytes(value.model_dump(mode="json", by_alias=True))


def canonical_bytes(value: JsonValue) -> bytes:
    """Return the only form of a JSON value, which may not be canonical itself."""
    return rfc8785.dumps(value)


def read_canonical(content: bytes, shape: type[Shape], what: str) -> Shape:
    """Return what canonical JSON holds.

    Raises
    ------
    PackageError
        If it is too long, no JSON, not canonical (two equal keys, white space, …), or has not
        exactly this shape.
    """
    if len(content) > MOST_BYTES:
        raise PackageError(f"{what}: {len(content)} bytes; at most {MOST_BYTES} are taken.")
    try:
        value = json.loads(content.decode("utf-8"))
        is_canonical = canonical_bytes(value) == content
    except (ValueError, RecursionError) as error:  # also of rfc8785
        raise PackageError(f"{what}: it is no JSON that can be read exactly.") from error
    if not is_canonical:
        raise PackageError(f"{what}: it is not written as RFC 8785 says; somebody rewrote it.")
    try:
        return shape.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise PackageError(f"{what}: {place[:100] or 'it'}: {first['msg'][:200]}.") from error
