"""One's own account."""

from dataclasses import dataclass
from datetime import datetime

from cathartes.web.desk import Desk
from cathartes.web.visitor import Visitor


@dataclass(frozen=True, slots=True)
class SessionView:
    """A sign-in: when, how (password, link or oidc), and whether it is this one."""

    began_utc: datetime
    seen_utc: datetime
    how: str
    is_this: bool


@dataclass(frozen=True, slots=True)
class TokenView:
    """A program's token; `id` is the hash of its secret."""

    id: str
    name: str
    created_utc: datetime
    expires_utc: datetime
    is_expired: bool


@dataclass(frozen=True, slots=True)
class AccountView:
    """What its holder sees of an account.

    Attributes
    ----------
    id, name, roles
    is_kept
        False of the person at a machine whose casebook has no accounts: nothing to change.
    oidc_subject
        "" of an account that an identity provider has no part in.
    has_password, has_second_factor
    sessions, tokens
        By time.
    """

    id: str
    name: str
    roles: tuple[str, ...]
    is_kept: bool
    oidc_subject: str
    has_password: bool
    has_second_factor: bool
    sessions: tuple[SessionView, ...]
    tokens: tuple[TokenView, ...]


def account_view(desk: Desk, visitor: Visitor) -> AccountView:
    """Return the account of who looks at it."""
    book, now_utc = desk.casebook, desk.now()
    known = book.credentials(visitor.id)
    this = "" if visitor.session is None else visitor.session.token_sha256
    sessions = tuple(
        SessionView(one.began_utc, one.seen_utc, one.how, one.token_sha256 == this)
        for one in book.sessions(visitor.id)
        if one.is_alive(now_utc, desk.settings.idle_end)
    )
    tokens = tuple(
        TokenView(
            one.token_sha256, one.name, one.created_utc, one.expires_utc, one.expires_utc <= now_utc
        )
        for one in book.tokens(visitor.id)
    )
    return AccountView(
        visitor.id,
        visitor.name,
        tuple(sorted(visitor.subject.roles)),
        visitor.is_kept,
        book.user(visitor.id).oidc_subject if visitor.is_kept else "",
        bool(known.password_hash),
        bool(known.totp_secret),
        sessions,
        tokens,
    )
