"""The audit for programs."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import StreamingResponse

from cathartes.store.canonical import canonical
from cathartes.store.interface_audit import AuditFilter
from cathartes.web.asked_audit import LARGEST_NUMBER, AuditAsked, BeforeAsked, EntriesAsked
from cathartes.web.background import InBackground
from cathartes.web.chain_watch import ChainState
from cathartes.web.desk import Desk
from cathartes.web.guard import AuditReader, OnDesk, guarded_router
from cathartes.web.views.audit import AuditPage, AuditRow, audit_page_view, audit_row

router: APIRouter = guarded_router(prefix="/api/v1/audit", tags=["audit"])

_LINES = 500
"""That are sent at once."""


@router.get("")
def list_audit(
    desk: OnDesk,
    visitor: AuditReader,  # noqa: ARG001
    wanted: AuditAsked,
    limit: EntriesAsked = 50,
    before: BeforeAsked = None,
) -> AuditPage:
    """Return what was done, the newest first."""
    return audit_page_view(desk, wanted, limit, before)


@router.get("/chain")
def read_chain(visitor: AuditReader, background: InBackground) -> ChainState:  # noqa: ARG001
    """Return how far the chain was checked; nothing is begun by it."""
    return background.chain.state()


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/jsonl": {"schema": {"type": "string"}}}}},
)
def export_audit(desk: OnDesk, visitor: AuditReader, wanted: AuditAsked) -> StreamingResponse:
    """Return entries as JSON lines, the oldest first; all of them if no filter is given.

    Each line is canonical JSON. SHA-256 over `previous_hash` and the line without the two hashes
    gives `hash`: who has the file can check the chain without Cathartes.
    """
    told = {"actor": wanted.actor, "action": wanted.action, "subject": wanted.subject}
    desk.casebook.note("audit.export", "audit", {**told}, visitor.id, desk.now())
    headers = {"content-disposition": 'attachment; filename="audit.jsonl"'}
    return StreamingResponse(_lines(desk, wanted), media_type="application/jsonl", headers=headers)


@router.get("/{number}")
def read_audit_entry(
    desk: OnDesk,
    visitor: AuditReader,  # noqa: ARG001
    number: Annotated[int, Path(ge=1, le=LARGEST_NUMBER)],
) -> AuditRow:
    """Return one entry with all that it recorded."""
    return audit_row(desk.casebook.audit_entry(number))


def _lines(desk: Desk, wanted: AuditFilter) -> Iterator[bytes]:
    lines: list[bytes] = []
    for entry in desk.casebook.audit_entries(0, wanted):
        line = {
            "number": entry.number,
            "moment": entry.moment_utc.isoformat(timespec="microseconds"),
            "actor": entry.actor,
            "action": entry.action,
            "subject": entry.subject,
            "detail": entry.detail,
            "previous_hash": entry.previous_hash,
            "hash": entry.hash,
        }
        lines.append(canonical(line) + b"\n")
        if len(lines) == _LINES:
            yield b"".join(lines)
            lines.clear()
    yield b"".join(lines)
