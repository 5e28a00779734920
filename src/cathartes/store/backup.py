"""Backups: one archive of canonical JSON lines and evidence, the same from and for every database.

A zip with ``manifest.json``, ``tables/<name>.jsonl`` (a row a line, RFC 8785, in the order of ids)
and ``evidence/ab/cd/<SHA-256>``. The manifest has the hash of each table.
"""

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Column, Connection, Table, select

from cathartes import __version__
from cathartes.casework.audit import check_chain
from cathartes.errors import CasebookError, EvidenceError, OutputError
from cathartes.store.canonical import canonical, from_canonical, utc_text
from cathartes.store.columns import UtcTime, Wkb
from cathartes.store.evidence import EvidenceStore
from cathartes.store.evidence_folder import address
from cathartes.store.open import OpenedCasebook, make_casebook
from cathartes.store.part import enter, entry_of, insert_all
from cathartes.store.release_keeping import evidence_named
from cathartes.store.schema import REVISIONS
from cathartes.store.tables import METADATA, about, audit, jobs, reviews
from cathartes.store.tables_releases import responses

FORMAT = "cathartes-casebook-backup/1"
_TABLES = tuple(table for table in METADATA.sorted_tables if table is not about)
_IN_ORDER = (jobs, reviews, responses)
"""Tables in which the order of entry tells something."""
_ROWS_AT_ONCE = 1000
_EXACT_TIME = (1980, 1, 1, 0, 0, 0)  # of each member: the same casebook makes the same archive


def write_backup(opened: OpenedCasebook, archive: Path) -> dict[str, Any]:
    """Write a casebook into an archive, as it is at one moment, and return the manifest.

    Raises
    ------
    OutputError
        If the archive is there already, or can't be written; nothing is left of it.
    EvidenceError
        If evidence is missing or damaged, so that no whole backup can be made.
    """
    if archive.exists():
        raise OutputError(f"{archive}: is there already; name another file.")
    part = archive.with_name(f".{archive.name}.part-{uuid4().hex[:8]}")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as target:
            manifest = _write_all(opened, target)
        part.rename(archive)
    except OSError as error:
        raise OutputError(f"{archive}: the backup can't be written: {error}.") from error
    finally:
        part.unlink(missing_ok=True)
    return manifest


def restore_backup(
    archive: Path, where: str | Path, evidence: str, actor: str, now_utc: datetime
) -> dict[str, Any]:
    """Make a new casebook of an archive: whole and proved equal, or not at all.

    Raises
    ------
    CasebookError
        If a casebook is there already, or the archive is none, is damaged or of another revision.
    """
    try:
        with zipfile.ZipFile(archive) as source:
            manifest = _manifest_of(archive, source)

            def fill(connection: Connection, store: EvidenceStore) -> None:
                _restore_rows(archive, source, manifest, connection)
                _restore_evidence(archive, source, store)
                detail = {"audit_head": manifest["audit_head"], "tables": manifest["tables"]}
                enter(connection, "casebook.restore", archive.name, detail, actor, now_utc)

            make_casebook(where, evidence=evidence, fill=fill)
    except (zipfile.BadZipFile, KeyError, json.JSONDecodeError, FileNotFoundError) as error:
        raise CasebookError(
            f"{archive}: can't be read as a backup ({error}); a file that `cathartes casebook "
            "backup` wrote is needed."
        ) from error
    return manifest


def _write_all(opened: OpenedCasebook, target: zipfile.ZipFile) -> dict[str, Any]:
    with opened.casebook.database.read() as connection:
        tables = {}
        for table in _TABLES:
            with target.open(_member(f"tables/{table.name}.jsonl"), "w", force_zip64=True) as file:
                hashed, n_rows = hashlib.sha256(), 0
                for line in _lines(connection, table):
                    file.write(line)
                    hashed.update(line)
                    n_rows += 1
            tables[table.name] = {"rows": n_rows, "sha256": hashed.hexdigest()}
        newest = select(audit.c.hash).order_by(audit.c.number.desc()).limit(1)
        head = connection.scalar(newest) or ""
        named = sorted(evidence_named(connection))
    for sha256 in named:
        member = _member(f"evidence/{address(sha256)}")
        member.compress_type = zipfile.ZIP_STORED  # rasters and pictures are compressed already
        target.writestr(member, opened.evidence.read(sha256))
    manifest = {
        "format": FORMAT,
        "revision": REVISIONS[-1],
        "software": __version__,
        "audit_head": head,
        "n_evidence": len(named),
        "tables": tables,
    }
    target.writestr(_member("manifest.json"), json.dumps(manifest, indent=2) + "\n")
    return manifest


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, _EXACT_TIME)
    member.compress_type = zipfile.ZIP_DEFLATED
    return member


