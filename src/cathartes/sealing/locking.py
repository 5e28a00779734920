"""What a passphrase locks: an age file, whose key age derives by scrypt."""

import time

from cathartes.errors import KeyringError
from cathartes.sealing.extra import pyrage

LONGEST_PASSPHRASE = 1024
SHORTEST_PASSPHRASE = 12
_TOO_MUCH_WORK = "Excessive work"
_PAUSES_S = (0.2, 0.5, 1.0, 2.0, 4.0)


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

    How much work a lock may be is decided by age, which measures for a moment how quick the machine
    is: on a busy one it refuses what is no secret of anybody's, and is asked again.

    Raises
    ------
    KeyringError
        If it is another, or the file is damaged, or the machine is too slow.
    """
    pauses_s = iter(_PAUSES_S)
    while True:
        try:
            return bytes(pyrage.passphrase.decrypt(locked, passphrase))
        except pyrage.DecryptError as error:
            why = " ".join(str(error).split())
            if _TOO_MUCH_WORK not in why:
                raise KeyringError(
                    f"the key can't be unlocked ({why}): another passphrase is needed, or its file "
                    "is damaged."
                ) from error
            pause_s = next(pauses_s, None)
            if pause_s is None:
                raise KeyringError(
                    "the key was not unlocked: this machine is too busy or too slow for its lock "
                    f"({why}); whether the passphrase is right is not known. Try again when less "
                    "runs."
                ) from error
        time.sleep(pause_s)


def is_locked(content: bytes) -> bool:
    """Return whether a file is an age file, and no plain identity."""
    return content.startswith(b"age-encryption.org/")
