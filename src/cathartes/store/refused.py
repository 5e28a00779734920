"""What is refused is on record, and nobody can fill the audit by being refused again and again."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from cathartes.store.part import enter
from cathartes.store.tables import audit

LISTED = 20
"""Refusals of one kind to one actor that are entered one by one in each `SPAN`."""
SPAN = timedelta(hours=1)
_LONGEST_WHY = 1000
"""Characters."""
_MORE = "further ones within the hour are not listed"


def enter_refusal(
    connection: Connection,
    action: str,
    subject: str,
    detail: Mapping[str, Any],
    actor: str,
    now_utc: datetime,
) -> None:
    """Enter what was refused to an actor: `LISTED` in a span, then one that says so, no more."""
    same = (audit.c.actor == actor) & (audit.c.action == action)
    newest = select(audit.c.moment_utc).where(same).order_by(audit.c.number.desc())
    moments = connection.scalars(newest.limit(LISTED + 1)).all()
    n_listed = sum(now_utc - moment < SPAN for moment in moments)
    if n_listed > LISTED:
        return
    told = {**detail, "why": str(detail["why"])[:_LONGEST_WHY]}
    if n_listed == LISTED:
        told["more"] = _MORE
    enter(connection, action, subject, told, actor, now_utc)
