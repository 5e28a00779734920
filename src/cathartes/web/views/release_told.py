"""What a partner is told, as its report says it: made of the content of a release alone."""

import json
from dataclasses import dataclass

from pydantic import JsonValue

from cathartes.casework.release_content import ReleaseContent
from cathartes.products.release.sections import finding_sections
from cathartes.products.release.statements import (
    answer_text,
    envelope_facts,
    finding_facts,
    withheld_text,
)
from cathartes.products.release.words import marking_of, title_of, words_of


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and what is said under it."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class ToldPart:
    """A part of the report: its heading, facts, sentences, and table."""

    heading: str
    facts: tuple[Fact, ...]
    sentences: tuple[str, ...]
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class ToldView:
    """What a partner is told.

    Attributes
    ----------
    language
        That it is told in.
    marking, title
    parts
        In the order of the report.
    every_field
        The content itself.
    """

    language: str
    marking: str
    title: str
    parts: tuple[ToldPart, ...]
    every_field: dict[str, JsonValue]


def told_view(content: ReleaseContent) -> ToldView:
    """Return what a content tells."""
    words, finding = words_of(content), content.finding
    parts = [ToldPart("", _facts(envelope_facts(content, words)), ())]
    if content.is_exercise:
        parts.insert(0, ToldPart("", (), (words.say("exercise_note"),)))
    if content.message:
        parts.append(ToldPart(words.say("message"), (), tuple(content.message.split("\n"))))
    if finding is not None:
        parts.append(ToldPart(words.say("found"), _facts(finding_facts(finding, words)), ()))
        parts += [
            ToldPart(
                one.heading, (), (*one.sentences, *filter(None, [one.note])), one.heads, one.rows
            )
            for one in finding_sections(finding, words)
        ]
    parts.append(ToldPart(words.say("answer"), (), (answer_text(content, words),)))
    limits = words.say("limits_cancel" if finding is None else "limits_are")
    parts.append(ToldPart(words.say("limits"), (), (limits,)))
    if content.withheld:
        sentence = f"{words.say('withheld_note')} {withheld_text(content, words)}"
        parts.append(ToldPart(words.say("withheld"), (), (sentence,)))
    return ToldView(
        content.language,
        marking_of(content),
        title_of(content, words),
        tuple(parts),
        _every_field(content),
    )


def _facts(told: list[tuple[str, str]]) -> tuple[Fact, ...]:
    return tuple(Fact(label, value) for label, value in told)


def _every_field(content: ReleaseContent) -> dict[str, JsonValue]:
    """Return the content as JSON has it; the pixels of its image are seen in the report."""
    told: dict[str, JsonValue] = json.loads(content.canonical_json)
    finding = told.get("finding")
    image = finding.get("image") if isinstance(finding, dict) else None
    if isinstance(image, dict):
        image["grey"] = f"{len(str(image['grey']))} characters of base64"
    return told
