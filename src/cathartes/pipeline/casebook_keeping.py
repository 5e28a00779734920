"""Keeping a casebook: made, backed up, restored, checked, migrated."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from cathartes.pipeline.owners import local_actor
from cathartes.store.backup import restore_backup, write_backup
from cathartes.store.bound import BIND, unbound
from cathartes.store.casebook import SqlCasebook
from cathartes.store.check import CheckReport, check_casebook
from cathartes.store.database import Database
from cathartes.store.digest import digest
from cathartes.store.open import existing_database, make_casebook, open_casebook
from cathartes.store.part import enter
from cathartes.store.schema import REVISIONS, check_revision, revision_of, upgrade


def casebook_create(casebook: str | Path, *, evidence: str = "") -> None:
    """Make a casebook that is empty.

    Parameters
    ----------
    casebook
        A folder, or ``postgresql://user@host/database``.
    evidence
        Folder or fsspec URL of its evidence; left out: beside the database, if that is a folder.

    Raises
    ------
    CasebookError
        If there is one already.
    """
    make_casebook(casebook, evidence=evidence)


def casebook_backup(casebook: str | Path, archive: str | Path) -> dict[str, Any]:
    """Write a casebook and all its evidence into one archive, and return the archive's manifest.

    Raises
    ------
    OutputError
        If the archive is there already, or can't be written.
    EvidenceError
        If evidence is missing or damaged.
    """
    archive = Path(archive)
    with open_casebook(casebook) as opened:
        manifest = write_backup(opened, archive)
        detail = {"audit_head": manifest["audit_head"]}
        now_utc = datetime.now(UTC)
        opened.casebook.note("casebook.backup", archive.name, detail, local_actor(), now_utc)
    return manifest


def casebook_restore(
    archive: str | Path, casebook: str | Path, *, evidence: str = ""
) -> dict[str, Any]:
    """Make a new casebook of an archive, of either kind, and return the archive's manifest.

    Raises
    ------
    CasebookError
        If a casebook is there already, or the archive is damaged.
    """
    return restore_backup(Path(archive), casebook, evidence, local_actor(), datetime.now(UTC))


def casebook_check(casebook: str | Path) -> CheckReport:
    """Compute every hash of a casebook again, and follow every reference."""
    with open_casebook(casebook) as opened:
        return check_casebook(opened)


def casebook_digest(casebook: str | Path) -> str:
    """Return one hash over all present results; clocks, timings and the audit do not enter."""
    with open_casebook(casebook) as opened:
        return digest(opened.casebook)


def casebook_migrate(casebook: str | Path) -> tuple[str, str]:
    """Bring a casebook's tables to this version's revision; return the revisions before and after.

    Raises
    ------
    CasebookError
        If it is no casebook, or one of a newer version.
    """
    database = existing_database(casebook)
    try:
        with database.change() as connection:
            before = revision_of(connection)
            if before is None or before not in REVISIONS:
                check_revision(before, database.where)
            if before == REVISIONS[-1]:
                return before, before
        _bind(database, str(before))
        with database.change() as connection:
            before = revision_of(connection)
            if before != REVISIONS[-1]:
                upgrade(connection)
                detail = {"from": before, "to": REVISIONS[-1]}
                now_utc = datetime.now(UTC)
                enter(connection, "casebook.migrate", "", detail, local_actor(), now_utc)
            return str(before), REVISIONS[-1]
    finally:
        database.close()


def _bind(database: Database, revision: str) -> None:
    """Enter the hashes of what earlier versions kept without, so that checks know them."""
    casebook = SqlCasebook(database)
    detail = unbound(casebook, revision)
    if detail:
        told: dict[str, JsonValue] = {kind: dict(hashes) for kind, hashes in detail.items()}
        casebook.note(BIND, "", told, local_actor(), datetime.now(UTC))
