"""The release as plain text, for who has no reader of PDF."""

from collections.abc import Collection
from textwrap import fill

from cathartes.casework.release_content import ReleaseContent
from cathartes.products.release.file_list import FILE_KINDS
from cathartes.products.release.statements import (
    answer_text,
    envelope_facts,
    finding_facts,
    withheld_text,
)
from cathartes.products.release.words import ReleaseWords, marking_of, title_of

_WIDTH = 80
_GAP = 2


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


def _filled(text: str) -> str:
    return fill(text, _WIDTH, break_long_words=False)


def _listed(rows: list[tuple[str, str]]) -> str:
    indent = max(len(label) for label, _ in rows) + _GAP
    return "\n".join(
        fill(text, _WIDTH, initial_indent=f"{label:<{indent}}", break_long_words=False,
             subsequent_indent=" " * indent)
        for label, text in rows
    )  # fmt: skip
