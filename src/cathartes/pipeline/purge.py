"""What is past its mandate's retention goes, with a record that says what and when."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cathartes.casework.retention import Expired, find_expired
from cathartes.pipeline.owners import is_gone, local_actor
from cathartes.pipeline.site_update import update_sites
from cathartes.store.interface import JobState
from cathartes.store.open import OpenedCasebook, open_casebook

_EXPIRED = "past its mandate's retention"


@dataclass(frozen=True, slots=True)
class PurgeReport:
    """What was past its time.

    Attributes
    ----------
    expired
        Past their retention, the oldest first; those held stay.
    n_detections, n_evidence
        Removed with them.
    n_orphaned
        Files of evidence that nothing referred to any more: of superseded results and of runs that
        were killed. Removed too, unless a run goes on, whose they may be.
    done
        False if nothing was to be removed, only told.
    """

    expired: tuple[Expired, ...]
    n_detections: int
    n_evidence: int
    n_orphaned: int
    done: bool


def purge(
    casebook: str | Path,
    *,
    dry_run: bool = False,
    held_ids: Collection[str] = (),
    now_utc: datetime | None = None,
    actor: str = "",
) -> PurgeReport:
    """Remove what is past its mandate's retention, and bring the sites up to date.

    Ids, hashes of files and of evidence stay in the audit. Evidence goes after the rows that name
    it, and sites after both: after a kill in between the same call does the rest.

    Parameters
    ----------
    casebook
        Folder or URL.
    dry_run
        Only say what would go.
    held_ids
        Observations that stay, beside those that a release rests on which is open or under way.
    now_utc
        The present if None.
    actor
        Who asks; ``local:<user>`` if empty.
    """
    now_utc = now_utc or datetime.now(UTC)
    actor = actor or local_actor()
    with open_casebook(casebook) as opened:
        book = opened.casebook
        mandates = {mandate.id: mandate for mandate in book.mandates()}
        held = book.held_observations().union(held_ids)
        expired = find_expired(book.observations(), mandates, held, now_utc)
        gone = [one.observation for one in expired if not one.held]
        orphaned = _orphaned(opened)
        if dry_run:
            return PurgeReport(expired, 0, 0, len(orphaned), done=False)
        removed = book.remove_observations([one.id for one in gone], _EXPIRED, actor, now_utc)
        remove = opened.evidence.remove
        theirs = book.remove_evidence(removed.evidence_sha256, _EXPIRED, remove, actor, now_utc)
        nobodys = book.remove_evidence(orphaned, "orphaned", remove, actor, now_utc)
        update_sites(opened, gone, actor)
    n_detections = len(removed.detection_ids)
    return PurgeReport(expired, n_detections, len(theirs), len(nobodys), done=True)


def _orphaned(opened: OpenedCasebook) -> tuple[str, ...]:
    """Return the hashes of evidence that nothing refers to; none while a run goes on."""
    book = opened.casebook
    orphaned = opened.evidence.all_sha256() - book.evidence_sha256()
    at_work = (job for job in book.jobs() if job.state is JobState.WORKING)
    if any(not is_gone(job.owner) for job in at_work):
        return ()
    return tuple(sorted(orphaned))
