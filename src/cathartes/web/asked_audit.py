"""Which entries of the audit an address asks for: parsed once, for the page and for programs."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, Query
from pydantic import AfterValidator, BeforeValidator

from cathartes.store.interface_audit import AuditFilter

LARGEST_NUMBER = 2**53
"""Of an entry; more no program asks for that counts in double precision."""


def _none_if_empty(value: Any) -> Any:
    return None if value == "" else value


def _in_utc(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("a moment between the years 1 and 9999 is needed") from error


_Word = Annotated[str, Query(max_length=500, pattern=r"^[^\x00]*$")]
_Moment = Annotated[
    datetime | None,
    BeforeValidator(_none_if_empty),
    AfterValidator(_in_utc),
    Query(description="a date, or a moment; UTC if it has no zone", examples=["2026-05-04"]),
]


def _filter(
    actor: _Word = "",
    action: _Word = "",
    subject: _Word = "",
    since: _Moment = None,
    until: _Moment = None,
) -> AuditFilter:
    return AuditFilter(actor, action, subject, since, until)


AuditAsked = Annotated[AuditFilter, Depends(_filter)]
EntriesAsked = Annotated[int, Query(ge=1, le=200, description="how many at most")]
BeforeAsked = Annotated[
    int | None, Query(ge=1, le=LARGEST_NUMBER, description="`next` of the page before")
]
"""Types of a route's parameters."""
