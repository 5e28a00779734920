"""What is still to be reviewed, counted, so that no queue walks over what is done.

A site that has nothing left for somebody is passed over at once: its count of open detections is
that of those which they reviewed or skipped. Open is what reviews have not settled. The counts are
kept in the transactions that change them; `cathartes.store.check_queue` has their meaning in full,
and computes them anew.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import ColumnElement, Connection, func, select

from cathartes.casework.settlement import SETTLED
from cathartes.store.part import batches, insert_all
from cathartes.store.tables import (
    attributions,
    detections,
    queue_passed,
    queue_sites,
    queue_totals,
    queue_unattributed,
    settlements,
    sites,
    skips,
    sources,
)

ALL = ""
"""Under this, no reviewer's name, the total of open detections is kept."""


@contextmanager
def queue_kept(connection: Connection, detection_ids: Sequence[str]) -> Iterator[None]:
    """Keep the queue up with a change of detections, settlements or skips.

    Parameters
    ----------
    connection
        Of the change's own transaction.
    detection_ids
        All that may come, go, be settled, opened, reviewed or skipped in it; each once.
    """
    n_before = _n_open(connection, detection_ids)
    site_ids = _site_ids(connection, detection_ids)
    yield
    n_after = _n_open(connection, detection_ids)
    n_after.subtract(n_before)
    _add_to_totals(connection, n_after)
    count_sites(connection, sorted(site_ids | _site_ids(connection, detection_ids)))
    _list_unattributed(connection, detection_ids)


@contextmanager
def queue_kept_of_sites(
    connection: Connection, site_ids: Sequence[str], source_ids: Iterable[str]
) -> Iterator[None]:
    """Keep the queue up with a change of what belongs to sites.

    Parameters
    ----------
    connection
        Of the change's own transaction.
    site_ids
        Of the sites that come, go or are replaced.
    source_ids
        What belongs to any of them afterwards.
    """
    before = {
        one_id
        for some in batches(site_ids)
        for one_id in connection.scalars(
            select(attributions.c.source_id).where(attributions.c.site_id.in_(some))
        )
    }
    yield
    count_sites(connection, site_ids)
    moved = sorted(before.symmetric_difference(source_ids))
    of_moved = select(sources.c.detection_id)
    detection_ids = {
        one_id
        for some in batches(moved)
        for one_id in connection.scalars(of_moved.where(sources.c.id.in_(some)))
    }
    _list_unattributed(connection, sorted(detection_ids))


def count_sites(connection: Connection, site_ids: Sequence[str]) -> None:
    """Count what is open at sites, and who reviewed or skipped how much of it."""
    for some in batches(site_ids):
        for table in (queue_sites, queue_passed):
            connection.execute(table.delete().where(table.c.site_id.in_(some)))
        of_sites = (
            select(sites.c.id, sites.c.value, func.count(sources.c.detection_id.distinct()))
            .join(attributions, attributions.c.site_id == sites.c.id)
            .join(sources, sources.c.id == attributions.c.source_id)
            .where(sites.c.id.in_(some), ~is_settled(sources.c.detection_id))
            .group_by(sites.c.id, sites.c.value)
        )
        columns = ["site_id", "value", "n_open"]
        connection.execute(queue_sites.insert().from_select(columns, of_sites))
        _count_passed(connection, some)


def _count_passed(connection: Connection, site_ids: Sequence[str]) -> None:
    """Count what somebody reviewed or skipped of what is open at sites."""
    passed: dict[tuple[str, str], set[str]] = defaultdict(set)
    at = attributions.join(sources, sources.c.id == attributions.c.source_id)
    of_these = attributions.c.site_id.in_(site_ids)
    in_review = (
        select(attributions.c.site_id, settlements.c.detection_id, settlements.c.reviewers)
        .select_from(at.join(settlements, settlements.c.detection_id == sources.c.detection_id))
        .where(of_these, settlements.c.state.not_in(sorted(SETTLED)))
    )
    for row in connection.execute(in_review):
        for reviewer in row.reviewers:
            passed[reviewer, row.site_id].add(row.detection_id)
    skipped = (
        select(attributions.c.site_id, skips.c.detection_id, skips.c.reviewer)
        .select_from(at.join(skips, skips.c.detection_id == sources.c.detection_id))
        .where(of_these, ~is_settled(skips.c.detection_id))
    )
    for row in connection.execute(skipped):
        passed[row.reviewer, row.site_id].add(row.detection_id)
    rows = [
        {"reviewer": reviewer, "site_id": site_id, "n": len(found)}
        for (reviewer, site_id), found in passed.items()
    ]
    insert_all(connection, queue_passed, rows)


def _list_unattributed(connection: Connection, detection_ids: Sequence[str]) -> None:
    """List those of these that are open and belong to no site, and no others of them."""
    listed = queue_unattributed
    attributed = (
        select(attributions.c.source_id)
        .join(sources, sources.c.id == attributions.c.source_id)
        .where(sources.c.detection_id == detections.c.id)
    )
    for some in batches(detection_ids):
        connection.execute(listed.delete().where(listed.c.detection_id.in_(some)))
        found = select(detections.c.id, detections.c.seen_utc).where(
            detections.c.id.in_(some), ~is_settled(detections.c.id), ~attributed.exists()
        )
        connection.execute(listed.insert().from_select(["detection_id", "seen_utc"], found))


def _n_open(connection: Connection, detection_ids: Sequence[str]) -> Counter[str]:
    """Return how many of these are open, and of them how many each reviewed."""
    n: Counter[str] = Counter()
    with_settlement = detections.outerjoin(
        settlements, settlements.c.detection_id == detections.c.id
    )
    for some in batches(detection_ids):
        wanted = select(settlements.c.state, settlements.c.reviewers).select_from(with_settlement)
        for row in connection.execute(wanted.where(detections.c.id.in_(some))):
            if row.state not in SETTLED:
                n.update((ALL, *(row.reviewers or ())))
    return n


def _add_to_totals(connection: Connection, more: Counter[str]) -> None:
    totals = queue_totals
    changed = sorted(reviewer for reviewer, n in more.items() if n)
    wanted = select(totals).where(totals.c.reviewer.in_(changed))
    kept = {row.reviewer: row.n for row in connection.execute(wanted)}
    connection.execute(totals.delete().where(totals.c.reviewer.in_(changed)))
    summed = {reviewer: kept.get(reviewer, 0) + more[reviewer] for reviewer in changed}
    rows = [{"reviewer": reviewer, "n": n} for reviewer, n in summed.items() if n]
    insert_all(connection, totals, rows)


def _site_ids(connection: Connection, detection_ids: Sequence[str]) -> set[str]:
    """Return the sites to which these belong."""
    joined = select(attributions.c.site_id).join(sources, sources.c.id == attributions.c.source_id)
    return {
        one_id
        for some in batches(detection_ids)
        for one_id in connection.scalars(joined.where(sources.c.detection_id.in_(some)).distinct())
    }


def is_settled(detection_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Return whether reviews settled a detection."""
    return (
        select(settlements.c.state)
        .where(settlements.c.detection_id == detection_id, settlements.c.state.in_(sorted(SETTLED)))
        .exists()
    )
