"""What came of it all, as a visitor may see it: numbers alone, the same for all who may."""

from dataclasses import dataclass
from datetime import datetime

from cathartes.casework.outcomes import Outcomes
from cathartes.pipeline.outcomes import count_outcomes
from cathartes.web.desk import Desk


@dataclass(frozen=True, slots=True)
class OutcomesWanted:
    """Of what time, of which partner ("" of all), and whether of drills."""

    since_utc: datetime | None
    until_utc: datetime | None
    partner_id: str
    is_exercise: bool


def outcomes_view(desk: Desk, wanted: OutcomesWanted) -> Outcomes:
    """Return outcomes; ReleaseError if there is no such partner."""
    return count_outcomes(
        desk.casebook,
        wanted.since_utc,
        wanted.until_utc,
        wanted.partner_id,
        desk.now(),
        is_exercise=wanted.is_exercise,
    )
