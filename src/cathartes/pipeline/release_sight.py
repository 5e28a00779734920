"""Which releases somebody may know of. Reviews are blind, and a release tells what came of them.

A release tells of the detections that were confirmed when it was drafted. If one of them was opened
again, who may yet review it is told neither that there is such a release nor what was answered to
it. What was confirmed and still is, they know anyway: a plume of another day that is open hides
nothing, as at the drafting it was not confirmed, and so the release does not tell of it. A recall
or an update tells what the releases before it told.
"""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from datetime import datetime

from cathartes.casework.release import Release
from cathartes.casework.roles import Action, Subject, Thing, decide
from cathartes.casework.settlement import ReviewState, Settlement, settle
from cathartes.store.interface import Casebook


def seen_releases(
    book: Casebook, subject: Subject, releases: Iterable[Release]
) -> tuple[Release, ...]:
    """Return those of some releases that somebody may know of, in their order."""
    every = [tuple(_with_earlier(book, one)) for one in releases]
    ids = {one for some in every for each in some for one in each.basis.detection_sha256}
    settled = book.settlements(sorted(ids)) if ids else {}
    open_ids = {one for one, found in settled.items() if not _may_know(subject, found)}
    return tuple(
        some[0] for some in every if not any(_tells_of(book, each, open_ids) for each in some)
    )


def _with_earlier(book: Casebook, release: Release) -> Iterator[Release]:
    yield release
    for one in release.earlier_ids:
        yield from _with_earlier(book, book.release(one))


def _may_know(subject: Subject, settlement: Settlement) -> bool:
    thing = Thing(state=settlement.state, reviewers=frozenset(settlement.reviewers))
    return decide(subject, Action.READ_VERDICTS, thing).allowed


def _tells_of(book: Casebook, release: Release, open_ids: AbstractSet[str]) -> bool:
    """Return whether one of these detections was ever confirmed until a release was drafted."""
    about = open_ids & release.basis.detection_sha256.keys()
    return any(_was_confirmed(book, one, release.drafted_utc) for one in about)


def _was_confirmed(book: Casebook, detection_id: str, moment_utc: datetime) -> bool:
    before = [one for one in book.reviews_of(detection_id) if one.moment_utc <= moment_utc]
    then = (settle(before[:n]) for n in range(1, len(before) + 1))
    return any(one.state is ReviewState.CONFIRMED for one in then)
