"""The casebook's reviews, and what they come to."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from cathartes.casework.review import Judgement, Review, check_new, person_of
from cathartes.casework.roles import Action, Thing, decide
from cathartes.casework.settlement import SETTLED, Settlement, settle, was_ever_settled
from cathartes.errors import AccessError, ReviewError
from cathartes.sites.detection import Detection
from cathartes.store.canonical import content_sha256
from cathartes.store.detections_part import detections_where, no_detection
from cathartes.store.part import CasebookPart, batches, enter
from cathartes.store.people_part import subject_in
from cathartes.store.queue_keeping import queue_kept
from cathartes.store.queue_part import skip_of
from cathartes.store.rows_reviews import (
    review_of,
    settlement_of,
    values_of_review,
    values_of_settlement,
)
from cathartes.store.tables import detections, reviews, settlements, skips

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
            detection = _detection_in(connection, detection_id)
            sha256 = content_sha256(detection)
            every = _reviews_in(connection, detection_id)
            earlier = [one for one in every if one.detection_sha256 == sha256]
            decision = decide(subject_in(connection, actor), Action.REVIEW, _thing(settle(earlier)))
            if not decision.allowed:
                raise AccessError(f"detection {detection_id}: {decision.reason}")
            if seen_sha256 and seen_sha256 != sha256:
                raise ReviewError(
                    f"detection {detection_id} was changed since it was looked at; nothing was "
                    "kept. Look at it again."
                )
            check_new(judgement, detection.sources[0].place)
            person = person_of(actor)
            own = [one for one in earlier if one.person == person]
            if own and own[-1].judgement == judgement:
                raise ReviewError(
                    f"detection {detection_id}: this is what {person} said before; nothing was "
                    "added."
                )
            n_own = sum(one.person == person for one in every)
            review = Review(
                id=f"{detection_id}/{person}/{n_own + 1}",
                detection_id=detection_id,
                detection_sha256=sha256,
                reviewer=actor,
                moment_utc=now_utc,
                was_blind=not was_ever_settled(earlier),
                judgement=judgement,
            )
            after = settle([*earlier, review])
            connection.execute(reviews.insert().values(values_of_review(review)))
            with queue_kept(connection, [detection_id]):
                _put_settlement(connection, detection_id, after)
                connection.execute(skips.delete().where(skip_of(person, detection_id)))
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
            return content_sha256(_detection_in(connection, detection_id))

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

    def settlements(self, detection_ids: Sequence[str]) -> dict[str, Settlement]:
        """Return what reviews came to, for each of these."""
        found = dict.fromkeys(detection_ids, Settlement())
        with self._database.read() as connection:
            for some in batches(list(found)):
                wanted = select(settlements).where(settlements.c.detection_id.in_(some))
                for row in connection.execute(wanted):
                    found[row.detection_id] = settlement_of(row)
        return found

    def settled(self, limit: int = 100, after: str = "") -> tuple[tuple[str, Settlement], ...]:
        """Return ids of detections that reviews settled, with what they came to, by id."""
        wanted = (
            select(settlements)
            .where(settlements.c.state.in_(sorted(SETTLED)), settlements.c.detection_id > after)
            .order_by(settlements.c.detection_id)
            .limit(limit)
        )
        with self._database.read() as connection:
            rows = connection.execute(wanted).all()
        return tuple((row.detection_id, settlement_of(row)) for row in rows)

    def review_thing(self, detection_id: str) -> Thing:
        """Return a detection as rules about reviews see it."""
        return _thing(self.settlements([detection_id])[detection_id])


def settle_anew(connection: Connection, found: Sequence[Detection]) -> None:
    """Bring settlements up to date after a look was recorded again.

    Reviews count for the content that they judged: those of another one stay on record, and
    settle nothing.
    """
    by_id = {one.id: one for one in found}
    for some in batches(list(by_id)):
        wanted = select(reviews.c.detection_id).where(reviews.c.detection_id.in_(some))
        for one_id in connection.scalars(wanted.distinct()).all():
            sha256 = content_sha256(by_id[one_id])
            every = _reviews_in(connection, one_id)
            of_this = [one for one in every if one.detection_sha256 == sha256]
            _put_settlement(connection, one_id, settle(of_this))


def _put_settlement(connection: Connection, detection_id: str, settlement: Settlement) -> None:
    connection.execute(settlements.delete().where(settlements.c.detection_id == detection_id))
    if settlement.reviewers:
        row = values_of_settlement(detection_id, settlement)
        connection.execute(settlements.insert().values(row))


def _reviews_in(connection: Connection, detection_id: str) -> list[Review]:
    wanted = select(reviews).where(reviews.c.detection_id == detection_id)
    return [review_of(row) for row in connection.execute(wanted.order_by(reviews.c.row_id))]


def _detection_in(connection: Connection, detection_id: str) -> Detection:
    """Return a detection; what sites it is attributed to does not enter."""
    found = detections_where(connection, detections.c.id == detection_id)
    if not found:
        raise no_detection(detection_id)
    return found[0].detection


def _thing(settlement: Settlement) -> Thing:
    return Thing(state=settlement.state, reviewers=frozenset(settlement.reviewers))
