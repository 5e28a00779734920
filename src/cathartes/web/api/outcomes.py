"""Outcomes for programs: the page's own data."""

from fastapi import APIRouter

from cathartes.casework.outcomes import Outcomes
from cathartes.web.asked_outcomes import OutcomesAsked
from cathartes.web.guard import OnDesk, OutcomeReader, guarded_router
from cathartes.web.views.outcomes import outcomes_view

router: APIRouter = guarded_router(prefix="/api/v1", tags=["outcomes"])


@router.get("/outcomes")
def read_outcomes(
    desk: OnDesk,
    visitor: OutcomeReader,  # noqa: ARG001  # all who may see the same
    wanted: OutcomesAsked,
) -> Outcomes:
    """Return what came of the flights: counts, shares with intervals of 90 %, calibration."""
    return outcomes_view(desk, wanted)
