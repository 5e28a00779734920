"""A partner's forms as they were typed, and what they say."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import File, Form

from cathartes.pipeline.partner_facts import PartnerFacts, facts_of

LARGEST_KEY_BYTES = 100_000
_MOST_ROWS = 50


@dataclass(frozen=True, slots=True)
class TypedNames:
    """How a partner is called: name, two letters, codes apart by blanks or commas."""

    name: str
    country: str
    languages: str

    def facts(self) -> PartnerFacts:
        """Return what they say."""
        return facts_of(
            name=self.name.strip(),
            country=self.country.strip().upper(),
            languages=tuple(dict.fromkeys(self.languages.replace(",", " ").split())),
        )


@dataclass(frozen=True, slots=True)
class TypedProfile:
    """How much a partner may be told, and how, as it was filled in.

    Attributes
    ----------
    may
        Fields.
    cell_m, ceiling
    mandates
        Ids.
    ways, places
        Ways, and beside each where it leads; rows without a way do not count.
    """

    may: tuple[str, ...]
    cell_m: int
    ceiling: str
    mandates: tuple[str, ...]
    ways: tuple[str, ...]
    places: tuple[str, ...]

    def facts(self) -> PartnerFacts:
        """Return what it says; SettingsError or ReleaseError if that can't be."""
        rows = zip(self.ways, self.places, strict=False)
        return facts_of(
            allowed=self.may,
            cell_m=self.cell_m,
            ceiling=self.ceiling,
            mandates=[one.strip() for one in self.mandates if one.strip()],
            deliver=dict.fromkeys((way, place.strip()) for way, place in rows if way),
        )


@dataclass(frozen=True, slots=True)
class TypedKey:
    """A partner's exported key, and its fingerprint as the partner read it aloud."""

    record: bytes
    fingerprint: str


def typed_names(
    name: Annotated[str, Form(max_length=400)] = "",
    country: Annotated[str, Form(max_length=10)] = "",
    languages: Annotated[str, Form(max_length=200)] = "",
) -> TypedNames:
    """Return what a form says, as FastAPI reads it."""
    return TypedNames(name, country, languages)


def typed_profile(
    may: Annotated[list[str] | None, Form(max_length=100)] = None,
    cell_m: Annotated[int, Form()] = 1000,
    ceiling: Annotated[str, Form(max_length=40)] = "CLEAR",
    mandate: Annotated[list[str] | None, Form(max_length=1000)] = None,
    way: Annotated[list[str] | None, Form(max_length=_MOST_ROWS)] = None,
    leads_to: Annotated[list[str] | None, Form(max_length=_MOST_ROWS)] = None,
) -> TypedProfile:
    """Return what a form says, as FastAPI reads it."""
    lists = (tuple(one or ()) for one in (may, mandate, way, leads_to))
    fields, mandates, ways, places = lists
    return TypedProfile(fields, cell_m, ceiling, mandates, ways, places)


def typed_key(
    record: Annotated[bytes, File(max_length=LARGEST_KEY_BYTES)] = b"",
    fingerprint: Annotated[str, Form(max_length=200)] = "",
) -> TypedKey:
    """Return what a form says, as FastAPI reads it."""
    return TypedKey(record, fingerprint)
