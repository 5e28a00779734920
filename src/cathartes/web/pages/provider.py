"""Signing in by an identity provider."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import JsonValue

from cathartes.errors import AccessError
from cathartes.web.guard import PUBLIC, OnDesk, guarded_router
from cathartes.web.oidc import BACK, FLOW_END, Provider
from cathartes.web.pages.sign_in import inside
from cathartes.web.visitor import address_of, begin_session, cookie_name

router: APIRouter = guarded_router()


@router.get("/sign-in/provider", dependencies=[PUBLIC])
def go_to_provider(request: Request, desk: OnDesk, next: str = "/") -> Response:  # noqa: A002, ARG001
    """Send somebody to the identity provider."""
    address, browser = _provider(desk.provider).begin(inside(next), desk.now())
    answer = RedirectResponse(address, 303)
    answer.set_cookie(
        f"{cookie_name(desk)}-provider",
        browser,
        max_age=int(FLOW_END.total_seconds()),
        path="/",
        secure=desk.settings.is_https,
        httponly=True,
        samesite="lax",
    )
    return answer


@router.get(f"/{BACK}", dependencies=[PUBLIC])
def come_back(request: Request, desk: OnDesk) -> Response:
    """Sign in whom the identity provider names, if an account is theirs; make none."""
    cookie = f"{cookie_name(desk)}-provider"
    now_utc = desk.now()
    browser = request.cookies.get(cookie, "")
    who = _provider(desk.provider).end(browser, request.query_params, now_utc)
    user = desk.casebook.user_of_identity(who.subject)
    if user is None or user.is_disabled:
        subject = "nobody" if user is None else user.id
        detail: dict[str, JsonValue] = {"identity": who.subject, "address": address_of(request)}
        desk.casebook.note("sign-in.refused", subject, detail, "nobody", now_utc)
        raise AccessError(
            f"no account here is of {who.subject}, or it is disabled. An administrator can enter "
            f"one: cathartes user add NAME --role ROLE --identity '{who.subject}'."
        )
    answer = RedirectResponse(who.next_path, 303)
    begin_session(desk, request, answer, user.id, "oidc")
    answer.delete_cookie(cookie, path="/", secure=desk.settings.is_https)
    return answer


def _provider(provider: Provider | None) -> Provider:
    if provider is None:
        raise AccessError(
            "this workstation has no identity provider; sign in by password. `cathartes serve "
            "--oidc-issuer` names one."
        )
    return provider
