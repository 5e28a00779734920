"""Detections for programs: the page's own data."""

from fastapi import APIRouter

from cathartes.web.asked import PageAsked, ThingId, WhereAsked
from cathartes.web.guard import CaseReader, OnDesk, guarded_router
from cathartes.web.views.detection import (
    DetectionPage,
    DetectionView,
    detection_page,
    detection_view,
)

router: APIRouter = guarded_router(prefix="/api/v1", tags=["detections"])


@router.get("/detections")
def list_detections(
    desk: OnDesk, visitor: CaseReader, where: WhereAsked, page: PageAsked
) -> DetectionPage:
    """Return detections, the newest first."""
    return detection_page(desk, visitor, where.box, where.since_utc, page.limit, page.after)


@router.get("/detections/{detection_id}")
def read_detection(desk: OnDesk, visitor: CaseReader, detection_id: ThingId) -> DetectionView:
    """Return a detection with its spectrum, sources, flags and neighbours."""
    return detection_view(desk, visitor, detection_id)
