"""Is a casebook whole? Every hash computed again, every reference followed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, or_, select, text

from cathartes.errors import EvidenceError
from cathartes.store.audit_check import check_audit
from cathartes.store.check_guards import box_faults, guard_faults
from cathartes.store.check_queue import queue_faults
from cathartes.store.evidence import EvidenceStore
from cathartes.store.guarded import told_to_the_end
from cathartes.store.interface import JobState
from cathartes.store.open import OpenedCasebook
from cathartes.store.release_keeping import evidence_named
from cathartes.store.tables import (
    detections,
    emitters,
    jobs,
    observations,
    sites,
    sources,
)
from cathartes.store.tables_releases import releases


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check found.

    Attributes
    ----------
    n_observations, n_detections, n_sites, n_releases, n_evidence, n_audit_entries
        How many were checked.
    audit_head
        Hash of the audit's last entry; "" if the chain is broken.
    audit_faults, evidence_faults, faults
        What is wrong, a sentence each: of the audit, of evidence, of the rest.
    remarks
        What is no fault: evidence that nothing refers to, sites to be joined again.
    """

    n_observations: int
    n_detections: int
    n_sites: int
    n_releases: int
    n_evidence: int
    n_audit_entries: int
    audit_head: str
    audit_faults: tuple[str, ...]
    evidence_faults: tuple[str, ...]
    faults: tuple[str, ...]
    remarks: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Return whether nothing is wrong."""
        return not (self.audit_faults or self.evidence_faults or self.faults)


def check_casebook(opened: OpenedCasebook) -> CheckReport:
    """Check a casebook: its database, audit, contents, references, and all of its evidence."""
    casebook = opened.casebook
    audit = check_audit(casebook)
    with casebook.database.read() as connection:
        faults = [
            *_database_faults(connection),
            *guard_faults(connection),
            *told_to_the_end("bounds", box_faults(connection)),
            *_reference_faults(connection),
            *told_to_the_end("queues", queue_faults(connection)),
        ]
        n_observations, n_detections, n_sites, n_releases = (
            connection.scalar(select(func.count()).select_from(table)) or 0
            for table in (observations, detections, sites, releases)
        )
        named = evidence_named(connection)
    evidence_faults = list(_evidence_faults(opened.evidence, named))
    remarks = [
        f"site {one_id}: its evidence names what is not there any more; join it again."
        for one_id in casebook.stale_site_ids()
    ]
    orphaned = opened.evidence.all_sha256() - named.keys()
    if orphaned:
        remarks.append(
            f"{len(orphaned)} files of evidence that nothing refers to, as after a run that was "
            f"killed or results that were superseded; the first is {min(orphaned)}."
        )
    return CheckReport(
        n_observations=n_observations,
        n_detections=n_detections,
        n_sites=n_sites,
        n_releases=n_releases,
        n_evidence=len(named),
        n_audit_entries=audit.head.number,
        audit_head="" if audit.chain_faults else audit.head.hash,
        audit_faults=audit.faults,
        evidence_faults=tuple(evidence_faults),
        faults=tuple(faults),
        remarks=tuple(remarks),
    )


def _evidence_faults(store: EvidenceStore, named: Mapping[str, int | None]) -> Iterator[str]:
    """Yield what is wrong with evidence, each read and hashed again."""
    for sha256, size_bytes in sorted(named.items()):
        try:
            found_bytes = len(store.read(sha256))
        except EvidenceError as error:
            yield str(error)
            continue
        if size_bytes is not None and found_bytes != size_bytes:
            yield f"evidence {sha256}: {found_bytes} bytes, recorded as {size_bytes}."


def _database_faults(connection: Connection) -> Iterator[str]:
    """Yield what SQLite itself finds wrong; PostgreSQL watches over its own."""
    if connection.dialect.name != "sqlite":
        return
    told = connection.scalars(text("PRAGMA integrity_check")).all()
    if told != ["ok"]:
        yield f"database: {'; '.join(told[:5])}."
    for row in connection.execute(text("PRAGMA foreign_key_check")):
        yield f"{row[0]}: row {row[1]} refers to a row of {row[2]} that is not there."
    for table in (detections, sources, sites, observations, emitters):
        found = connection.scalar(text("SELECT rtreecheck(:name)"), {"name": f"{table.name}_box"})
        if found != "ok":
            yield f"spatial index of {table.name}: {found}."
        boxed = text(f"SELECT count(*) FROM {table.name}_box")  # noqa: S608  # our own name
        known = select(func.count()).select_from(table)
        if table is observations:
            known = known.where(observations.c.footprint.is_not(None))
        n_boxed, n_known = connection.scalar(boxed), connection.scalar(known)
        if n_boxed != n_known:
            yield f"spatial index of {table.name}: {n_boxed} boxes for {n_known} rows."


def _reference_faults(connection: Connection) -> Iterator[str]:
    """Yield references that the database does not watch over itself."""
    explained = select(sites.c.id, sites.c.explained_by).where(
        sites.c.explained_by != "", sites.c.explained_by.not_in(select(emitters.c.id))
    )
    for row in connection.execute(explained.order_by(sites.c.id)):
        yield f"site {row.id}: its lawful emitter {row.explained_by} is not there."
    moved = (
        select(detections.c.id)
        .join(sources, sources.c.detection_id == detections.c.id, isouter=True)
        .where(func.coalesce(sources.c.number, 1) == 1)
        .where(
            or_(
                sources.c.id.is_(None),
                sources.c.longitude_deg != detections.c.longitude_deg,
                sources.c.latitude_deg != detections.c.latitude_deg,
            )
        )
    )
    for one_id in connection.scalars(moved.order_by(detections.c.id)):
        yield f"detection {one_id}: its place is not that of its first source."
    done = select(jobs.c.id).where(
        jobs.c.state == JobState.DONE.value, jobs.c.id.not_in(select(observations.c.id))
    )
    for one_id in connection.scalars(done.order_by(jobs.c.id)):
        yield f"job {one_id} is done, and its observation is not there."
