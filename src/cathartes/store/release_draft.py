"""What must hold for a draft to be kept: that it says what it is, and rests on what is there."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from cathartes.casework.release import Basis, Release, ReleaseState, Step
from cathartes.casework.release_content import ReleaseContent
from cathartes.casework.release_material import Notice
from cathartes.casework.review import person_of
from cathartes.casework.withholding import check_withheld
from cathartes.errors import ReleaseError
from cathartes.store.partners_part import partner_in
from cathartes.store.release_present import basis_in, led_to, mandates_of


def draft_of(
    connection: Connection,
    release: Release,
    content: ReleaseContent,
    before: Release | None,
    actor: str,
    now_utc: datetime,
) -> Release:
    """Return a draft as it is kept, with its authors, its basis, and no decision on it.

    Raises
    ------
    ReleaseError
        If it can't be: see `interface_releases.ReleaseBook.draft_release`.
    """
    release = replace(release, drafted_utc=now_utc)
    _check_content(release, content)
    check_withheld(content, partner_in(connection, release.partner_id))
    _check_earlier(connection, release, content)
    authors = {person_of(actor)}
    if before is not None:
        _check_same(release, before)
        before.after(Step.REDRAFT)
        authors |= set(before.authors)
    return replace(
        release,
        authors=tuple(sorted(authors)),
        basis=_basis_of(connection, release, content),
        state=ReleaseState.DRAFT,
        decided_by="",
        decided_utc=None,
        why="",
        sent_by="",
        sent_utc=None,
        package_sha256="",
        due_utc=None,
    )


def _check_content(release: Release, content: ReleaseContent) -> None:
    """Check that a content is the release's: every part of it that both have."""
    of_release = {
        "content": release.content_sha256,
        "id": release.id,
        "partner": release.partner_id,
        "notice": release.notice,
        "label": release.tlp.value,
        "exercise": release.is_exercise,
        "time of issue": release.issued_utc,
        "finding": release.notice is not Notice.CANCEL,
    }
    of_content = {
        "content": content.sha256,
        "id": content.release_id,
        "partner": content.recipient.id,
        "notice": content.notice,
        "label": content.tlp,
        "exercise": content.is_exercise,
        "time of issue": content.issued_utc,
        "finding": content.finding is not None,
    }
    for what, told in of_release.items():
        if told != of_content[what]:
            raise _error(
                release,
                f"its content has another {what} ({of_content[what]}, and not {told}); make the "
                "content of this release.",
            )


def _check_earlier(connection: Connection, release: Release, content: ReleaseContent) -> None:
    """Check that a content names all that led to it.

    Whichever of them was the last that reached the partner, must not stand in the partner's eyes.
    """
    there = {one.id: one.issued_utc for one in led_to(connection, release.earlier_ids)}
    named = {one.release_id: one.issued_utc for one in content.earlier}
    wrong = {*release.earlier_ids, *there} ^ named.keys()
    wrong |= {one for one in there.keys() & named.keys() if there[one] != named[one]}
    if wrong:
        raise _error(
            release,
            f"its content must name each release that led to it with its time of issue, and no "
            f"other: {min(wrong)} is left out or wrong. Make the content of this release.",
        )


def _check_same(release: Release, before: Release) -> None:
    for what in ("site_id", "partner_id", "notice", "is_exercise"):
        there, given = getattr(before, what), getattr(release, what)
        if there != given:
            raise _error(
                release,
                f"there is one of this id with another {what} ({there}, and not {given}); take "
                "another id.",
            )


def _basis_of(connection: Connection, release: Release, content: ReleaseContent) -> Basis:
    """Return what a draft rests on, checked against what is there now."""
    given, now = release.basis, basis_in(connection, release.site_id, release.partner_id)
    if given.partner_sha256 != now.partner_sha256:
        raise _changed(release, f"the record of partner {release.partner_id}")
    if release.notice is Notice.CANCEL:
        return Basis(now.partner_sha256)
    if not now.site_sha256:
        raise _error(release, f"no site {release.site_id!r} in this casebook.")
    if given.site_sha256 != now.site_sha256:
        raise _changed(release, f"site {release.site_id}")
    if dict(given.detection_sha256) != dict(now.detection_sha256):
        raise _changed(release, f"what is attributed to site {release.site_id}")
    if given.confirmed_sha256 != now.confirmed_sha256:
        raise _changed(release, f"what reviews confirm of site {release.site_id}")
    looks = set(given.observation_ids)
    under = mandates_of(connection, looks)
    missing = looks - under.keys() or set(now.observation_ids) - looks
    if missing:
        raise _changed(release, f"observation {min(missing)}, which is not there or not named,")
    unnamed = set(under.values()) - set(given.mandate_ids)
    if unnamed or set(content.mandate_ids) != set(given.mandate_ids):
        told = min(unnamed) if unnamed else ", ".join(given.mandate_ids)
        raise _error(
            release,
            f"it rests on flights under {told}: basis and content must name the same mandates, all "
            "that anything in it was flown under.",
        )
    return replace(
        given,
        observation_ids=tuple(sorted(looks)),
        mandate_ids=tuple(sorted(set(given.mandate_ids))),
        probability=now.probability,
    )


def _changed(release: Release, what: str) -> ReleaseError:
    return _error(release, f"{what} was changed while it was drafted; draft it anew.")


def _error(release: Release, what: str) -> ReleaseError:
    return ReleaseError(f"release {release.id}: {what}")
