"""Releases as JSON: what partners see, what is withheld, and the steps; sending is on the page."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field

from cathartes.casework.release import Step
from cathartes.casework.release_material import LONGEST_MESSAGE
from cathartes.web.asked import PageAsked, ReleasesAsked, ThingId
from cathartes.web.desk import Desk
from cathartes.web.guard import Approver, CaseReader, Drafter, OnDesk, guarded_router
from cathartes.web.release_work import TypedWording, draft, draft_after, take_step
from cathartes.web.render import language_of
from cathartes.web.texts import texts_in
from cathartes.web.views.release import ReleaseView, release_view
from cathartes.web.views.releases import ReleasePage, ReleaseRow, release_page, release_rows
from cathartes.web.visitor import Visitor

router: APIRouter = guarded_router(prefix="/api/v1", tags=["releases"])

_Text = Annotated[str, Field(max_length=200)]
_Words = Annotated[str, Field(max_length=LONGEST_MESSAGE)]
_Sha256 = Annotated[str, Field(min_length=64, max_length=64)]


@dataclass(frozen=True, slots=True)
class NewRelease:
    """A first notice to draft; `sender` is our office's name, where no keys say it."""

    partner: _Text
    tlp: _Text
    message: _Words = ""
    is_exercise: bool = False
    sender: _Text = ""


class After(StrEnum):
    """What can be drafted of a release there is."""

    REDRAFT = "redraft"
    UPDATE = "update"
    RECALL = "recall"


@dataclass(frozen=True, slots=True)
class NewAfter:
    """What to draft of a release; `why` an earlier one is replaced or taken back."""

    how: After
    tlp: _Text
    message: _Words = ""
    why: _Words = ""
    sender: _Text = ""


@dataclass(frozen=True, slots=True)
class Asking:
    """A request for approval of the content that was looked at."""

    seen_sha256: _Sha256


@dataclass(frozen=True, slots=True)
class Deciding:
    """A decision on the content that was looked at; a refusal needs its reason."""

    approve: bool
    seen_sha256: _Sha256
    why: _Words = ""


@dataclass(frozen=True, slots=True)
class Dropping:
    """Why a release that nobody was told is dropped."""

    seen_sha256: _Sha256
    why: _Words


@router.get("/releases")
def list_releases(
    desk: OnDesk, visitor: CaseReader, wanted: ReleasesAsked, page: PageAsked
) -> ReleasePage:
    """Return releases, the last drafted first."""
    return release_page(desk, visitor, wanted, page.limit, page.after)


@router.get("/releases/{release_id}")
def read_release(
    request: Request, desk: OnDesk, visitor: CaseReader, release_id: ThingId
) -> ReleaseView:
    """Return what the partner sees, what is withheld, the steps taken and the next."""
    return release_view(desk, visitor, release_id, texts_in(language_of(request)))


@router.post("/sites/{site_id}/releases", status_code=201)
def draft_release(desk: OnDesk, visitor: Drafter, site_id: ThingId, told: NewRelease) -> ReleaseRow:
    """Draft a release of a site to a partner; nobody is told anything by it."""
    typed = TypedWording(told.tlp, told.message, "", told.sender)
    made = draft(desk, visitor, site_id, told.partner, typed, is_exercise=told.is_exercise)
    return release_rows(desk, [made])[0]


@router.post("/releases/{release_id}/drafts", status_code=201)
def draft_another(
    desk: OnDesk, visitor: Drafter, release_id: ThingId, told: NewAfter
) -> ReleaseRow:
    """Write a release anew, or draft what takes its place, or takes it back."""
    typed = TypedWording(told.tlp, told.message, told.why, told.sender)
    made = draft_after(desk, visitor, release_id, told.how.value, typed)
    return release_rows(desk, [made])[0]


@router.post("/releases/{release_id}/submission")
def submit(desk: OnDesk, visitor: Drafter, release_id: ThingId, told: Asking) -> ReleaseRow:
    """Ask for a release's approval."""
    return _stepped(desk, visitor, release_id, Step.SUBMIT, told.seen_sha256)


@router.post("/releases/{release_id}/decision")
def decide_on(desk: OnDesk, visitor: Approver, release_id: ThingId, told: Deciding) -> ReleaseRow:
    """Approve a release just as it is, or refuse it."""
    step = Step.APPROVE if told.approve else Step.REFUSE
    return _stepped(desk, visitor, release_id, step, told.seen_sha256, told.why)


@router.post("/releases/{release_id}/end")
def drop(desk: OnDesk, visitor: Drafter, release_id: ThingId, told: Dropping) -> ReleaseRow:
    """Drop a release: nobody was told, nobody will be."""
    return _stepped(desk, visitor, release_id, Step.DROP, told.seen_sha256, told.why)


def _stepped(
    desk: Desk, visitor: Visitor, release_id: str, step: Step, seen_sha256: str, why: str = ""
) -> ReleaseRow:
    return release_rows(desk, [take_step(desk, visitor, release_id, step, seen_sha256, why)])[0]
