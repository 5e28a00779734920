"""Who sent a request: by the cookie of a session, or by a program's token."""

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from fastapi import Request
from fastapi.responses import Response

from cathartes.casework.roles import Action, Role, Subject, decide
from cathartes.casework.user import Session
from cathartes.errors import AccessError
from cathartes.store.people_part import LOCAL
from cathartes.web.desk import Desk
from cathartes.web.texts import said

CSRF_FIELD = "csrf"
CSRF_HEADER = "x-csrf-token"
_TOUCH_AFTER = timedelta(seconds=30)
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_UNATTENDED = frozenset({"/events", "/api/v1/audit/chain"})
"""Paths that pages ask by themselves: that somebody sits there, they do not say."""


_NOBODY = said("nobody is signed in, or not any more; sign in.")
_READS_ONLY = said("a program's token may read, and change nothing.")
_STRANGE_FORM = said(
    "this form is not of this sign-in, or is too old; load the page again and repeat."
)


class NotSignedInError(AccessError):
    """Nobody is signed in, or not any more."""

    def __init__(self) -> None:
        super().__init__(_NOBODY)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is signed in.

    Attributes
    ----------
    subject
        Who it is to a rule.
    name
        As others read it.
    session
        None of a program with a token.
    """

    subject: Subject
    name: str
    session: Session | None

    @property
    def id(self) -> str:
        """How the audit names them."""
        return self.subject.id

    @property
    def csrf(self) -> str:
        """Secret that every form of theirs sends back."""
        return "" if self.session is None else self.session.csrf

    @property
    def is_kept(self) -> bool:
        """Whether they have an account: the person at a machine without accounts has none."""
        return not self.id.startswith(LOCAL)

    def may(self, action: Action) -> bool:
        """Return whether they may do something to something: what a page offers."""
        return decide(self.subject, action).allowed

    @property
    def sees_own_only(self) -> bool:
        """Whether only looks of their own sorties are theirs to see."""
        return self.subject.roles == {Role.COLLECTOR}

    async def check_form(self, request: Request) -> None:
        """Check that a change was asked for by a page of ours, not by another's (CSRF).

        Raises
        ------
        AccessError
            If it was not; tokens may change nothing at all.
        """
        if self.session is None:
            raise AccessError(_READS_ONLY)
        given = request.headers.get(CSRF_HEADER, "")
        if not given and request.headers.get("content-type", "").startswith(_FORMS):
            given = str((await request.form()).get(CSRF_FIELD, ""))
        if not secrets.compare_digest(given.encode(), self.session.csrf.encode()):
            raise AccessError(_STRANGE_FORM)


def hashed(secret: str) -> str:
    """Return the hash by which a secret is known; the secret itself is kept nowhere."""
    return hashlib.sha256(secret.encode()).hexdigest()


def cookie_name(desk: Desk) -> str:
    """Return the name of the session's cookie; over TLS no other host can set it.

    Cookies don't know ports: two workstations on one machine need two names.
    """
    settings = desk.settings
    return "__Host-cathartes" if settings.is_https else f"cathartes-{settings.port}"


def visitor_of(request: Request) -> Visitor | None:
    """Return who sent a request; None if nobody we know."""
    desk: Desk = request.app.state.desk
    secret = request.cookies.get(cookie_name(desk), "")
    session = desk.casebook.session(hashed(secret)) if secret else None
    if session is not None:
        return _of_session(desk, session, is_used=request.url.path not in _UNATTENDED)
    secret = _token_in(request)
    if not secret:
        return None
    token = desk.casebook.token(hashed(secret))
    if token is None or token.expires_utc <= desk.now():
        return None
    user = desk.casebook.user(token.user_id)
    return None if user.is_disabled else Visitor(user.subject, user.name, None)


def _of_session(desk: Desk, session: Session, *, is_used: bool) -> Visitor | None:
    now_utc = desk.now()
    if not session.is_alive(now_utc, desk.settings.idle_end):
        desk.casebook.end_session(session.token_sha256, now_utc)
        return None
    if is_used and now_utc - session.seen_utc > _TOUCH_AFTER:
        desk.casebook.touch_session(session.token_sha256, now_utc)
    subject = desk.casebook.subject(session.user_id)
    if not subject.roles:
        return None
    if session.user_id.startswith(LOCAL):
        return Visitor(subject, session.user_id.removeprefix(LOCAL), session)
    return Visitor(subject, desk.casebook.user(session.user_id).name, session)


def _token_in(request: Request) -> str:
    """Return a program's token: as Bearer, or as the password of Basic, which QGIS can send."""
    scheme, _, told = request.headers.get("authorization", "").partition(" ")
    match scheme.lower():
        case "bearer":
            return told.strip()
        case "basic":
            try:
                return base64.b64decode(told, validate=True).decode().partition(":")[2]
            except (binascii.Error, UnicodeDecodeError):
                return ""
        case _:
            return ""


def begin_session(desk: Desk, request: Request, response: Response, user_id: str, how: str) -> None:
    """Sign somebody in: a new secret each time, and whatever session there was ends."""
    now_utc = desk.now()
    end_session(desk, request, response)
    secret = secrets.token_urlsafe(32)
    session = Session(hashed(secret), user_id, secrets.token_urlsafe(32), now_utc, now_utc, how)
    desk.casebook.begin_session(session, now_utc, address_of(request))
    response.set_cookie(
        cookie_name(desk),
        secret,
        path="/",
        secure=desk.settings.is_https,
        httponly=True,
        samesite="lax",
    )


def end_session(desk: Desk, request: Request, response: Response) -> None:
    """Sign out, if somebody was signed in."""
    secret = request.cookies.get(cookie_name(desk), "")
    if secret:
        desk.casebook.end_session(hashed(secret), desk.now())
        response.delete_cookie(cookie_name(desk), path="/", secure=desk.settings.is_https)


def address_of(request: Request) -> str:
    """Return whence a request came; behind a trusted proxy, what that says."""
    return "" if request.client is None else request.client.host
