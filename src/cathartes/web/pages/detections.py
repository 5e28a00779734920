"""A detection: what stood out, what it is, and the means to judge it."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from cathartes.web.asked import ThingId
from cathartes.web.charts import sector_path
from cathartes.web.guard import CaseReader, OnDesk, guarded_router
from cathartes.web.render import page
from cathartes.web.views.detection import detection_view
from cathartes.web.views.rate_words import RATE_ERROR_PARTS

router: APIRouter = guarded_router()


@router.get("/detections/{detection_id}")
def show_detection(
    request: Request, desk: OnDesk, visitor: CaseReader, detection_id: ThingId
) -> Response:
    """Show a detection."""
    view = detection_view(desk, visitor, detection_id)
    return page(
        request,
        "detection.html",
        visitor,
        view=view,
        sector_path=sector_path,
        part_words=RATE_ERROR_PARTS,
    )
