"""The administrator's pages: accounts, and no case data."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from cathartes.casework.roles import Action, Role, Thing
from cathartes.casework.user import User
from cathartes.web.desk import Desk
from cathartes.web.guard import OnDesk, UserKeeper, guarded_router, require
from cathartes.web.render import page
from cathartes.web.user_keeping import add_account, disable_account, reset_account
from cathartes.web.views.users import LinkView, user_view, users_view
from cathartes.web.visitor import Visitor

router: APIRouter = guarded_router(prefix="/users")

_Roles = Annotated[list[Role], Form()]
_Partner = Annotated[str, Form(max_length=200)]


@router.get("")
def show_users(request: Request, desk: OnDesk, visitor: UserKeeper, after: str = "") -> Response:
    """List the accounts."""
    view = users_view(desk, after)
    return page(request, "users.html", visitor, view=view, roles=tuple(Role))


@router.post("")
def add_user(
    request: Request,
    desk: OnDesk,
    visitor: UserKeeper,
    user: Annotated[str, Form(max_length=64)],
    role: _Roles,
    name: Annotated[str, Form(max_length=200)] = "",
    partner: _Partner = "",
    identity: Annotated[str, Form(max_length=600)] = "",
) -> Response:
    """Enter an account, and show the one-time link by which its holder begins."""
    user_id = user.strip().lower()
    made = User(
        user_id,
        name.strip() or user_id,
        tuple(sorted(set(role))),
        partner.strip(),
        oidc_subject=identity.strip(),
    )
    link = add_account(desk, visitor, made)
    if link is None:
        return RedirectResponse(f"/users/{user_id}", 303)
    return _account(request, desk, visitor, user_id, link)


@router.get("/{user_id}")
def show_user(request: Request, desk: OnDesk, visitor: UserKeeper, user_id: str) -> Response:
    """Show an account."""
    return _account(request, desk, visitor, user_id)


@router.post("/{user_id}/roles")
def set_roles(
    desk: OnDesk, visitor: UserKeeper, user_id: str, role: _Roles, partner: _Partner = ""
) -> Response:
    """Give an account other roles."""
    require(visitor, Action.MANAGE_USERS, Thing(owner=user_id))
    desk.casebook.set_roles(user_id, role, partner.strip(), visitor.id, desk.now())
    return RedirectResponse(f"/users/{user_id}", 303)


@router.post("/{user_id}/disable")
def disable(desk: OnDesk, visitor: UserKeeper, user_id: str) -> Response:
    """Disable an account."""
    require(visitor, Action.MANAGE_USERS, Thing(owner=user_id))
    disable_account(desk, visitor, user_id, enable=False)
    return RedirectResponse(f"/users/{user_id}", 303)


@router.post("/{user_id}/enable")
def enable(desk: OnDesk, visitor: UserKeeper, user_id: str) -> Response:
    """Enable an account again."""
    require(visitor, Action.MANAGE_USERS, Thing(owner=user_id))
    disable_account(desk, visitor, user_id, enable=True)
    return RedirectResponse(f"/users/{user_id}", 303)


@router.post("/{user_id}/reset")
def reset(
    request: Request,
    desk: OnDesk,
    visitor: UserKeeper,
    user_id: str,
    second_factor: Annotated[bool, Form()] = False,
) -> Response:
    """Take a password away and show a one-time link in its place."""
    require(visitor, Action.MANAGE_USERS, Thing(owner=user_id))
    link = reset_account(desk, visitor, user_id, second_factor_too=second_factor)
    return _account(request, desk, visitor, user_id, link)


def _account(
    request: Request, desk: Desk, visitor: Visitor, user_id: str, link: LinkView | None = None
) -> Response:
    view = user_view(desk, desk.casebook.user(user_id))
    return page(
        request, "user.html", visitor, view=view, link=link, roles=tuple(Role),
        is_own=user_id == visitor.id,
    )  # fmt: skip
