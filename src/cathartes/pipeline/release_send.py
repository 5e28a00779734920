"""An approved release goes out: sealed, kept as evidence, sent by one step, then delivered.

After a kill at any moment it is either not sent, or sent with its package in the evidence; then
`deliver` takes up the ways that are not done.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from cathartes.casework.due import due
from cathartes.casework.partner import Delivery, Partner, Way
from cathartes.casework.public_key import PublicKey
from cathartes.casework.release import Release, Step
from cathartes.casework.release_content import ReleaseContent
from cathartes.casework.release_material import Notice
from cathartes.casework.roles import Action
from cathartes.casework.tlp import Tlp
from cathartes.errors import AccessError, KeyringError, MandateError, ReleaseError
from cathartes.pipeline.delivery import DeliverySettings, Parcel, deliver_by
from cathartes.pipeline.permission import check_may
from cathartes.pipeline.recipient import check_recipient
from cathartes.pipeline.release_draft import sender_named
from cathartes.products.release.files import package_files
from cathartes.sealing.package import write_package
from cathartes.sealing.secret_key import SecretKey
from cathartes.sealing.statement import Kind, PackageFacts
from cathartes.store.canonical import content_sha256
from cathartes.store.interface import Casebook
from cathartes.store.interface_releases import Delivered, Sealed
from cathartes.store.open import OpenedCasebook

_KINDS = {
    Notice.ALERT: Kind.RELEASE, Notice.UPDATE: Kind.CORRECTION, Notice.CANCEL: Kind.RECALL,
}  # fmt: skip


def seal_and_send(
    opened: OpenedCasebook,
    release_id: str,
    key: SecretKey,
    trusted: Iterable[PublicKey],
    seen_sha256: str,
    actor: str,
    now_utc: datetime,
) -> Release:
    """Seal an approved release for its partner and send it; nothing is delivered yet.

    Parameters
    ----------
    opened, release_id
    key
        Signs the package; that of who the content says it is from.
    trusted
        Public keys that were compared with their owners; the partner's must be among them, and
        hold.
    seen_sha256
        Of the content that the actor has looked at.
    actor, now_utc

    Raises
    ------
    AccessError
        If the actor may not; that is on record.
    ReleaseError, MandateError, KeyringError
        If it can't be sent; nothing was changed.
    """
    casebook, evidence = opened.casebook, opened.evidence
    release = casebook.release(release_id)
    release.after(Step.SEND)
    content = casebook.release_content(release_id)
    if content.sha256 != seen_sha256:
        raise ReleaseError(
            f"release {release_id}: its content is another than was looked at; look at it again, "
            "then go on."
        )
    _check_sender(content, key)
    check_recipient(release, casebook.partner(release.partner_id), trusted, now_utc)
    with TemporaryDirectory(prefix="cathartes-") as folder:
        package = Path(folder) / "package"
        package.write_bytes(_sealed(casebook, content, key, now_utc))
        package_sha256 = evidence.put(package)
        sealed = Sealed(package_sha256, key.public.id, due(content, now_utc).due_utc)
        try:
            return casebook.take_step(
                release_id, Step.SEND, actor, now_utc, seen_sha256=seen_sha256, sealed=sealed,
                keep=partial(evidence.put, package),
            )  # fmt: skip
        except (AccessError, MandateError, ReleaseError):  # refused: what was sealed is nobody's
            evidence.remove(package_sha256)
            raise


def deliver(
    opened: OpenedCasebook,
    release_id: str,
    settings: DeliverySettings,
    actor: str,
    now: Callable[[], datetime],
    *,
    again: bool = False,
    hand_over: Path | None = None,
) -> Iterator[Delivered]:
    """Deliver a release that was sent by each way that is not done; yield what comes of each.

    Parameters
    ----------
    opened, release_id
    settings
    actor
    now
        Clock: servers may take their time.
    again
        Also by the ways that are done.
    hand_over
        Folder to lay the package into, for a person to hand over, in the place of the ways.

    Raises
    ------
    AccessError
        If the actor may not send releases; that is on record.
    ReleaseError
        If it was not sent, or does not stand any more: it must not reach anybody now.
    """
    casebook = opened.casebook
    thing = casebook.release_thing(release_id)
    check_may(casebook, actor, Action.SEND_RELEASE, now(), subject=release_id, thing=thing)
    release = _deliverable(casebook, release_id)
    package = opened.evidence.read(release.package_sha256)
    sent_utc = release.sent_utc or release.drafted_utc
    parcel = Parcel(casebook.release_content(release_id), sent_utc, package)
    partner = casebook.partner(release.partner_id)
    ways, moved = partner.deliveries, _moved(release, partner)
    if hand_over is not None:
        ways = (Delivery(Way.FOLDER, str(hand_over)),)
    done = {one.delivery for one in casebook.deliveries(release_id) if one.succeeded}
    for way in ways:
        if way in done and not again and hand_over is None:
            continue
        _deliverable(casebook, release_id)  # somebody may have recalled it meanwhile
        if moved and way.way is Way.TAK:
            delivered = Delivered(way, succeeded=False, told=moved)
        else:
            delivered = deliver_by(way, parcel, settings)
        casebook.note_delivery(release_id, delivered, actor, now())
        yield delivered


def _check_sender(content: ReleaseContent, key: SecretKey) -> None:
    """Check that who signs is who the content says: a partner compares the key's owner with it."""
    owner = key.public.owner
    if sender_named(owner).id != content.sender.id:
        raise KeyringError(
            f"release {content.release_id}: it says that {content.sender.name} sends it, and the "
            f"key that would sign is that of {owner}. Send it with that sender's keys (--keys); or "
            f"write it anew from {owner} (`cathartes release redraft {content.release_id}`) and "
            "have it approved again."
        )


