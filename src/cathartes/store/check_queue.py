"""What the tables of the queue should hold, by their plain meaning, and whether they do."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Table, select

from cathartes.casework.settlement import SETTLED
from cathartes.store.queue_keeping import ALL
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

Rows = set[tuple[Any, ...]]


def queue_faults(connection: Connection) -> Iterator[str]:
    """Yield what a queue's table says and should not, or should say and does not."""
    for table, wanted in queue_rows(connection).items():
        found = {tuple(row) for row in connection.execute(select(table))}
        for row in sorted(found ^ wanted, key=str):
            is_kept = "is kept, and should not be" if row in found else "should be kept, and is not"
            yield f"review queue: {table.name} {' '.join(map(str, row))}: {is_kept}."


def queue_rows(connection: Connection) -> dict[Table, Rows]:
    """Return the rows that each table should have: everything read, nothing counted in SQL."""
    settled = {row.detection_id: row for row in connection.execute(select(settlements))}
    seen_utc = {
        row.id: row.seen_utc
        for row in connection.execute(select(detections.c.id, detections.c.seen_utc))
        if row.id not in settled or settled[row.id].state not in SETTLED
    }
    of_source = connection.execute(select(sources.c.id, sources.c.detection_id))
    detection_of = {row.id: row.detection_id for row in of_source}
    of_site: dict[str, set[str]] = defaultdict(set)
    for row in connection.execute(select(attributions)):
        of_site[row.site_id].add(detection_of[row.source_id])
    reviewed: dict[str, set[str]] = defaultdict(set)
    for one_id in seen_utc.keys() & settled.keys():
        for reviewer in settled[one_id].reviewers:
            reviewed[reviewer].add(one_id)
    passed = defaultdict(set, {reviewer: set(ids) for reviewer, ids in reviewed.items()})
    for row in connection.execute(select(skips)):
        passed[row.reviewer].add(row.detection_id)
    is_open = seen_utc.keys()
    values = connection.execute(select(sites.c.id, sites.c.value)).all()
    attributed = set().union(*of_site.values())
    totals = {ALL: is_open} | reviewed
    return {
        queue_totals: {(one, len(ids)) for one, ids in totals.items() if ids},
        queue_sites: {
            (one, value, len(of_site[one] & is_open))
            for one, value in values
            if of_site[one] & is_open
        },
        queue_passed: {
            (reviewer, one, len(of_site[one] & ids & is_open))
            for reviewer, ids in passed.items()
            for one in of_site
            if of_site[one] & ids & is_open
        },
        queue_unattributed: {(one, seen_utc[one]) for one in is_open - attributed},
    }
