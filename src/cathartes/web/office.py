"""A partner's office: what was sent to it, and nothing else, not even whether there is more."""

from cathartes.casework.release import TOLD, NoReleaseError, Release
from cathartes.casework.release_material import Notice
from cathartes.casework.roles import Action, Thing
from cathartes.store.interface_releases import ReleaseFilter
from cathartes.web.desk import Desk
from cathartes.web.guard import require
from cathartes.web.visitor import Visitor

_NOBODYS = Thing(partner="-")
"""A release that is not there, as one of another office: both are refused in the same words."""


def office_releases(desk: Desk, visitor: Visitor, limit: int, after: str) -> tuple[Release, ...]:
    """Return what was sent to the visitor's office, the last first.

    Raises
    ------
    AccessError
        If `after` was not.
    """
    if after:
        office_release(desk, visitor, after)
    sent = ReleaseFilter(states=TOLD, partner_id=visitor.subject.partner)
    found: list[Release] = []
    while len(found) < limit:
        some = desk.casebook.releases(sent, limit, after)
        found += [one for one in some if _may_have(desk, one)]
        if len(some) < limit:
            break
        after = some[-1].id
    return tuple(found[:limit])


def office_release(desk: Desk, visitor: Visitor, release_id: str) -> Release:
    """Return a release that was sent to the visitor's office; AccessError if it was not."""
    try:
        thing = desk.casebook.release_thing(release_id)
    except NoReleaseError:
        thing = _NOBODYS
    require(visitor, Action.ANSWER_RELEASE, thing)
    release = desk.casebook.release(release_id)
    if not _may_have(desk, release):
        require(visitor, Action.ANSWER_RELEASE, _NOBODYS)
    return release


def _may_have(desk: Desk, release: Release) -> bool:
    """Return whether its partner may read a release: one that is disabled, recalls alone."""
    is_disabled = desk.casebook.partner(release.partner_id).is_disabled
    return release.notice is Notice.CANCEL or not is_disabled
