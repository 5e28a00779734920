"""What an administrator does to accounts, beyond what the casebook does by itself."""

import secrets
from collections.abc import Sequence

from cathartes.casework.roles import Role
from cathartes.casework.user import User
from cathartes.pipeline.people import check_officer
from cathartes.web.desk import LINK_END, Desk, link_of
from cathartes.web.views.users import LinkView
from cathartes.web.visitor import Visitor


def new_link(desk: Desk, user_id: str) -> LinkView:
    """Return a one-time link by which somebody signs in and chooses a password."""
    secret, ends_utc = secrets.token_urlsafe(32), desk.now() + LINK_END
    desk.links.end_all_of(user_id)
    desk.links.add(secret, user_id, ends_utc)
    return LinkView(user_id, link_of(desk, secret), ends_utc)


def add_account(desk: Desk, keeper: Visitor, user: User) -> LinkView | None:
    """Enter an account; return its first link, None if an identity provider signs it in.

    ReleaseError if it is of a partner's officer, and there is no such partner.
    """
    check_officer(desk.casebook, user.partner)
    desk.casebook.add_user(user, keeper.id, desk.now())
    return None if user.oidc_subject else new_link(desk, user.id)


def give_roles(
    desk: Desk, keeper: Visitor, user_id: str, roles: Sequence[Role], partner: str
) -> User:
    """Give an account other roles, whose sign-ins end; errors as of `add_account`."""
    check_officer(desk.casebook, partner)
    return desk.casebook.set_roles(user_id, roles, partner, keeper.id, desk.now())


def reset_account(
    desk: Desk, keeper: Visitor, user_id: str, *, second_factor_too: bool
) -> LinkView:
    """Take a password away, and the second factor if it was lost too; return a link in its place.

    All sign-ins and tokens of the account end. It is on record, as is the link's use.
    """
    desk.casebook.set_password(user_id, "", keeper.id, desk.now())
    if second_factor_too and desk.casebook.credentials(user_id).totp_secret:
        desk.casebook.set_totp(user_id, "", keeper.id, desk.now())
    return new_link(desk, user_id)


def disable_account(desk: Desk, keeper: Visitor, user_id: str, *, enable: bool) -> User:
    """Disable an account, whose sign-ins, tokens and links end; or enable it again."""
    user = desk.casebook.disable_user(user_id, keeper.id, desk.now(), enable=enable)
    desk.links.end_all_of(user_id)
    return user
