"""Which releases a visitor may know of. Reviews are blind, and a release tells what came of them.

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
from cathartes.casework.roles import Action, Thing, decide
from cathartes.casework.settlement import ReviewState, Settlement, settle
from cathartes.errors import AccessError
from cathartes.web.desk import Desk
from cathartes.web.guard import require
from cathartes.web.texts import said
from cathartes.web.visitor import Visitor

_HIDDEN = said(
    "it tells of a detection that is open to review again: until that is settled, analysts see "
    "nothing of it."
)


def seen_releases(desk: Desk, visitor: Visitor, releases: Iterable[Release]) -> tuple[Release, ...]:
    """Return those of some releases that a visitor may know of, in their order."""
    every = [tuple(_with_earlier(desk, one)) for one in releases]
    ids = {one for some in every for each in some for one in each.basis.detection_sha256}
    settled = desk.casebook.settlements(sorted(ids)) if ids else {}
    open_ids = {one for one, found in settled.items() if not _may_know(visitor, found)}
    return tuple(
        some[0] for some in every if not any(_tells_of(desk, each, open_ids) for each in some)
    )


def check_seen(desk: Desk, visitor: Visitor, release_id: str) -> Release:
    """Return a release that a visitor may know of.

    Raises
    ------
    AccessError
        If they may not.
    ReleaseError
        If it is not there.
    """
    release = desk.casebook.release(release_id)
    require(visitor, Action.READ_RELEASES, desk.casebook.release_thing(release_id))
    if not seen_releases(desk, visitor, [release]):
        raise AccessError(_HIDDEN)
    return release


def _with_earlier(desk: Desk, release: Release) -> Iterator[Release]:
    yield release
    for one in release.earlier_ids:
        yield from _with_earlier(desk, desk.casebook.release(one))


def _may_know(visitor: Visitor, settlement: Settlement) -> bool:
    thing = Thing(state=settlement.state, reviewers=frozenset(settlement.reviewers))
    return decide(visitor.subject, Action.READ_VERDICTS, thing).allowed


def _tells_of(desk: Desk, release: Release, open_ids: AbstractSet[str]) -> bool:
    """Return whether one of these detections was ever confirmed until a release was drafted."""
    about = open_ids & release.basis.detection_sha256.keys()
    return any(_was_confirmed(desk, one, release.drafted_utc) for one in about)


def _was_confirmed(desk: Desk, detection_id: str, moment_utc: datetime) -> bool:
    before = [one for one in desk.casebook.reviews_of(detection_id) if one.moment_utc <= moment_utc]
    then = (settle(before[:n]) for n in range(1, len(before) + 1))
    return any(one.state is ReviewState.CONFIRMED for one in then)
