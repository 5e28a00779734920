"""What a visitor is told when something can't be done: a page for people, JSON for programs."""

import logging
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from cathartes.casework.release import NoReleaseError
from cathartes.casework.user import NoUserError
from cathartes.errors import (
    AccessError,
    CasebookError,
    CathartesError,
    EvidenceError,
    KeyringError,
    MandateError,
    NoConnectionError,
    OutputError,
    PackageError,
    ReleaseError,
    ReviewError,
)
from cathartes.store.database import NoAnswerError
from cathartes.web.background import background_of
from cathartes.web.live_feed import TooManyStreamsError
from cathartes.web.render import here, page
from cathartes.web.texts import said
from cathartes.web.unreadable import why_unreadable
from cathartes.web.visitor import NotSignedInError, Visitor, visitor_of

_LOG = logging.getLogger("cathartes.web")

API = ("/api/", "/ogc")
"""Beginnings of the paths that programs ask."""
_NOTHING = said("There is nothing here.")
_NOT_HERE = said("This can't be done here.")
_FAULT = said("This is a fault in Cathartes; the server's log says more.")
_STATUS: tuple[tuple[type[CathartesError], int], ...] = (
    (NotSignedInError, 401),
    (TooManyStreamsError, 429),
    (NoUserError, 404),
    (NoReleaseError, 404),
    (AccessError, 403),
    (ReviewError, 409),
    (ReleaseError, 409),
    (NoAnswerError, 503),
    (MandateError, 409),
    (KeyringError, 409),
    (PackageError, 409),
    (EvidenceError, 404),
    (CasebookError, 404),
    (OutputError, 503),
    (NoConnectionError, 503),
    (CathartesError, 400),
)


def handle_failures(app: FastAPI) -> None:
    """Let an application tell its failures."""
    app.add_exception_handler(CathartesError, _ours)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(Exception, _unexpected)


def _ours(request: Request, error: Exception) -> Response:
    status = next(status for kind, status in _STATUS if isinstance(error, kind))
    if status == 409 and request.method == "GET":  # what is only read is not there
        status = 404
    if status == 401 and not request.url.path.startswith(API) and request.method == "GET":
        return RedirectResponse(f"/sign-in?next={quote(here(request), safe='/')}", 303)
    if status == 403:
        note_refusal(request, error)
    where = request.app.state.desk.where  # the machine's folders are nobody's to know outside it
    return _told(request, status, str(error).replace(where, "casebook"))


def note_refusal(request: Request, error: Exception) -> None:
    """Put a refusal on record: who asked for what, and why not."""
    visitor = visitor_of(request)
    if visitor is None:
        return
    desk = request.app.state.desk
    refusals = background_of(request).refusals
    refusals.note(visitor.id, request.method, request.url.path, str(error), desk.now())


def _not_understood(request: Request, error: Exception) -> Response:
    errors = error.errors() if isinstance(error, RequestValidationError) else []
    return _told(request, 422, why_unreadable(errors))


def _of_http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    told = {404: _NOTHING, 405: _NOT_HERE}
    answer = _told(request, status, told.get(status, str(getattr(error, "detail", ""))))
    answer.headers.update(getattr(error, "headers", None) or {})
    return answer


def _unexpected(request: Request, error: Exception) -> Response:
    _LOG.error("fault at %s %s", request.method, request.url.path, exc_info=error)
    return _told(request, 500, _FAULT)


def _told(request: Request, status: int, message: str) -> Response:
    if request.url.path.startswith(API):
        headers = {"www-authenticate": 'Basic realm="cathartes"'} if status == 401 else None
        content = {"error": {"status": status, "message": message}}
        return JSONResponse(content, status, headers)
    visitor = _who_is_told(request, status)
    return page(request, "failure.html", visitor, status=status, message=message, code=status)


def _who_is_told(request: Request, status: int) -> Visitor | None:
    """Return whose page it is, to lead on from it; None where nobody can be asked who it is."""
    if status in {401, 500, 503}:
        return None
    try:
        return visitor_of(request)
    except CathartesError:
        return None
