"""Which outcomes are asked for in an address."""

from typing import Annotated

from fastapi import Depends, Query

from cathartes.web.asked import Moment, Text
from cathartes.web.views.outcomes import OutcomesWanted


def _outcomes(
    since: Moment = None,
    until: Moment = None,
    partner: Text = "",
    exercise: Annotated[bool, Query(description="drills, in place of what is real")] = False,
) -> OutcomesWanted:
    return OutcomesWanted(since, until, partner, exercise)


OutcomesAsked = Annotated[OutcomesWanted, Depends(_outcomes)]
"""Type of a route's parameter."""
