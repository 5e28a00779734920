"""What the review panel of a detection's page shows: the questions, and what was said before."""

from dataclasses import dataclass, field

from cathartes.casework.roles import Action, Role, decide
from cathartes.web.desk import Desk
from cathartes.web.review_form import Typed
from cathartes.web.views.review_shapes import DrawingView, drawing_view
from cathartes.web.views.verdicts import ReviewView, reviews_view
from cathartes.web.visitor import Visitor


@dataclass(frozen=True, slots=True)
class ReviewPanel:
    """The panel.

    Attributes
    ----------
    detection_id, sha256
        What is judged.
    is_reviewer
        Whether the visitor reviews at all.
    refused
        Why the visitor may not review this one; "" if they may.
    in_queue
        Whether the next of the queue follows.
    reviews
        As far as the visitor may know, with what each of them drew, None if nothing.
    changes_mind
        Whether the visitor said something before.
    typed
        What the form is filled with.
    problem
        Why what was sent was not kept; "" if nothing was sent.
    """

    detection_id: str
    sha256: str
    is_reviewer: bool
    refused: str
    in_queue: bool
    reviews: tuple[tuple[ReviewView, DrawingView | None], ...]
    changes_mind: bool
    typed: Typed = field(default_factory=Typed)
    problem: str = ""


def review_panel(
    desk: Desk,
    visitor: Visitor,
    detection_id: str,
    *,
    in_queue: bool = False,
    typed: Typed | None = None,
    problem: str = "",
) -> ReviewPanel:
    """Return the panel of a detection; CasebookError if it is not there."""
    found = desk.casebook.detection(detection_id).detection
    thing = desk.casebook.review_thing(detection_id)
    decision = decide(visitor.subject, Action.REVIEW, thing)
    said = reviews_view(desk, visitor, [detection_id])[detection_id]
    return ReviewPanel(
        detection_id=detection_id,
        sha256=desk.casebook.detection_sha256(detection_id),
        is_reviewer=Role.ANALYST in visitor.subject.roles,
        refused=decision.reason,
        in_queue=in_queue,
        reviews=tuple((one, drawing_view(found, one)) for one in said),
        changes_mind=any(one.is_own for one in said),
        typed=typed or Typed(),
        problem=problem,
    )
