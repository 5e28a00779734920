"""What the audit has on a thing, for those who may read it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue

from cathartes.casework.roles import Action
from cathartes.web.desk import Desk
from cathartes.web.visitor import Visitor


@dataclass(frozen=True, slots=True)
class AuditLine:
    """An entry of the audit: its number, when, who, what, on what, and the rest."""

    number: int
    moment_utc: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, JsonValue]


def audit_excerpt(
    desk: Desk, visitor: Visitor, subjects: Iterable[str]
) -> tuple[AuditLine, ...] | None:
    """Return the audit's entries on some things, in order; None to one who may not read it."""
    if not visitor.may(Action.READ_AUDIT):
        return None
    entries = {
        one.number: AuditLine(
            one.number, one.moment_utc, one.actor, one.action, one.subject, one.detail
        )
        for subject in dict.fromkeys(subjects)
        for one in desk.casebook.audit_of(subject)
    }
    return tuple(entries[number] for number in sorted(entries))
