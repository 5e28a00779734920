"""Accounts as JSON, for administrators."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query

from cathartes.casework.roles import Action, Role, Thing
from cathartes.casework.user import User
from cathartes.web.guard import OnDesk, UserKeeper, guarded_router, require
from cathartes.web.user_keeping import add_account, disable_account, give_roles, reset_account
from cathartes.web.views.users import (
    MOST_ON_A_PAGE,
    LinkView,
    UsersView,
    UserView,
    user_view,
    users_view,
)

router: APIRouter = guarded_router(prefix="/api/v1/users", tags=["users"])


@dataclass(frozen=True, slots=True)
class NewUser:
    """An account to enter."""

    id: str
    roles: tuple[Role, ...]
    name: str = ""
    partner: str = ""
    oidc_subject: str = ""


@dataclass(frozen=True, slots=True)
class NewRoles:
    """Roles to give, in the place of those there are."""

    roles: tuple[Role, ...]
    partner: str = ""


@dataclass(frozen=True, slots=True)
class AddedUser:
    """An account that was entered, and its first link: None if a provider signs it in."""

    user: UserView
    link: LinkView | None


@router.get("")
def list_users(
    desk: OnDesk,
    visitor: UserKeeper,  # noqa: ARG001
    after: str = "",
    limit: Annotated[int, Query(ge=1, le=MOST_ON_A_PAGE)] = 100,
) -> UsersView:
    """Return accounts, by id."""
    return users_view(desk, after, limit)


@router.post("", status_code=201)
def add_user(desk: OnDesk, visitor: UserKeeper, told: NewUser) -> AddedUser:
    """Enter an account."""
    roles = tuple(sorted(set(told.roles)))
    name = told.name or told.id
    made = User(told.id, name, roles, told.partner, oidc_subject=told.oidc_subject)
    link = add_account(desk, visitor, made)
    return AddedUser(user_view(desk, made), link)


@router.get("/{user_id}")
def show_user(desk: OnDesk, visitor: UserKeeper, user_id: str) -> UserView:  # noqa: ARG001
    """Return an account."""
    return user_view(desk, desk.casebook.user(user_id))


@router.put("/{user_id}/roles")
def set_roles(desk: OnDesk, visitor: UserKeeper, user_id: str, told: NewRoles) -> UserView:
    """Give an account other roles; its sign-ins end."""
    require(visitor, Action.MANAGE_USERS, Thing(owner=user_id))
    return user_view(desk, give_roles(desk, visitor, user_id, told.roles, told.partner))


@router.post("/{user_id}/disable")
def disable(desk: OnDesk, visitor: UserKeeper, user_id: str) -> UserView:
    """Disable an account; its sign-ins, tokens and links end."""
    require(visitor, Action.MANAGE_USERS, Thing(owner=user_id))
    return user_view(desk, disable_account(desk, visitor, user_id, enable=False))


@router.post("/{user_id}/enable")
def enable(desk: OnDesk, visitor: UserKeeper, user_id: str) -> UserView:
    """Enable an account again."""
    require(visitor, Action.MANAGE_USERS, Thing(owner=user_id))
    return user_view(desk, disable_account(desk, visitor, user_id, enable=True))


@router.post("/{user_id}/reset")
def reset(
    desk: OnDesk,
    visitor: UserKeeper,
    user_id: str,
    second_factor_too: bool = False,
) -> LinkView:
    """Take a password away and return a one-time link in its place."""
    require(visitor, Action.MANAGE_USERS, Thing(owner=user_id))
    return reset_account(desk, visitor, user_id, second_factor_too=second_factor_too)
