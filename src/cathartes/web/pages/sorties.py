"""Sorties and mandates: what was flown, under which authority, and what came of it."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from cathartes.web.asked import PageAsked, ThingId
from cathartes.web.guard import LookReader, OnDesk, guarded_router
from cathartes.web.next_page import next_page
from cathartes.web.render import page
from cathartes.web.views.mandate import mandate_page, mandate_view
from cathartes.web.views.sortie import sortie_page, sortie_view

router: APIRouter = guarded_router()


@router.get("/sorties")
def show_sorties(request: Request, desk: OnDesk, visitor: LookReader, asked: PageAsked) -> Response:
    """List sorties, the newest first."""
    view = sortie_page(desk, visitor, asked.limit, asked.after)
    further = next_page(request, view.next)
    return page(request, "sorties.html", visitor, view=view, asked=asked, further=further)


@router.get("/sorties/{sortie_id}")
def show_sortie(
    request: Request, desk: OnDesk, visitor: LookReader, sortie_id: ThingId
) -> Response:
    """Show a sortie."""
    return page(request, "sortie.html", visitor, view=sortie_view(desk, visitor, sortie_id))


@router.get("/mandates")
def show_mandates(
    request: Request, desk: OnDesk, visitor: LookReader, asked: PageAsked
) -> Response:
    """List mandates, the newest first."""
    view = mandate_page(desk, asked.limit, asked.after)
    further = next_page(request, view.next)
    return page(request, "mandates.html", visitor, view=view, asked=asked, further=further)


@router.get("/mandates/{mandate_id}")
def show_mandate(
    request: Request, desk: OnDesk, visitor: LookReader, mandate_id: ThingId
) -> Response:
    """Show a mandate."""
    return page(request, "mandate.html", visitor, view=mandate_view(desk, visitor, mandate_id))
