"""A public key: whose it is, for how long it holds, and which of its signatures count.

References
----------
C2SP, "age" v1: an X25519 recipient is Bech32 (BIP 173) with the prefix ``age``.
RFC 8032: an Ed25519 public key is 32 bytes.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from cathartes.errors import KeyringError

CLOCK_SLACK = timedelta(minutes=10)
"""By which the clocks of two offices may differ."""

_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_RECIPIENT_LENGTH = 62
"""``age1``, 256 bits in 52 letters, and 6 of checksum."""


def is_age_recipient(text: str) -> bool:
    """Return whether a text is an age X25519 recipient: ``age1…``, its checksum holds."""
    if len(text) != _RECIPIENT_LENGTH or not text.startswith("age1"):
        return False
    letters = text.removeprefix("age1")
    if not set(letters) <= set(_BECH32):
        return False
    prefix = [ord(one) >> 5 for one in "age"] + [0] + [ord(one) & 31 for one in "age"]
    return _polymod(prefix + [_BECH32.index(one) for one in letters]) == 1


def _polymod(values: list[int]) -> int:
    """Return the remainder of Bech32's checksum code, 1 where it holds (BIP 173)."""
    remainder = 1
    for value in values:
        top = remainder >> 25
        remainder = (remainder & 0x1FFFFFF) << 5 ^ value
        for bit, term in enumerate(_GENERATOR):
            remainder ^= term if top >> bit & 1 else 0
    return remainder


def is_signing_key(text: str) -> bool:
    """Return whether a text is 32 bytes in base64, written as it must be, with its padding."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return len(raw) == 32 and base64.b64encode(raw).decode() == text


class Why(StrEnum):
    """Why a key is revoked."""

    RETIRED = "retired"
    """Another has taken its place; nobody else ever had it."""
    COMPROMISED = "compromised"
    """Somebody else has it, or may have it."""


@dataclass(frozen=True, slots=True)
class Revocation:
    """From when on a key's signatures are refused, and why."""

    moment_utc: datetime
    why: Why


