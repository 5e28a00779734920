"""A partner: an authority that may be told, how much of it, and under which mandates."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, get_args

from cathartes.casework.public_key import is_age_recipient, is_signing_key
from cathartes.casework.tlp import Tlp
from cathartes.errors import ReleaseError

CellSize = Literal[10, 100, 1000]
"""Side of the MGRS cell that a place is told by, [m]."""

PARTNER_ID = r"^[a-z0-9][a-z0-9._-]{0,63}$"
"""Pattern of a partner's name."""
_ID = re.compile(PARTNER_ID)
_COUNTRY = re.compile(r"[A-Z]{2}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")


class Field(StrEnum):
    """What a partner may have beyond what every release says; withheld unless allowed.

    What every release says: that there is a site, its generalised place, the confidence in words,
    the label, and the names of what is withheld.
    """

    CHEMICALS = "chemicals"
    """Which gases were found there."""
    PROBABILITY = "probability"
    """The confidence as a number."""
    RATE = "rate"
    """How much is given off, with its uncertainty."""
    FIRST_SEEN = "first_seen"
    """By the day."""
    LAST_SEEN = "last_seen"
    """By the day."""
    HOURS = "hours"
    """All times that are told at all by the hour, in place of the day."""
    PLUME_OUTLINE = "plume_outline"
    COLUMN_DENSITY = "column_density"
    SPECTRUM = "spectrum"
    MAP_IMAGE = "map_image"
    EMPTY_LOOKS = "empty_looks"
    """How often one looked and found nothing, and what could have been seen."""
    LAWFUL_EMITTERS = "lawful_emitters"
    """What is known nearby that may give off the same."""
    REVIEWERS_CONFIDENCE = "reviewers_confidence"
    """How sure the reviewers were; never who they are."""
    FLAGS = "flags"
    """What the reviewers remarked, of a fixed list."""
    EVIDENCE_TEXT = "evidence_text"
    """Why the site is believed to be one, in sentences."""
    SENSOR_KIND = "sensor_kind"
    """Imaging spectrometer or gas-sensor log; never which one."""


class Way(StrEnum):
    """How a package gets to a partner, once a person has sent it."""

    FOLDER = "folder"
    """Is put into a folder, as a share or a stick."""
    EMAIL = "e-mail file"
    """Is written as a message, ``.eml``, which a person sends."""
    HTTPS = "https"
    """Is pushed to an address."""
    TAK = "tak"
    """A mark is shown on the partner's live map, beside the package."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A way, and where it leads: a folder, ``name@host``, ``https://…``, ``host:port``."""

    way: Way
    target: str

    def __post_init__(self) -> None:
        if not _TARGETS[self.way].fullmatch(self.target) or not self.target.isprintable():
            raise ReleaseError(
                f"delivery by {self.way.value} to {self.target[:200]!r}: "
                f"{_TARGET_WORDS[self.way]} is needed."
            )


_TARGETS = {
    Way.FOLDER: re.compile(r"\S.{0,999}"),
    Way.EMAIL: re.compile(r"[^\s@<>,;:\"]{1,64}@[A-Za-z0-9.-]{1,253}"),
    Way.HTTPS: re.compile(r"https://[^\s@]{1,990}"),
    Way.TAK: re.compile(r"[A-Za-z0-9.-]{1,253}:\d{1,5}"),
}
_TARGET_WORDS = {
    Way.FOLDER: "a folder",
    Way.EMAIL: "one address, as duty@office.example,",
    Way.HTTPS: "an address that begins with https://, without a user name,",
    Way.TAK: "a server and its port, as tak.office.example:8089,",
}


@dataclass(frozen=True, slots=True)
class Partner:
    """An authority that findings may be released to.

    Attributes
    ----------
    id
        Short name: lower-case letters, digits, ``. _ -``.
    name
        As it is addressed.
    country
        ISO 3166-1 alpha-2: ``MX``.
    languages
        It reads, the preferred one first: ``es``, ``es-MX``.
    age_recipient
        For whom packages are sealed: ``age1…``.
    signing_key
        By which its answers are known: an Ed25519 public key, 32 bytes in base64.
    fields
        It may have; nothing beyond the core by default.
    cell_m
        Side of the MGRS cell that places are told by; 1 km by default.
    ceiling
        The strictest TLP label that may be sent to it; CLEAR by default.
    mandate_ids
        Under which it may be told, sorted; none by default, and then nothing may be.
    deliveries
        How it gets its packages; none: they are handed over by a person.
    is_disabled
        Is told nothing more, and stays on record.

    Raises
    ------
    ReleaseError
        If any of this can't be.
    """

    id: str
    name: str
    country: str
    languages: tuple[str, ...]
    age_recipient: str
    signing_key: str
    fields: frozenset[Field] = frozenset()
    cell_m: CellSize = 1000
    ceiling: Tlp = Tlp.CLEAR
    mandate_ids: tuple[str, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    is_disabled: bool = False

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise ReleaseError(
                f"partner {self.id!r}: up to 64 lower-case letters, digits and . _ - are needed."
            )
        if not self.name.strip() or len(self.name) > 200 or not self.name.isprintable():
            raise self._error("a name of 1 to 200 printable characters is needed.")
        if not _COUNTRY.fullmatch(self.country):
            raise self._error(f"country {self.country!r}: two capital letters are needed, as MX.")
        if not self.languages or len(set(self.languages)) != len(self.languages):
            raise self._error("at least one language is needed, each once: it must read this.")
        for language in self.languages:
            if not _LANGUAGE.fullmatch(language):
                raise self._error(f"language {language!r}: a code is needed, as es or es-MX.")
        if not is_age_recipient(self.age_recipient):
            raise self._error(
                f"age recipient {self.age_recipient!r}: it is cut or mistyped; the whole text from "
                "age1 on is needed, 62 characters."
            )
        if not is_signing_key(self.signing_key):
            raise self._error(
                f"signing key {self.signing_key!r}: 32 bytes in base64 are needed, 44 characters."
            )
        self._check_profile()

    def _check_profile(self) -> None:
        unknown = self.fields - frozenset(Field)
        if unknown:
            raise self._error(f"{min(unknown)!r} is no field; {', '.join(Field)} are there.")
        if self.cell_m not in get_args(CellSize):
            raise self._error(f"a cell of {self.cell_m} m; 10, 100 or 1000 are needed.")
        if tuple(sorted(set(self.mandate_ids))) != self.mandate_ids:
            raise self._error("its mandates are needed each once, sorted.")

    def _error(self, what: str) -> ReleaseError:
        return ReleaseError(f"partner {self.id}: {what}")

    @property
    def withheld(self) -> tuple[Field, ...]:
        """What it may not have, in the order of `Field`; every release names it."""
        return tuple(one for one in Field if one not in self.fields)
