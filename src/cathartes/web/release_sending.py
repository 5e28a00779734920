"""Sending from a page: the passphrase is typed each time, and kept nowhere."""

import shlex
from threading import BoundedSemaphore

from cathartes.casework.public_key import PublicKey
from cathartes.casework.release import Release, ReleaseState
from cathartes.errors import KeyringError, OutputError, SettingsError
from cathartes.pipeline.release_send import deliver, seal_and_send
from cathartes.sealing.keyring import Keyring
from cathartes.sealing.secret_key import SecretKey
from cathartes.web.desk import Desk
from cathartes.web.release_sight import check_seen
from cathartes.web.release_work import check_seen_content, folder_unnamed, opened
from cathartes.web.texts import said
from cathartes.web.views.release import ReleaseView
from cathartes.web.visitor import Visitor

_NO_KEYS = said("this workstation was opened without keys, and can seal nothing; use the command.")
_BUSY = said("another release is being sealed; send again in some seconds.")
_ONE_AT_A_TIME = BoundedSemaphore(1)
"""Unlocking a key takes a second of a core and much memory: nobody is to cause many at once."""


def send(
    desk: Desk, visitor: Visitor, release_id: str, seen_sha256: str, passphrase: str
) -> Release:
    """Seal an approved release, send it, and deliver it by each of the partner's ways.

    Raises
    ------
    SettingsError
        If the workstation has no keys.
    KeyringError
        If the passphrase is another; that is on record.
    AccessError, ReleaseError, MandateError
        If it may not or can't be sent.
    """
    check_seen_content(desk, visitor, release_id, seen_sha256)
    key, trusted = _unlocked(desk, visitor, release_id, passphrase)
    sent = seal_and_send(
        opened(desk), release_id, key, trusted, seen_sha256, visitor.id, desk.now()
    )
    _deliver(desk, visitor, release_id)
    return sent


def deliver_again(desk: Desk, visitor: Visitor, release_id: str) -> Release:
    """Deliver a release that was sent by the ways that are not done; errors as of `send`."""
    release = check_seen(desk, visitor, release_id)
    _deliver(desk, visitor, release_id)
    return release


def command_to_send(desk: Desk, visitor: Visitor, view: ReleaseView) -> str:
    """Return the command that sends an approved release; "" of another."""
    if view.about.state != ReleaseState.APPROVED:
        return ""
    words = (
        "cathartes", "release", "send", view.about.id, "--seen", view.content_sha256[:12],
        "--as", visitor.id, "--casebook", desk.where, "--keys", "FOLDER",
    )  # fmt: skip
    return shlex.join(words)


def _unlocked(
    desk: Desk, visitor: Visitor, release_id: str, passphrase: str
) -> tuple[SecretKey, tuple[PublicKey, ...]]:
    """Return the key that signs, and those that are trusted."""
    if desk.settings.keys is None:
        raise SettingsError(_NO_KEYS)
    if not _ONE_AT_A_TIME.acquire(blocking=False):
        raise OutputError(_BUSY)
    try:
        with folder_unnamed(desk.settings.keys):
            ring = Keyring(desk.settings.keys)
            return ring.unlock(ring.current(desk.now()), passphrase), ring.senders()
    except KeyringError as error:
        detail, now_utc = {"why": str(error)}, desk.now()
        desk.casebook.note_refusal("release.locked", release_id, dict(detail), visitor.id, now_utc)
        raise
    finally:
        _ONE_AT_A_TIME.release()


def _deliver(desk: Desk, visitor: Visitor, release_id: str) -> None:
    """Deliver by each way that is not done; what came of it is in the audit."""
    tried = deliver(opened(desk), release_id, desk.settings.delivery, visitor.id, desk.now)
    for _ in tried:
        pass
