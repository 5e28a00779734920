"""What a passphrase locks: an age file, whose key age derives by scrypt."""

from cathartes.errors import KeyringError
from cathartes.sealing.extra import pyrage

LONGEST_PASSPHRASE = 1024
SHORTEST_PASSPHRASE = 12


def check_passphrase(passphrase: str) -> None:
    """Check that a new passphrase is neither too short nor too long.

    Raises
    ------
    KeyringError
        If it is.
    """
    if not SHORTEST_PASSPHRASE <= len(passphrase) <= LONGEST_PASSPHRASE:
        raise KeyringError(
            f"a passphrase of {SHORTEST_PASSPHRASE} to {LONGEST_PASSPHRASE} characters is "
            "needed; four words that nobody would put together are good."
        )


def lock(content: bytes, passphrase: str) -> bytes:
    """Return an age file that the passphrase opens.

    Raises
    ------
    KeyringError
        If the passphrase is too short, or too long.
    """
    check_passphrase(passphrase)
    return bytes(pyrage.passphrase.encrypt(content, passphrase))


def unlock(locked: bytes, passphrase: str) -> bytes:
    """Return what a passphrase locks.

    Raises
    ------
    KeyringError
        If it is another, or the file is damaged.
    """
    try:
        return bytes(pyrage.passphrase.decrypt(locked, passphrase))
    except pyrage.DecryptError as error:
        raise KeyringError(
            f"the key can't be unlocked ({error}): another passphrase is needed, or its file is "
            "damaged."
        ) from error


def is_locked(content: bytes) -> bool:
    """Return whether a file is an age file, and no plain identity."""
    return content.startswith(b"age-encryption.org/")
