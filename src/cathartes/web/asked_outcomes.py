"""Which outcomes are asked for in an address."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Query

from cathartes.web.asked import Moment, Text


@dataclass(frozen=True, slots=True)
class OutcomesWanted:
    """Of what time, of which partner ("" of all), and whether of drills."""

    since_utc: datetime | None
    until_utc: datetime | None
    partner_id: str
    is_exercise: bool


def _outcomes(
    since: Moment = None,
    until: Moment = None,
    partner: Text = "",
    exercise: Annotated[bool, Query(description="drills, in place of what is real")] = False,
) -> OutcomesWanted:
    return OutcomesWanted(since, until, partner, exercise)


OutcomesAsked = Annotated[OutcomesWanted, Depends(_outcomes)]
"""Type of a route's parameter."""
