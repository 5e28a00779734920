"""Who one is, and the proof of it: counted before it is looked at, and as slow for nobody.

The workstation and the command line ask the same, and their failures count together.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil

from cathartes.casework.user import Origin, is_user_id
from cathartes.errors import AccessError
from cathartes.pipeline.owners import local_actor
from cathartes.pipeline.passwords import is_right_code, is_right_password
from cathartes.store.interface import Casebook
from cathartes.store.interface_people import Credentials

COMMAND_LINE = "command line"
"""Whence somebody signs in who has no address."""


@dataclass(frozen=True, slots=True)
class Who:
    """Who does something: an account, with its password and the code of its second factor."""

    user_id: str
    password: str = field(repr=False)
    code: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of trying to prove who one is.

    Attributes
    ----------
    succeeded
    wait_s
        How long to wait before the next is looked at, [s]; this one was not, if above 0.
    """

    succeeded: bool
    wait_s: float = 0.0


Proof = Callable[[Casebook, str, Credentials, datetime], bool]
"""What must hold of an account and what it is signed in with, now."""


def signed_in(book: Casebook, user_id: str, password: str, code: str, now_utc: datetime) -> str:
    """Return who acts, once it is proved; the audit has it, and what failed.

    Raises
    ------
    AccessError
        If the casebook has no accounts, or name, password or second factor are wrong: which, is
        not said.
    """
    if not book.has_users():
        raise AccessError(
            "this casebook has no accounts, and a release needs two persons; make an account for "
            "each: `cathartes user add`."
        )
    known_id = known_user_id(user_id)
    tried = attempted(book, known_id, Origin(COMMAND_LINE), by_both(password, code), now_utc)
    if tried.wait_s > 0:
        raise AccessError(f"too many sign-ins failed; wait {ceil(tried.wait_s)} s before the next.")
    if not tried.succeeded:
        raise AccessError(
            f"{user_id!r} was not signed in: the account, its password or the code of its second "
            "factor (each works once) is not right, or the account is disabled."
        )
    detail = {"how": "password", "address": COMMAND_LINE, "machine_user": local_actor()}
    book.note("sign-in", known_id, dict(detail), known_id, now_utc)
    return known_id


def known_user_id(text: str) -> str:
    """Return what was typed as an account's short name; "" for what can't be one."""
    user_id = text.strip().lower()
    return user_id if is_user_id(user_id) else ""


def attempted(
    book: Casebook, user_id: str, origin: Origin, proof: Proof, now_utc: datetime
) -> Attempt:
    """Let somebody try to prove that an account is theirs."""
    wait = book.claim_attempt(user_id, origin, now_utc)
    if wait > 0:
        return Attempt(succeeded=False, wait_s=wait)
    succeeded = proof(book, user_id, book.credentials(user_id), now_utc)
    book.end_attempt(user_id, origin, now_utc, succeeded=succeeded)
    return Attempt(succeeded)


def by_password(password: str) -> Proof:
    """Return the proof that somebody knows a password."""

    def proof(_book: Casebook, _user_id: str, known: Credentials, _now_utc: datetime) -> bool:
        return is_right_password(known.password_hash, password)

    return proof


def by_code(code: str) -> Proof:
    """Return the proof that somebody has the second factor, if the account has one."""

    def proof(book: Casebook, user_id: str, known: Credentials, now_utc: datetime) -> bool:
        if not book.subject(user_id).roles:
            return False
        if not known.totp_secret:
            return True
        step = is_right_code(known.totp_secret, code, now_utc)
        return step is not None and book.use_totp_step(user_id, step)

    return proof


def by_both(password: str, code: str) -> Proof:
    """Return the proof by password and second factor."""
    first, second = by_password(password), by_code(code)

    def proof(book: Casebook, user_id: str, known: Credentials, now_utc: datetime) -> bool:
        told = (book, user_id, known, now_utc)
        return first(*told) and second(*told)

    return proof
