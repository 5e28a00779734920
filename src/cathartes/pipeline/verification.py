"""Is a package whole, for us, and from whom it should be? Offline, without a casebook."""

import shutil
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from cathartes.casework.public_key import PublicKey
from cathartes.errors import KeyringError, OutputError
from cathartes.pipeline.keys import DEFAULT_KEYS, read_small, read_up_to
from cathartes.sealing.key_record import read_signed_record
from cathartes.sealing.keyring import Keyring
from cathartes.sealing.locking import is_locked
from cathartes.sealing.package import MOST_SEALED_BYTES, OpenedPackage, open_package
from cathartes.sealing.secret_key import Identity, UnopenedError, read_identity


def verify(
    package: str | Path,
    *,
    passphrase: str = "",
    keys: str | Path = DEFAULT_KEYS,
    identity: str | Path | None = None,
    senders: Iterable[str | Path] = (),
    received_utc: datetime | None = None,
    out: str | Path | None = None,
) -> OpenedPackage:
    """Open a package that is whole, for us, and signed by a sender whom we trust; else an error.

    Parameters
    ----------
    package
        The file, ``*.cathartes``.
    passphrase
        Of the identity, if it is locked.
    keys
        Folder with one's own keys, and those of senders that one trusts.
    identity
        An age identity file, in the place of one's own keys.
    senders
        Exported keys that are trusted, in the place of those in the folder.
    received_utc
        When one had it, by one's own records.
    out
        New folder for its files.

    Raises
    ------
    PackageError
        If it is cut, changed, repacked, for somebody else, or signed by nobody who is trusted.
    KeyringError
        If the sender's key was revoked or not valid, or one's own can't be unlocked.
    """
    sealed = read_up_to(Path(package), MOST_SEALED_BYTES)
    ring = Keyring(Path(keys))
    given = [read_signed_record(read_small(Path(one)), str(one)) for one in senders]
    trusted = given or ring.senders()
    if not trusted:
        raise KeyringError(
            f"{keys}: no sender's key is known there, so nobody can say who signed it; take one "
            "in by `cathartes key import-sender`, or name its file: --sender."
        )
    identities = _identities(ring, identity, passphrase)
    opened = open_by_any(sealed, identities, trusted, datetime.now(UTC), received_utc)
    if out is not None:
        _write_files(opened, Path(out))
    return opened


def open_by_any(
    sealed: bytes,
    identities: Iterable[Identity],
    senders: Iterable[PublicKey],
    now_utc: datetime,
    received_utc: datetime | None = None,
) -> OpenedPackage:
    """Return what is in a package that one of several identities opens; errors as of `verify`."""
    trusted = tuple(senders)
    unopened: UnopenedError | None = None
    for one in identities:
        try:
            return open_package(sealed, one, trusted, now_utc, received_utc)
        except UnopenedError as error:
            unopened = error
    raise unopened or KeyringError(
        "no key of yours is there to open it; name your identity file: --identity."
    )


def needs_passphrase(keys: str | Path, identity: str | Path | None) -> bool:
    """Return whether `verify` has to unlock something."""
    if identity is not None:
        return is_locked(read_small(Path(identity)))
    return bool(Keyring(Path(keys)).own())


def _identities(ring: Keyring, identity: str | Path | None, passphrase: str) -> Iterator[Identity]:
    """Yield what may open a package: a file's, or one's own that have this passphrase."""
    if identity is not None:
        yield read_identity(read_small(Path(identity)), passphrase)
    else:
        yield from own_identities(ring, passphrase)


def own_identities(ring: Keyring, passphrase: str) -> Iterator[Identity]:
    """Yield what opens packages for one's own keys, of those that have this passphrase.

    Raises
    ------
    KeyringError
        If keys are there and none has.
    """
    wrong: KeyringError | None = None
    n_unlocked = 0
    for key in ring.own():
        try:
            found = ring.identity(key, passphrase)
        except KeyringError as error:
            wrong = error
            continue
        n_unlocked += 1
        yield found
    if wrong is not None and not n_unlocked:
        raise wrong


def _write_files(opened: OpenedPackage, folder: Path) -> None:
    """Write the files into a new folder: all, or none."""
    if folder.exists():
        raise OutputError(f"{folder}: is there already; name another folder.")
    part = folder.with_name(f".part-{uuid4().hex}")
    try:
        part.mkdir(mode=0o700)
        for one in opened.files:
            target = part / one.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(one.content)
        part.rename(folder)
    except OSError as error:
        raise OutputError(f"{folder}: the files can't be written: {error}.") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
