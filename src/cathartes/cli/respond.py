"""``cathartes respond``: a partner's answer to a release, as one signed and sealed file."""

import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from cathartes.casework.response import Response
from cathartes.cli.console import JsonFlag, output_console
from cathartes.cli.json_output import write_json
from cathartes.cli.key import KEYS, KeysOption
from cathartes.cli.moment import moment_of
from cathartes.cli.passphrase import PassphraseStdin, asked_passphrase
from cathartes.cli.respond_questions import asked
from cathartes.errors import SettingsError
from cathartes.pipeline.respond import (
    Said,
    Told,
    answer_of,
    check_free,
    seized_of,
    told_release,
    write_answer,
)
from cathartes.products.answer_words import AnswerWords
from cathartes.products.report_words import Language


def respond(
    package: Annotated[
        Path, typer.Argument(metavar="PACKAGE", help="The release that you answer, *.cathartes.")
    ],
    *,
    answer: Annotated[
        str,
        typer.Option(
            help="received, accepted, disputed, inspected, confirmed, nothing-found, "
            "not-accessible, dismantled or closed; left out, all is asked at the terminal."
        ),
    ] = "",
    note: Annotated[str, typer.Option(help="Words to the sender.")] = "",
    reason: Annotated[str, typer.Option(help="Why it is disputed; of no other answer.")] = "",
    visited: Annotated[str, typer.Option(help="Day on which somebody was there: 2026-05-09.")] = "",
    seized: Annotated[
        list[str] | None, typer.Option(help="'acetone=120 l'; any number of times.")
    ] = None,
    attach: Annotated[
        list[Path] | None,
        typer.Option(help="A PDF, PNG, JPEG, text or CSV file; any number of times."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="File to write; <RELEASE>-answer.cathartes if left out.")
    ] = None,
    received: Annotated[
        str, typer.Option(help="When you had it, by your own records: 2026-05-04, or ISO 8601.")
    ] = "",
    language: Annotated[
        Language | None, typer.Option(help="Of the questions; the release's if left out.")
    ] = None,
    passphrase_stdin: PassphraseStdin = False,
    keys: KeysOption = KEYS,
    json_output: JsonFlag = False,
) -> None:
    """Answer a release: verify it, and write one file that its sender alone can open.

    Needs no connection and no casebook. On any doubt about the release nothing is written.

    Example: `cathartes respond R-2026-0001.cathartes --answer confirmed --visited 2026-05-09`
    """
    if not answer and not sys.stdin.isatty():
        raise SettingsError(
            "no answer is given, and nobody can be asked; say how far you are: --answer received."
        )
    given = (
        Said(
            answer_of(answer),
            note,
            reason,
            _day(visited),
            tuple(map(seized_of, seized or ())),
            tuple(attach or ()),
        )
        if answer
        else None
    )
    passphrase = asked_passphrase(from_stdin=passphrase_stdin)
    received_utc = moment_of("--received", received)
    told = told_release(package, passphrase, keys=keys, received_utc=received_utc)
    target = out or Path(f"{told.content.release_id}-answer.cathartes")
    check_free(target)
    words = AnswerWords(language or Language(told.content.language))
    said = given or asked(told, words, target)
    written = write_answer(told, said, target)
    if json_output:
        write_json(_json(written, told, target))
    else:
        _print(told, target, words)


def _json(response: Response, told: Told, target: Path) -> dict[str, object]:
    return {
        "file": str(target),
        "response": response,
        "signing_key": told.key.public.id,
        "is_for_older_key": told.is_for_older_key,
    }


def _print(told: Told, target: Path, words: AnswerWords) -> None:
    lines = [words.say("done", out=str(target), number=told.key.public.fingerprint)]
    if told.is_for_older_key:
        lines.append(words.say("older_key"))
    lines.append(words.say("bring"))
    for line in lines:
        output_console().print(line, soft_wrap=True, markup=False)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise SettingsError(f"--visited {text!r}: a day is needed, as 2026-05-09.") from error
