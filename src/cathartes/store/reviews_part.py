"""The casebook's reviews, what they come to, and each reviewer's queue."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select

from cathartes.casework.review import Judgement, Review
from cathartes.casework.roles import Action, Thing, decide
from cathartes.casework.settlement import SETTLED, Settlement, settle
from cathartes.errors import AccessError, ReviewError
from cathartes.store.canonical import content_sha256
from cathartes.store.detections_part import detections_where, no_detection
from cathartes.store.part import CasebookPart, batches, enter
from cathartes.store.people_part import subject_in
from cathartes.store.rows_reviews import (
    review_of,
    settlement_of,
    values_of_review,
    values_of_settlement,
)
from cathartes.store.tables import (
    attributions,
    detections,
    reviews,
    settlements,
    sites,
    skips,
    sources,
)

_PAGE = 1000


class ReviewsPart(CasebookPart):
    """Reviews; see `cathartes.store.interface_people.ReviewBook`."""

    def add_review(
        self,
        detection_id: str,
        judgement: Judgement,
        actor: str,
        now_utc: datetime,
        seen_sha256: str = "",
    ) -> Review:
        """Keep a review, with what all of the detection's come to."""
        with self._database.change() as connection:
            sha256 = _sha256_in(connection, detection_id)
            earlier = _reviews_in(connection, detection_id)
            before = settle(earlier)
            thing = _thing(before)
            decision = decide(subject_in(connection, actor), Action.REVIEW, thing)
            if not decision.allowed:
                raise AccessError(f"detection {detection_id}: {decision.reason}")
            if seen_sha256 and seen_sha256 != sha256:
                raise ReviewError(
                    f"detection {detection_id} was changed since it was looked at; nothing was "
                    "kept. Look at it again."
                )
            own = [one for one in earlier if one.reviewer == actor]
            if own and own[-1].judgement == judgement:
                raise ReviewError(
                    f"detection {detection_id}: this is what {actor} said before; nothing was "
                    "added."
                )
            review = Review(
                id=f"{detection_id}-r{len(earlier) + 1}",
                detection_id=detection_id,
                detection_sha256=sha256,
                reviewer=actor,
                moment_utc=now_utc,
                was_blind=not before.is_settled,
                judgement=judgement,
            )
            after = settle([*earlier, review])
            connection.execute(reviews.insert().values(values_of_review(review)))
            is_it = settlements.c.detection_id == detection_id
            connection.execute(settlements.delete().where(is_it))
            connection.execute(
                settlements.insert().values(values_of_settlement(detection_id, after))
            )
            mine = (skips.c.reviewer == actor) & (skips.c.detection_id == detection_id)
            connection.execute(skips.delete().where(mine))
            detail = {
                "review": review.id,
                "verdict": judgement.verdict.value,
                "state": after.state.value,
                "sha256": content_sha256(review),
            }
            enter(connection, "review.add", detection_id, detail, actor, now_utc)
            return review

    def detection_sha256(self, detection_id: str) -> str:
        """Return the hash of a detection's whole content."""
        with self._database.read() as connection:
            return _sha256_in(connection, detection_id)

    def reviews_of(self, detection_id: str) -> tuple[Review, ...]:
        """Return a detection's reviews, in order."""
        with self._database.read() as connection:
            return tuple(_reviews_in(connection, detection_id))

    def all_reviews(self) -> Iterator[Review]:
        """Yield every review there is, in the order in which they were made."""
        after = 0
        while True:
            page = select(reviews).where(reviews.c.row_id > after).order_by(reviews.c.row_id)
            with self._database.read() as connection:
                rows = connection.execute(page.limit(_PAGE)).all()
            yield from map(review_of, rows)
            if len(rows) < _PAGE:
                return
            after = rows[-1].row_id

    def settled_ids(self) -> tuple[str, ...]:
        """Return the ids of all detections of which it is kept what their reviews come to."""
        with self._database.read() as connection:
            return tuple(connection.scalars(select(settlements.c.detection_id)))

    def settlements(self, detection_ids: Sequence[str]) -> dict[str, Settlement]:
        """Return what reviews came to, for each of these."""
        found = dict.fromkeys(detection_ids, Settlement())
        with self._database.read() as connection:
            for some in batches(list(found)):
                wanted = select(settlements).where(settlements.c.detection_id.in_(some))
                for row in connection.execute(wanted):
                    found[row.detection_id] = settlement_of(row)
        return found

    def review_thing(self, detection_id: str) -> Thing:
        """Return a detection as rules about reviews see it."""
        return _thing(self.settlements([detection_id])[detection_id])

    def review_queue(self, reviewer: str, limit: int = 20) -> tuple[str, ...]:
        """Return ids of detections that a reviewer should look at next."""
        with self._database.read() as connection:
            found: dict[str, None] = {}
            for wanted in (_of_sites(reviewer), _unattributed(reviewer), _skipped(reviewer)):
                missing = limit - len(found)
                if missing > 0:
                    more = connection.scalars(wanted.limit(limit + len(found))).all()
                    found |= dict.fromkeys(more)
        return tuple(found)[:limit]

    def review_queue_size(self, reviewer: str) -> int:
        """Return how many are in a reviewer's queue."""
        present = select(func.count()).select_from(detections)
        done = (
            select(func.count())
            .select_from(detections)
            .join(settlements, settlements.c.detection_id == detections.c.id)
            .where(_settled() | _reviewed_by(reviewer))
        )
        with self._database.read() as connection:
            n_present, n_done = connection.scalar(present), connection.scalar(done)
        return (n_present or 0) - (n_done or 0)

    def skip_review(self, detection_id: str, reviewer: str, now_utc: datetime) -> None:
        """Put a detection at the end of a reviewer's queue."""
        mine = (skips.c.reviewer == reviewer) & (skips.c.detection_id == detection_id)
        with self._database.take() as connection:
            connection.execute(skips.delete().where(mine))
            connection.execute(
                skips.insert().values(
                    reviewer=reviewer, detection_id=detection_id, moment_utc=now_utc
                )
            )


