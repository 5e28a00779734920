"""Words, numbers and dates of printed reports in the reader's language.

The texts are in `data/report-words.toml`, each in every language beside the others. A casebook
keeps its sentences in English; the same file says how they read in another language, and one that
it does not know is printed as it is.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from importlib.resources import files
from math import isfinite, isinf
from typing import Any

from cathartes.casework.likelihood import Likelihood, likelihood
from cathartes.sites.detection import UNKNOWN
from cathartes.sites.observation import LookOutcome

_LIKELY: Mapping[Likelihood, str] = {
    "virtually certain": "word_99", "very likely": "word_90", "likely": "word_66",
    "about as likely as not": "word_33", "unlikely": "word_10", "very unlikely": "word_01",
    "exceptionally unlikely": "word_00",
}  # fmt: skip
_OUTCOMES = {
    LookOutcome.DETECTIONS: "outcome_detections",
    LookOutcome.NOTHING_FOUND: "outcome_nothing",
    LookOutcome.INCONCLUSIVE: "outcome_inconclusive",
}
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)( \d\d:\d\d UTC)")
_EXPONENT = re.compile(r"(?<![\w.])\d(?:\.\d+)?e[+-]\d+")
_NAME_GAP = re.compile(r"(?<=[a-z])_(?=[a-z])")
"""In the library's names, as ``acetic_acid``."""
_MOST_ZEROS = 4
"""A number with more of them behind the point, or more than six digits before it, has a power."""
_NAMES = frozenset({"name"})
"""Groups of sentences whose text is somebody's name: nothing in it is translated."""


_NAMED = ("chemicals", "classes", "emitters")
"""Tables of names that are said in the language within sentences too."""


class Language(StrEnum):
    """In which reports are printed."""

    ENGLISH = "en"
    SPANISH = "es"


@cache
def _catalogue() -> Mapping[str, Any]:
    text = (files("cathartes.products") / "data" / "report-words.toml").read_text("utf-8")
    return tomllib.loads(text)


@dataclass(frozen=True, slots=True)
class ReportWords:
    """Says things in one language."""

    language: Language = Language.ENGLISH

    def say(self, key: str, **put_in: str) -> str:
        """Return a text of the catalogue with what is put in; numbers are put in as said."""
        text: str = _catalogue()["texts"][key][self.language.value]
        return text.format(**put_in)

    def number(self, value: float | None, form: str = ".3g") -> str:
        """Return a number: a dash if it is not known, ∞ if it is infinite."""
        if value is None or not isfinite(value):
            return "∞" if value is not None and isinf(value) else "–"
        return self._decimal(_without_exponent(f"{value:{form}}"))

    def count(self, value: int) -> str:
        """Return a whole number, thousands apart."""
        return f"{value:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")

    def percent(self, share: float) -> str:
        """Return a share in per cent."""
        return self.number(100 * share, ".0f") + "\N{NO-BREAK SPACE}%"

    def date(self, moment: datetime | None) -> str:
        """Return a day and time, UTC; a dash if there is none."""
        if moment is None:
            return "–"
        day = "%Y-%m-%d" if self.language is Language.ENGLISH else "%d/%m/%Y"
        return moment.astimezone(UTC).strftime(f"{day} %H:%M UTC")

    def chemical(self, name: str) -> str:
        """Return a chemical's name as it is said."""
        if name == UNKNOWN:
            return self.say("unknown")
        said = name.replace("_", " ")
        return str(self.chemicals.get(said, said))

    def profile_class(self, name: str) -> str:
        """Return a class of chemicals of a profile; as it is if somebody named it themselves."""
        return self._names("classes").get(name) or self.chemical(name)

    def emitter_kind(self, kind: str) -> str:
        """Return what a lawful emitter is; as it was entered if it is none of the usual kinds."""
        return self._names("emitters").get(kind, kind)

    @property
    def chemicals(self) -> Mapping[str, str]:
        """Names of chemicals in the language, by the English ones; of those alone that differ."""
        return self._names("chemicals")

    def _names(self, of: str) -> Mapping[str, str]:
        found: Mapping[str, str] = _catalogue()[of].get(self.language.value, {})
        return found

    def likely(self, probability: float) -> str:
        """Return a probability in a word."""
        return self.word(likelihood(probability))

    def word(self, word: Likelihood) -> str:
        """Return a word of likelihood in the language."""
        return self.say(_LIKELY[word])

    def outcome(self, outcome: LookOutcome) -> str:
        """Return what came of a look."""
        return self.say(_OUTCOMES[outcome])

    def sentence(self, english: str) -> str:
        """Return a sentence of the casebook, translated if its kind is known."""
        english = _EXPONENT.sub(lambda match: _without_exponent(match[0]), english)
        english = _NAME_GAP.sub(" ", english)
        english = english.replace(" km2 ", " km² ")
        if self.language is Language.ENGLISH:
            return english
        for kind in _catalogue()["sentences"]:
            match = re.fullmatch(kind["like"], english)
            if match:
                text: str = kind[self.language.value]
                return text.format(**{k: self._group(k, v) for k, v in match.groupdict().items()})
        return english

    def _group(self, name: str, text: str | None) -> str:
        if text is None:
            return "0"
        if name in _NAMES:
            return text
        if name == "more":
            return self.sentence(text)
        names = _names_in(self.language)
        text = names.form.sub(lambda match: names.said[match[0]], text)
        for phrase, other in self._names("phrases").items():
            text = text.replace(phrase, other)
        text = _DATE.sub(r"\3/\2/\1\4", text)
        return self._decimal(text)

    def _decimal(self, text: str) -> str:
        if self.language is Language.ENGLISH:
            return text
        return re.sub(r"(?<=\d)\.(?=\d)", ",", text)


@dataclass(frozen=True, slots=True)
class _NamesIn:
    """Names that a language has its own for, and what finds them in a sentence."""

    said: Mapping[str, str]
    form: re.Pattern[str]


@cache
def _names_in(language: Language) -> _NamesIn:
    """Return chemicals, classes and kinds of emitters: the longer before what it holds."""
    tables = (_catalogue()[one].get(language.value, {}) for one in _NAMED)
    said = {name: own for table in tables for name, own in table.items()}
    either = "|".join(map(re.escape, sorted(said, key=len, reverse=True)))
    return _NamesIn(said, re.compile(rf"(?<![\w-])(?:{either})(?![\w-])"))


def _without_exponent(text: str) -> str:
    """Return a number for people: 130 for 1.3e+02, and 3·10⁻⁷ for 3e-07."""
    if "e" not in text:
        return text
    mantissa, exponent = text.split("e")
    power = int(exponent)
    if -_MOST_ZEROS <= power <= 6:
        digits = len(mantissa.partition(".")[2])
        return f"{float(text):.{max(digits - power, 0)}f}"
    raised = str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{mantissa}·10{raised}"
