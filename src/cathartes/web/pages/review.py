"""Reviewing: one's own queue, one detection after the other, and saying what it is."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from cathartes.casework.review import Judgement, person_of
from cathartes.errors import AccessError, ReviewError
from cathartes.web.asked import PageAsked, ThingId
from cathartes.web.desk import Desk
from cathartes.web.failures import note_refusal
from cathartes.web.guard import OnDesk, Reviewer, guarded_router
from cathartes.web.next_page import next_page
from cathartes.web.pages.detections import detection_answer
from cathartes.web.render import page
from cathartes.web.review_form import Typed, judgement_of, typed_form
from cathartes.web.views.review_panel import review_panel
from cathartes.web.views.review_queue import next_in_queue, previous_in_queue, queue_view
from cathartes.web.visitor import Visitor

router: APIRouter = guarded_router()

_Other = Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")]
_TypedForm = Annotated[Typed, Depends(typed_form)]


@router.get("/review")
def show_queue(request: Request, desk: OnDesk, visitor: Reviewer, asked: PageAsked) -> Response:
    """Show the visitor's queue."""
    view = queue_view(desk, visitor, asked.limit, asked.after)
    return page(request, "review.html", visitor, view=view, next=next_page(request, view.next))


@router.get("/review/next")
def show_next(desk: OnDesk, visitor: Reviewer, after: _Other = "") -> Response:
    """Lead to what follows in the queue."""
    return _to(next_in_queue(desk, visitor, after))


@router.get("/review/previous")
def show_previous(desk: OnDesk, visitor: Reviewer, before: _Other = "") -> Response:
    """Lead to what comes before in the queue."""
    return _to(previous_in_queue(desk, visitor, before))


@router.post("/review/skip")
def skip(
    desk: OnDesk,
    visitor: Reviewer,
    detection_id: Annotated[str, Form(max_length=200, pattern=r"^[^\x00]*$")],
) -> Response:
    """Put something at the end of the queue, and lead to what follows."""
    following = next_in_queue(desk, visitor, detection_id)
    desk.casebook.skip_review(detection_id, visitor.id, desk.now())
    return _to(following)


@router.post("/detections/{detection_id}/reviews")
def review(
    request: Request,
    desk: OnDesk,
    visitor: Reviewer,
    detection_id: ThingId,
    typed: _TypedForm,
    seen_sha256: Annotated[str, Form(max_length=64)] = "",
    queue: Annotated[str, Form(max_length=1)] = "",
) -> Response:
    """Keep a review; if that can't be, say why and show again all that was typed."""
    in_queue = queue == "1"
    following = next_in_queue(desk, visitor, detection_id) if in_queue else ""
    try:
        judgement = judgement_of(typed)
        if not _said_already(desk, visitor, detection_id, judgement, seen_sha256):
            desk.casebook.add_review(
                detection_id, judgement, visitor.id, desk.now(), seen_sha256 or "not seen"
            )
    except (ReviewError, AccessError) as error:
        panel = review_panel(
            desk, visitor, detection_id, in_queue=in_queue, typed=typed, problem=str(error)
        )
        status = 409
        if isinstance(error, AccessError):
            note_refusal(request, error)
            status = 403
        return detection_answer(request, desk, visitor, panel, status)
    if not in_queue:
        return RedirectResponse(f"/detections/{quote(detection_id, safe='')}", 303)
    return _to("" if following == detection_id else following)


def _said_already(
    desk: Desk, visitor: Visitor, detection_id: str, judgement: Judgement, seen_sha256: str
) -> bool:
    """Return whether a form was sent twice: the visitor said just this of just that."""
    person = person_of(visitor.id)
    own = [one for one in desk.casebook.reviews_of(detection_id) if one.person == person]
    return bool(own) and (own[-1].judgement, own[-1].detection_sha256) == (judgement, seen_sha256)


def _to(detection_id: str) -> Response:
    if not detection_id:
        return RedirectResponse("/review", 303)
    return RedirectResponse(f"/detections/{quote(detection_id, safe='')}?queue=1", 303)
