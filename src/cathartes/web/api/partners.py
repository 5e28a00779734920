"""Partners as JSON: to read; their forms are on the pages."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field as Member

from cathartes.casework.partner import CellSize, Field, Way
from cathartes.pipeline.partner_facts import facts_of
from cathartes.pipeline.partners import change_partner, disable_partner
from cathartes.web.asked import PageAsked, ThingId
from cathartes.web.guard import OnDesk, PartnerKeeper, PartnerReader, guarded_router
from cathartes.web.views.partners import PartnerPage, PartnerView, partner_page, partner_view

router: APIRouter = guarded_router(prefix="/api/v1/partners", tags=["partners"])

_Text = Annotated[str, Member(max_length=1000)]


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A way, and where it leads."""

    way: Way
    target: _Text


@dataclass(frozen=True, slots=True)
class NewProfile:
    """A profile to put in the place of the one there is; `ceiling` is a label of TLP."""

    fields: frozenset[Field]
    cell_m: CellSize
    ceiling: _Text
    mandate_ids: Annotated[tuple[_Text, ...], Member(max_length=1000)]
    deliveries: Annotated[tuple[NewDelivery, ...], Member(max_length=50)]


@router.get("")
def list_partners(desk: OnDesk, visitor: PartnerReader, page: PageAsked) -> PartnerPage:
    """Return partners, by id."""
    return partner_page(desk, visitor, page.limit, page.after)


@router.get("/{partner_id}")
def read_partner(desk: OnDesk, visitor: PartnerReader, partner_id: ThingId) -> PartnerView:
    """Return a partner: what it may have, how it gets it, its public keys."""
    return partner_view(desk, visitor, partner_id)


@router.put("/{partner_id}/profile")
def set_profile(
    desk: OnDesk, visitor: PartnerKeeper, partner_id: ThingId, told: NewProfile
) -> PartnerView:
    """Give a partner another profile; what rests on the old one is drafted anew."""
    facts = facts_of(
        allowed=told.fields,
        cell_m=told.cell_m,
        ceiling=told.ceiling,
        mandates=told.mandate_ids,
        deliver=[(one.way, one.target) for one in told.deliveries],
    )
    change_partner(desk.casebook, partner_id, facts, visitor.id, desk.now())
    return partner_view(desk, visitor, partner_id)


@router.post("/{partner_id}/disable")
def disable(desk: OnDesk, visitor: PartnerKeeper, partner_id: ThingId) -> PartnerView:
    """Tell a partner nothing more."""
    disable_partner(desk.casebook, partner_id, visitor.id, desk.now())
    return partner_view(desk, visitor, partner_id)


@router.post("/{partner_id}/enable")
def enable(desk: OnDesk, visitor: PartnerKeeper, partner_id: ThingId) -> PartnerView:
    """Let a partner be told again."""
    disable_partner(desk.casebook, partner_id, visitor.id, desk.now(), enable=True)
    return partner_view(desk, visitor, partner_id)
