"""One's own account: password, second factor, programs' tokens, sign-ins."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from cathartes.errors import AccessError
from cathartes.pipeline.passwords import (
    hash_password,
    is_right_code,
    is_totp_secret,
    new_totp_secret,
    totp_address,
)
from cathartes.pipeline.sign_in import Attempt, by_password
from cathartes.web.attempts import attempt
from cathartes.web.desk import Desk
from cathartes.web.guard import AccountHolder, OnDesk, guarded_router
from cathartes.web.known_browser import remember_browser
from cathartes.web.qr import qr_picture
from cathartes.web.render import page
from cathartes.web.texts import said
from cathartes.web.tokens import make_token
from cathartes.web.views.account import account_view
from cathartes.web.visitor import Visitor, begin_session

router: APIRouter = guarded_router(prefix="/account")

_Password = Annotated[str, Form(max_length=1024)]
_Code = Annotated[str, Form(max_length=16)]
_Secret = Annotated[str, Form(max_length=64)]
_NOT_KEPT = said("this casebook has no accounts; there is nothing to change.")
_OF_PROVIDER = said("this account is signed in by an identity provider, which keeps its password.")
_HAS_ONE = said("this account has a second factor; remove it first.")
_NO_SECRET = said("this is no secret that was made here; begin again.")
_NO_MATCH = said("the two new passwords are not the same; nothing was changed.")


@router.get("")
def show_account(request: Request, desk: OnDesk, visitor: AccountHolder) -> Response:
    """Show it."""
    return _account(request, desk, visitor)


@router.post("/password")
def change_password(
    request: Request,
    desk: OnDesk,
    visitor: AccountHolder,
    new: _Password,
    again: _Password,
    old: _Password = "",
) -> Response:
    """Change the password, which needs the old one, if there is one; all other sign-ins end."""
    _check_kept(visitor)
    if desk.casebook.user(visitor.id).oidc_subject:
        raise AccessError(_OF_PROVIDER)
    if new != again:
        raise AccessError(_NO_MATCH)
    hashed = hash_password(new)
    if desk.casebook.credentials(visitor.id).password_hash:
        tried = attempt(request, desk, visitor.id, by_password(old))
        if not tried.succeeded:
            return _account(request, desk, visitor, tried)
    desk.casebook.set_password(visitor.id, hashed, visitor.id, desk.now())
    answer = RedirectResponse("/account", 303)
    begin_session(desk, request, answer, visitor.id, "password")
    remember_browser(request, answer, desk, visitor.id, desk.casebook.credentials(visitor.id))
    return answer


@router.get("/second-factor")
def show_second_factor(request: Request, desk: OnDesk, visitor: AccountHolder) -> Response:
    """Show a new secret as a picture that an authenticator reads."""
    _check_none_yet(desk, visitor)
    return _second_factor(request, visitor, new_totp_secret())


@router.post("/second-factor")
def add_second_factor(
    request: Request, desk: OnDesk, visitor: AccountHolder, secret: _Secret, code: _Code
) -> Response:
    """Keep a second factor, once a code shows that the authenticator has it."""
    _check_none_yet(desk, visitor)
    if not is_totp_secret(secret):
        raise AccessError(_NO_SECRET)
    now_utc = desk.now()
    step = is_right_code(secret, code, now_utc)
    if step is None:
        return _second_factor(request, visitor, secret, is_wrong=True)
    desk.casebook.set_totp(visitor.id, secret, visitor.id, now_utc)
    desk.casebook.use_totp_step(visitor.id, step)
    answer = RedirectResponse("/account", 303)
    begin_session(desk, request, answer, visitor.id, _how(visitor))
    return answer


@router.post("/second-factor/remove")
def remove_second_factor(
    request: Request, desk: OnDesk, visitor: AccountHolder, old: _Password = ""
) -> Response:
    """Remove the second factor, which needs the password."""
    _check_kept(visitor)
    tried = attempt(request, desk, visitor.id, by_password(old))
    if not tried.succeeded:
        return _account(request, desk, visitor, tried)
    desk.casebook.set_totp(visitor.id, "", visitor.id, desk.now())
    answer = RedirectResponse("/account", 303)
    begin_session(desk, request, answer, visitor.id, _how(visitor))
    return answer


@router.post("/tokens")
def add_token(
    request: Request,
    desk: OnDesk,
    visitor: AccountHolder,
    name: Annotated[str, Form(max_length=200)],
    days: Annotated[int, Form(ge=1, le=365)] = 90,
) -> Response:
    """Make a program's token and show it, once."""
    _check_kept(visitor)
    return _account(request, desk, visitor, secret=make_token(desk, visitor, name, days))


@router.post("/tokens/{token_sha256}/end")
def end_token(desk: OnDesk, visitor: AccountHolder, token_sha256: str) -> Response:
    """Withdraw a program's token."""
    desk.casebook.end_token(token_sha256, visitor.id, desk.now())
    return RedirectResponse("/account", 303)


@router.post("/sessions/end")
def end_other_sessions(desk: OnDesk, visitor: AccountHolder) -> Response:
    """Sign out everywhere else."""
    if visitor.session is not None:
        kept = visitor.session.token_sha256
        desk.casebook.end_other_sessions(visitor.id, kept, desk.now())
    return RedirectResponse("/account", 303)


def _account(
    request: Request,
    desk: Desk,
    visitor: Visitor,
    tried: Attempt | None = None,
    secret: str = "",
) -> Response:
    status = 200 if tried is None else 429 if tried.wait_s > 0 else 403
    view = account_view(desk, visitor)
    told = {"view": view, "tried": tried, "secret": secret}
    return page(request, "account.html", visitor, status=status, **told)


def _second_factor(
    request: Request, visitor: Visitor, secret: str, *, is_wrong: bool = False
) -> Response:
    picture = qr_picture(totp_address(secret, visitor.id))
    told = {"secret": secret, "picture": picture, "is_wrong": is_wrong}
    status = 403 if is_wrong else 200
    return page(request, "second_factor.html", visitor, status=status, **told)


def _check_kept(visitor: Visitor) -> None:
    if not visitor.is_kept:
        raise AccessError(_NOT_KEPT)


def _check_none_yet(desk: Desk, visitor: Visitor) -> None:
    _check_kept(visitor)
    if desk.casebook.user(visitor.id).oidc_subject:
        raise AccessError(_OF_PROVIDER)
    if desk.casebook.credentials(visitor.id).totp_secret:
        raise AccessError(_HAS_ONE)


def _how(visitor: Visitor) -> str:
    return "link" if visitor.session is None else visitor.session.how
