"""What is refused in a transaction is put on record in one of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection

from cathartes.casework.roles import NO_THING, Action, Thing, decide
from cathartes.errors import AccessError, MandateError, ReleaseError
from cathartes.store.database import Database
from cathartes.store.people_part import subject_in
from cathartes.store.refused import enter_refusal


def check_allowed(
    connection: Connection, actor: str, action: Action, told: str, thing: Thing = NO_THING
) -> None:
    """Check that an actor may do something, by what the database holds in this transaction.

    Raises
    ------
    AccessError
        If `decide` says no; `told` stands before its reason.
    """
    decision = decide(subject_in(connection, actor), action, thing)
    if not decision.allowed:
        raise AccessError(f"{told}: {decision.reason}")


@contextmanager
def refusals_kept(
    database: Database, kind: str, subject: str, asked: str, actor: str, now_utc: datetime
) -> Iterator[None]:
    """Put on record what is refused inside, after its transaction was undone.

    The audit has ``<kind>.denied`` of what somebody may not do, ``<kind>.stopped`` of what nobody
    could do as things are, with what was `asked` and why it was refused; so many in an hour.
    """
    try:
        yield
    except (AccessError, ReleaseError, MandateError) as error:
        how = "denied" if isinstance(error, AccessError) else "stopped"
        detail = {"asked": asked, "why": str(error)}
        with database.change() as connection:
            enter_refusal(connection, f"{kind}.{how}", subject, detail, actor, now_utc)
        raise
