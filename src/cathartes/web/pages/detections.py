"""A detection: what stood out, what it is, and the means to judge it."""

from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from cathartes.web.asked import ThingId
from cathartes.web.charts import sector_path
from cathartes.web.desk import Desk
from cathartes.web.guard import CaseReader, OnDesk, guarded_router
from cathartes.web.render import page
from cathartes.web.views.detection import detection_view
from cathartes.web.views.rate_words import RATE_ERROR_PARTS
from cathartes.web.views.review_panel import ReviewPanel, review_panel
from cathartes.web.visitor import Visitor

router: APIRouter = guarded_router()


@router.get("/detections/{detection_id}")
def show_detection(
    request: Request,
    desk: OnDesk,
    visitor: CaseReader,
    detection_id: ThingId,
    queue: Literal["", "1"] = "",
) -> Response:
    """Show a detection; on the way through one's queue, if that is asked."""
    panel = review_panel(desk, visitor, detection_id, in_queue=queue == "1")
    return detection_answer(request, desk, visitor, panel)


def detection_answer(
    request: Request, desk: Desk, visitor: Visitor, panel: ReviewPanel, status: int = 200
) -> Response:
    """Return a detection's page with a review panel."""
    return page(
        request,
        "detection.html",
        visitor,
        status=status,
        view=detection_view(desk, visitor, panel.detection_id),
        panel=panel,
        sector_path=sector_path,
        part_words=RATE_ERROR_PARTS,
    )
