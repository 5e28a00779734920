"""``cathartes answers``: what partners answered, as their signed files are taken in."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Column, Table

from cathartes.casework.response import Response
from cathartes.cli.account import AsOption, CodeOption, PasswordStdin, asked_who
from cathartes.cli.casebook_option import DEFAULT_CASEBOOK, CasebookOption
from cathartes.cli.commands import CONTEXT_SETTINGS
from cathartes.cli.console import JsonFlag, add_plain_row, output_console
from cathartes.cli.json_output import write_json
from cathartes.cli.key import KEYS, KeysOption
from cathartes.cli.moment import moment_of
from cathartes.cli.passphrase import PassphraseStdin, asked_passphrase
from cathartes.pipeline.answers import answers_list, answers_read
from cathartes.store.interface_releases import KeptResponse

app = typer.Typer(
    help="What partners answered: read a signed file that one sent, list.",
    rich_markup_mode="rich",
    no_args_is_help=True,
    add_completion=False,
    context_settings=CONTEXT_SETTINGS,
)


@app.command()
def read(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="As the partner sent it.")],
    *,
    user: AsOption = "",
    code: CodeOption = "",
    received: Annotated[
        str, typer.Option(help="When you had it, by your own records: 2026-05-04, or ISO 8601.")
    ] = "",
    password_stdin: PasswordStdin = False,
    passphrase_stdin: PassphraseStdin = False,
    keys: KeysOption = KEYS,
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """Take a partner's answer into the casebook, with its attachments; or say why not.

    A file that is refused is left as it is; the audit has who tried, its hash and why. Of standard
    input, the password is the first line and the passphrase the next.

    Example: `cathartes answers read R-2026-0001-answer.cathartes --as ana`
    """
    who = asked_who(user, code, from_stdin=password_stdin)
    passphrase = asked_passphrase(from_stdin=passphrase_stdin)
    kept = answers_read(
        casebook,
        file,
        who,
        passphrase=passphrase,
        keys=keys,
        received_utc=moment_of("--received", received),
    )
    if json_output:
        write_json(kept)
    else:
        _print(kept)


@app.command("list")
def list_(
    *,
    release: Annotated[
        list[str] | None, typer.Option(help="Only to this one; any number of times.")
    ] = None,
    user: AsOption = "",
    code: CodeOption = "",
    password_stdin: PasswordStdin = False,
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """List what was answered, release by release.

    Example: `cathartes answers list --as ana`
    """
    who = asked_who(user, code, from_stdin=password_stdin)
    found = answers_list(casebook, who, release_ids=release or ())
    if json_output:
        write_json({"answers": found})
        return
    if not found:
        output_console().print("Nothing was answered yet.")
        return
    table = Table(
        Column("release", no_wrap=True), "partner", Column("answered [UTC]", no_wrap=True),
        "answer", Column("attached", justify="right"),
    )  # fmt: skip
    for kept in found:
        one = kept.response
        when = f"{one.answered_utc:%Y-%m-%d %H:%M}"
        attached = str(len(one.attachments))
        add_plain_row(table, one.release_id, one.partner_id, when, _word(one), attached)
    output_console().print(table)


def _print(kept: KeptResponse) -> None:
    response = kept.response
    facts = Table(box=None, pad_edge=False, show_header=False)
    rows = [
        ("release", response.release_id),
        ("partner", response.partner_id),
        ("answer", _word(response)),
        ("answered", f"{response.answered_utc:%Y-%m-%d %H:%M:%S} UTC, by the partner's clock"),
        ("reason", response.reason),
        ("visited", str(response.visited_on or "")),
        *(("seized", f"{one.what}: {one.amount:g} {one.unit}") for one in response.seized),
        ("note", response.note),
        *(("attached", f"{one.name}, {one.size_bytes:,} bytes") for one in response.attachments),
    ]
    for word, value in rows:
        if value:
            add_plain_row(facts, word, value)
    console = output_console()
    console.print(facts)
    console.print("It is in the casebook, and its file in the evidence.")


def _word(response: Response) -> str:
    return f"{response.answer.value} (exercise)" if response.is_exercise else response.answer.value
