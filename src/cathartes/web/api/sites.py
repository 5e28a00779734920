"""Sites for programs: the page's own data."""

from fastapi import APIRouter

from cathartes.web.asked import PageAsked, SitesAsked, ThingId
from cathartes.web.guard import CaseReader, OnDesk, guarded_router
from cathartes.web.views.site import SiteView, site_view
from cathartes.web.views.site_rows import SitePage, site_page

router: APIRouter = guarded_router(prefix="/api/v1", tags=["sites"])


@router.get("/sites")
def list_sites(desk: OnDesk, visitor: CaseReader, wanted: SitesAsked, page: PageAsked) -> SitePage:
    """Return sites by value, highest first."""
    return site_page(desk, visitor, wanted, page.limit, page.after)


@router.get("/sites/{site_id}")
def read_site(desk: OnDesk, visitor: CaseReader, site_id: ThingId) -> SiteView:
    """Return a site with its evidence, every look over it, its plumes and its neighbours."""
    return site_view(desk, visitor, site_id)
