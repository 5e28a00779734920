"""A release is drafted: what is known now is gathered, and what the partner may have is taken.

Nothing is told to anybody by it. Who may draft is decided where the draft is kept.
"""

import re
import secrets
import unicodedata
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from cathartes.casework.partner import Partner
from cathartes.casework.redaction import content_for
from cathartes.casework.release import BEFORE_SENDING, Basis, Release, Step
from cathartes.casework.release_content import ReleaseContent
from cathartes.casework.release_material import Earlier, Notice, ReleaseMaterial, Sender
from cathartes.casework.review import person_of
from cathartes.casework.roles import Action
from cathartes.casework.settlement import ReviewState, site_state
from cathartes.casework.tlp import Tlp
from cathartes.errors import ReleaseError
from cathartes.pipeline.keys import DEFAULT_KEYS
from cathartes.pipeline.permission import check_may
from cathartes.pipeline.site_material import SiteMaterial, site_material
from cathartes.sealing.keyring import Keyring
from cathartes.store.interface import Casebook
from cathartes.store.open import OpenedCasebook

_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Of ids: none that is taken for another when it is read aloud."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What the drafter adds.

    Attributes
    ----------
    tlp
        The label.
    message
        Words to the partner, which go out as they are; "" if none.
    reason
        Why an earlier release is replaced or taken back; "" of a first notice.
    """

    tlp: Tlp
    message: str = ""
    reason: str = ""


def new_release_id() -> str:
    """Return an id that tells nothing, 59 bits by chance: ``R-7KQ2-M9XD-3FVA``."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(12))
    return f"R-{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def sender_named(name: str) -> Sender:
    """Return the sender of a name: its id is the name in plain letters, the same for each key."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:64].strip("-")
    return Sender(slug or f"sender-{sha256(name.encode()).hexdigest()[:12]}", name)


def sender_of_keys(keys: str | Path = DEFAULT_KEYS, now_utc: datetime | None = None) -> Sender:
    """Return who releases: the owner of the key that would sign now.

    Raises
    ------
    KeyringError
        If there is none.
    """
    return sender_named(Keyring(Path(keys)).current(now_utc or datetime.now(UTC)).owner)


def draft_release(
    opened: OpenedCasebook,
    site_id: str,
    partner_id: str,
    wording: Wording,
    sender: Sender,
    actor: str,
    now_utc: datetime,
    *,
    is_exercise: bool = False,
) -> Release:
    """Draft the first notice of a site to a partner.

    Raises
    ------
    AccessError
        If the actor may not.
    ReleaseError, MandateError
        If the partner may not be told this.
    CasebookError
        If the site is not there, or its evidence can't be read.
    """
    check_may(opened.casebook, actor, Action.DRAFT_RELEASE, now_utc, subject=site_id)
    head = _Head(new_release_id(), site_id, partner_id, Notice.ALERT, sender, is_exercise, wording)
    return _put(opened, head, actor, now_utc)


def update_release(
    opened: OpenedCasebook,
    release_id: str,
    wording: Wording,
    sender: Sender,
    actor: str,
    now_utc: datetime,
) -> Release:
    """Draft what takes the place of a release that was sent, from what is known now.

    Errors are those of `draft_release`; ReleaseError also if it was not sent, or stands no more.
    """
    check_may(opened.casebook, actor, Action.DRAFT_RELEASE, now_utc, subject=release_id)
    return _put(opened, _after(opened, release_id, Notice.UPDATE, wording, sender), actor, now_utc)


def recall_release(
    opened: OpenedCasebook,
    release_id: str,
    wording: Wording,
    sender: Sender,
    actor: str,
    now_utc: datetime,
) -> Release:
    """Draft what tells a partner that a release holds no more; errors as of `update_release`.

    It tells nothing of the site, needs no mandate, and goes to a disabled partner too.
    """
    check_may(opened.casebook, actor, Action.DRAFT_RELEASE, now_utc, subject=release_id)
    return _put(opened, _after(opened, release_id, Notice.CANCEL, wording, sender), actor, now_utc)


def redraft_release(
    opened: OpenedCasebook,
    release_id: str,
    wording: Wording,
    sender: Sender,
    actor: str,
    now_utc: datetime,
) -> Release:
    """Write a release that was not sent anew, from what is known now; an approval is void."""
    book = opened.casebook
    check_may(book, actor, Action.DRAFT_RELEASE, now_utc, subject=release_id)
    there = book.release(release_id)
    if there.state not in BEFORE_SENDING:
        raise ReleaseError(
            f"release {release_id} is {there.state.value}: it can't be written anew. What was sent "
            "is replaced by `cathartes release update`, or taken back by `recall`."
        )
    earlier = _led_to(book, there.earlier_ids)
    head = _Head(
        there.id, there.site_id, there.partner_id, there.notice, sender, there.is_exercise,
        wording, there.earlier_ids, earlier,
    )  # fmt: skip
    return _put(opened, head, actor, now_utc)


def wording_of(
    opened: OpenedCasebook,
    release_id: str,
    *,
    tlp: Tlp | None = None,
    message: str | None = None,
    reason: str | None = None,
) -> Wording:
    """Return what the drafter of a release added, and in its place what is given."""
    there = opened.casebook.release_content(release_id)
    return Wording(
        Tlp(there.tlp) if tlp is None else tlp,
        there.message if message is None else message,
        there.reason if reason is None else reason,
    )


@dataclass(frozen=True, slots=True)
class _Head:
    """What is decided of a release before anything of the site is looked at."""

    id: str
    site_id: str
    partner_id: str
    notice: Notice
    sender: Sender
    is_exercise: bool
    wording: Wording
    earlier_ids: tuple[str, ...] = ()
    earlier: tuple[Earlier, ...] = ()


def _after(
    opened: OpenedCasebook, release_id: str, notice: Notice, wording: Wording, sender: Sender
) -> _Head:
    book = opened.casebook
    there = book.release(release_id)
    if not there.is_told:
        raise ReleaseError(
            f"release {release_id} is {there.state.value}: the partner does not have it. Write it "
            "anew (`cathartes release redraft`) or drop it (`cathartes release drop`)."
        )
    there.after(Step.RECALL if notice is Notice.CANCEL else Step.SUPERSEDE)
    return _Head(
        new_release_id(), there.site_id, there.partner_id, notice, sender, there.is_exercise,
        wording, (release_id,), _led_to(book, (release_id,)),
    )  # fmt: skip


def _led_to(book: Casebook, release_ids: tuple[str, ...]) -> tuple[Earlier, ...]:
    """Return releases with all that led to them, the latest first.

    What replaced the last that reached the partner may never have reached it.
    """
    found: dict[str, Earlier] = {}
    waiting = [*release_ids]
    while waiting:
        one = book.release(waiting.pop())
        if one.id not in found:
            found[one.id] = Earlier(one.id, one.issued_utc)
            waiting += one.earlier_ids
    return tuple(found.values())


def _put(opened: OpenedCasebook, head: _Head, actor: str, now_utc: datetime) -> Release:
    """Make the content of a release, and keep it as a draft.

    What it rests on is noted first: what changes while it is gathered is found when it is
    submitted.
    """
    book = opened.casebook
    partner = book.partner(head.partner_id)
    basis = book.present_basis(head.site_id, head.partner_id)
    if head.notice is Notice.CANCEL:
        basis, material = Basis(basis.partner_sha256), None
    else:
        material = site_material(opened, head.site_id)
        _check_confirmed(material)
        mandates = {one.id for one in material.mandates}
        basis = replace(
            basis,
            observation_ids=material.observation_ids,
            mandate_ids=tuple(sorted(mandates)),
        )
    content = _content(partner, head, material, now_utc)
    release = Release(
        id=head.id,
        site_id=head.site_id,
        partner_id=head.partner_id,
        notice=head.notice,
        tlp=head.wording.tlp,
        is_exercise=head.is_exercise,
        content_sha256=content.sha256,
        basis=basis,
        drafted_utc=now_utc.astimezone(UTC),
        authors=(person_of(actor),),
        earlier_ids=head.earlier_ids,
    )
    return book.draft_release(release, content, actor, now_utc)


def _check_confirmed(material: SiteMaterial) -> None:
    """Check that review confirmed a site, and say no more: before that, reviews are blind."""
    found = site_state(one.settlement for one in material.seen)
    if found.state is not ReviewState.CONFIRMED:
        raise ReleaseError(
            f"site {material.site.id} is not confirmed by review; two reviewers who agree are "
            "needed before anything of it is released."
        )


def _content(
    partner: Partner, head: _Head, material: SiteMaterial | None, now_utc: datetime
) -> ReleaseContent:
    return content_for(
        partner,
        ReleaseMaterial(
            release_id=head.id,
            notice=head.notice,
            sender=head.sender,
            drafted_utc=now_utc,
            tlp=head.wording.tlp,
            is_exercise=head.is_exercise,
            site=material.site if material else None,
            seen=material.seen if material else (),
            mandates=material.mandates if material else (),
            looks=material.looks if material else (),
            emitters=material.emitters if material else (),
            spectrum=material.spectrum if material else None,
            ground=material.ground if material else None,
            message=head.wording.message,
            earlier=head.earlier,
            reason=head.wording.reason,
        ),
    )
