"""The questions that ``cathartes respond`` asks an officer, in their language, one by one.

What can't be is said at once, and asked again: nothing that was typed is lost.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TypeVar

import typer
from rich.table import Table

from cathartes.casework.response import Answer, Seized
from cathartes.casework.tlp import Tlp, marking
from cathartes.cli.console import add_plain_row, message_console
from cathartes.errors import CathartesError, SettingsError
from cathartes.pipeline.respond import Said, Told, attachable, seized_of
from cathartes.products.answer_words import AnswerWords

_WAS_THERE = frozenset(
    {
        Answer.INSPECTED,
        Answer.CONFIRMED,
        Answer.NOTHING_FOUND,
        Answer.NOT_ACCESSIBLE,
        Answer.DISMANTLED,
        Answer.CLOSED,
    }
)
_MAY_SEIZE = frozenset({Answer.CONFIRMED, Answer.DISMANTLED, Answer.CLOSED})

_Read = TypeVar("_Read")


def asked(told: Told, words: AnswerWords, target: Path) -> Said:
    """Return what an officer says when asked.

    Raises
    ------
    typer.Abort
        If they do not want to sign it.
    """
    _show(told, words)
    answer = _answer(told.possible, words)
    reason = _needed(words.say("ask_reason")) if answer is Answer.DISPUTED else ""
    visited_on = _once(words.say("ask_visited"), _day(words)) if answer in _WAS_THERE else None
    seized: list[Seized] = []
    if answer in _MAY_SEIZE:
        seized = _several(words.say("ask_seized"), seized_of)
    note = _line(words.say("ask_note"))
    attach = _several(words.say("ask_attach"), _path)
    typer.confirm(words.say("ask_sign", out=str(target)), abort=True, err=True)
    return Said(answer, note, reason, visited_on, tuple(seized), tuple(attach))


def _show(told: Told, words: AnswerWords) -> None:
    """Say what is answered, as far as one needs to know which it is."""
    console, content = message_console(), told.content
    facts = Table(box=None, pad_edge=False, show_header=False)
    label = marking(Tlp(content.tlp), is_exercise=content.is_exercise)
    add_plain_row(facts, words.say("release"), f"{content.release_id} ({label})")
    add_plain_row(facts, words.say("from"), content.sender.name)
    add_plain_row(facts, words.say("issued"), f"{content.issued_utc:%Y-%m-%d}")
    if content.finding is not None:
        add_plain_row(facts, words.say("finding"), content.finding.reference)
        add_plain_row(facts, words.say("place"), f"MGRS {content.finding.place.cell.mgrs}")
    console.print(facts)
    if content.is_exercise:
        console.print(words.say("exercise"), soft_wrap=True)


def _answer(possible: tuple[Answer, ...], words: AnswerWords) -> Answer:
    console = message_console()
    for number, one in enumerate(possible, start=1):
        console.print(f"  {number}  {words.answer(one)}", markup=False, soft_wrap=True)
    while True:
        typed = _line(words.say("ask_answer"))
        if typed.isdecimal() and 1 <= int(typed) <= len(possible):
            return possible[int(typed) - 1]
        console.print(words.say("wrong_number", n=str(len(possible))), soft_wrap=True)


def _line(question: str) -> str:
    return str(typer.prompt(question, default="", show_default=False, err=True)).strip()


def _needed(question: str) -> str:
    while True:
        typed = _line(question)
        if typed:
            return typed


def _once(question: str, read: Callable[[str], _Read]) -> _Read | None:
    """Return what is read of a line, None of an empty one; asked again where it can't be."""
    while True:
        typed = _line(question)
        if not typed:
            return None
        try:
            return read(typed)
        except CathartesError as error:
            message_console().print(str(error), markup=False, soft_wrap=True)


def _several(question: str, read: Callable[[str], _Read]) -> list[_Read]:
    found: list[_Read] = []
    while (one := _once(question, read)) is not None:
        found.append(one)
    return found


def _day(words: AnswerWords) -> Callable[[str], date]:
    def read(text: str) -> date:
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise SettingsError(words.say("wrong_day")) from error

    return read


def _path(text: str) -> Path:
    path = Path(text).expanduser()
    attachable(path)
    return path
