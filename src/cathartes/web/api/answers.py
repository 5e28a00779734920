"""A partner's office as JSON: what was sent to it, and its answers; files go by the page."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from cathartes.casework.response import LONGEST_NOTE, Answer, Response, Seized
from cathartes.web.answering import keep_answer, new_answer_id
from cathartes.web.asked import PageAsked, ThingId
from cathartes.web.guard import Officer, OnDesk, guarded_router
from cathartes.web.office import office_release
from cathartes.web.views.answers import AnswerView
from cathartes.web.views.office import OfficePage, OfficeView, office_page, office_view

router: APIRouter = guarded_router(prefix="/api/v1/answers", tags=["answers"])

_Words = Annotated[str, Field(max_length=LONGEST_NOTE)]
_Short = Annotated[str, Field(max_length=200)]


@dataclass(frozen=True, slots=True)
class NewSeized:
    """A quantity that was seized."""

    what: _Short
    amount: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    unit: _Short


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """An answer; a dispute needs its reason."""

    answer: Answer
    note: _Words = ""
    reason: _Words = ""
    visited_on: date | None = None
    seized: Annotated[tuple[NewSeized, ...], Field(max_length=100)] = ()


@router.get("")
def list_sent(desk: OnDesk, visitor: Officer, page: PageAsked) -> OfficePage:
    """Return what was sent to the visitor's office, the last first."""
    return office_page(desk, visitor, page.limit, page.after)


@router.get("/{release_id}")
def read_sent(desk: OnDesk, visitor: Officer, release_id: ThingId) -> OfficeView:
    """Return a release of the visitor's office, and what it may answer."""
    return office_view(desk, visitor, release_id)


@router.post("/{release_id}", status_code=201)
def add_answer(desk: OnDesk, visitor: Officer, release_id: ThingId, told: NewAnswer) -> AnswerView:
    """Answer a release of the visitor's office; it is kept for good."""
    release = office_release(desk, visitor, release_id)
    response = Response(
        id=new_answer_id(),
        release_id=release.id,
        partner_id=release.partner_id,
        answer=told.answer,
        answered_utc=desk.now(),
        note=told.note,
        reason=told.reason,
        visited_on=told.visited_on,
        seized=tuple(Seized(one.what, one.amount, one.unit) for one in told.seized),
        is_exercise=release.is_exercise,
    )
    keep_answer(desk, visitor, response, {})
    return office_view(desk, visitor, release_id).answers[-1]