def _reviews_in(connection: Connection, detection_id: str) -> list[Review]:
    wanted = select(reviews).where(reviews.c.detection_id == detection_id)
    return [review_of(row) for row in connection.execute(wanted.order_by(reviews.c.row_id))]


def _sha256_in(connection: Connection, detection_id: str) -> str:
    """Return the hash of a detection; what sites it is attributed to does not enter."""
    found = detections_where(connection, detections.c.id == detection_id)
    if not found:
        raise no_detection(detection_id)
    return content_sha256(found[0].detection)


def _thing(settlement: Settlement) -> Thing:
    return Thing(state=settlement.state, reviewers=frozenset(settlement.reviewers))


def _settled() -> ColumnElement[bool]:
    return settlements.c.state.in_(sorted(SETTLED))


def _reviewed_by(reviewer: str) -> ColumnElement[bool]:
    own = select(reviews.c.row_id).where(
        reviews.c.reviewer == reviewer, reviews.c.detection_id == detections.c.id
    )
    return own.exists()


def _to_review(reviewer: str, *, skipped: bool) -> ColumnElement[bool]:
    """Return whether a detection is neither settled nor reviewed by somebody."""
    settled = select(settlements.c.state).where(
        settlements.c.detection_id == detections.c.id, _settled()
    )
    skip = select(skips.c.moment_utc).where(
        skips.c.reviewer == reviewer, skips.c.detection_id == detections.c.id
    )
    return and_(
        ~settled.exists(), ~_reviewed_by(reviewer), skip.exists() if skipped else ~skip.exists()
    )


def _of_sites(reviewer: str) -> Select[Any]:
    return (
        select(detections.c.id)
        .select_from(sites)
        .join(attributions, attributions.c.site_id == sites.c.id)
        .join(sources, sources.c.id == attributions.c.source_id)
        .join(detections, detections.c.id == sources.c.detection_id)
        .where(_to_review(reviewer, skipped=False))
        .order_by(sites.c.value.desc(), sites.c.id, attributions.c.position.desc())
    )


def _unattributed(reviewer: str) -> Select[Any]:
    attributed = (
        select(attributions.c.source_id)
        .join(sources, sources.c.id == attributions.c.source_id)
        .where(sources.c.detection_id == detections.c.id)
    )
    return (
        select(detections.c.id)
        .where(_to_review(reviewer, skipped=False), ~attributed.exists())
        .order_by(detections.c.seen_utc.desc().nulls_last(), detections.c.id)
    )


def _skipped(reviewer: str) -> Select[Any]:
    return (
        select(detections.c.id)
        .join(skips, (skips.c.detection_id == detections.c.id) & (skips.c.reviewer == reviewer))
        .where(_to_review(reviewer, skipped=True))
        .order_by(skips.c.moment_utc, detections.c.id)
    )
