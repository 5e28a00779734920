"""Looks for programs: the page's own data."""

from fastapi import APIRouter

from cathartes.web.asked import LooksAsked, PageAsked, ThingId
from cathartes.web.guard import LookReader, OnDesk, guarded_router
from cathartes.web.views.look_rows import LookPage, look_page
from cathartes.web.views.observation import ObservationView, observation_view

router: APIRouter = guarded_router(prefix="/api/v1", tags=["observations"])


@router.get("/observations")
def list_observations(
    desk: OnDesk, visitor: LookReader, wanted: LooksAsked, page: PageAsked
) -> LookPage:
    """Return looks, the newest first, whatever came of them."""
    return look_page(desk, visitor, wanted, page.limit, page.after)


@router.get("/observations/{observation_id}")
def read_observation(desk: OnDesk, visitor: LookReader, observation_id: ThingId) -> ObservationView:
    """Return a look with what it could have seen, what it rests on, and its evidence."""
    return observation_view(desk, visitor, observation_id)
