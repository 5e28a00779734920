"""What is past its mandate's retention goes, with a record that says what and when."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cathartes.casework.retention import Expired, find_expired
from cathartes.pipeline.owners import local_actor
from cathartes.pipeline.site_update import update_sites
from cathartes.store.open import open_casebook


@dataclass(frozen=True, slots=True)
class PurgeReport:
    """What was past its time.

    Attributes
    ----------
    expired
        Past their retention, the oldest first; those held stay.
    n_detections, n_evidence
        Removed with them.
    done
        False if nothing was to be removed, only told.
    """

    expired: tuple[Expired, ...]
    n_detections: int
    n_evidence: int
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
    it: after a kill in between it is orphaned, which `cathartes casebook check` reports.

    Parameters
    ----------
    casebook
        Folder or URL.
    dry_run
        Only say what would go.
    held_ids
        Observations that an open release rests on: they stay.
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
        expired = find_expired(book.observations(), mandates, held_ids, now_utc)
        gone = [one.observation for one in expired if not one.held]
        if dry_run or not gone:
            return PurgeReport(expired, 0, 0, done=False)
        removed = book.remove_observations(
            [one.id for one in gone], "past its mandate's retention", actor, now_utc
        )
        for sha256 in removed.evidence_sha256:
            opened.evidence.remove(sha256)
        update_sites(opened, gone, actor)
    return PurgeReport(expired, len(removed.detection_ids), len(removed.evidence_sha256), done=True)
