"""A database, and what a transaction is in it, for SQLite and for PostgreSQL."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError, StatementError

from cathartes.errors import CasebookError, CathartesError, MissingExtraError, OutputError

BUSY_TIMEOUT_S = 60
"""How long a change waits for the changes of others."""

_WRITING = "journal_mode = WAL"  # reading and changing do not wait for each other
_PRAGMAS = (
    "synchronous = FULL",  # what was said to be kept survives a power cut
    "foreign_keys = ON",
    "cache_size = -65536",  # 64 MiB
    "mmap_size = 1073741824",
)

_WRITER_LOCK = 0x43415448
"""Key of PostgreSQL's advisory lock that a change holds: ``CATH``."""


class NoAnswerError(CasebookError):
    """The database is busy, away, damaged or closed to us: what was asked may well be there."""


class Database:
    """An engine with the casebook's notion of a transaction.

    Changes are made one after the other, so that the audit's chain has one head; reading sees one
    state throughout, and waits for nobody.
    """

    def __init__(self, engine: Engine, where: str) -> None:
        self._engine = engine
        self.where = where
        self.dialect = engine.dialect.name

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Read, in one state of the database."""
        options = {"isolation_level": "REPEATABLE READ"} if self.dialect == "postgresql" else {}
        with (
            self._told_as_ours(),
            self._engine.connect().execution_options(**options) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def change(self) -> Iterator[Connection]:
        """Make a change, after those of others: one transaction."""
        with self.take() as connection:
            if self.dialect == "postgresql":
                connection.execute(select(func.pg_advisory_xact_lock(_WRITER_LOCK)))
            yield connection

    @contextmanager
    def take(self) -> Iterator[Connection]:
        """Make a change of single rows, whose locks are enough: one transaction."""
        with (
            self._told_as_ours(),
            self._engine.connect().execution_options(cathartes_writes=True) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def _told_as_ours(self) -> Iterator[None]:
        """Raise what a database says as an error of our tree."""
        try:
            yield
        except StatementError as error:
            if isinstance(error.orig, CathartesError):
                raise error.orig from None
            told = str(error.orig).strip().partition("\n")[0]
            if isinstance(error, IntegrityError):
                raise CasebookError(
                    f"{self.where}: the casebook refuses this, and nothing of it was kept: {told}."
                ) from error
            if isinstance(error, OperationalError) or type(error) is DatabaseError:
                raise _failure(self.where, told) from error
            raise


def _failure(where: str, told: str) -> CathartesError:
    """Return what to say when the database could not do its work."""
    low = told.lower()
    if "full" in low or "no space" in low or "disk i/o" in low:
        return OutputError(
            f"{where}: no space is left for the casebook ({told}); nothing of this change was "
            "kept. Make room, then run the same again."
        )
    if "locked" in low or "timeout" in low:
        return NoAnswerError(
            f"{where}: another process has been changing the casebook for {BUSY_TIMEOUT_S} s "
            f"({told}). Wait for it to end, then run the same again."
        )
    if "readonly" in low or "read-only" in low:
        return OutputError(f"{where}: the casebook may not be written ({told}); allow it.")
    if "malformed" in low or "not a database" in low:
        return NoAnswerError(
            f"{where}: the database is damaged or is none ({told}). Restore a backup with "
            "`cathartes casebook restore`."
        )
    if "unable to open" in low:
        return NoAnswerError(
            f"{where}: the database's file can't be opened ({told}). SQLite must be allowed to "
            "read it, and what lies beside it: copy the casebook's folder, and open the copy."
        )
    return NoAnswerError(
        f"{where}: the database can't do this: {told.rstrip('.')}. Check its address, and that it "
        "is running and lets this user in."
    )


def sqlite_database(path: Path) -> Database:
    """Return the database in a file, which need not be there yet.

    One that may not be written, on a sealed medium or another's, is read as it is.
    """
    may_write = not path.exists() or (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=str(path)) if may_write else _to_read(path),
        connect_args={"timeout": BUSY_TIMEOUT_S},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: object) -> None:
        connection.isolation_level = None  # transactions are begun below, not by the driver
        for pragma in (_WRITING, *_PRAGMAS) if may_write else _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("cathartes_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return Database(engine, str(path.parent))


def _to_read(path: Path) -> URL:
    """Return the address of a database that may not be written.

    Where nobody is at work with it nothing lies beside it, and nothing needs to be made there.
    """
    is_still = not path.with_name(f"{path.name}-wal").exists()
    told = {"uri": "true", "mode": "ro"} | ({"immutable": "1"} if is_still else {})
    return URL.create("sqlite+pysqlite", database=path.absolute().as_uri(), query=told)


def postgres_database(url: URL) -> Database:
    """Return the database at a URL.

    Raises
    ------
    MissingExtraError
        If the driver is not installed.
    """
    try:
        engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            connect_args={
                "options": f"-c timezone=UTC -c lock_timeout={BUSY_TIMEOUT_S}s",
                "connect_timeout": 10,
            },
        )
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f"a PostgreSQL casebook needs the package {error.name}; install it with "
            "`pip install 'cathartes[postgres]'`."
        ) from error
    return Database(engine, url.render_as_string(hide_password=True))
