"""Passwords and second factors: argon2id (RFC 9106) and time-based codes (RFC 6238)."""

import re
import secrets
from datetime import datetime
from functools import cache
from threading import BoundedSemaphore
from typing import Any

from cathartes.errors import AccessError, MissingExtraError

SHORTEST_PASSWORD = 12
"""Characters; length is what counts (NIST SP 800-63B, 5.1.1)."""
LONGEST_PASSWORD = 1024
_AT_ONCE = BoundedSemaphore(2)
"""So many are checked at once: each takes 64 MiB, and anybody may ask."""
_SECRET = re.compile(r"[A-Z2-7]{32}")
_STEP_S = 30
_SLACK_STEPS = 1
"""A clock may be off by so many steps."""


def check_password(password: str) -> None:
    """Check that a password may be chosen.

    Raises
    ------
    AccessError
        If it is too short or too long.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise AccessError(
            f"a password of {len(password)} characters; {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} "
            "are needed: some words that do not belong together are good."
        )


def hash_password(password: str) -> str:
    """Return a password's hash in PHC's form; AccessError if it may not be chosen."""
    check_password(password)
    hashed: str = _hasher().hash(password)
    return hashed


def is_right_password(hashed: str, password: str) -> bool:
    """Return whether a password is the hashed one; as slow where there is none."""
    from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415

    try:
        with _AT_ONCE:
            right: bool = _hasher().verify(hashed or _nobodys(), password)
    except (VerificationError, InvalidHashError):
        return False
    return right and bool(hashed)


def new_totp_secret() -> str:
    """Return a secret for a second factor, base 32."""
    import pyotp  # noqa: PLC0415

    return pyotp.random_base32()


def is_totp_secret(text: str) -> bool:
    """Return whether a text is a secret as `new_totp_secret` makes them."""
    return _SECRET.fullmatch(text) is not None


def totp_address(secret: str, user_id: str) -> str:
    """Return what an authenticator's picture holds: an ``otpauth:`` address."""
    import pyotp  # noqa: PLC0415

    return pyotp.TOTP(secret).provisioning_uri(name=user_id, issuer_name="Cathartes")


def is_right_code(secret: str, code: str, now_utc: datetime) -> int | None:
    """Return the step of time whose code this is; None if it is none of now."""
    import pyotp  # noqa: PLC0415

    present = int(now_utc.timestamp()) // _STEP_S
    digits = code.replace(" ", "")
    for step in range(present - _SLACK_STEPS, present + _SLACK_STEPS + 1):
        if secrets.compare_digest(pyotp.TOTP(secret).at(step * _STEP_S).encode(), digits.encode()):
            return step
    return None


@cache
def _nobodys() -> str:
    hashed: str = _hasher().hash(secrets.token_urlsafe(16))
    return hashed


@cache
def _hasher() -> Any:
    try:
        from argon2 import PasswordHasher  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            "accounts need the package argon2-cffi; install it with "
            "`pip install 'cathartes[serve]'`."
        ) from error
    return PasswordHasher()
