"""Partners: who may be told, how much of it, and how they get it; no case."""

from dataclasses import dataclass

from cathartes.casework.partner import Field, Partner
from cathartes.casework.public_key import fingerprint_of
from cathartes.casework.roles import Action, Role
from cathartes.web.desk import Desk
from cathartes.web.visitor import Visitor


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """A way, and where it leads."""

    way: str
    target: str


@dataclass(frozen=True, slots=True)
class PartnerView:
    """A partner.

    Attributes
    ----------
    id, name, country, languages, age_recipient, signing_key, cell_m, mandate_ids, is_disabled
        As `cathartes.casework.partner.Partner` has them.
    fingerprint
        Of its keys, as one reads it aloud.
    fields, withheld
        What it may have beyond the core, and what it may not.
    ceiling
        Label of TLP, without ``TLP:``.
    deliveries
    officers
        Accounts of that office; None to one who does not keep accounts.
    """

    id: str
    name: str
    country: str
    languages: tuple[str, ...]
    age_recipient: str
    signing_key: str
    fingerprint: str
    fields: tuple[str, ...]
    withheld: tuple[str, ...]
    cell_m: int
    ceiling: str
    mandate_ids: tuple[str, ...]
    deliveries: tuple[DeliveryView, ...]
    is_disabled: bool
    officers: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class PartnerPage:
    """A page of partners by id; `next` is what the next begins `after`, None on the last."""

    partners: tuple[PartnerView, ...]
    next: str | None


def partner_page(desk: Desk, visitor: Visitor, limit: int, after: str) -> PartnerPage:
    """Return a page of partners."""
    found = [one for one in desk.casebook.partners() if one.id > after]
    shown = tuple(_view(desk, visitor, one) for one in found[:limit])
    return PartnerPage(shown, shown[-1].id if len(found) > limit else None)


def partner_view(desk: Desk, visitor: Visitor, partner_id: str) -> PartnerView:
    """Return a partner; ReleaseError if it is not there."""
    return _view(desk, visitor, desk.casebook.partner(partner_id))


def _view(desk: Desk, visitor: Visitor, partner: Partner) -> PartnerView:
    return PartnerView(
        id=partner.id,
        name=partner.name,
        country=partner.country,
        languages=partner.languages,
        age_recipient=partner.age_recipient,
        signing_key=partner.signing_key,
        fingerprint=fingerprint_of(partner.signing_key, partner.age_recipient),
        fields=tuple(one.value for one in Field if one in partner.fields),
        withheld=tuple(one.value for one in partner.withheld),
        cell_m=partner.cell_m,
        ceiling=partner.ceiling.value,
        mandate_ids=partner.mandate_ids,
        deliveries=tuple(DeliveryView(one.way.value, one.target) for one in partner.deliveries),
        is_disabled=partner.is_disabled,
        officers=_officers(desk, visitor, partner.id),
    )


def _officers(desk: Desk, visitor: Visitor, partner_id: str) -> tuple[str, ...] | None:
    if not visitor.may(Action.MANAGE_USERS):
        return None
    accounts = desk.casebook.users()
    return tuple(
        one.id for one in accounts if Role.PARTNER in one.roles and one.partner == partner_id
    )
