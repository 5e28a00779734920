"""The administrator's pages: accounts, and no case data."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from cathartes.casework.roles import Action, Role, Thing
from cathartes.errors import AccessError, ReleaseError
from cathartes.pipeline.people import roles_of
from cathartes.web.desk import Desk
from cathartes.web.guard import OnDesk, UserKeeper, guarded_router, require
from cathartes.web.render import page
from cathartes.web.user_form import RolesForm, TypedRoles, TypedUser, UserForm
from cathartes.web.user_keeping import add_account, disable_account, give_roles, reset_account
from cathartes.web.views.users import LinkView, user_view, users_view
from cathartes.web.visitor import Visitor

router: APIRouter = guarded_router(prefix="/users")

_NOTHING_TYPED = TypedUser()
_CANT_BE = (AccessError, ReleaseError)


@router.get("")
def show_users(request: Request, desk: OnDesk, visitor: UserKeeper, after: str = "") -> Response:
    """List the accounts."""
    return _list(request, desk, visitor, after)


@router.post("")
def add_user(request: Request, desk: OnDesk, visitor: UserKeeper, typed: UserForm) -> Response:
    """Enter an account, and show the one-time link by which its holder begins."""
    try:
        link = add_account(desk, visitor, typed.account())
    except _CANT_BE as error:
        return _list(request, desk, visitor, typed=typed, problem=str(error))
    if link is None:
        return RedirectResponse(f"/users/{typed.id}", 303)
    return _account(request, desk, visitor, typed.id, link)


@router.get("/{user_id}")
def show_user(request: Request, desk: OnDesk, visitor: UserKeeper, user_id: str) -> Response:
    """Show an account."""
    return _account(request, desk, visitor, user_id)


@router.post("/{user_id}/roles")
def set_roles(
    request: Request, desk: OnDesk, visitor: UserKeeper, user_id: str, typed: RolesForm
) -> Response:
    """Give an account other roles."""
    require(visitor, Action.MANAGE_USERS, Thing(owner=user_id))
    try:
        give_roles(desk, visitor, user_id, roles_of(typed.roles), typed.partner)
    except _CANT_BE as error:
        return _account(request, desk, visitor, user_id, typed=typed, problem=str(error))
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


def _list(
    request: Request,
    desk: Desk,
    visitor: Visitor,
    after: str = "",
    *,
    typed: TypedUser = _NOTHING_TYPED,
    problem: str = "",
) -> Response:
    return page(
        request, "users.html", visitor, view=users_view(desk, after), roles=tuple(Role),
        typed=typed, problem=problem, status=409 if problem else 200,
    )  # fmt: skip


def _account(
    request: Request,
    desk: Desk,
    visitor: Visitor,
    user_id: str,
    link: LinkView | None = None,
    *,
    typed: TypedRoles | None = None,
    problem: str = "",
) -> Response:
    view = user_view(desk, desk.casebook.user(user_id))
    return page(
        request, "user.html", visitor, view=view, link=link, roles=tuple(Role),
        typed=typed or TypedRoles(tuple(view.roles), view.partner), problem=problem,
        is_own=user_id == visitor.id, status=409 if problem else 200,
    )  # fmt: skip
