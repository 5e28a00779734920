"""Releases in short, as lists show them: drills apart from the real."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cathartes.casework.relay import RECEIPTS
from cathartes.casework.release import Release
from cathartes.store.interface_releases import KeptResponse, ReleaseFilter
from cathartes.web.desk import Desk
from cathartes.web.release_sight import seen_releases
from cathartes.web.visitor import Visitor

_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """A release in short.

    Attributes
    ----------
    id, site_id, partner_id, notice, is_exercise, state, earlier_ids
    partner
        The partner's name.
    tlp
        Label of TLP, without ``TLP:``.
    drafted_utc, authors
    decided_by, decided_utc, why
        Who approved, refused or dropped it; "" and None before.
    sent_by, sent_utc, due_utc
        By `due_utc` an answer is awaited.
    is_overdue
        Whether it stands, and no more than a receipt came by then.
    answer, answered_utc
        The last one; "" and None if there is none: no answer is no answer.
    """

    id: str
    site_id: str
    partner_id: str
    partner: str
    notice: str
    tlp: str
    is_exercise: bool
    state: str
    drafted_utc: datetime
    authors: tuple[str, ...]
    decided_by: str
    decided_utc: datetime | None
    why: str
    sent_by: str
    sent_utc: datetime | None
    due_utc: datetime | None
    is_overdue: bool
    earlier_ids: tuple[str, ...]
    answer: str
    answered_utc: datetime | None


@dataclass(frozen=True, slots=True)
class ReleasePage:
    """A page of releases; `next` is what the page after it begins `after`, None on the last."""

    releases: tuple[ReleaseRow, ...]
    next: str | None


def release_page(
    desk: Desk, visitor: Visitor, wanted: ReleaseFilter, limit: int, after: str
) -> ReleasePage:
    """Return a page of the releases that a visitor may know of, the last drafted first."""
    shown: list[Release] = []
    while len(shown) <= limit:
        found = desk.casebook.releases(wanted, _AT_ONCE, after)
        shown += seen_releases(desk, visitor, found)
        if len(found) < _AT_ONCE:
            break
        after = found[-1].id
    more = shown[limit - 1].id if len(shown) > limit else None
    return ReleasePage(release_rows(desk, shown[:limit]), more)


def releases_of_site(desk: Desk, visitor: Visitor, site_id: str) -> tuple[ReleaseRow, ...]:
    """Return the releases of a site that a visitor may know of, the last drafted first."""
    found = desk.casebook.releases(ReleaseFilter(site_id=site_id), _AT_ONCE)
    return release_rows(desk, seen_releases(desk, visitor, found))


def release_rows(desk: Desk, releases: Sequence[Release]) -> tuple[ReleaseRow, ...]:
    """Return releases in short."""
    answers = desk.casebook.responses([one.id for one in releases]) if releases else {}
    names = {one.id: one.name for one in desk.casebook.partners()} if releases else {}
    return tuple(release_row(one, names, answers.get(one.id, ()), desk.now()) for one in releases)


def release_row(
    release: Release,
    names: Mapping[str, str],
    answers: Sequence[KeptResponse],
    now_utc: datetime,
) -> ReleaseRow:
    """Return a release in short, with the names of partners and the answers to it."""
    last = answers[-1].response if answers else None
    due_utc = release.due_utc
    is_awaited = release.is_open and (last is None or last.answer in RECEIPTS)
    return ReleaseRow(
        id=release.id,
        site_id=release.site_id,
        partner_id=release.partner_id,
        partner=names.get(release.partner_id, release.partner_id),
        notice=release.notice.value,
        tlp=release.tlp.value,
        is_exercise=release.is_exercise,
        state=release.state.value,
        drafted_utc=release.drafted_utc,
        authors=release.authors,
        decided_by=release.decided_by,
        decided_utc=release.decided_utc,
        why=release.why,
        sent_by=release.sent_by,
        sent_utc=release.sent_utc,
        due_utc=due_utc,
        is_overdue=is_awaited and due_utc is not None and due_utc < now_utc,
        earlier_ids=release.earlier_ids,
        answer=last.answer.value if last else "",
        answered_utc=last.answered_utc if last else None,
    )
