"""Which releases a visitor may know of; see `cathartes.pipeline.release_sight`."""

from collections.abc import Iterable

from cathartes.casework.release import Release
from cathartes.casework.roles import Action
from cathartes.errors import AccessError
from cathartes.pipeline import release_sight
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
    return release_sight.seen_releases(desk.casebook, visitor.subject, releases)


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
