"""A mandate: the written authority, whether it is in force, and what was flown under it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cathartes.casework.mandate import Mandate
from cathartes.web.desk import Desk
from cathartes.web.own import own_sorties
from cathartes.web.views.audit_excerpt import AuditLine, audit_excerpt
from cathartes.web.views.shapes import GeoJson, geojson
from cathartes.web.views.sortie import PlanView, SortieRow, plan_view, sortie_rows
from cathartes.web.visitor import Visitor


class MandateState(StrEnum):
    """Whether work may be done under a mandate now."""

    TO_COME = "not begun"
    IN_FORCE = "in force"
    ENDED = "ended"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class MandateRow:
    """A mandate in short; no `chemicals` means all of the library."""

    id: str
    authority: str
    reference: str
    state: str
    valid_from_utc: datetime
    valid_until_utc: datetime
    chemicals: tuple[str, ...]
    retention_days: int
    revoked_utc: datetime | None
    revoked_why: str


@dataclass(frozen=True, slots=True)
class MandatePage:
    """A page of mandates; `next` is what the page after it begins `after`, None on the last."""

    mandates: tuple[MandateRow, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class MandateView:
    """All that is shown of a mandate; of sorties and plans, those that the visitor may see."""

    about: MandateRow
    area: GeoJson | None
    partners: tuple[str, ...]
    plans: tuple[PlanView, ...]
    sorties: tuple[SortieRow, ...]
    audit: tuple[AuditLine, ...] | None


def mandate_page(desk: Desk, limit: int, after: str) -> MandatePage:
    """Return a page of mandates, the newest first; MandateError if `after` is not there."""
    every = desk.casebook.mandates()
    begin = 0
    if after:
        last = desk.casebook.mandate(after)
        begin = [one.id for one in every].index(last.id) + 1
    shown = every[begin : begin + limit]
    more = shown[-1].id if begin + limit < len(every) else None
    now_utc = desk.now()
    return MandatePage(tuple(_row(one, now_utc) for one in shown), more)


def mandate_view(desk: Desk, visitor: Visitor, mandate_id: str) -> MandateView:
    """Return a mandate; MandateError if it is not there."""
    mandate = desk.casebook.mandate(mandate_id)
    own = own_sorties(desk, visitor)
    flown = tuple(
        one
        for one in desk.casebook.sorties()
        if one.mandate_id == mandate_id and (own is None or one.id in own)
    )
    return MandateView(
        about=_row(mandate, desk.now()),
        area=geojson(mandate.area),
        partners=mandate.partners,
        plans=tuple(
            plan_view(desk, one.id)
            for one in desk.casebook.plans(mandate_id)
            if own is None or one.id in {sortie.plan_id for sortie in flown}
        ),
        sorties=sortie_rows(desk, flown),
        audit=audit_excerpt(desk, visitor, [mandate_id]),
    )


def _row(one: Mandate, now_utc: datetime) -> MandateRow:
    return MandateRow(
        id=one.id,
        authority=one.authority,
        reference=one.reference,
        state=_state(one, now_utc).value,
        valid_from_utc=one.valid_from_utc,
        valid_until_utc=one.valid_until_utc,
        chemicals=one.chemicals,
        retention_days=one.retention_days,
        revoked_utc=one.revoked_utc,
        revoked_why=one.revoked_why,
    )


def _state(one: Mandate, now_utc: datetime) -> MandateState:
    if one.revoked_utc is not None and one.revoked_utc <= now_utc:
        return MandateState.REVOKED
    if now_utc < one.valid_from_utc:
        return MandateState.TO_COME
    return MandateState.IN_FORCE if now_utc < one.valid_until_utc else MandateState.ENDED
