"""Open a casebook: a folder, or a PostgreSQL database by its URL."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit
from urllib.request import url2pathname
from uuid import uuid4

from sqlalchemy import Connection, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from cathartes.errors import CasebookError, CathartesError, OutputError
from cathartes.store.casebook import SqlCasebook
from cathartes.store.database import Database, postgres_database, sqlite_database
from cathartes.store.evidence import EvidenceStore
from cathartes.store.evidence_folder import FolderEvidence
from cathartes.store.evidence_remote import RemoteEvidence
from cathartes.store.schema import check_revision, revision_of, upgrade
from cathartes.store.tables import about

DATABASE_FILE = "casebook.sqlite"
EVIDENCE_FOLDER = "evidence"


@dataclass(frozen=True, slots=True)
class OpenedCasebook:
    """A casebook with its evidence store; closed at the end of a ``with``.

    Attributes
    ----------
    where
        The folder or URL, without a password.
    casebook
    evidence
    """

    where: str
    casebook: SqlCasebook
    evidence: EvidenceStore

    def close(self) -> None:
        """Let go of the database."""
        self.casebook.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def open_casebook(where: str | Path, *, create: bool = False, evidence: str = "") -> OpenedCasebook:
    """Open a casebook.

    Parameters
    ----------
    where
        A folder, or ``postgresql://user@host/database``.
    create
        Make it if it is not there.
    evidence
        Where evidence is to be kept, a folder or fsspec URL, told when a casebook is made and kept
        in it. Left out: in a folder beside the SQLite database; PostgreSQL needs it.

    Raises
    ------
    CasebookError
        If it is not there, is no casebook, or is of another revision than this version's.
    MissingExtraError
        If its database or its evidence needs a package that is not installed.
    """
    database = _existing(where, create=create, evidence=evidence)
    try:
        with database.read() as connection:
            revision = revision_of(connection)
            check_revision(revision, database.where)
            place = _told_evidence(connection)
        store = evidence_store(place, where)
    except BaseException:
        database.close()
        raise
    return OpenedCasebook(database.where, SqlCasebook(database), store)


def is_url(where: str | Path) -> bool:
    """Return whether a casebook is named by a URL."""
    return "://" in str(where)


def make_casebook(
    where: str | Path,
    *,
    evidence: str = "",
    fill: Callable[[Connection, EvidenceStore], None] | None = None,
) -> None:
    """Make a casebook: whole, or not at all.

    Parameters
    ----------
    fill
        What to put into it in the same transaction: what a backup holds.

    Raises
    ------
    CasebookError
        If there is one already, or something else.
    """
    if is_url(where):
        database = postgres_database(_postgres_url(where))
        try:
            _make_in(database, where, _evidence_of_url(where, evidence), fill)
        finally:
            database.close()
        return
    folder = Path(where)
    _check_free(folder)
    part = folder.absolute().with_name(f".{folder.name}.part-{uuid4().hex[:8]}")
    try:
        part.mkdir(mode=0o700, parents=True)  # accounts and cases are nobody else's
        database = sqlite_database(part / DATABASE_FILE)
        try:
            _make_in(database, part, evidence or EVIDENCE_FOLDER, fill)
        finally:
            database.close()
        part.rename(folder)  # an empty folder gives way
    except OSError as error:
        raise _unmade(folder, error) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def existing_database(where: str | Path) -> Database:
    """Return the database of a casebook that should be there, of whatever revision.

    Raises
    ------
    CasebookError
        If there is none.
    """
    if is_url(where):
        return postgres_database(_postgres_url(where))
    path = Path(where) / DATABASE_FILE
    if not path.is_file():
        if Path(where).is_dir() and any(Path(where).iterdir()):
            raise CasebookError(
                f"{where}: this folder is no casebook: it has no {DATABASE_FILE}. Name another "
                "folder."
            )
        raise CasebookError(f"{where}: no casebook is there. {_how_to_make(where)}")
    return sqlite_database(path)


def _existing(where: str | Path, *, create: bool, evidence: str) -> Database:
    """Return the database of a casebook, made before if that is wanted."""
    if create and not _is_there(where):
        try:
            make_casebook(where, evidence=evidence)
        except (CasebookError, OutputError):
            if not _is_there(where):  # else another process made it meanwhile
                raise
    return existing_database(where)


def _is_there(where: str | Path) -> bool:
    if not is_url(where):
        return (Path(where) / DATABASE_FILE).is_file()
    database = existing_database(where)
    try:
        with database.read() as connection:
            return revision_of(connection) is not None
    finally:
        database.close()


def _make_in(
    database: Database,
    where: str | Path,
    evidence: str,
    fill: Callable[[Connection, EvidenceStore], None] | None,
) -> None:
    """Make the tables of a casebook in a database that has none."""
    with database.change() as connection:
        if revision_of(connection) is not None:
            raise CasebookError(
                f"{database.where}: a casebook is there already; it stays as it is. Name another "
                "database."
            )
        if database.dialect == "postgresql":
            _need_postgis(connection, database.where)
        upgrade(connection)
        connection.execute(about.insert().values(key="evidence", value=evidence))
        if fill is not None:
            fill(connection, evidence_store(evidence, where))


def _need_postgis(connection: Connection, where: str) -> None:
    """Check that a database has PostGIS; make the extension if we may."""
    there = "SELECT 1 FROM pg_extension WHERE extname = 'postgis'"
    if connection.scalar(text(there)):
        return
    try:
        connection.execute(text("CREATE EXTENSION postgis"))
    except DBAPIError as error:
        told = str(error.orig).strip().partition("\n")[0]
        raise CasebookError(
            f"{where}: the database lacks PostGIS, and this user can't add it ({told}). Install "
            "PostGIS on the server, then let its administrator run CREATE EXTENSION postgis there."
        ) from error


def evidence_store(place: str, where: str | Path) -> EvidenceStore:
    """Return the evidence store at a place as a casebook knows it."""
    if place.startswith("file://"):
        return FolderEvidence(Path(url2pathname(urlsplit(place).path)))
    if is_url(place):
        return RemoteEvidence(place)
    return FolderEvidence(Path(place) if is_url(where) else Path(where) / place)


def _told_evidence(connection: Connection) -> str:
    told = connection.scalar(select(about.c.value).where(about.c.key == "evidence"))
    return told or EVIDENCE_FOLDER


def _evidence_of_url(where: str | Path, evidence: str) -> str:
    if not evidence:
        raise CasebookError(
            f"a casebook at {_postgres_url(where).render_as_string(hide_password=True)} needs to "
            "be told where evidence is kept: --evidence FOLDER, or an fsspec URL."
        )
    return evidence if is_url(evidence) else str(Path(evidence).absolute())


def _postgres_url(where: str | Path) -> URL:
    try:
        url = make_url(str(where))
    except ArgumentError as error:
        raise CasebookError(
            "this casebook's URL can't be read; postgresql://user@host/database is needed."
        ) from error
    if url.get_backend_name() not in {"postgresql", "postgres"}:
        raise CasebookError(
            f"a casebook at {url.get_backend_name()}:// is not known; a folder, or "
            "postgresql://user@host/database, is needed."
        )
    return url


def _check_free(folder: Path) -> None:
    if (folder / DATABASE_FILE).exists():
        raise CasebookError(
            f"{folder}: a casebook is there already; it stays as it is. Name another folder."
        )
    if folder.resolve() == Path.cwd():
        raise CasebookError(
            f"{folder}: a casebook can't be made of the folder one is in; name a folder in it."
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CasebookError(
            f"{folder}: something else is there, and no casebook; name a new or an empty folder."
        )


def _unmade(folder: Path, error: OSError) -> CathartesError:
    return OutputError(f"{folder}: a casebook can't be made there: {error}.")


def _how_to_make(where: str | Path) -> str:
    evidence = " --evidence FOLDER" if is_url(where) else ""
    shown = "URL" if is_url(where) else where
    return f"Make one with `cathartes casebook create --casebook {shown}{evidence}`."
