"""Whether somebody may read or do something, asked where no transaction asks it."""

from datetime import datetime

from cathartes.casework.roles import NO_THING, Action, Thing, decide
from cathartes.errors import AccessError
from cathartes.store.interface import Casebook


def check_may(
    book: Casebook,
    actor: str,
    action: Action,
    now_utc: datetime,
    *,
    subject: str = "",
    thing: Thing = NO_THING,
) -> None:
    """Check that an actor may do something.

    Parameters
    ----------
    book
    actor, action
    now_utc
    subject
        Id of what it is done on, for the audit; "" of lists.
    thing
        The same as rules see it.

    Raises
    ------
    AccessError
        If not, with the reason; that is on record.
    """
    decision = decide(book.subject(actor), action, thing)
    if decision.allowed:
        return
    detail = {"action": action.value, "why": decision.reason}
    book.note_refusal("refused", subject or actor, dict(detail), actor, now_utc)
    raise AccessError(f"{subject}: {decision.reason}" if subject else decision.reason)
