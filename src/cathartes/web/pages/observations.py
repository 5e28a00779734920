"""Looks: the list, each with what came of it, and its evidence to take away."""

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response

from cathartes.errors import EvidenceError
from cathartes.web.asked import LooksAsked, PageAsked, ThingId, is_backwards
from cathartes.web.evidence_file import download_name, safe_media_type
from cathartes.web.guard import LookReader, OnDesk, guarded_router
from cathartes.web.next_page import next_page
from cathartes.web.own import check_own
from cathartes.web.render import page
from cathartes.web.views.look_rows import look_page
from cathartes.web.views.observation import assets_for, observation_view

router: APIRouter = guarded_router()


@router.get("/observations")
def show_observations(
    request: Request, desk: OnDesk, visitor: LookReader, wanted: LooksAsked, asked: PageAsked
) -> Response:
    """List looks, the newest first."""
    view = look_page(desk, visitor, wanted, asked.limit, asked.after)
    sortie = next(iter(wanted.sortie_ids), "") if wanted.sortie_ids else ""
    return page(
        request,
        "observations.html",
        visitor,
        view=view,
        wanted=wanted,
        sortie=sortie,
        is_backwards=is_backwards(wanted.since_utc, wanted.until_utc),
        asked=asked,
        further=next_page(request, view.next),
    )


@router.get("/observations/{observation_id}")
def show_observation(
    request: Request, desk: OnDesk, visitor: LookReader, observation_id: ThingId
) -> Response:
    """Show a look."""
    view = observation_view(desk, visitor, observation_id)
    return page(request, "observation.html", visitor, view=view)


@router.get("/observations/{observation_id}/evidence/{sha256}")
def send_evidence(
    desk: OnDesk, visitor: LookReader, observation_id: ThingId, sha256: ThingId
) -> FileResponse:
    """Send a piece of a look's evidence, to be kept and not to be opened in the page."""
    look = desk.casebook.observation(observation_id)
    check_own(desk, visitor, look.sortie_id)
    asset = next((one for one in assets_for(visitor, look) if one.sha256 == sha256), None)
    if asset is None:
        raise EvidenceError(f"observation {observation_id} has no evidence {sha256[:12]}… for you.")
    return FileResponse(
        desk.evidence.fetch(asset.sha256),
        media_type=safe_media_type(asset.media_type),
        filename=download_name(asset.name),
        headers={"cache-control": "private, max-age=3600, immutable"},
    )
