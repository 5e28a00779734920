"""Keys of this office, and those of senders that it trusts: made, changed, handed on."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from cathartes.casework.public_key import PublicKey, Why
from cathartes.errors import InputError, OutputError, SettingsError
from cathartes.sealing.key_record import signed_record
from cathartes.sealing.keyring import VALID_DAYS, Keyring
from cathartes.sealing.keys_backup import backup_of, restore_backup
from cathartes.sealing.token import TokenPlace

DEFAULT_KEYS = "keys"
"""Folder that holds the keys where none is named."""

_MOST_BACKUP_BYTES = 16 << 20


def key_create(
    owner: str,
    passphrase: str,
    *,
    keys: str | Path = DEFAULT_KEYS,
    valid_days: int = VALID_DAYS,
    token: tuple[str, str] | None = None,
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
    token
        Label and PIN of a PKCS#11 token in which the signing key is made, and stays.
        ``CATHARTES_PKCS11`` names its module.
    """
    ring, now_utc = Keyring(Path(keys)), datetime.now(UTC)
    if token is None:
        return ring.create(owner, passphrase, now_utc, valid_days)
    return ring.create_in_token(owner, passphrase, now_utc, valid_days, token)


def key_list(*, keys: str | Path = DEFAULT_KEYS) -> dict[str, tuple[PublicKey, ...]]:
    """Return one's ``own`` keys, the newest first, and those of ``senders`` that one trusts."""
    ring = Keyring(Path(keys))
    return {"own": ring.own(), "senders": ring.senders()}


def key_tokens(*, keys: str | Path = DEFAULT_KEYS) -> dict[str, TokenPlace]:
    """Return in which tokens one's own signing keys lie, those that do, by the key's id."""
    ring = Keyring(Path(keys))
    found = {key.id: ring.token_of(key) for key in ring.own()}
    return {key_id: place for key_id, place in found.items() if place is not None}


def key_pin(
    key_id: str, passphrase: str, pin: str, *, keys: str | Path = DEFAULT_KEYS
) -> PublicKey:
    """Keep another PIN of the token in which a key lies, after trying it once."""
    ring = Keyring(Path(keys))
    key = ring.find(key_id)
    ring.change_pin(key, passphrase, pin)
    return key


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
    if target.exists():  # said before the passphrase is worked on
        raise OutputError(f"{target}: is there already; name another file.")
    key = ring.unlock(ring.find(key_id), passphrase)
    _write_new(target, signed_record(key))
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


def key_backup(
    out: str | Path, passphrase: str, *, keys: str | Path = DEFAULT_KEYS
) -> tuple[PublicKey, ...]:
    """Write all keys into one new file that their passphrase opens; return one's own in it.

    Each of one's own was opened; of those in a token, the signing key stays there.
    """
    ring, target = Keyring(Path(keys)), Path(out)
    _write_new(target, backup_of(ring, passphrase))
    return ring.own()


def key_restore(
    backup: str | Path, passphrase: str, *, keys: str | Path = DEFAULT_KEYS
) -> tuple[PublicKey, ...]:
    """Put a backup's keys into a folder that is not there yet; return one's own."""
    content = read_up_to(Path(backup), _MOST_BACKUP_BYTES)
    return restore_backup(content, Path(keys), passphrase).own()


def _write_new(target: Path, content: bytes) -> None:
    """Write a file that is not there yet, whole or not at all; only its owner can read it."""
    if target.exists():
        raise OutputError(f"{target}: is there already; name another file.")
    part = target.with_name(f".part-{uuid4().hex}")
    try:
        part.touch(mode=0o600)
        part.write_bytes(content)
        part.rename(target)
    except OSError as error:
        raise OutputError(f"{target}: can't be written: {error}.") from error
    finally:
        part.unlink(missing_ok=True)


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
