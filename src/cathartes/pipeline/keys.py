"""Keys of this office, and those of senders that it trusts: made, changed, handed on."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from cathartes.casework.public_key import PublicKey, Why
from cathartes.errors import InputError, OutputError, SettingsError
from cathartes.sealing.key_record import signed_record
from cathartes.sealing.keyring import VALID_DAYS, Keyring

DEFAULT_KEYS = "keys"
"""Folder that holds the keys where none is named."""


def key_create(
    owner: str, passphrase: str, *, keys: str | Path = DEFAULT_KEYS, valid_days: int = VALID_DAYS
) -> PublicKey:
    """Make a pair of keys, locked by a passphrase.

    Parameters
    ----------
    owner
        Whose it is, as partners read it.
    passphrase
        At least 12 characters.
    keys
        Folder, made if it is not there.
    valid_days
        From now on.
    """
    return Keyring(Path(keys)).create(owner, passphrase, datetime.now(UTC), valid_days)


def key_list(*, keys: str | Path = DEFAULT_KEYS) -> dict[str, tuple[PublicKey, ...]]:
    """Return one's ``own`` keys, the newest first, and those of ``senders`` that one trusts."""
    ring = Keyring(Path(keys))
    return {"own": ring.own(), "senders": ring.senders()}


def key_show(key_id: str, *, keys: str | Path = DEFAULT_KEYS) -> PublicKey:
    """Return the key whose id begins so; blanks do not count."""
    return Keyring(Path(keys)).find(key_id)


def key_rotate(
    passphrase: str, *, keys: str | Path = DEFAULT_KEYS, valid_days: int = VALID_DAYS
) -> tuple[PublicKey, PublicKey]:
    """Make a new pair in the place of the present one, which is retired; return (old, new)."""
    return Keyring(Path(keys)).rotate(passphrase, datetime.now(UTC), valid_days)


def key_revoke(
    key_id: str,
    why: str,
    *,
    since_utc: datetime | None = None,
    keys: str | Path = DEFAULT_KEYS,
) -> PublicKey:
    """Revoke a key, one's own or a sender's.

    Parameters
    ----------
    key_id
        Its beginning is enough.
    why
        ``retired`` or ``compromised``.
    since_utc
        From when on its signatures are refused; now if left out.
    keys
    """
    try:
        reason = Why(why)
    except ValueError as error:
        raise SettingsError(f"{why!r}: {' or '.join(Why)} is needed; say why.") from error
    ring = Keyring(Path(keys))
    return ring.revoke(ring.find(key_id), reason, since_utc or datetime.now(UTC))


def key_export(
    key_id: str, passphrase: str, out: str | Path, *, keys: str | Path = DEFAULT_KEYS
) -> PublicKey:
    """Write one's public key for others into a new file, signed by itself; or its revocation."""
    ring, target = Keyring(Path(keys)), Path(out)
    if target.exists():
        raise OutputError(f"{target}: is there already; name another file.")
    key = ring.unlock(ring.find(key_id), passphrase)
    part = target.with_name(f".part-{uuid4().hex}")
    try:
        part.write_bytes(signed_record(key))
        part.rename(target)
    except OSError as error:
        raise OutputError(f"{target}: can't be written: {error}.") from error
    finally:
        part.unlink(missing_ok=True)
    return key.public


def key_import_sender(
    exported: str | Path, fingerprint: str = "", *, keys: str | Path = DEFAULT_KEYS
) -> PublicKey:
    """Trust a sender's exported key, or take note of its revocation.

    Parameters
    ----------
    exported
        The file.
    fingerprint
        As the sender read it aloud; not needed of a key that is trusted already.
    keys
    """
    content = read_small(Path(exported))
    return Keyring(Path(keys)).import_sender(content, fingerprint, str(exported))


def read_small(path: Path) -> bytes:
    """Return the bytes of a key's file.

    Raises
    ------
    InputError
        If it can't be read, or is far too large for a key.
    """
    return read_up_to(path, 1 << 20)


def read_up_to(path: Path, most_bytes: int) -> bytes:
    """Return a file's bytes.

    Raises
    ------
    InputError
        If it can't be read, or has more bytes.
    """
    try:
        with path.open("rb") as file:
            content = file.read(most_bytes + 1)
    except OSError as error:
        raise InputError(f"{path}: can't be read: {error.strerror}.") from error
    if len(content) > most_bytes:
        raise InputError(f"{path}: more than {most_bytes} bytes; that is none of ours.")
    return content