def _sealed(
    casebook: Casebook, content: ReleaseContent, key: SecretKey, now_utc: datetime
) -> bytes:
    """Return the package, with the audit's head for the partner to witness."""
    facts = PackageFacts(
        kind=_KINDS[content.notice],
        release_id=content.release_id,
        recipient=content.recipient.id,
        tlp=Tlp(content.tlp),
        content_sha256=content.sha256,
        signed_utc=now_utc.replace(microsecond=0),
        is_exercise=content.is_exercise,
        audit_head=str(casebook.audit_head()),
    )
    recipient = casebook.partner(content.recipient.id).age_recipient
    return write_package(package_files(content), facts, key, recipient, content.language)


def _moved(release: Release, partner: Partner) -> str:
    """Return why a release is shown on no map: its partner's record is not what was approved.

    A package is sealed, and whoever gets it has nothing. A mark is not: who could name another
    server after the approval would see the place. A recall's mark has none.
    """
    is_as_approved = content_sha256(partner) == release.basis.partner_sha256
    if is_as_approved or release.notice is Notice.CANCEL:
        return ""
    return (
        f"the record of partner {partner.id} was changed since release {release.id} was approved, "
        "and a mark is not sealed: it is shown on no map. To show it, draft an update: "
        f"`cathartes release update {release.id}`."
    )


def _deliverable(casebook: Casebook, release_id: str) -> Release:
    """Return a release that was sent, and may still reach its partner."""
    release = casebook.release(release_id)
    if not release.is_told:
        raise ReleaseError(
            f"release {release_id} is {release.state.value} and was not sent: nothing of it is "
            f"delivered. Once it is approved: cathartes release send {release_id}"
        )
    if not release.is_open:
        raise ReleaseError(
            f"release {release_id} is {release.state.value}: it must not reach the partner now. "
            "Deliver the release that took its place, or its recall."
        )
    if release.notice is not Notice.CANCEL and casebook.partner(release.partner_id).is_disabled:
        raise ReleaseError(
            f"partner {release.partner_id} is disabled, and is told nothing more; recalls alone "
            "are delivered."
        )
    return release
