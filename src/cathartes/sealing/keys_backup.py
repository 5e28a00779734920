"""A backup of a folder of keys: one age file that the keys' passphrase opens.

In it is an archive of the folder's files as they are: what is secret in them is locked once more.
So a backup shows neither keys nor who one's partners are, and nobody who has no passphrase can put
a sender into it whom one would trust.
"""

from pathlib import Path

from cathartes.casework.public_key import PublicKey
from cathartes.errors import KeyringError, PackageError
from cathartes.sealing.archive import pack, unpack
from cathartes.sealing.keyring import Keyring
from cathartes.sealing.locking import lock, unlock


def backup_of(ring: Keyring, passphrase: str) -> bytes:
    """Return the backup of a folder of keys, after opening each of one's own keys.

    Raises
    ------
    KeyringError
        If there are none, or one is damaged or has another passphrase: a backup that can't be
        opened is none.
    """
    own = ring.own()
    if not own:
        raise KeyringError("there are no keys of yours to back up: `cathartes key create`.")
    for key in own:
        _check_opens(ring, key, passphrase)
    return lock(pack(ring.files()), passphrase)


def restore_backup(backup: bytes, folder: Path, passphrase: str) -> Keyring:
    """Put a backup's keys into a new folder, after opening each; nothing is left if one can't be.

    Raises
    ------
    KeyringError
        If the passphrase is another, the backup is damaged or none, or the folder is taken.
    """
    try:
        files = unpack(unlock(backup, passphrase))
    except PackageError as error:
        raise KeyringError(f"no backup of keys: {error}") from error

    def check(part: Keyring) -> None:
        for key in part.own():
            _check_opens(part, key, passphrase)
        part.senders()

    return Keyring.filled(folder, files, check)


def _check_opens(ring: Keyring, key: PublicKey, passphrase: str) -> None:
    """Check that a key's secrets are whole; what lies in a token is not asked to sign."""
    try:
        ring.unlock(key, passphrase)
    except KeyringError as error:
        raise KeyringError(
            f"key {key.fingerprint}: {error} All keys of a backup need one passphrase."
        ) from error
