"""Casebooks that are made at once, and databases that know what others of their kind were asked.

A casebook is made by running all revisions of its tables, and each database that is opened works
out anew what every statement is in SQL. The tests open thousands. Here the first casebook of a
process is made by the revisions, and what they said to it is said to the others; and all databases
of a kind share their statements. `filled_once` does the same for what tests begin with.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial, wraps
from typing import Any
from unittest.mock import patch

from sqlalchemy import Connection, create_engine, event

import cathartes.store.database as database_module
import cathartes.store.open as open_module
from cathartes.store.casebook import SqlCasebook
from cathartes.store.schema import upgrade


class Statements(dict[Any, Any]):
    """Statements as SQL for any database of one kind: SQLAlchemy keeps them for each of its own."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(key[1:], default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key[1:], value)


@cache
def _statements(kind: str) -> Statements:
    return Statements()


@cache
def _revisions(kind: str) -> "Said":
    return Said()


def sharing_engine(url: Any, **told: Any) -> Any:
    """Return an engine that shares its statements with all of its kind."""
    engine = create_engine(url, **told)
    engine.update_execution_options(compiled_cache=_statements(engine.dialect.name))
    return engine


class Said(list[tuple[str, Any]]):
    """What changed a database, to be said again to another that was as this one was before."""

    @contextmanager
    def hear(self, what: Any) -> Iterator[None]:
        """Listen to an engine or a connection."""

        def hear(*told: Any) -> None:
            _, _, statement, values, *_ = told
            if not statement.startswith(("SELECT", "PRAGMA", "BEGIN")):
                self.append((statement, values))

        event.listen(what, "before_cursor_execute", hear)
        try:
            yield
        finally:
            event.remove(what, "before_cursor_execute", hear)

    def say(self, connection: Connection) -> None:
        """Say it again."""
        for statement, values in self:
            connection.exec_driver_sql(statement, values)


def quick_upgrade(connection: Connection) -> None:
    """Make the tables of a new casebook by what the revisions said to the first database."""
    said = _revisions(connection.dialect.name)
    if not said:
        heard = Said()
        with heard.hear(connection):
            upgrade(connection)
        said[:] = heard  # all at once: another thread may be about to say it
        return
    said.say(connection)


def filled_once(fill: Callable[[SqlCasebook], None]) -> Callable[[SqlCasebook], None]:
    """Return what fills untouched casebooks by what `fill` said to the first of their kind.

    What `fill` enters may differ with nothing but the kind of database.
    """
    kinds: dict[str, Said] = {}

    @wraps(fill)
    def filled(casebook: SqlCasebook) -> None:
        database = casebook.database
        if casebook.audit_number():
            fill(casebook)
        elif database.dialect in kinds:
            with database.change() as connection:
                kinds[database.dialect].say(connection)
        else:
            said = Said()
            with said.hear(database._engine):
                fill(casebook)
            kinds[database.dialect] = said

    return filled


@contextmanager
def casebooks_are_quick() -> Iterator[None]:
    """Make new casebooks of this process quickly."""
    with (
        patch.object(open_module, "upgrade", quick_upgrade),
        patch.object(database_module, "create_engine", sharing_engine),
    ):
        yield


casebooks_are_made_by_revisions = partial(patch.object, open_module, "upgrade", upgrade)
"""Make new casebooks as the product does, in a ``with``."""
