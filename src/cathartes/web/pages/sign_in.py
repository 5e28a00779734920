"""Signing in and out: by one-time link, or by password and second factor."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from cathartes.casework.user import wait_s
from cathartes.errors import AccessError
from cathartes.pipeline.passwords import is_right_code, is_right_password
from cathartes.web.desk import Desk
from cathartes.web.guard import PUBLIC, AccountHolder, OnDesk, guarded_router
from cathartes.web.render import LANGUAGE_COOKIE, page
from cathartes.web.texts import LANGUAGES
from cathartes.web.visitor import address_of, begin_session, end_session, visitor_of

router: APIRouter = guarded_router()

_A_YEAR_S = 365 * 24 * 3600
_REFUSED = "This name, password and code do not go together."


@router.get("/sign-in", dependencies=[PUBLIC])
def show_sign_in(request: Request, desk: OnDesk, next: str = "/") -> Response:  # noqa: A002
    """Show the form."""
    if visitor_of(request) is not None:
        return RedirectResponse(_inside(next), 303)
    has_users = desk.casebook.has_users()
    return page(request, "sign_in.html", next=_inside(next), refused="", has_users=has_users)


@router.post("/sign-in", dependencies=[PUBLIC])
def sign_in(
    request: Request,
    desk: OnDesk,
    user: Annotated[str, Form(max_length=64)] = "",
    password: Annotated[str, Form(max_length=1024)] = "",
    code: Annotated[str, Form(max_length=16)] = "",
    next: Annotated[str, Form(max_length=2000)] = "/",  # noqa: A002
) -> Response:
    """Sign in by password and second factor; say no more than yes or no."""
    _check_same_site(request)
    address, now_utc = address_of(request), desk.now()
    wait = wait_s(desk.casebook.failures_utc(user, address), now_utc)
    if wait > 0:
        refused = f"Too many sign-ins failed. Wait {wait:.0f} s, then try again."
        return _again(request, next, refused, 429)
    if not _goes_together(desk, user, password, code):
        desk.casebook.note_failure(user[:64], address, now_utc)
        return _again(request, next, _REFUSED, 403)
    answer = RedirectResponse(_inside(next), 303)
    begin_session(desk, request, answer, user, "password")
    return answer


@router.get("/sign-in/link", dependencies=[PUBLIC])
def sign_in_by_link(request: Request, desk: OnDesk, secret: str) -> Response:
    """Sign in by a one-time link, which the terminal showed."""
    user = desk.links.take(secret)
    if not user or not desk.casebook.subject(user).roles:
        raise AccessError(
            "this link was used already, or is of an earlier start; `cathartes serve` shows a new "
            "one."
        )
    answer = RedirectResponse("/", 303)
    begin_session(desk, request, answer, user, "link")
    return answer


@router.post("/sign-out")
def sign_out(request: Request, desk: OnDesk, visitor: AccountHolder) -> Response:  # noqa: ARG001
    """End the session."""
    answer = RedirectResponse("/sign-in", 303)
    end_session(desk, request, answer)
    return answer


@router.post("/language", dependencies=[PUBLIC])
def choose_language(
    request: Request,
    language: Annotated[str, Form(max_length=5)],
    next: Annotated[str, Form(max_length=2000)] = "/",  # noqa: A002
) -> Response:
    """Speak another language from now on."""
    _check_same_site(request)
    answer = RedirectResponse(_inside(next), 303)
    if language in LANGUAGES:
        answer.set_cookie(LANGUAGE_COOKIE, language, max_age=_A_YEAR_S, samesite="lax")
    return answer


def _goes_together(desk: Desk, user: str, password: str, code: str) -> bool:
    """Return whether somebody is who they say; as slow for nobody as for somebody."""
    known = desk.casebook.credentials(user)
    if not is_right_password(known.password_hash, password):
        return False
    if not desk.casebook.subject(user).roles:
        return False
    if not known.totp_secret:
        return True
    step = is_right_code(known.totp_secret, code, desk.now())
    return step is not None and desk.casebook.use_totp_step(user, step)


def _again(request: Request, next_path: str, refused: str, status: int) -> Response:
    inside = _inside(next_path)
    return page(
        request, "sign_in.html", status=status, next=inside, refused=refused, has_users=True
    )


def _check_same_site(request: Request) -> None:
    """Refuse a form that another site sent: there is no session yet whose secret could tell."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise AccessError("this form was sent by another site; load the page again and repeat.")


def _inside(path: str) -> str:
    """Return a path to go to; "/" for what would lead elsewhere."""
    plain = path.isprintable() and "\\" not in path
    return path if path.startswith("/") and not path.startswith("//") and plain else "/"
