"""A program's token is made: its secret is shown once, and kept nowhere."""

import secrets
from datetime import timedelta

from cathartes.casework.user import ApiToken
from cathartes.web.desk import Desk
from cathartes.web.visitor import Visitor, hashed

_BEGINNING = "cathartes_"
"""So that a secret is known for one where it should not lie."""


def make_token(desk: Desk, visitor: Visitor, name: str, days: int) -> str:
    """Make a token of the visitor's for so many days and return its secret.

    Raises
    ------
    AccessError
        If it can't be, or there are too many.
    """
    secret = f"{_BEGINNING}{secrets.token_urlsafe(32)}"
    now_utc = desk.now()
    ends_utc = now_utc + timedelta(days=days)
    token = ApiToken(hashed(secret), visitor.id, name.strip(), now_utc, ends_utc)
    desk.casebook.add_token(token, visitor.id, now_utc)
    return secret
