"""The casebook's reviews, what they come to, and each reviewer's queue."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Text, and_, func, select, type_coerce

from cathartes.casework.review import Judgement, Review, person_of
from cathartes.casework.roles import Action, Thing, decide
from cathartes.casework.settlement import SETTLED, Settlement, settle, was_ever_settled
from cathartes.errors import AccessError, ReviewError
from cathartes.sites.detection import Detection
from cathartes.store.canonical import canonical, content_sha256
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
            _put_settlement(connection, detection_id, after)
            connection.execute(skips.delete().where(_skip_of(person, detection_id)))
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

    def review_queue(self, reviewer: str, limit: int = 20) -> tuple[str, ...]:
        """Return ids of detections that a reviewer should look at next."""
        person = person_of(reviewer)
        with self._database.read() as connection:
            found: dict[str, None] = {}
            for wanted in (_of_sites(person), _unattributed(person), _skipped(person)):
                if len(found) < limit:
                    found = _with_more(connection, wanted, found, limit)
        return tuple(found)[:limit]

    def review_queue_size(self, reviewer: str) -> int:
        """Return how many are in a reviewer's queue."""
        present = select(func.count()).select_from(detections)
        done = (
            select(func.count())
            .select_from(detections)
            .join(settlements, settlements.c.detection_id == detections.c.id)
            .where(_is_done(person_of(reviewer)))
        )
        with self._database.read() as connection:
            n_present, n_done = connection.scalar(present), connection.scalar(done)
        return (n_present or 0) - (n_done or 0)

    def skip_review(self, detection_id: str, reviewer: str, now_utc: datetime) -> None:
        """Put a detection at the end of a reviewer's queue."""
        person = person_of(reviewer)
        with self._database.change() as connection:
            if (
                connection.scalar(select(detections.c.id).where(detections.c.id == detection_id))
                is None
            ):
                raise no_detection(detection_id)
            connection.execute(skips.delete().where(_skip_of(person, detection_id)))
            row = {"reviewer": person, "detection_id": detection_id, "moment_utc": now_utc}
            connection.execute(skips.insert().values(row))


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


def _sha256_in(connection: Connection, detection_id: str) -> str:
    """Return the hash of a detection; what sites it is attributed to does not enter."""
    found = detections_where(connection, detections.c.id == detection_id)
    if not found:
        raise no_detection(detection_id)
    return content_sha256(found[0].detection)


def _thing(settlement: Settlement) -> Thing:
    return Thing(state=settlement.state, reviewers=frozenset(settlement.reviewers))


def _with_more(
    connection: Connection, wanted: Select[Any], found: dict[str, None], limit: int
) -> dict[str, None]:
    """Return what was found and, after it, enough of what is wanted, each once.

    A detection with sources at several sites is wanted several times.
    """
    n_asked = limit
    while True:
        ids = connection.scalars(wanted.limit(n_asked)).all()
        more = found | dict.fromkeys(ids)
        if len(more) >= limit or len(ids) < n_asked:
            return more
        n_asked *= 2


def _skip_of(person: str, detection_id: Any) -> ColumnElement[bool]:
    return and_(skips.c.reviewer == person, skips.c.detection_id == detection_id)


def _is_done(person: str) -> ColumnElement[bool]:
    """Return whether a settlement leaves nothing to do for somebody: settled, or reviewed."""
    name = canonical(person).decode()  # as in the JSON list, with its quotation marks
    reviewers = type_coerce(settlements.c.reviewers, Text)
    return settlements.c.state.in_(sorted(SETTLED)) | reviewers.contains(name, autoescape=True)


def _is_open(person: str, detection_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Return whether a detection is neither settled nor reviewed by somebody."""
    done = select(settlements.c.state).where(
        settlements.c.detection_id == detection_id, _is_done(person)
    )
    return ~done.exists()


def _not_skipped(person: str, detection_id: ColumnElement[str]) -> ColumnElement[bool]:
    return ~select(skips.c.moment_utc).where(_skip_of(person, detection_id)).exists()


def _of_sites(person: str) -> Select[Any]:
    one_id = sources.c.detection_id  # there is a detection to every source: no need to look it up
    return (
        select(one_id)
        .select_from(sites)
        .join(attributions, attributions.c.site_id == sites.c.id)
        .join(sources, sources.c.id == attributions.c.source_id)
        .where(_is_open(person, one_id), _not_skipped(person, one_id))
        .order_by(sites.c.value.desc(), sites.c.id, attributions.c.position.desc())
    )


def _unattributed(person: str) -> Select[Any]:
    attributed = (
        select(attributions.c.source_id)
        .join(sources, sources.c.id == attributions.c.source_id)
        .where(sources.c.detection_id == detections.c.id)
    )
    return (
        select(detections.c.id)
        .where(
            _is_open(person, detections.c.id),
            _not_skipped(person, detections.c.id),
            ~attributed.exists(),
        )
        .order_by(detections.c.seen_utc.desc().nulls_last(), detections.c.id)
    )


def _skipped(person: str) -> Select[Any]:
    return (
        select(detections.c.id)
        .join(skips, skips.c.detection_id == detections.c.id)
        .where(skips.c.reviewer == person, _is_open(person, detections.c.id))
        .order_by(skips.c.moment_utc, detections.c.id)
    )
