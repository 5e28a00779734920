"""Browsers in which an account was signed in before: strangers' failures don't lock them out.

The cookie holds a name and its HMAC under the password's hash, which nobody outside knows: nothing
is kept of it here, and with another password all of an account's browsers are strangers again
(OWASP: "Slow down online guessing attacks with device cookies").
"""

import hashlib
import hmac
import re
import secrets

from fastapi import Request
from fastapi.responses import Response

from cathartes.casework.user import Origin
from cathartes.store.interface_people import Credentials
from cathartes.web.desk import Desk
from cathartes.web.visitor import address_of, cookie_name

_KEPT_S = 180 * 24 * 3600
_VALUE = re.compile(r"([0-9a-f]{32})\.([0-9a-f]{64})")


def origin_of(request: Request, desk: Desk, user_id: str, known: Credentials) -> Origin:
    """Return whence somebody tries to sign in to an account."""
    address = address_of(request)
    told = _VALUE.fullmatch(request.cookies.get(_cookie(desk, user_id), ""))
    if told is None or not known.password_hash:
        return Origin(address)
    name, mac = told.groups()
    if not hmac.compare_digest(mac, _mac(user_id, name, known)):
        return Origin(address)
    return Origin(address, name)


def remember_browser(
    request: Request, response: Response, desk: Desk, user_id: str, known: Credentials
) -> None:
    """Let a browser be known to an account that has a password."""
    if not known.password_hash or origin_of(request, desk, user_id, known).is_known:
        return
    name = secrets.token_hex(16)
    response.set_cookie(
        _cookie(desk, user_id),
        f"{name}.{_mac(user_id, name, known)}",
        max_age=_KEPT_S,
        path="/",
        secure=desk.settings.is_https,
        httponly=True,
        samesite="strict",
    )


def _cookie(desk: Desk, user_id: str) -> str:
    of_user = hashlib.sha256(user_id.encode(errors="replace")).hexdigest()[:16]
    return f"{cookie_name(desk)}-known-{of_user}"


def _mac(user_id: str, name: str, known: Credentials) -> str:
    told = f"{user_id}|{name}".encode()
    return hmac.new(known.password_hash.encode(), told, hashlib.sha256).hexdigest()
