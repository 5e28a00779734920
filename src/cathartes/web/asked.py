"""What a list or a page was asked for in its address: parsed once, for pages and programs alike."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, Path, Query
from pydantic import AfterValidator, BeforeValidator, Field

from cathartes.casework.release import ReleaseState
from cathartes.sites.observation import LookOutcome, ObservationKind
from cathartes.store.filters import LookFilter, SiteFilter
from cathartes.store.interface import Box
from cathartes.store.interface_releases import ReleaseFilter
from cathartes.web.views.detection import WORLD

MOST = 200
"""On one page of a list."""
_NO_ZERO_BYTE = r"^[^\x00]*$"


def _none_if_empty(value: Any) -> Any:
    """Read a form's empty field as not given."""
    return None if value == "" else value


def _in_utc(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("a moment between the years 1 and 9999 is needed") from error


ThingId = Annotated[str, Path(max_length=200, pattern=_NO_ZERO_BYTE)]
"""Type of a path's parameter that is the id of a thing."""

Text = Annotated[str, Query(max_length=200, pattern=_NO_ZERO_BYTE)]
Moment = Annotated[
    datetime | None,
    BeforeValidator(_none_if_empty),
    AfterValidator(_in_utc),
    Query(description="a date, or a moment; UTC if it has no zone"),
]
_Share = Annotated[float, Field(ge=0, le=1)]
_Probability = Annotated[_Share | None, BeforeValidator(_none_if_empty), Query()]
_YesOrNo = Annotated[Literal["yes", "no"] | None, BeforeValidator(_none_if_empty), Query()]
_Outcome = Annotated[LookOutcome | None, BeforeValidator(_none_if_empty), Query()]
_State = Annotated[ReleaseState | None, BeforeValidator(_none_if_empty), Query()]
_Kind = Annotated[ObservationKind | None, BeforeValidator(_none_if_empty), Query()]


def is_backwards(since_utc: datetime | None, until_utc: datetime | None) -> bool:
    """Return whether an interval, from one moment on and before another, can hold nothing."""
    return since_utc is not None and until_utc is not None and since_utc >= until_utc


def _box(value: Any) -> Box | None:
    """Read west, south, east, north."""
    if value in {None, ""}:
        return None
    try:
        west, south, east, north = (float(one) for one in str(value).split(","))
    except ValueError as error:
        raise ValueError("west,south,east,north in degrees are needed") from error
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise ValueError("west,south,east,north in degrees are needed, west before east")
    return Box(west, south, east, north)


def _checked_box(value: str | None) -> str | None:
    _box(value)
    return value


_BoxText = Annotated[
    str | None,
    AfterValidator(_checked_box),
    Query(max_length=200, description="west,south,east,north [deg]"),
]


@dataclass(frozen=True, slots=True)
class Paging:
    """How many are wanted, after which."""

    limit: int
    after: str


def _paging(
    limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
    after: Annotated[
        str, Query(max_length=200, pattern=_NO_ZERO_BYTE, description="`next` of the page before")
    ] = "",
) -> Paging:
    return Paging(limit, after)


def _sites(
    chemical: Text = "",
    least_probability: _Probability = None,
    explained: _YesOrNo = None,
    since: Moment = None,
) -> SiteFilter:
    is_explained = None if explained is None else explained == "yes"
    return SiteFilter(chemical, least_probability or 0.0, is_explained, since)


def _looks(
    outcome: _Outcome = None,
    kind: _Kind = None,
    sortie: Text = "",
    since: Moment = None,
    until: Moment = None,
) -> LookFilter:
    return LookFilter(outcome, kind, frozenset({sortie}) if sortie else None, since, until)


def _releases(
    state: _State = None,
    partner: Text = "",
    site: Text = "",
    exercise: _YesOrNo = None,
) -> ReleaseFilter:
    states = frozenset({state} if state else ())
    is_exercise = None if exercise is None else exercise == "yes"
    return ReleaseFilter(states, partner, site, is_exercise)


@dataclass(frozen=True, slots=True)
class DetectionsAsked:
    """Where and since when."""

    box: Box
    since_utc: datetime | None


def _detections(bbox: _BoxText = None, since: Moment = None) -> DetectionsAsked:
    return DetectionsAsked(_box(bbox) or WORLD, since)


PageAsked = Annotated[Paging, Depends(_paging)]
SitesAsked = Annotated[SiteFilter, Depends(_sites)]
LooksAsked = Annotated[LookFilter, Depends(_looks)]
ReleasesAsked = Annotated[ReleaseFilter, Depends(_releases)]
WhereAsked = Annotated[DetectionsAsked, Depends(_detections)]
"""Types of a route's parameters."""
