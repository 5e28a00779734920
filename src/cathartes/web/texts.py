"""The texts in each language: English as written in the source, others from catalogues."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import IO, Any

from babel.core import Locale
from babel.dates import format_datetime
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations

from cathartes.errors import SettingsError
from cathartes.products.report_words import Language, ReportWords

LANGUAGES: Mapping[str, str] = {"en": "English", "es": "Español"}
"""Their codes and their own names; the first is that of the source."""
DEFAULT_LANGUAGE = "en"
_LEAST_SAID = 0.01
_MOST_WRITTEN_OUT = 1e15
"""Probabilities nearer to 0 or 1 than this are not told apart by people, nor that well known."""


class Texts(NullTranslations):
    """One language: translations, and how it writes numbers and times."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language
        self._locale = Locale.parse(language)
        self._words = ReportWords(Language(language))
        self.catalogue: dict[str, str | tuple[str, ...]] = {}
        if language == DEFAULT_LANGUAGE:
            return
        folder = files("cathartes.web") / "texts" / language
        for source in sorted(folder.iterdir(), key=lambda one: one.name):
            with source.open("rb") as file:
                self.catalogue |= dict(_translated(file, language))

    def gettext(self, message: str) -> str:
        """Return a text's translation; the text itself if there is none."""
        found = self.catalogue.get(message, message)
        return found if isinstance(found, str) else found[0]

    def ngettext(self, msgid1: str, msgid2: str, num: int) -> str:
        """Return the form that goes with a number."""
        found = self.catalogue.get(msgid1)
        if found is None or isinstance(found, str):
            return msgid1 if num == 1 else msgid2
        return found[0 if num == 1 else 1]

    def number(self, value: float, digits: int = 2) -> str:
        """Return a number with so many significant digits, as the language writes it."""
        rounded = float(f"{value:.{digits}g}")
        if abs(rounded) >= _MOST_WRITTEN_OUT:
            return self.digits(rounded, f".{digits - 1}e")
        return str(format_decimal(rounded, locale=self._locale, decimal_quantization=False))

    def digits(self, value: float, form: str) -> str:
        """Return a number in a Python format, as the language writes it: 0,00014 for ``.1e``."""
        return self._words.number(value, form)

    def probability(self, value: float) -> str:
        """Return a probability: what is close to 0 or 1 says so, and never that it is certain."""
        if value < _LEAST_SAID:
            return f"< {self.number(_LEAST_SAID)}"
        if value > 1 - _LEAST_SAID:
            return f"> {self.number(1 - _LEAST_SAID)}"
        return self.number(value)

    def sentence(self, english: str) -> str:
        """Return a sentence of the casebook, in the language if its kind is known."""
        return self._words.sentence(english)

    def chemical(self, name: str) -> str:
        """Return a chemical's name as it is said."""
        return self._words.chemical(name)

    def profile_class(self, name: str) -> str:
        """Return a class of chemicals as it is said."""
        return self._words.profile_class(name)

    def emitter_kind(self, kind: str) -> str:
        """Return what a lawful emitter is, if it is of a usual kind; else as it was entered."""
        return self._words.emitter_kind(kind)

    def script(self) -> dict[str, Any]:
        """Return what scripts need: all translations, by the English text."""
        return {**self.catalogue, **self._words.chemicals}

    def moment(self, value: datetime | None) -> str:
        """Return a moment to the minute in UTC; "" if there is none."""
        if value is None:
            return ""
        told = format_datetime(value, "d MMM y, HH:mm", locale=self._locale)
        return f"{told} UTC"


def said(text: str) -> str:
    """Return a text as it is, marked for the catalogues: the page that shows it translates it."""
    return text


def _translated(file: IO[bytes], language: str) -> Iterator[tuple[str, str | tuple[str, ...]]]:
    """Yield each text of a catalogue with its translation; of plurals, all forms."""
    for message in read_po(file, locale=language, abort_invalid=True):
        key = message.id if isinstance(message.id, str) else message.id[0]
        if key and message.string and any(message.string) and not message.fuzzy:
            told = message.string
            yield key, told if isinstance(told, str) else tuple(told)


@cache
def texts_in(language: str) -> Texts:
    """Return a language's texts, read once.

    Raises
    ------
    SettingsError
        If there is no such language.
    """
    if language not in LANGUAGES:
        raise SettingsError(
            f"language {language!r}: {', '.join(sorted(LANGUAGES))} are there; choose one."
        )
    return Texts(language)


def chosen_language(asked: str, accepted: str) -> str:
    """Return the language to speak.

    Parameters
    ----------
    asked
        Code that was chosen; "" if none.
    accepted
        The browser's ``Accept-Language``.
    """
    wanted = [asked, *(part.partition(";")[0].strip() for part in accepted.split(","))]
    for each in wanted:
        code = each.partition("-")[0].lower()
        if code in LANGUAGES:
            return code
    return DEFAULT_LANGUAGE


def script_texts(language: str) -> dict[str, Any]:
    """Return what scripts need of a language: all translations, by the English text."""
    return texts_in(language).script()
