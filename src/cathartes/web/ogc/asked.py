"""What an address asks of a collection, as the standard has it: bbox, datetime, limit."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time

from cathartes.errors import InputError
from cathartes.store.interface import Box, FeatureFilter

USUAL_LIMIT = 100
MOST = 1000
"""Features of one page; who asks for more gets these."""
_LONGEST_ID = 200
_DAY_END = time(23, 59, 59, 999999)

ITEMS = ("bbox", "datetime", "limit", "after", "f")
"""Parameters of a collection's items; `after` is ours, and stands in `next` links."""
OTHERS = ("f",)


@dataclass(frozen=True, slots=True)
class ItemsAsked:
    """What is wanted of a collection, how many, after which."""

    wanted: FeatureFilter
    limit: int
    after: str


def items_asked(query: Iterable[tuple[str, str]]) -> ItemsAsked:
    """Return what an address asks for.

    Raises
    ------
    InputError
        If a parameter is not known, or has no value that it can have.
    """
    told = checked(query, ITEMS)
    since_utc, until_utc = _interval(told["datetime"]) if "datetime" in told else (None, None)
    boxes = _boxes(told["bbox"]) if "bbox" in told else ()
    after = told.get("after", "")
    if len(after) > _LONGEST_ID or "\0" in after:
        raise InputError("after: the id of a feature is needed, as a `next` link has it.")
    return ItemsAsked(FeatureFilter(boxes, since_utc, until_utc), _limit(told.get("limit")), after)


def checked(query: Iterable[tuple[str, str]], known: Iterable[str]) -> Mapping[str, str]:
    """Return an address' parameters; InputError if one is not known, is there twice or is wrong."""
    told: dict[str, str] = {}
    allowed = tuple(known)
    for name, value in query:
        if name not in allowed:
            raise InputError(f"parameter {name[:50]!r}: only {', '.join(allowed)} are known here.")
        if name in told:
            raise InputError(f"parameter {name} is there twice; once is needed.")
        told[name] = value
    if told.get("f", "json") not in {"json", "geojson"}:
        raise InputError("f: json is the only form there is.")
    return told


def _limit(text: str | None) -> int:
    if text is None:
        return USUAL_LIMIT
    if not (text.isascii() and text.isdigit() and len(text) < 10) or int(text) < 1:
        raise InputError(f"limit {text[:50]!r}: a whole number from 1 on is needed.")
    return min(int(text), MOST)


def _boxes(text: str) -> tuple[Box, ...]:
    """Return the boxes of a bbox; heights, if any, do not matter."""
    try:
        numbers = [float(one) for one in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == 6:
        numbers = [*numbers[:2], *numbers[3:5]]
    if len(numbers) != 4 or not all(map(math.isfinite, numbers)):
        raise InputError(f"bbox {text[:100]!r}: 4 or 6 numbers are needed: west,south,east,north.")
    west, south, east, north = numbers
    if south > north or min(south, -north) < -90 or max(map(abs, (west, east))) > 180:
        raise InputError(
            f"bbox {text[:100]!r}: longitudes within 180 and latitudes within 90 degrees are "
            "needed, south before north."
        )
    if west <= east:
        return (Box(west, south, east, north),)
    return (Box(west, south, 180.0, north), Box(-180.0, south, east, north))


def _interval(text: str) -> tuple[datetime | None, datetime | None]:
    """Return from when to when, both included; None where it is open."""
    parts = text.split("/")
    if len(parts) > 2 or all(part in {"", ".."} for part in parts):
        raise _no_interval(text)
    if len(parts) == 1:
        return _moment(text, parts[0]), _moment(text, parts[0], is_end=True)
    begin = None if parts[0] in {"", ".."} else _moment(text, parts[0])
    end = None if parts[1] in {"", ".."} else _moment(text, parts[1], is_end=True)
    if begin is not None and end is not None and begin > end:
        raise InputError(f"datetime {text[:100]!r}: it ends before it begins.")
    return begin, end


def _moment(text: str, part: str, *, is_end: bool = False) -> datetime:
    """Return a moment of RFC 3339, or the begin or end of a day."""
    try:
        if len(part) == len("2026-05-04"):
            day = datetime.fromisoformat(part).date()
            return datetime.combine(day, _DAY_END if is_end else time(), UTC)
        moment = datetime.fromisoformat(part.upper())
        if "T" not in part.upper() or moment.tzinfo is None:
            raise _no_interval(text)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _no_interval(text) from error


def _no_interval(text: str) -> InputError:
    return InputError(
        f"datetime {text[:100]!r}: a moment as 2026-05-04T16:00:00Z, a day, or two of them with "
        "/ between, is needed; .. leaves an end open."
    )
