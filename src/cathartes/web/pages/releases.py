"""Releases: the list, each as its partner will see it, and the steps that people take."""

from collections.abc import Callable
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from cathartes.casework.release import Release, ReleaseState, Step
from cathartes.casework.roles import Action
from cathartes.casework.tlp import Tlp
from cathartes.errors import AccessError, ReleaseError
from cathartes.web.asked import PageAsked, ReleasesAsked, ThingId
from cathartes.web.desk import Desk
from cathartes.web.evidence_file import attachment, safe_media_type
from cathartes.web.failures import note_refusal
from cathartes.web.guard import Approver, CaseReader, Drafter, OnDesk, Sender, guarded_router
from cathartes.web.next_page import next_page
from cathartes.web.printing import Kind, printed_release
from cathartes.web.release_form import SeenForm, WhyForm, WordingForm
from cathartes.web.release_sending import command_to_send, deliver_again, send
from cathartes.web.release_sight import check_seen
from cathartes.web.release_work import REFUSALS, TypedWording, draft_after, take_step
from cathartes.web.render import language_of, page
from cathartes.web.texts import texts_in
from cathartes.web.views.release import release_view
from cathartes.web.views.releases import release_page
from cathartes.web.visitor import Visitor

router: APIRouter = guarded_router(prefix="/releases")

_NOTHING_TYPED = TypedWording("")
_FormName = Literal[
    "submit", "drop", "approve", "refuse", "send", "deliver", "redraft", "update", "recall"
]


@router.get("")
def show_releases(
    request: Request, desk: OnDesk, visitor: CaseReader, wanted: ReleasesAsked, asked: PageAsked
) -> Response:
    """List releases, the last drafted first."""
    view = release_page(desk, visitor, wanted, asked.limit, asked.after)
    return page(
        request, "releases.html", visitor, view=view, wanted=wanted, asked=asked,
        further=next_page(request, view.next), states=tuple(ReleaseState),
        partners=[(one.id, one.name) for one in desk.casebook.partners()],
    )  # fmt: skip


@router.get("/{release_id}")
def show_release(
    request: Request, desk: OnDesk, visitor: CaseReader, release_id: ThingId
) -> Response:
    """Show a release."""
    return _shown(request, desk, visitor, release_id)


@router.get("/{release_id}/report.{kind}", response_class=Response)
def send_report(desk: OnDesk, visitor: CaseReader, release_id: ThingId, kind: Kind) -> Response:
    """Send the report, as the partner will read it."""
    check_seen(desk, visitor, release_id)
    desk.release_reads.note(desk.casebook, visitor.id, release_id, desk.now())
    content = desk.casebook.release_content(release_id)
    return printed_release(desk.kept_reports, content, kind)


@router.get("/{release_id}/attachments/{sha256}", response_class=Response)
def send_attachment(
    desk: OnDesk, visitor: CaseReader, release_id: ThingId, sha256: ThingId
) -> Response:
    """Send a file that came with an answer: as mere bytes, whatever it says it is."""
    check_seen(desk, visitor, release_id)
    desk.release_reads.note(desk.casebook, visitor.id, release_id, desk.now())
    for kept in desk.casebook.responses([release_id]).get(release_id, ()):
        for one in kept.response.attachments:
            if one.sha256 == sha256:
                content = desk.evidence.read(sha256)
                media_type = safe_media_type(one.media_type)
                return Response(content, media_type=media_type, headers=attachment(one.name))
    raise ReleaseError(f"release {release_id}: no answer to it has the file {sha256[:100]}.")


@router.get("/{release_id}/{step}")
def lead_back(visitor: CaseReader, release_id: ThingId, step: _FormName) -> Response:  # noqa: ARG001
    """Lead to a release from the address of a form that was refused, as on loading again."""
    return RedirectResponse(f"/releases/{quote(release_id, safe='')}", 303)


@router.post("/{release_id}/submit")
def submit(
    request: Request, desk: OnDesk, visitor: Drafter, release_id: ThingId, seen: SeenForm = ""
) -> Response:
    """Ask for a release's approval."""
    return _step(request, desk, visitor, release_id, Step.SUBMIT, seen)


@router.post("/{release_id}/drop")
def drop(
    request: Request,
    desk: OnDesk,
    visitor: Drafter,
    release_id: ThingId,
    seen: SeenForm = "",
    why: WhyForm = "",
) -> Response:
    """Drop a release."""
    return _step(request, desk, visitor, release_id, Step.DROP, seen, why)


