"""What people do to releases in the workstation, handed to the pipeline and the casebook."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cathartes.casework.release import Release, Step
from cathartes.casework.release_material import Sender
from cathartes.casework.settlement import ReviewState
from cathartes.casework.tlp import Tlp
from cathartes.errors import (
    AccessError,
    EvidenceError,
    KeyringError,
    MandateError,
    OutputError,
    PackageError,
    ReleaseError,
    SettingsError,
)
from cathartes.pipeline.release_draft import (
    Wording,
    draft_release,
    recall_release,
    redraft_release,
    sender_named,
    sender_of_keys,
    update_release,
)
from cathartes.store.open import OpenedCasebook
from cathartes.web.desk import Desk
from cathartes.web.release_sight import check_seen
from cathartes.web.texts import said
from cathartes.web.views.site_rows import detection_ids_of
from cathartes.web.views.verdicts import site_standing
from cathartes.web.visitor import Visitor

REFUSALS = (
    AccessError, ReleaseError, MandateError, SettingsError, KeyringError, OutputError,
    EvidenceError, PackageError,
)  # fmt: skip
"""What is told on the page itself, beside what was typed."""
_NOT_CONFIRMED = said(
    "nothing that you may know of is confirmed here with at least medium confidence: only that is "
    "released."
)
_NO_PARTNER = said("choose the partner who is to be told.")
_ANOTHER = said("it was written anew since you looked at it; here it is as it is now.")
_NO_SENDER = said("say who releases: the name of your office, as on its key.")


@dataclass(frozen=True, slots=True)
class TypedWording:
    """A drafter's form as it was filled in.

    Attributes
    ----------
    tlp, message, why
        `why` an earlier release is replaced or taken back; "" of a first notice.
    sender
        Our office's name, where no keys say it.
    """

    tlp: str
    message: str = ""
    why: str = ""
    sender: str = ""

    def wording(self) -> Wording:
        """Return what it says; SettingsError if the label is none."""
        return Wording(Tlp.from_text(self.tlp), _lines(self.message), _lines(self.why))


def draft(
    desk: Desk,
    visitor: Visitor,
    site_id: str,
    partner_id: str,
    typed: TypedWording,
    *,
    is_exercise: bool,
) -> Release:
    """Draft a site's release to a partner.

    Of a site of which nothing is confirmed that the visitor may know of, no more is told than
    that: how far its reviews are is nobody's to know who may yet review.
    """
    if not partner_id:
        raise ReleaseError(_NO_PARTNER)
    site = desk.casebook.site(site_id)
    settled = desk.casebook.settlements(detection_ids_of(site))
    if site_standing(visitor, list(settled.values())).state != ReviewState.CONFIRMED:
        raise ReleaseError(_NOT_CONFIRMED)
    now_utc = desk.now()
    return draft_release(
        opened(desk), site_id, partner_id, typed.wording(), sender(desk, typed.sender, now_utc),
        visitor.id, now_utc, is_exercise=is_exercise,
    )  # fmt: skip


_AFTER = {"redraft": redraft_release, "update": update_release, "recall": recall_release}


def draft_after(
    desk: Desk, visitor: Visitor, release_id: str, how: str, typed: TypedWording
) -> Release:
    """Write a release anew, or draft what replaces it, or takes it back: `how`, as in `_AFTER`."""
    release = check_seen(desk, visitor, release_id)
    now_utc = desk.now()
    name = typed.sender or desk.casebook.release_content(release.id).sender.name
    return _AFTER[how](
        opened(desk), release_id, typed.wording(), sender(desk, name, now_utc), visitor.id, now_utc
    )


def take_step(
    desk: Desk, visitor: Visitor, release_id: str, step: Step, seen_sha256: str, why: str = ""
) -> Release:
    """Submit, approve, refuse or drop a release whose content was looked at.

    Raises
    ------
    AccessError
        If the visitor may not.
    ReleaseError, MandateError
        If it can't be done, or the content is another than was looked at.
    """
    check_seen_content(desk, visitor, release_id, seen_sha256)
    return desk.casebook.take_step(
        release_id, step, visitor.id, desk.now(), seen_sha256=seen_sha256, why=_lines(why)
    )


def check_seen_content(desk: Desk, visitor: Visitor, release_id: str, seen_sha256: str) -> Release:
    """Return a release; ReleaseError if its content is another than was looked at."""
    release = check_seen(desk, visitor, release_id)
    if release.content_sha256 != seen_sha256:
        raise ReleaseError(_ANOTHER)
    return release


def sender(desk: Desk, name: str, now_utc: datetime) -> Sender:
    """Return who releases: the owner of the keys, or where there are none, who is named.

    Raises
    ------
    KeyringError
        If no key is valid now.
    SettingsError
        If nobody is named.
    """
    if desk.settings.keys is not None:
        with folder_unnamed(desk.settings.keys):
            return sender_of_keys(desk.settings.keys, now_utc)
    if not name.strip():
        raise SettingsError(_NO_SENDER)
    return sender_named(name.strip())


@contextmanager
def folder_unnamed(keys: Path) -> Iterator[None]:
    """Leave the keys' folder out of what is said of them: it is nobody's to know outside."""
    try:
        yield
    except KeyringError as error:
        raise KeyringError(str(error).replace(str(keys), "keys")) from error


def opened(desk: Desk) -> OpenedCasebook:
    """Return the casebook with its evidence, as the pipeline takes it."""
    return OpenedCasebook(desk.where, desk.casebook, desk.evidence)


def _lines(text: str) -> str:
    """Return a form's text with the ends of lines that we keep."""
    return text.replace("\r\n", "\n").strip()
