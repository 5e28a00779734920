"""Partners: the list, each with its profile, and for administrators the forms that change them."""

from collections.abc import Callable
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from cathartes.casework.partner import Field, Partner, Way
from cathartes.casework.roles import Action
from cathartes.casework.tlp import Tlp
from cathartes.errors import KeyringError, MandateError, ReleaseError, SettingsError
from cathartes.pipeline.partner_facts import CELLS_M, PartnerFacts
from cathartes.pipeline.partners import (
    add_partner,
    change_partner,
    disable_partner,
    read_partner_key,
)
from cathartes.products.release.words import ReleaseWords
from cathartes.web.asked import PageAsked, Paging, ThingId
from cathartes.web.desk import Desk
from cathartes.web.guard import OnDesk, PartnerKeeper, PartnerReader, guarded_router
from cathartes.web.next_page import next_page
from cathartes.web.partner_form import (
    TypedKey,
    TypedNames,
    TypedProfile,
    typed_key,
    typed_names,
    typed_profile,
)
from cathartes.web.render import language_of, page
from cathartes.web.views.partners import partner_page, partner_view
from cathartes.web.visitor import Visitor

router: APIRouter = guarded_router(prefix="/partners")

_Names = Annotated[TypedNames, Depends(typed_names)]
_Profile = Annotated[TypedProfile, Depends(typed_profile)]
_Key = Annotated[TypedKey, Depends(typed_key)]
_FormName = Literal["names", "profile", "keys", "disable", "enable"]
_Id = Annotated[str, Form(max_length=200)]
_CANT_BE = (ReleaseError, KeyringError, SettingsError, MandateError)
_KEY = "the file of the key"
_NO_NAMES = TypedNames("", "", "")
_NOTHING_SAID = PartnerFacts()


@router.get("")
def show_partners(
    request: Request, desk: OnDesk, visitor: PartnerReader, asked: PageAsked
) -> Response:
    """List the partners."""
    return _list(request, desk, visitor, asked)


@router.post("")
def add(
    request: Request,
    desk: OnDesk,
    visitor: PartnerKeeper,
    names: _Names,
    typed: _Key,
    partner: _Id = "",
) -> Response:
    """Enter a partner, who may be told nothing yet."""
    now_utc = desk.now()
    try:
        key = read_partner_key(typed.record, _KEY, typed.fingerprint, now_utc)
        made = names.facts().new(partner.strip().lower(), key.age_recipient, key.signing_key)
        add_partner(desk.casebook, made, visitor.id, now_utc)
    except _CANT_BE as error:
        return _list(
            request, desk, visitor, Paging(50, ""), names=names, partner=partner, problem=error
        )
    return _to(made.id)


@router.get("/{partner_id}")
def show_partner(
    request: Request, desk: OnDesk, visitor: PartnerReader, partner_id: ThingId
) -> Response:
    """Show a partner."""
    return _one(request, desk, visitor, partner_id)


@router.get("/{partner_id}/{form}")
def lead_back(visitor: PartnerReader, partner_id: ThingId, form: _FormName) -> Response:  # noqa: ARG001
    """Lead to a partner from the address of a form that was refused, as on loading again."""
    return _to(partner_id)


@router.post("/{partner_id}/names")
def change_names(
    request: Request, desk: OnDesk, visitor: PartnerKeeper, partner_id: ThingId, typed: _Names
) -> Response:
    """Call a partner otherwise."""

    def change() -> Partner:
        return change_partner(desk.casebook, partner_id, typed.facts(), visitor.id, desk.now())

    return _changed(request, desk, visitor, partner_id, change)


@router.post("/{partner_id}/profile")
def change_profile(
    request: Request, desk: OnDesk, visitor: PartnerKeeper, partner_id: ThingId, typed: _Profile
) -> Response:
    """Put another profile in the place of the one there was."""

    def change() -> Partner:
        return change_partner(desk.casebook, partner_id, typed.facts(), visitor.id, desk.now())

    return _changed(request, desk, visitor, partner_id, change, profile=typed)