@router.post("/{release_id}/approve")
def approve(
    request: Request, desk: OnDesk, visitor: Approver, release_id: ThingId, seen: SeenForm = ""
) -> Response:
    """Approve a release, just as it is."""
    return _step(request, desk, visitor, release_id, Step.APPROVE, seen)


@router.post("/{release_id}/refuse")
def refuse(
    request: Request,
    desk: OnDesk,
    visitor: Approver,
    release_id: ThingId,
    seen: SeenForm = "",
    why: WhyForm = "",
) -> Response:
    """Refuse a release, and say why."""
    return _step(request, desk, visitor, release_id, Step.REFUSE, seen, why)


@router.post("/{release_id}/send")
def send_release(
    request: Request,
    desk: OnDesk,
    visitor: Sender,
    release_id: ThingId,
    seen: SeenForm = "",
    passphrase: Annotated[str, Form(max_length=1024)] = "",
) -> Response:
    """Seal an approved release, send and deliver it."""

    def act() -> Release:
        return send(desk, visitor, release_id, seen, passphrase)

    return _done(request, desk, visitor, release_id, act)


@router.post("/{release_id}/deliver")
def deliver(request: Request, desk: OnDesk, visitor: Sender, release_id: ThingId) -> Response:
    """Deliver a release that was sent by the ways that are not done."""

    def act() -> Release:
        return deliver_again(desk, visitor, release_id)

    return _done(request, desk, visitor, release_id, act)


@router.post("/{release_id}/redraft")
def redraft(
    request: Request, desk: OnDesk, visitor: Drafter, release_id: ThingId, typed: WordingForm
) -> Response:
    """Write a release anew, from what is known now."""
    return _drafted(request, desk, visitor, release_id, "redraft", typed)


@router.post("/{release_id}/update")
def update(
    request: Request, desk: OnDesk, visitor: Drafter, release_id: ThingId, typed: WordingForm
) -> Response:
    """Draft what takes a release's place."""
    return _drafted(request, desk, visitor, release_id, "update", typed)


@router.post("/{release_id}/recall")
def recall(
    request: Request, desk: OnDesk, visitor: Drafter, release_id: ThingId, typed: WordingForm
) -> Response:
    """Draft what takes a release back."""
    return _drafted(request, desk, visitor, release_id, "recall", typed)


def _step(
    request: Request,
    desk: Desk,
    visitor: Visitor,
    release_id: str,
    step: Step,
    seen: str,
    why: str = "",
) -> Response:
    def act() -> Release:
        return take_step(desk, visitor, release_id, step, seen, why)

    return _done(request, desk, visitor, release_id, act, _NOTHING_TYPED, why)


def _drafted(
    request: Request,
    desk: Desk,
    visitor: Visitor,
    release_id: str,
    how: str,
    typed: TypedWording,
) -> Response:
    def act() -> Release:
        return draft_after(desk, visitor, release_id, how, typed)

    return _done(request, desk, visitor, release_id, act, typed, typed.why)


def _done(
    request: Request,
    desk: Desk,
    visitor: Visitor,
    release_id: str,
    act: Callable[[], Release],
    typed: TypedWording = _NOTHING_TYPED,
    why: str = "",
) -> Response:
    """Do something to a release, or show it again with why that can't be, and what was typed."""
    check_seen(desk, visitor, release_id)
    try:
        release = act()
    except REFUSALS as error:
        status = 409
        if isinstance(error, AccessError):
            note_refusal(request, error)
            status = 403
        return _shown(
            request, desk, visitor, release_id, typed=typed, why=why, problem=str(error),
            status=status,
        )  # fmt: skip
    return RedirectResponse(f"/releases/{quote(release.id, safe='')}", 303)


def _shown(
    request: Request,
    desk: Desk,
    visitor: Visitor,
    release_id: str,
    *,
    typed: TypedWording = _NOTHING_TYPED,
    why: str = "",
    problem: str = "",
    status: int = 200,
) -> Response:
    view = release_view(desk, visitor, release_id, texts_in(language_of(request)))
    content = desk.casebook.release_content(release_id)
    now_typed = TypedWording(content.tlp, content.message, content.reason, content.sender.name)
    return page(
        request, "release.html", visitor, view=view, typed=typed, now_typed=now_typed, why=why,
        problem=problem, sends=visitor.may(Action.SEND_RELEASE),
        labels=tuple(one.value for one in Tlp), has_keys=desk.settings.keys is not None,
        command=command_to_send(desk, visitor, view), status=status,
    )  # fmt: skip
