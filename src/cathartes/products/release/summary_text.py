"""The release as plain text, for who has no reader of PDF."""

from collections.abc import Collection
from textwrap import fill

from cathartes.casework.release_content import ReleaseContent
from cathartes.products.release.file_list import FILE_KINDS, REPORT
from cathartes.products.release.sections import Section, finding_sections
from cathartes.products.release.statements import (
    answer_text,
    envelope_facts,
    finding_facts,
    map_text,
    withheld_text,
)
from cathartes.products.release.words import ReleaseWords, marking_of, title_of

_WIDTH = 80
_GAP = 2
_LONGEST_LABEL = 30
"""Of a table whose values stand beside their labels, not below."""


def release_summary(content: ReleaseContent, names: Collection[str], words: ReleaseWords) -> bytes:
    """Return the text, UTF-8.

    Parameters
    ----------
    names
        Of the files that are there.
    """
    marking, finding = marking_of(content), content.finding
    parts = [marking, _headed(title_of(content, words), "=")]
    if content.is_exercise:
        parts.append(_filled(words.say("exercise_note")))
    parts.append(_listed(envelope_facts(content, words)))
    if content.message:
        parts += [_headed(words.say("message")), content.message]
    if finding is not None:
        parts += [_headed(words.say("found")), _listed(finding_facts(finding, words))]
        parts += [_headed(words.say("map")), _in_report(map_text(finding, words))]
        if finding.spectrum is not None:
            parts += [_headed(words.say("spectrum")), _in_report(words.say("spectrum_note"))]
        for section in finding_sections(finding, words):
            parts += [_headed(section.heading), *map(_filled, section.sentences)]
            parts += [_filled(section.note)] if section.note else []
            parts += [_tabled(section)] if section.rows else []
    parts += [_headed(words.say("answer")), _filled(answer_text(content, words))]
    parts.append(_headed(words.say("summary_files")))
    parts.append(
        _listed([(kind.name, words.say(kind.words)) for kind in FILE_KINDS if kind.name in names])
    )
    if content.withheld:
        parts += [_headed(words.say("withheld")), _filled(words.say("withheld_note"))]
        parts.append(_filled(withheld_text(content, words)))
    limits = words.say("limits_cancel" if finding is None else "limits_are")
    parts += [_headed(words.say("limits")), _filled(limits), marking]
    return ("\n\n".join(parts) + "\n").encode()


def _headed(text: str, under: str = "-") -> str:
    return f"{text}\n{under * len(text)}"


def _filled(text: str, indent: str = "") -> str:
    return fill(
        text, _WIDTH, break_long_words=False, initial_indent=indent, subsequent_indent=indent
    )


def _in_report(text: str) -> str:
    """Return what says of a picture what is seen in it."""
    return _filled(f"{REPORT.name}: {text}")


def _tabled(section: Section) -> str:
    """Return a table as lines: what a row is of, then each value after its column's head."""
    _, *heads = section.heads
    told = [
        (
            first,
            "; ".join(
                f"{head}: {value}" if head else value
                for head, value in zip(heads, rest, strict=True)
            ),
        )
        for first, *rest in section.rows
    ]
    if max(len(label) for label, _ in told) <= _LONGEST_LABEL:
        return _listed(told)
    return "\n".join(f"{_filled(label)}\n{_filled(text, ' ' * 2 * _GAP)}" for label, text in told)


def _listed(rows: list[tuple[str, str]]) -> str:
    indent = max(len(label) for label, _ in rows) + _GAP
    return "\n".join(
        fill(text, _WIDTH, initial_indent=f"{label:<{indent}}", break_long_words=False,
             subsequent_indent=" " * indent)
        for label, text in rows
    )  # fmt: skip