@router.post("/{partner_id}/keys")
def change_keys(
    request: Request, desk: OnDesk, visitor: PartnerKeeper, partner_id: ThingId, typed: _Key
) -> Response:
    """Put another key in the place of the one there was."""
    now_utc = desk.now()

    def change() -> Partner:
        key = read_partner_key(typed.record, _KEY, typed.fingerprint, now_utc)
        return change_partner(
            desk.casebook, partner_id, _NOTHING_SAID, visitor.id, now_utc, key=key
        )

    return _changed(request, desk, visitor, partner_id, change)


@router.post("/{partner_id}/disable")
def disable(
    request: Request, desk: OnDesk, visitor: PartnerKeeper, partner_id: ThingId
) -> Response:
    """Tell a partner nothing more."""

    def change() -> Partner:
        return disable_partner(desk.casebook, partner_id, visitor.id, desk.now())

    return _changed(request, desk, visitor, partner_id, change)


@router.post("/{partner_id}/enable")
def enable(request: Request, desk: OnDesk, visitor: PartnerKeeper, partner_id: ThingId) -> Response:
    """Let a partner be told again."""

    def change() -> Partner:
        return disable_partner(desk.casebook, partner_id, visitor.id, desk.now(), enable=True)

    return _changed(request, desk, visitor, partner_id, change)


def _changed(
    request: Request,
    desk: Desk,
    visitor: Visitor,
    partner_id: str,
    change: Callable[[], Partner],
    profile: TypedProfile | None = None,
) -> Response:
    """Change a partner, or show again what was typed and why it can't be."""
    try:
        change()
    except _CANT_BE as error:
        return _one(request, desk, visitor, partner_id, profile=profile, problem=error)
    return _to(partner_id)


def _list(
    request: Request,
    desk: Desk,
    visitor: Visitor,
    asked: Paging,
    *,
    names: TypedNames = _NO_NAMES,
    partner: str = "",
    problem: Exception | None = None,
) -> Response:
    view = partner_page(desk, visitor, asked.limit, asked.after)
    return page(
        request, "partners.html", visitor, view=view, keeps=visitor.may(Action.MANAGE_PARTNERS),
        asked=asked, typed=names, partner=partner,
        further=next_page(request, view.next), status=200 if problem is None else 409,
        problem="" if problem is None else str(problem),
    )  # fmt: skip


def _one(
    request: Request,
    desk: Desk,
    visitor: Visitor,
    partner_id: str,
    *,
    profile: TypedProfile | None = None,
    problem: Exception | None = None,
) -> Response:
    view = partner_view(desk, visitor, partner_id)
    words = ReleaseWords(language_of(request))
    if profile is None:
        profile = TypedProfile(
            view.fields, view.cell_m, view.ceiling, view.mandate_ids,
            tuple(one.way for one in view.deliveries),
            tuple(one.target for one in view.deliveries),
        )  # fmt: skip
    return page(
        request, "partner.html", visitor, view=view, keeps=visitor.may(Action.MANAGE_PARTNERS),
        typed=profile, cells=CELLS_M,
        labels=tuple(one.value for one in Tlp), ways=tuple(one.value for one in Way),
        fields=tuple((one.value, words.kind("withheld", one.value)) for one in Field),
        mandates=_mandate_ids(desk, profile), status=200 if problem is None else 409,
        problem="" if problem is None else str(problem),
    )  # fmt: skip


def _mandate_ids(desk: Desk, typed: TypedProfile) -> tuple[str, ...]:
    """Return the mandates that one can choose: those there are, and those chosen already."""
    return tuple(sorted({*(one.id for one in desk.casebook.mandates()), *typed.mandates}))


def _to(partner_id: str) -> Response:
    return RedirectResponse(f"/partners/{quote(partner_id, safe='')}", 303)
