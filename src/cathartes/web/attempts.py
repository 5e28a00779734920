"""One try to prove who one is: counted before it is looked at, and as slow for nobody."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request

from cathartes.casework.user import is_user_id
from cathartes.pipeline.passwords import is_right_code, is_right_password
from cathartes.store.interface_people import Credentials
from cathartes.web.desk import Desk
from cathartes.web.known_browser import origin_of


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of it.

    Attributes
    ----------
    succeeded
    wait_s
        How long to wait before the next is looked at, [s]; this one was not, if above 0.
    """

    succeeded: bool
    wait_s: float = 0.0


Proof = Callable[[Desk, str, Credentials], bool]
"""What must hold of an account and what it is signed in with."""


def attempt(request: Request, desk: Desk, user_id: str, proof: Proof) -> Attempt:
    """Let somebody try to prove that an account is theirs."""
    known_id = user_id if is_user_id(user_id) else ""
    known = desk.casebook.credentials(known_id)
    origin, now_utc = origin_of(request, desk, known_id, known), desk.now()
    wait = desk.casebook.claim_attempt(known_id, origin, now_utc)
    if wait > 0:
        return Attempt(succeeded=False, wait_s=wait)
    succeeded = proof(desk, known_id, known)
    desk.casebook.end_attempt(known_id, origin, now_utc, succeeded=succeeded)
    return Attempt(succeeded)


def by_password(password: str) -> Proof:
    """Return the proof that somebody knows a password."""

    def proof(_desk: Desk, _user_id: str, known: Credentials) -> bool:
        return is_right_password(known.password_hash, password)

    return proof


def by_code(code: str) -> Proof:
    """Return the proof that somebody has the second factor, if the account has one."""

    def proof(desk: Desk, user_id: str, known: Credentials) -> bool:
        if not desk.casebook.subject(user_id).roles:
            return False
        if not known.totp_secret:
            return True
        step = is_right_code(known.totp_secret, code, desk.now())
        return step is not None and desk.casebook.use_totp_step(user_id, step)

    return proof


def by_both(password: str, code: str) -> Proof:
    """Return the proof by password and second factor."""
    first, second = by_password(password), by_code(code)

    def proof(desk: Desk, user_id: str, known: Credentials) -> bool:
        return first(desk, user_id, known) and second(desk, user_id, known)

    return proof