@dataclass(frozen=True, slots=True)
class PublicKey:
    """What others know of a pair of keys: one to sign, and one to be sealed for.

    Attributes
    ----------
    owner
        Whose it is, as others read it.
    signing_key
        Ed25519, 32 bytes in base64.
    age_recipient
        ``age1…``.
    valid_from_utc, valid_until_utc
        The first moment, and the first moment after.
    revocation
        None while it is not revoked.

    Raises
    ------
    KeyringError
        If any of this can't be.
    """

    owner: str
    signing_key: str
    age_recipient: str
    valid_from_utc: datetime
    valid_until_utc: datetime
    revocation: Revocation | None = None

    def __post_init__(self) -> None:
        if not self.owner.strip() or len(self.owner) > 200 or not self.owner.isprintable():
            raise KeyringError("a key needs an owner's name of 1 to 200 printable characters.")
        if not is_signing_key(self.signing_key) or not is_age_recipient(self.age_recipient):
            raise KeyringError(
                f"key of {self.owner}: its public keys are cut or mistyped; have it exported again."
            )
        revoked_utc = self.revocation.moment_utc if self.revocation else None
        for moment in (self.valid_from_utc, self.valid_until_utc, revoked_utc):
            if moment is not None and (moment.tzinfo is None or moment.microsecond):
                raise KeyringError(
                    f"key of {self.owner}: {moment}; whole seconds with a time zone are needed."
                )
        if self.valid_until_utc <= self.valid_from_utc:
            raise KeyringError(
                f"key of {self.owner}: valid until {_said(self.valid_until_utc)}, which is not "
                f"after {_said(self.valid_from_utc)}; correct the interval."
            )

    @property
    def id(self) -> str:
        """32 hexadecimal digits: the first 128 bits of the SHA-256 of both keys, a line each.

        Enough that nobody finds other keys with the same.
        """
        return _id_of(self.signing_key, self.age_recipient)

    @property
    def fingerprint(self) -> str:
        """Its id as one reads it aloud to compare it: 8 groups of 4 digits."""
        return fingerprint_of(self.signing_key, self.age_recipient)

    def revoked(self, moment_utc: datetime, why: Why) -> Self:
        """Return it as revoked; what was revoked earlier, or for the worse, stays so."""
        if self.revocation is not None:
            moment_utc = min(moment_utc, self.revocation.moment_utc)
            why = Why.COMPROMISED if Why.COMPROMISED in (why, self.revocation.why) else why
        return replace(self, revocation=Revocation(moment_utc, why))

    def narrowed_by(self, other: Self) -> Self:
        """Return what holds by both records of the same key: never for longer than one says.

        So that who has stolen it can't make it hold longer, or again.
        """
        narrowed = replace(
            self,
            valid_from_utc=max(self.valid_from_utc, other.valid_from_utc),
            valid_until_utc=min(self.valid_until_utc, other.valid_until_utc),
        )
        if other.revocation is None:
            return narrowed
        return narrowed.revoked(other.revocation.moment_utc, other.revocation.why)

    def check_may_sign(self, now_utc: datetime) -> None:
        """Check that it may sign now.

        Raises
        ------
        KeyringError
            If it is revoked, whenever that takes effect, or not valid now.
        """
        if self.revocation is not None:
            raise self._error(
                f"is revoked ({self.revocation.why}); make another: `cathartes key rotate`."
            )
        if not self.valid_from_utc <= now_utc < self.valid_until_utc:
            raise self._error(
                f"is valid from {_said(self.valid_from_utc)} to {_said(self.valid_until_utc)}, "
                "not now; make another: `cathartes key rotate`."
            )

    def check_signed(
        self, signed_utc: datetime, now_utc: datetime, received_utc: datetime | None = None
    ) -> None:
        """Check that a signature of its counts.

        When it was made, only the signer says: who has stolen a key can write any time. So a
        compromised key's signature counts only if the receiver knows by itself that it was there
        before.

        Parameters
        ----------
        signed_utc
            When it was made, as the signer says.
        now_utc
        received_utc
            When the receiver had it, by its own records; None if it has none.

        Raises
        ------
        KeyringError
            If it does not count.
        """
        latest_utc = min(now_utc, received_utc or now_utc)
        if signed_utc > latest_utc + CLOCK_SLACK:
            raise self._error(
                f"signed on {_said(signed_utc)}, which lies after {_said(latest_utc)}: a clock is "
                "wrong, or somebody lies."
            )
        if not self.valid_from_utc <= signed_utc < self.valid_until_utc:
            raise self._error(
                f"signed on {_said(signed_utc)}, and is valid from {_said(self.valid_from_utc)} to "
                f"{_said(self.valid_until_utc)}: have it signed again by a valid key."
            )
        if self.revocation is None:
            return
        revoked_utc = self.revocation.moment_utc
        if signed_utc >= revoked_utc:
            raise self._error(
                f"signed on {_said(signed_utc)}, after it was revoked on {_said(revoked_utc)} "
                f"({self.revocation.why}). Do not act on it; ask the sender."
            )
        if self.revocation.why is Why.COMPROMISED and (
            received_utc is None or received_utc >= revoked_utc
        ):
            raise self._error(
                f"was revoked on {_said(revoked_utc)} because somebody else may have it, who can "
                "write any time of signing. Only if your own records say that you had this before "
                "then does it count: tell when (--received)."
            )

    def _error(self, what: str) -> KeyringError:
        return KeyringError(f"key {self.fingerprint} of {self.owner}: {what}")


def fingerprint_of(signing_key: str, age_recipient: str) -> str:
    """Return the fingerprint of a pair of public keys."""
    one_id = _id_of(signing_key, age_recipient)
    return " ".join(one_id[start : start + 4] for start in range(0, 32, 4))


def _id_of(signing_key: str, age_recipient: str) -> str:
    both = f"{signing_key}\n{age_recipient}\n"
    return hashlib.sha256(both.encode()).hexdigest()[:32]


def _said(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
