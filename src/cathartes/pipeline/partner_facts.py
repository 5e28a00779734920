"""What is said of a partner: by options, or in a TOML file."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic import Field as Member

from cathartes.casework.partner import CellSize, Delivery, Field, Partner, Way
from cathartes.casework.tlp import Tlp
from cathartes.errors import ReleaseError, SettingsError
from cathartes.pipeline.keys import read_small

PAGE = "docs/reference/partner-files.md"
CELLS_M: tuple[CellSize, ...] = (10, 100, 1000)
_WAYS = {"email": Way.EMAIL, "e-mail": Way.EMAIL} | {way.value: way for way in Way}


@dataclass(frozen=True, slots=True)
class PartnerFacts:
    """What is said of a partner; None of what is not said.

    Attributes
    ----------
    name, country, languages
    fields, cell_m, ceiling, mandate_ids, deliveries
        Its profile; see `cathartes.casework.partner.Partner`.
    """

    name: str | None = None
    country: str | None = None
    languages: tuple[str, ...] | None = None
    fields: frozenset[Field] | None = None
    cell_m: CellSize | None = None
    ceiling: Tlp | None = None
    mandate_ids: tuple[str, ...] | None = None
    deliveries: tuple[Delivery, ...] | None = None

    def over(self, other: Self) -> Self:
        """Return what is said here, and of what is not, what is said there."""
        return replace(other, **self._said())

    def of(self, partner: Partner) -> Partner:
        """Return a partner with what is said put in the place of what there was."""
        return replace(partner, **self._said())

    def new(self, partner_id: str, age_recipient: str, signing_key: str) -> Partner:
        """Return a new partner; ReleaseError if its name, country or languages are not said."""
        needed = (
            ("a name", self.name),
            ("a country", self.country),
            ("a language", self.languages),
        )
        missing = [word for word, said in needed if not said]
        if missing:
            raise ReleaseError(
                f"partner {partner_id}: {' and '.join(missing)} is needed: --name, --country, "
                f"--language, or a file that says it; {PAGE} shows one."
            )
        name, country, languages = self.name or "", self.country or "", self.languages or ()
        bare = Partner(partner_id, name, country, languages, age_recipient, signing_key)
        return self.of(bare)

    def _said(self) -> dict[str, Any]:
        told = {one.name: getattr(self, one.name) for one in fields(self)}
        return {key: value for key, value in told.items() if value is not None}


def facts_of(
    *,
    name: str | None = None,
    country: str | None = None,
    languages: Iterable[str] | None = None,
    allowed: Iterable[str] | None = None,
    cell_m: int | None = None,
    ceiling: str | None = None,
    mandates: Iterable[str] | None = None,
    deliver: Iterable[tuple[str, str]] | None = None,
) -> PartnerFacts:
    """Return what words say of a partner.

    Parameters
    ----------
    name, country, languages
        As it is addressed; two letters; codes, the preferred one first.
    allowed
        Names of the fields it may have, all of them: ``rate``, ``plume_outline``.
    cell_m
        10, 100 or 1000.
    ceiling
        A TLP label.
    mandates
        Ids of all under which it may be told.
    deliver
        Way and target of each: ``("folder", "/media/office")``.

    Raises
    ------
    SettingsError
        If a word is not known.
    ReleaseError
        If a target can't be.
    """
    cell = next((one for one in CELLS_M if one == cell_m), None)
    if cell_m is not None and cell is None:
        raise SettingsError(f"a cell of {cell_m} m: 10, 100 or 1000 is needed.")
    return PartnerFacts(
        name=name,
        country=country,
        languages=None if languages is None else tuple(languages),
        fields=None if allowed is None else frozenset(map(_field_of, allowed)),
        cell_m=cell,
        ceiling=None if ceiling is None else Tlp.from_text(ceiling),
        mandate_ids=None if mandates is None else tuple(sorted(set(mandates))),
        deliveries=None if deliver is None else tuple(_delivery_of(*one) for one in deliver),
    )


class _Deliver(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    way: str
    to: str


class _File(BaseModel):
    """A partner's TOML file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str | None = None
    country: str | None = None
    languages: tuple[str, ...] | None = None
    fields_: Annotated[tuple[str, ...] | None, Member(alias="fields")] = None
    cell_m: int | None = None
    ceiling: str | None = None
    mandates: tuple[str, ...] | None = None
    deliver: tuple[_Deliver, ...] | None = None


def read_partner_file(path: str | Path) -> PartnerFacts:
    """Return what a TOML file says of a partner.

    Raises
    ------
    InputError
        If it can't be read.
    SettingsError
        If it is no TOML, or something in it is unknown or can't be.
    """
    path = Path(path)
    try:
        said = _File.model_validate(tomllib.loads(read_small(path).decode("utf-8")))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path.name}: can't be read as TOML: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise SettingsError(
            f"{path.name}: {where} is {first['input']!r}: {first['msg']}. {PAGE} shows a whole one."
        ) from error
    return facts_of(
        name=said.name,
        country=said.country,
        languages=said.languages,
        allowed=said.fields_,
        cell_m=said.cell_m,
        ceiling=said.ceiling,
        mandates=said.mandates,
        deliver=None if said.deliver is None else [(one.way, one.to) for one in said.deliver],
    )


def _field_of(word: str) -> Field:
    try:
        return Field(word.strip().lower().replace("-", "_").replace(" ", "_"))
    except ValueError as error:
        raise SettingsError(
            f"field {word!r}: {', '.join(Field)} are there; choose among them."
        ) from error


def _delivery_of(way: str, target: str) -> Delivery:
    found = _WAYS.get(way.strip().lower())
    if found is None:
        raise SettingsError(f"delivery by {way!r}: folder, e-mail, https or tak is needed.")
    return Delivery(found, target)
