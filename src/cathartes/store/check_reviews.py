"""Whether reviews are those that the audit recorded, and settlements what they come to."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, select

from cathartes.casework.audit import AuditEntry
from cathartes.casework.review import Review
from cathartes.casework.settlement import Settlement, settle
from cathartes.store.canonical import content_sha256
from cathartes.store.detections_part import detections_where
from cathartes.store.part import batches
from cathartes.store.rows_reviews import review_of, settlement_of
from cathartes.store.tables import detections, reviews, settlements


def review_faults(connection: Connection, entries: Sequence[AuditEntry]) -> Iterator[str]:
    """Yield reviews that are not what the audit recorded, and those that are gone."""
    recorded = {
        str(entry.detail.get("review")): entry.detail.get("sha256")
        for entry in entries
        if entry.action == "review.add"
    }
    for row in connection.execute(select(reviews).order_by(reviews.c.row_id)):
        told = recorded.pop(row.id, None)
        if told is None:
            yield f"review {row.id} is not in the audit."
        elif told != content_sha256(review_of(row)):
            yield f"review {row.id} is not what the audit recorded."
    for one_id in recorded:
        yield f"review {one_id} is in the audit, and not there any more."


def settlement_faults(connection: Connection) -> Iterator[str]:
    """Yield detections whose settlement is not what their reviews come to."""
    of: dict[str, list[Review]] = defaultdict(list)
    for row in connection.execute(select(reviews).order_by(reviews.c.row_id)):
        of[row.detection_id].append(review_of(row))
    kept = {row.detection_id: settlement_of(row) for row in connection.execute(select(settlements))}
    for some in batches(sorted(of.keys() | kept.keys())):
        for found in detections_where(connection, detections.c.id.in_(some)):
            one_id, sha256 = found.detection.id, content_sha256(found.detection)
            counting = [one for one in of[one_id] if one.detection_sha256 == sha256]
            if kept.get(one_id, Settlement()) != settle(counting):
                yield f"detection {one_id}: its settlement is not what its reviews come to."
