"""Sites: the list, and each with all that speaks for and against it."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from cathartes.casework.roles import Action
from cathartes.casework.tlp import Tlp
from cathartes.errors import AccessError
from cathartes.web.asked import PageAsked, SitesAsked, ThingId
from cathartes.web.charts import evidence_bars, timeline, wind_roses
from cathartes.web.desk import Desk
from cathartes.web.failures import note_refusal
from cathartes.web.guard import CaseReader, Drafter, OnDesk, guarded_router
from cathartes.web.next_page import next_page
from cathartes.web.places import Marked, OnPlaces
from cathartes.web.release_form import WordingForm
from cathartes.web.release_work import REFUSALS, TypedWording, draft
from cathartes.web.render import page
from cathartes.web.views.site import site_view
from cathartes.web.views.site_rows import site_page
from cathartes.web.visitor import Visitor

router: APIRouter = guarded_router()

_NOTHING_TYPED = TypedWording("")


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
    return _shown(request, desk, visitor, site_id)


@router.get("/sites/{site_id}/releases")
def lead_back(visitor: CaseReader, site_id: ThingId) -> Response:  # noqa: ARG001
    """Lead to a site from the address of its form that was refused, as on loading again."""
    return RedirectResponse(f"/sites/{quote(site_id, safe='')}#releases", 303)


@router.post("/sites/{site_id}/releases")
def draft_release(
    request: Request,
    desk: OnDesk,
    visitor: Drafter,
    site_id: ThingId,
    typed: WordingForm,
    partner: Annotated[str, Form(max_length=200)] = "",
    exercise: Annotated[bool, Form()] = False,
) -> Response:
    """Draft a release of a site to a partner; nobody is told anything by it."""
    try:
        release = draft(desk, visitor, site_id, partner, typed, is_exercise=exercise)
    except REFUSALS as error:
        status = 409
        if isinstance(error, AccessError):
            note_refusal(request, error)
            status = 403
        return _shown(
            request, desk, visitor, site_id, typed=typed, partner=partner, exercise=exercise,
            problem=str(error), status=status,
        )  # fmt: skip
    return RedirectResponse(f"/releases/{quote(release.id, safe='')}", 303)


def _shown(
    request: Request,
    desk: Desk,
    visitor: Visitor,
    site_id: str,
    *,
    typed: TypedWording = _NOTHING_TYPED,
    partner: str = "",
    exercise: bool = False,
    problem: str = "",
    status: int = 200,
) -> Response:
    view = site_view(desk, visitor, site_id)
    may_draft = visitor.may(Action.DRAFT_RELEASE)
    partners = desk.casebook.partners() if may_draft else ()
    return page(
        request,
        "site.html",
        visitor,
        view=view,
        bars=evidence_bars(view.evidence),
        timeline=timeline(view.looks),
        roses=wind_roses(view.looks),
        may_draft=may_draft,
        partners=tuple(one for one in partners if not one.is_disabled),
        labels=tuple(one.value for one in Tlp),
        has_keys=desk.settings.keys is not None,
        typed=typed,
        partner=partner,
        exercise=exercise,
        problem=problem,
        status=status,
    )
