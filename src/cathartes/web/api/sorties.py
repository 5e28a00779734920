"""Sorties and mandates for programs: the pages' own data."""

from fastapi import APIRouter

from cathartes.web.asked import PageAsked, ThingId
from cathartes.web.guard import LookReader, OnDesk, guarded_router
from cathartes.web.views.mandate import MandatePage, MandateView, mandate_page, mandate_view
from cathartes.web.views.sortie import SortiePage, SortieView, sortie_page, sortie_view

router: APIRouter = guarded_router(prefix="/api/v1", tags=["sorties"])


@router.get("/sorties")
def list_sorties(desk: OnDesk, visitor: LookReader, page: PageAsked) -> SortiePage:
    """Return sorties, the newest first."""
    return sortie_page(desk, visitor, page.limit, page.after)


@router.get("/sorties/{sortie_id}")
def read_sortie(desk: OnDesk, visitor: LookReader, sortie_id: ThingId) -> SortieView:
    """Return a sortie with its looks, jobs and plan."""
    return sortie_view(desk, visitor, sortie_id)


@router.get("/mandates")
def list_mandates(desk: OnDesk, visitor: LookReader, page: PageAsked) -> MandatePage:  # noqa: ARG001
    """Return mandates, the newest first."""
    return mandate_page(desk, page.limit, page.after)


@router.get("/mandates/{mandate_id}")
def read_mandate(desk: OnDesk, visitor: LookReader, mandate_id: ThingId) -> MandateView:
    """Return a mandate with its area, plans and sorties."""
    return mandate_view(desk, visitor, mandate_id)
