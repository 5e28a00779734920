"""Releases, as calls: draft, look at, submit, approve, refuse, drop. Nothing is sent here.

Who may do what, and whether it can be done, is decided in the casebook's transaction alone.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from cathartes.casework.release import Release, Step
from cathartes.casework.release_content import ReleaseContent
from cathartes.casework.release_material import Sender
from cathartes.casework.roles import Action
from cathartes.casework.tlp import Tlp
from cathartes.errors import AccessError, OutputError, ReleaseError
from cathartes.pipeline.permission import check_may
from cathartes.pipeline.release_draft import (
    Wording,
    draft_release,
    recall_release,
    redraft_release,
    update_release,
    wording_of,
)
from cathartes.pipeline.release_sight import seen_releases
from cathartes.pipeline.sign_in import Who, signed_in
from cathartes.products.release.files import release_files, summary_of
from cathartes.products.release.words import ReleaseWords
from cathartes.store.interface import Casebook
from cathartes.store.interface_releases import ReleaseFilter
from cathartes.store.open import OpenedCasebook, open_casebook

LEAST_SEEN = 12
"""Hexadecimal digits by which one says what content was looked at."""
_ALL = ReleaseFilter()


@dataclass(frozen=True, slots=True)
class ReleasePreview:
    """A release, exactly what its partner will see of it, and what is withheld.

    Attributes
    ----------
    release
    content
        Every file of the package is made of it alone.
    summary
        The package's plain text, in the partner's language.
    withheld
        What this partner is not told, in English.
    """

    release: Release
    content: ReleaseContent
    summary: str
    withheld: tuple[str, ...]


def preview_of(release: Release, content: ReleaseContent) -> ReleasePreview:
    """Return what a partner will see of a release, and what is withheld."""
    words = ReleaseWords("en")
    return ReleasePreview(
        release,
        content,
        summary_of(content).decode(),
        tuple(words.kind("withheld", name) for name in content.withheld),
    )


def preview_release(
    opened: OpenedCasebook, release_id: str, actor: str, now_utc: datetime
) -> ReleasePreview:
    """Return a release as its partner will see it; that somebody read it, is on record.

    Raises
    ------
    AccessError
        If the actor may not.
    ReleaseError
        If it is not there.
    """
    book = opened.casebook
    thing = book.release_thing(release_id)
    check_may(book, actor, Action.READ_RELEASES, now_utc, subject=release_id, thing=thing)
    if not seen_releases(book, book.subject(actor), [book.release(release_id)]):
        raise AccessError(
            f"release {release_id}: it tells of a detection that is open to review again; until "
            "that is settled, analysts see nothing of it."
        )
    found = preview_of(book.release(release_id), book.release_content(release_id))
    book.note_release_read(release_id, actor, now_utc)
    return found


def seen_sha256(release: Release, seen: str) -> str:
    """Return the hash of the content that somebody looked at, of which they tell the beginning.

    Raises
    ------
    ReleaseError
        If too little is told, or the content is another.
    """
    begin = seen.strip().lower()
    if len(begin) >= LEAST_SEEN and release.content_sha256.startswith(begin):
        return release.content_sha256
    what = f"its content is not {begin}, it was written anew" if begin else "look at it first"
    raise ReleaseError(
        f"release {release.id}: {what}. `cathartes release show {release.id}` shows what the "
        "partner will see, and a number that says that you looked at just this: --seen."
    )


def release_list(
    casebook: str | Path, who: Who, wanted: ReleaseFilter = _ALL, limit: int = 100, after: str = ""
) -> tuple[Release, ...]:
    """Return releases, the last drafted first; AccessError if who asks may not."""
    with _signed_in(casebook, who) as (opened, actor, now_utc):
        check_may(opened.casebook, actor, Action.READ_RELEASES, now_utc)
        _check_staff(opened.casebook, actor)
        found = opened.casebook.releases(wanted, limit, after)
        return seen_releases(opened.casebook, opened.casebook.subject(actor), found)


def release_show(casebook: str | Path, release_id: str, who: Who) -> ReleasePreview:
    """Return a release as its partner will see it; errors as of `preview_release`."""
    with _signed_in(casebook, who) as (opened, actor, now_utc):
        _check_staff(opened.casebook, actor)
        return preview_release(opened, release_id, actor, now_utc)


def release_preview(
    casebook: str | Path, release_id: str, out: str | Path | None, who: Who
) -> ReleasePreview:
    """Return a release as its partner will see it, and write the package's files to look at.

    Parameters
    ----------
    casebook, release_id
    out
        New folder for them; None: nothing is written.
    who

    Raises
    ------
    AccessError, ReleaseError
        As `preview_release`.
    OutputError
        If the folder is there already, or can't be written.
    """
    folder = None if out is None else Path(out)
    if folder is not None and folder.exists():
        raise OutputError(f"{folder}: is there already; name another folder.")
    found = release_show(casebook, release_id, who)
    if folder is not None:
        _write_files(folder, release_files(found.content))
    return found


def release_draft(
    casebook: str | Path,
    site_id: str,
    partner_id: str,
    wording: Wording,
    sender: Sender,
    who: Who,
    *,
    is_exercise: bool = False,
) -> Release:
    """Draft the first notice of a site to a partner; see `release_draft.draft_release`."""
    with _signed_in(casebook, who) as (opened, actor, now_utc):
        return draft_release(
            opened, site_id, partner_id, wording, sender, actor, now_utc, is_exercise=is_exercise
        )


def release_redraft(
    casebook: str | Path,
    release_id: str,
    sender: Sender,
    who: Who,
    *,
    tlp: Tlp | None = None,
    message: str | None = None,
    reason: str | None = None,
) -> Release:
    """Write a release anew that was not sent; label and words stay where none are given."""
    with _signed_in(casebook, who) as (opened, actor, now_utc):
        check_may(opened.casebook, actor, Action.DRAFT_RELEASE, now_utc, subject=release_id)
        wording = wording_of(opened, release_id, tlp=tlp, message=message, reason=reason)
        return redraft_release(opened, release_id, wording, sender, actor, now_utc)


def release_update(
    casebook: str | Path,
    release_id: str,
    reason: str,
    sender: Sender,
    who: Who,
    *,
    tlp: Tlp | None = None,
    message: str = "",
) -> Release:
    """Draft what takes the place of a release that was sent.

    Parameters
    ----------
    casebook, release_id
    reason
        Why; the partner reads it.
    sender, who
    tlp
        That of the earlier one if left out.
    message

    Raises
    ------
    AccessError
        If who asks may not.
    ReleaseError, MandateError
        If the partner may not be told this, or it does not have the earlier one.
    """
    with _signed_in(casebook, who) as (opened, actor, now_utc):
        check_may(opened.casebook, actor, Action.DRAFT_RELEASE, now_utc, subject=release_id)
        wording = wording_of(opened, release_id, tlp=tlp, message=message, reason=reason)
        return update_release(opened, release_id, wording, sender, actor, now_utc)


def release_recall(
    casebook: str | Path,
    release_id: str,
    reason: str,
    sender: Sender,
    who: Who,
    *,
    tlp: Tlp | None = None,
    message: str = "",
) -> Release:
    """Draft what tells a partner that a release holds no more; as `release_update`."""
    with _signed_in(casebook, who) as (opened, actor, now_utc):
        check_may(opened.casebook, actor, Action.DRAFT_RELEASE, now_utc, subject=release_id)
        wording = wording_of(opened, release_id, tlp=tlp, message=message, reason=reason)
        return recall_release(opened, release_id, wording, sender, actor, now_utc)


def release_submit(casebook: str | Path, release_id: str, seen: str, who: Who) -> Release:
    """Ask for a release's approval.

    Parameters
    ----------
    casebook, release_id
    seen
        How the SHA-256 of the content begins that was looked at: 12 digits or more.
    who

    Raises
    ------
    AccessError
        If who asks may not.
    ReleaseError, MandateError
        If it can't be, as it is now.
    """
    with _signed_in(casebook, who) as (opened, actor, now_utc):
        return _bound(opened.casebook, release_id, Step.SUBMIT, seen, actor, now_utc)


def release_approve(casebook: str | Path, release_id: str, seen: str, who: Who) -> Release:
    """Approve a release that others drafted and reviewed, just as it is; as `release_submit`."""
    with _signed_in(casebook, who) as (opened, actor, now_utc):
        return _bound(opened.casebook, release_id, Step.APPROVE, seen, actor, now_utc)


def release_refuse(casebook: str | Path, release_id: str, why: str, who: Who) -> Release:
    """Refuse a release, and say why; as `release_submit`."""
    with _signed_in(casebook, who) as (opened, actor, now_utc):
        return opened.casebook.take_step(release_id, Step.REFUSE, actor, now_utc, why=why)


def release_drop(casebook: str | Path, release_id: str, why: str, who: Who) -> Release:
    """Drop a release: nobody was told, nobody will be; as `release_submit`."""
    with _signed_in(casebook, who) as (opened, actor, now_utc):
        return opened.casebook.take_step(release_id, Step.DROP, actor, now_utc, why=why)


def _write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    part = folder.with_name(f".{folder.name}.part-{uuid4().hex[:8]}")
    try:
        part.mkdir(mode=0o700, parents=True)
        for name, content in files.items():
            (part / name).write_bytes(content)
        part.rename(folder)
    except OSError as error:
        raise OutputError(f"{folder}: can't be written: {error}.") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


@contextmanager
def _signed_in(casebook: str | Path, who: Who) -> Iterator[tuple[OpenedCasebook, str, datetime]]:
    """Open a casebook, and yield it with who acts and when."""
    now_utc = datetime.now(UTC)
    with open_casebook(casebook) as opened:
        actor = signed_in(opened.casebook, who.user_id, who.password, who.code, now_utc)
        yield opened, actor, now_utc


def _bound(
    book: Casebook, release_id: str, step: Step, seen: str, actor: str, now_utc: datetime
) -> Release:
    seen_now = seen_sha256(book.release(release_id), seen)
    return book.take_step(release_id, step, actor, now_utc, seen_sha256=seen_now)


def _check_staff(book: Casebook, actor: str) -> None:
    """Check that it is nobody's officer: a release has names here that no partner is told."""
    if book.subject(actor).partner:
        raise AccessError("a partner's officer reads what was sent to them in the workstation.")
