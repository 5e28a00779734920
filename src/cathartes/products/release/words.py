"""The words of what is released, in the partner's language."""

import tomllib
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from importlib.resources import files

from cathartes.casework.release_content import Period, ReleaseContent
from cathartes.casework.tlp import Tlp, marking
from cathartes.products.report_words import Language, ReportWords

_MOST_EARLIER = 3
"""Of which a title says the ids."""


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    text = (files("cathartes.products") / "data" / "release-words.toml").read_text("utf-8")
    return tomllib.loads(text)


class ReleaseWords:
    """Says what is released in one language.

    Attributes
    ----------
    report
        How numbers, dates, chemicals and likelihoods are said.
    """

    def __init__(self, language: str) -> None:
        self.report = ReportWords(Language(language))
        self.number = self.report.number
        self.chemical = self.report.chemical

    def say(self, key: str, **put_in: str) -> str:
        """Return a text with what is put in."""
        return _texts()[key][self.report.language.value].format(**put_in)

    def kind(self, group: str, name: str) -> str:
        """Return one of a group of fixed words: ``flag``, ``evidence``, ``withheld``..."""
        return self.say(f"{group}_{name.replace(' ', '_').replace('+', '')}")

    def length(self, metres: float) -> str:
        """Return a length on the ground."""
        return f"{self.number(metres, '.0f')}\N{NO-BREAK SPACE}m"

    def share(self, probability: float) -> str:
        """Return a probability in per cent."""
        return self.report.percent(probability)

    def period(self, period: Period) -> str:
        """Return a day, or an hour of one."""
        begin = period.begin_utc
        day = self.report.date(begin).split(" ")[0]
        if period.hours == 24:
            return self.say("on_day", day=day)
        end = begin + timedelta(hours=1)
        return self.say("in_hour", day=day, hour=f"{begin:%H}", next=f"{end:%H}")


def words_of(content: ReleaseContent) -> ReleaseWords:
    """Return the words in the language of a content."""
    return ReleaseWords(content.language)


def title_of(content: ReleaseContent, words: ReleaseWords) -> str:
    """Return what a release is called."""
    if content.finding is None:
        return words.say("title_cancel", earlier=earlier_of(content))
    return words.say("title", reference=content.finding.reference)


def earlier_of(content: ReleaseContent) -> str:
    """Return the earlier releases that one replaces or recalls, the latest; the notice has all."""
    n_more = len(content.earlier) - _MOST_EARLIER
    ids = ", ".join(one.release_id for one in content.earlier[:_MOST_EARLIER])
    return f"{ids} (+ {n_more})" if n_more > 0 else ids


def marking_of(content: ReleaseContent) -> str:
    """Return the label that stands on everything, EXERCISE first on a drill."""
    return marking(Tlp(content.tlp), is_exercise=content.is_exercise)
