"""Signing in and out: by one-time link, or by password and second factor."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from cathartes.errors import AccessError
from cathartes.pipeline.sign_in import Attempt, by_both, by_code
from cathartes.store.people_part import LOCAL
from cathartes.web.attempts import attempt
from cathartes.web.desk import Desk
from cathartes.web.guard import PUBLIC, AccountHolder, OnDesk, guarded_router
from cathartes.web.known_browser import remember_browser
from cathartes.web.render import LANGUAGE_COOKIE, page
from cathartes.web.texts import LANGUAGES, said
from cathartes.web.visitor import begin_session, end_session, visitor_of

router: APIRouter = guarded_router()

_A_YEAR_S = 365 * 24 * 3600
_LINK_GONE = said(
    "this link was used already, is too old, or is of an earlier start; ask for a new one."
)
_OTHER_SITE = said("this form was sent by another site; load the page again and repeat.")


@router.get("/sign-in", dependencies=[PUBLIC])
def show_sign_in(request: Request, desk: OnDesk, next: str = "/") -> Response:  # noqa: A002
    """Show the form."""
    if visitor_of(request) is not None:
        return RedirectResponse(inside(next), 303)
    return _form(request, desk, next)


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
    check_same_site(request)
    user_id = user.strip().lower()
    tried = attempt(request, desk, user_id, by_both(password, code))
    if not tried.succeeded:
        return _form(request, desk, next, tried)
    answer = RedirectResponse(inside(next), 303)
    begin_session(desk, request, answer, user_id, "password")
    remember_browser(request, answer, desk, user_id, desk.casebook.credentials(user_id))
    return answer


@router.get("/sign-in/link", dependencies=[PUBLIC])
def sign_in_by_link(request: Request, desk: OnDesk, secret: str) -> Response:
    """Sign in by a one-time link; it stands for the password, not for the second factor."""
    user_id = desk.links.whose(secret, desk.now())
    needs_code = bool(user_id and desk.casebook.credentials(user_id).totp_secret)
    if needs_code or (user_id and not _is_followed(request, desk)):
        return _code_form(request, secret, needs_code=needs_code)
    return _by_link(request, desk, secret)


@router.post("/sign-in/link", dependencies=[PUBLIC])
def sign_in_by_link_and_code(
    request: Request,
    desk: OnDesk,
    secret: Annotated[str, Form(max_length=200)],
    code: Annotated[str, Form(max_length=16)] = "",
) -> Response:
    """Sign in by a one-time link and the second factor."""
    check_same_site(request)
    user_id = desk.links.whose(secret, desk.now())
    if not user_id:
        raise AccessError(_LINK_GONE)
    tried = attempt(request, desk, user_id, by_code(code))
    if not tried.succeeded:
        return _code_form(request, secret, tried)
    return _by_link(request, desk, secret)


@router.post("/sign-out")
def sign_out(request: Request, desk: OnDesk, visitor: AccountHolder) -> Response:  # noqa: ARG001
    """End the session."""
    answer = RedirectResponse("/sign-in", 303)
    end_session(desk, request, answer)
    return answer


@router.post("/language", dependencies=[PUBLIC])
def choose_language(
    request: Request,
    desk: OnDesk,
    language: Annotated[str, Form(max_length=5)],
    next: Annotated[str, Form(max_length=2000)] = "/",  # noqa: A002
) -> Response:
    """Speak another language from now on."""
    check_same_site(request)
    answer = RedirectResponse(inside(next), 303)
    if language in LANGUAGES:
        answer.set_cookie(
            LANGUAGE_COOKIE,
            language,
            max_age=_A_YEAR_S,
            secure=desk.settings.is_https,
            httponly=True,
            samesite="lax",
        )
    return answer


def _code_form(
    request: Request, secret: str, tried: Attempt | None = None, *, needs_code: bool = True
) -> Response:
    return page(
        request,
        "sign_in_code.html",
        status=_status_of(tried),
        secret=secret,
        tried=tried,
        needs_code=needs_code,
    )


def _is_followed(request: Request, desk: Desk) -> bool:
    """Return whether a person follows a link, and no program looks at where it leads.

    Browsers that load ahead say so; programs that preview or check links in messages don't say
    what browsers say of every page that is gone to, by https or on loopback.
    """
    told = request.headers
    ahead = f"{told.get('sec-purpose', '')} {told.get('purpose', '')} {told.get('x-moz', '')}"
    if any(word in ahead.lower() for word in ("prefetch", "prerender", "preview")):
        return False
    return desk.settings.is_loopback or told.get("sec-fetch-mode", "") == "navigate"


def _by_link(request: Request, desk: Desk, secret: str) -> Response:
    user_id = desk.links.take(secret, desk.now())
    if not user_id or not desk.casebook.subject(user_id).roles:
        raise AccessError(_LINK_GONE)
    begins_anew = not user_id.startswith(LOCAL) and not _has_a_way_in(desk, user_id)
    answer = RedirectResponse("/account" if begins_anew else "/", 303)
    begin_session(desk, request, answer, user_id, "link")
    return answer


def _has_a_way_in(desk: Desk, user_id: str) -> bool:
    known = desk.casebook.credentials(user_id)
    return bool(known.password_hash or desk.casebook.user(user_id).oidc_subject)


def _form(request: Request, desk: Desk, next_path: str, tried: Attempt | None = None) -> Response:
    return page(
        request,
        "sign_in.html",
        status=_status_of(tried),
        next=inside(next_path),
        tried=tried,
        has_users=desk.casebook.has_users(),
        has_provider=desk.provider is not None,
    )


def _status_of(tried: Attempt | None) -> int:
    if tried is None:
        return 200
    return 429 if tried.wait_s > 0 else 403


def check_same_site(request: Request) -> None:
    """Refuse a form that another site sent: there is no session yet whose secret could tell.

    Raises
    ------
    AccessError
        If the browser says so.
    """
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin", "")
    host = request.headers.get("host", "")
    from_us = not origin or urlsplit(origin).netloc.lower() == host.lower()
    if site not in {"same-origin", "none"} or not from_us:
        raise AccessError(_OTHER_SITE)


def inside(path: str) -> str:
    """Return a path to go to; "/" for what would lead elsewhere."""
    plain = path.isprintable() and path.isascii() and "\\" not in path
    return path if path.startswith("/") and not path.startswith("//") and plain else "/"
