"""The auditor's page: what was done, by whom, and whether that record holds."""

import json
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from cathartes.store.interface_audit import AuditFilter
from cathartes.web.asked import is_backwards
from cathartes.web.asked_audit import LARGEST_NUMBER, AuditAsked, BeforeAsked, EntriesAsked
from cathartes.web.background import InBackground
from cathartes.web.guard import AuditReader, OnDesk, guarded_router
from cathartes.web.render import page
from cathartes.web.views.audit import audit_page_view, audit_row, page_of_subject
from cathartes.web.views.audit_words import AUDIT_WORDS

router: APIRouter = guarded_router(prefix="/audit")

_NAMES = ("actor", "action", "subject", "since", "until")


@router.get("")
def show_audit(
    request: Request,
    desk: OnDesk,
    visitor: AuditReader,
    background: InBackground,
    wanted: AuditAsked,
    limit: EntriesAsked = 50,
    before: BeforeAsked = None,
) -> Response:
    """Show what was done, the newest first, and check on what was not checked yet."""
    view = audit_page_view(desk, wanted, limit, before)
    asked = {name: request.query_params.get(name, "") for name in _NAMES}
    query = urlencode({name: value for name, value in asked.items() if value})
    return page(
        request,
        "audit.html",
        visitor,
        view=view,
        chain=background.chain.go_on(),
        actions=desk.casebook.audit_actions(),
        words=AUDIT_WORDS,
        asked=asked,
        query=query,
        is_backwards=is_backwards(wanted.since_utc, wanted.until_utc),
        is_sifted=wanted != AuditFilter(),
        before=before,
    )


@router.get("/{number}")
def show_audit_entry(
    request: Request,
    desk: OnDesk,
    visitor: AuditReader,
    number: Annotated[int, Path(ge=1, le=LARGEST_NUMBER)],
) -> Response:
    """Show one entry with all that it recorded."""
    row = audit_row(desk.casebook.audit_entry(number))
    return page(
        request,
        "audit_entry.html",
        visitor,
        row=row,
        words=AUDIT_WORDS,
        detail=json.dumps(row.detail, indent=2, ensure_ascii=False, sort_keys=True),
        subject_page=page_of_subject(row),
        has_next=desk.casebook.audit_number() > number,
    )


@router.post("/check")
def check_audit_anew(visitor: AuditReader, background: InBackground) -> Response:  # noqa: ARG001
    """Begin to check the whole chain again."""
    background.chain.go_on(anew=True)
    return RedirectResponse("/audit", 303)
