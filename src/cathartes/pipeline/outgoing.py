"""Sending and delivering releases, as calls: who acts proves it first."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cathartes.casework.release import Release
from cathartes.pipeline.delivery import DeliverySettings
from cathartes.pipeline.keys import DEFAULT_KEYS
from cathartes.pipeline.release_send import deliver, seal_and_send
from cathartes.pipeline.releases import seen_sha256
from cathartes.pipeline.sign_in import Who, signed_in
from cathartes.sealing.keyring import Keyring
from cathartes.store.interface_releases import Delivered
from cathartes.store.open import OpenedCasebook, open_casebook

_DEFAULT = DeliverySettings()


@dataclass(frozen=True, slots=True)
class Sent:
    """A release that was sent, and what came of delivering it this time.

    Attributes
    ----------
    release
    delivered
        By each way that was tried.
    has_ways
        Whether the partner's record has any.
    """

    release: Release
    delivered: tuple[Delivered, ...]
    has_ways: bool

    @property
    def is_delivered(self) -> bool:
        """Whether nothing that was tried failed."""
        return all(one.succeeded for one in self.delivered)


def release_send(
    casebook: str | Path,
    release_id: str,
    seen: str,
    who: Who,
    passphrase: str,
    keys: str | Path = DEFAULT_KEYS,
    settings: DeliverySettings = _DEFAULT,
) -> Sent:
    """Seal an approved release, send it, and deliver it by the partner's ways.

    Parameters
    ----------
    casebook, release_id
    seen
        How the SHA-256 of the content begins that was looked at: 12 digits or more.
    who
    passphrase
        Of the present key.
    keys
        Folder that holds the keys, the partner's among those that are trusted.
    settings

    Raises
    ------
    AccessError
        If who asks may not send; that is on record.
    ReleaseError, MandateError, KeyringError
        If it can't be sent; nobody was told. A failed delivery is no error: it is told.
    """
    now_utc, ring = datetime.now(UTC), Keyring(Path(keys))
    with open_casebook(casebook) as opened:
        actor = signed_in(opened.casebook, who.user_id, who.password, who.code, now_utc)
        seen_now = seen_sha256(opened.casebook.release(release_id), seen)
        key = ring.unlock(ring.current(now_utc), passphrase)
        seal_and_send(opened, release_id, key, ring.senders(), seen_now, actor, now_utc)
        return _delivered(opened, release_id, settings, actor)


def release_deliver(
    casebook: str | Path,
    release_id: str,
    who: Who,
    settings: DeliverySettings = _DEFAULT,
    *,
    again: bool = False,
    hand_over: str | Path | None = None,
) -> Sent:
    """Deliver a release that was sent, by the ways that are not done; see `release_send.deliver`.

    Raises
    ------
    AccessError
        If who asks may not send; that is on record.
    ReleaseError
        If it was not sent, or must not reach the partner any more.
    """
    folder = None if hand_over is None else Path(hand_over)
    with open_casebook(casebook) as opened:
        now_utc = datetime.now(UTC)
        actor = signed_in(opened.casebook, who.user_id, who.password, who.code, now_utc)
        return _delivered(opened, release_id, settings, actor, again=again, hand_over=folder)


def _delivered(
    opened: OpenedCasebook,
    release_id: str,
    settings: DeliverySettings,
    actor: str,
    *,
    again: bool = False,
    hand_over: Path | None = None,
) -> Sent:
    tries = deliver(
        opened, release_id, settings, actor, lambda: datetime.now(UTC), again=again,
        hand_over=hand_over,
    )  # fmt: skip
    told = tuple(tries)
    release = opened.casebook.release(release_id)
    ways = opened.casebook.partner(release.partner_id).deliveries
    return Sent(release, told, bool(ways))
