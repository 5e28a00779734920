"""Sending from a page: the passphrase is typed each time, and kept nowhere."""

import shlex
from threading import BoundedSemaphore

from cathartes.casework.release import Release
from cathartes.errors import KeyringError, OutputError, SettingsError
from cathartes.pipeline.delivery import DeliverySettings
from cathartes.pipeline.release_send import deliver, seal_and_send
from cathartes.sealing.keyring import Keyring
from cathartes.web.desk import Desk
from cathartes.web.release_work import check_seen_content
from cathartes.web.release_sight import check_seen
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
    if desk.settings.keys is None:
        raise SettingsError(_NO_KEYS)
    check_seen_content(desk, visitor, release_id, seen_sha256)
    now_utc = desk.now()
    hindrance = desk.casebook.hindrance(release_id, Step.SEND, visitor.id, now_utc)
    if not _ONE_AT_A_TIME.acquire(blocking=False):
        raise OutputError(_BUSY)
    try:
        ring = Keyring(desk.settings.keys)
        key = ring.unlock(ring.current(now_utc), passphrase)
    finally:
        _ONE_AT_A_TIME.release()
    return desk.casebook.release(release_id)
