"""Accounts as an administrator sees them: no case data."""

from dataclasses import dataclass
from datetime import datetime

from cathartes.casework.user import User
from cathartes.web.desk import Desk

MOST_ON_A_PAGE = 500


@dataclass(frozen=True, slots=True)
class UserView:
    """An account.

    Attributes
    ----------
    id, name, roles, partner, is_disabled, oidc_subject
        As `cathartes.casework.user.User` has them.
    has_password, has_second_factor
    """

    id: str
    name: str
    roles: tuple[str, ...]
    partner: str
    is_disabled: bool
    oidc_subject: str
    has_password: bool
    has_second_factor: bool


@dataclass(frozen=True, slots=True)
class UsersView:
    """Accounts by id; `next` is what to ask for with ``after``, None at the end."""

    users: tuple[UserView, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class LinkView:
    """A one-time link, which is shown once."""

    user: str
    link: str
    ends_utc: datetime


def user_view(desk: Desk, user: User) -> UserView:
    """Return an account as a view."""
    known = desk.casebook.credentials(user.id)
    return UserView(
        user.id,
        user.name,
        tuple(user.roles),
        user.partner,
        user.is_disabled,
        user.oidc_subject,
        bool(known.password_hash),
        bool(known.totp_secret),
    )


def users_view(desk: Desk, after: str = "", limit: int = MOST_ON_A_PAGE) -> UsersView:
    """Return accounts whose id comes after one, so many at most."""
    found = [user for user in desk.casebook.users() if user.id > after]
    shown = tuple(user_view(desk, user) for user in found[:limit])
    return UsersView(shown, shown[-1].id if len(found) > limit else None)
