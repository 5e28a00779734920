"""Public keys as texts: age recipients and Ed25519 keys, checked for slips of the hand.

References
----------
C2SP, "age" v1: an X25519 recipient is Bech32 (BIP 173) with the prefix ``age``.
RFC 8032: an Ed25519 public key is 32 bytes.
"""

import base64
import binascii
import hashlib

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


def fingerprint(key: str) -> str:
    """Return what one reads aloud to compare a key: 8 groups of 4 hexadecimal digits.

    The first 128 bits of the SHA-256 of the key's text: enough that nobody finds another key with
    the same.
    """
    digits = hashlib.sha256(key.encode()).hexdigest()[:32]
    return " ".join(digits[start : start + 4] for start in range(0, 32, 4))
