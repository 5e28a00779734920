"""A public key as a file: canonical JSON; for others signed by the key itself.

The signature shows that who exports it has the key, and that its dates are theirs. It does not show
who that is: for that one compares the fingerprint, by telephone or face to face.
"""

from datetime import UTC, datetime
from typing import Literal

from cathartes.casework.public_key import PublicKey, Revocation, Why
from cathartes.errors import KeyringError, PackageError
from cathartes.sealing.envelope import read_envelope, sign
from cathartes.sealing.secret_key import SecretKey
from cathartes.sealing.strict_json import Strict, canonical_json, read_canonical

_PAYLOAD_TYPE = "application/vnd.cathartes.key+json"


class _Revocation(Strict):
    moment: str
    why: str


class _Record(Strict):
    age_recipient: str
    format: Literal["cathartes-key/1"] = "cathartes-key/1"
    owner: str
    revocation: _Revocation | None
    signing_key: str
    valid_from: str
    valid_until: str


def record_json(key: PublicKey) -> bytes:
    """Return a key as canonical JSON."""
    revoked = key.revocation
    return canonical_json(
        _Record(
            age_recipient=key.age_recipient,
            owner=key.owner,
            revocation=_Revocation(moment=_text(revoked.moment_utc), why=revoked.why.value)
            if revoked
            else None,
            signing_key=key.signing_key,
            valid_from=_text(key.valid_from_utc),
            valid_until=_text(key.valid_until_utc),
        )
    )


def read_record(content: bytes, what: str) -> PublicKey:
    """Return the key of canonical JSON.

    Raises
    ------
    KeyringError
        If it is no key.
    """
    try:
        read = read_canonical(content, _Record, what)
        told = read.revocation
        return PublicKey(
            read.owner,
            read.signing_key,
            read.age_recipient,
            datetime.fromisoformat(read.valid_from),
            datetime.fromisoformat(read.valid_until),
            Revocation(datetime.fromisoformat(told.moment), Why(told.why)) if told else None,
        )
    except PackageError as error:
        raise KeyringError(f"no key: {error}") from error
    except ValueError as error:  # a time, or a reason, that is none
        raise KeyringError(f"no key: {what}: {str(error)[:200]}.") from error


def signed_record(key: SecretKey) -> bytes:
    """Return a key for others, signed by itself."""
    return sign(_PAYLOAD_TYPE, record_json(key.public), key)


def read_signed_record(content: bytes, what: str) -> PublicKey:
    """Return a key that was exported.

    Raises
    ------
    KeyringError
        If it is none, or it was changed since.
    """
    try:
        envelope = read_envelope(content, what)
        key = read_record(envelope.unchecked_payload(), what)
        envelope.checked(key.signing_key, _PAYLOAD_TYPE, what)
    except PackageError as error:
        raise KeyringError(f"no exported key: {error}") from error
    if envelope.key_id != key.id:
        raise KeyringError(f"no exported key: {what}: it names another key than it holds.")
    return key


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
