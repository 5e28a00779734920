"""Reviews for programs: the queue and what was said; saying something needs a sign-in."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from cathartes.casework.review import (
    LONGEST_NOTE,
    Confidence,
    Flag,
    Judgement,
    RateVerdict,
    Verdict,
)
from cathartes.web.asked import PageAsked, ThingId
from cathartes.web.guard import CaseReader, OnDesk, Reviewer, guarded_router
from cathartes.web.review_form import Drawn, outline_of
from cathartes.web.views.review_queue import QueueView, queue_view
from cathartes.web.views.verdicts import ReviewView, reviews_view

router: APIRouter = guarded_router(prefix="/api/v1", tags=["reviews"])

_Degrees = Annotated[float, Field(allow_inf_nan=False)]


@dataclass(frozen=True, slots=True)
class ReviewsView:
    """The reviews of a detection that the visitor may see, in order."""

    reviews: tuple[ReviewView, ...]


class SaidReview(BaseModel):
    """A review as it is sent; `seen_sha256` is that of the detection that was looked at."""

    model_config = ConfigDict(extra="forbid")
    seen_sha256: Annotated[str, Field(min_length=64, max_length=64)]
    verdict: Verdict
    confidence: Confidence
    rate: RateVerdict | None = None
    flags: frozenset[Flag] = frozenset()
    note: Annotated[str, Field(max_length=LONGEST_NOTE)] = ""
    origin: tuple[_Degrees, _Degrees] | None = None
    outline: Drawn | None = None

    def judgement(self) -> Judgement:
        """Return what it says; ReviewError if that can't be."""
        return Judgement(
            self.verdict,
            self.confidence,
            self.rate,
            tuple(flag for flag in Flag if flag in self.flags),
            self.note,
            self.origin,
            None if self.outline is None else outline_of(self.outline),
        )


@router.get("/review/queue")
def read_queue(desk: OnDesk, visitor: Reviewer, page: PageAsked) -> QueueView:
    """Return the visitor's own queue."""
    return queue_view(desk, visitor, page.limit, page.after)


@router.get("/detections/{detection_id}/reviews")
def read_reviews(desk: OnDesk, visitor: CaseReader, detection_id: ThingId) -> ReviewsView:
    """Return what was said of a detection: one's own always, others' once it is settled."""
    desk.casebook.detection(detection_id)
    return ReviewsView(reviews_view(desk, visitor, [detection_id])[detection_id])


@router.post("/detections/{detection_id}/reviews", status_code=201)
def add_review(
    desk: OnDesk, visitor: Reviewer, detection_id: ThingId, said: SaidReview
) -> ReviewView:
    """Keep a review, for good; 403 if the visitor may not, 409 if the detection changed."""
    desk.casebook.add_review(
        detection_id, said.judgement(), visitor.id, desk.now(), said.seen_sha256
    )
    own = [one for one in reviews_view(desk, visitor, [detection_id])[detection_id] if one.is_own]
    return own[-1]