def _kept(table: Table) -> list[Column[Any]]:
    """Return the columns that are kept: a row's number is a database's inner matter."""
    return [column for column in table.columns if column.name != "row_id"]


def _lines(connection: Connection, table: Table) -> Iterator[bytes]:
    """Yield a table's rows as lines of canonical JSON: as they were entered, or by their ids."""
    columns = _kept(table)
    order = [table.c.id] if "id" in table.c else list(table.primary_key.columns)
    wanted = select(*columns).order_by(*([table.c.row_id] if table in _IN_ORDER else order))
    streamed = wanted.execution_options(yield_per=_ROWS_AT_ONCE)
    names = [column.name for column in columns]
    with connection.execute(streamed) as rows:
        for row in rows:
            values = zip(names, map(_to_line_value, row), strict=True)
            yield canonical(dict(values)) + b"\n"


def _to_line_value(value: Any) -> Any:
    if isinstance(value, datetime):
        return utc_text(value)
    return value.hex() if isinstance(value, bytes) else value


def _from_line_value(column: Column[Any], value: Any) -> Any:
    if isinstance(column.type, UtcTime) and value is not None:
        return datetime.fromisoformat(value)
    return bytes.fromhex(value) if isinstance(column.type, Wkb) and value is not None else value


def _manifest_of(archive: Path, source: zipfile.ZipFile) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(source.read("manifest.json"))
    if manifest.get("format") != FORMAT:
        raise CasebookError(
            f"{archive}: of the format {manifest.get('format')!r}; {FORMAT} is needed."
        )
    if manifest["revision"] != REVISIONS[-1]:
        raise CasebookError(
            f"{archive}: its tables are of revision {manifest['revision']}, and this version "
            f"speaks {REVISIONS[-1]}. Restore it with Cathartes {manifest['software']}, then run "
            "`cathartes casebook migrate` of this version."
        )
    return manifest


def _restore_rows(
    archive: Path, source: zipfile.ZipFile, manifest: dict[str, Any], connection: Connection
) -> None:
    """Insert all rows, then prove that what is there now is what was backed up."""
    for table in _TABLES:
        columns = {column.name: column for column in _kept(table)}
        rows: list[dict[str, Any]] = []
        with source.open(f"tables/{table.name}.jsonl") as file:
            for line in file:
                told = from_canonical(line.decode())
                rows.append({k: _from_line_value(columns[k], v) for k, v in told.items()})
                if len(rows) == _ROWS_AT_ONCE:
                    insert_all(connection, table, rows)
                    rows = []
        insert_all(connection, table, rows)
        hashed = hashlib.sha256()
        for line in _lines(connection, table):
            hashed.update(line)
        if hashed.hexdigest() != manifest["tables"][table.name]["sha256"]:
            raise CasebookError(
                f"{archive}: its table {table.name} was changed: its hash is not the manifest's. "
                "Nothing was restored; take another backup."
            )
    entries = connection.execute(select(audit).order_by(audit.c.number))
    check_chain(entry_of(row) for row in entries)


def _restore_evidence(archive: Path, source: zipfile.ZipFile, store: EvidenceStore) -> None:
    """Put the archive's evidence into a store; each is what its name says."""
    with tempfile.TemporaryDirectory() as folder:
        for name in source.namelist():
            if not name.startswith("evidence/"):
                continue
            path = Path(folder) / "evidence"
            path.write_bytes(source.read(name))
            if store.put(path) != Path(name).name:
                raise EvidenceError(
                    f"{archive}: {name} was changed: its bytes have another hash. Nothing was "
                    "restored; take another backup."
                )
