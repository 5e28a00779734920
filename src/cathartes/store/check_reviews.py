"""Whether settlements are what reviews come to."""

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import Connection, select

from cathartes.casework.review import Review
from cathartes.casework.settlement import Settlement, settle
from cathartes.store.canonical import content_sha256
from cathartes.store.detections_part import detections_where
from cathartes.store.part import batches
from cathartes.store.rows_reviews import review_of, settlement_of
from cathartes.store.tables import detections, reviews, settlements


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
