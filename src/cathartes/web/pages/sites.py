"""Sites: the list, and each with all that speaks for and against it."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from cathartes.web.asked import PageAsked, SitesAsked, ThingId
from cathartes.web.charts import evidence_bars, timeline, wind_roses
from cathartes.web.guard import CaseReader, OnDesk, guarded_router
from cathartes.web.next_page import next_page
from cathartes.web.places import Marked, OnPlaces
from cathartes.web.render import page
from cathartes.web.views.site import site_view
from cathartes.web.views.site_rows import site_page

router: APIRouter = guarded_router()


@router.get("/sites")
def show_sites(
    request: Request,
    desk: OnDesk,
    places: OnPlaces,
    visitor: CaseReader,
    wanted: SitesAsked,
    asked: PageAsked,
) -> Response:
    """List sites, the most valuable first."""
    view = site_page(desk, visitor, wanted, asked.limit, asked.after)
    further = next_page(request, view.next)
    seen = {name for one in places.placed(Marked.SITES).sets for name in one}
    return page(
        request,
        "sites.html",
        visitor,
        view=view,
        wanted=wanted,
        asked=asked,
        further=further,
        chemicals=sorted(seen | {wanted.chemical} - {""}),
    )


@router.get("/sites/{site_id}")
def show_site(request: Request, desk: OnDesk, visitor: CaseReader, site_id: ThingId) -> Response:
    """Show a site."""
    view = site_view(desk, visitor, site_id)
    return page(
        request,
        "site.html",
        visitor,
        view=view,
        bars=evidence_bars(view.evidence),
        timeline=timeline(view.looks),
        roses=wind_roses(view.looks),
    )
