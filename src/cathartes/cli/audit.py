"""``cathartes audit``: what was done, by whom, and whether that record holds."""

import json
from typing import Annotated

import typer
from rich.table import Column, Table

from cathartes.casework.audit import AuditEntry
from cathartes.cli.casebook_option import DEFAULT_CASEBOOK, CasebookOption
from cathartes.cli.commands import CONTEXT_SETTINGS
from cathartes.cli.console import JsonFlag, QuietFlag, add_plain_row, output_console
from cathartes.cli.json_output import write_json
from cathartes.cli.moment import moment_of
from cathartes.cli.progress import progress_bars
from cathartes.errors import AuditError
from cathartes.pipeline.audit import audit_head, audit_list, audit_show, audit_verify
from cathartes.store.audit_check import AuditReport

app = typer.Typer(
    help="What was done, by whom, and whether that record holds: list, show, verify, head.",
    rich_markup_mode="rich",
    no_args_is_help=True,
    add_completion=False,
    context_settings=CONTEXT_SETTINGS,
)


@app.command("list")
def list_entries(
    *,
    since: Annotated[str, typer.Option(help="From this moment on: 2026-05-04, or ISO 8601.")] = "",
    until: Annotated[str, typer.Option(help="Before this moment.")] = "",
    actor: Annotated[str, typer.Option(help="Only what this one did.")] = "",
    action: Annotated[str, typer.Option(help="Only this: mandate.add, review.add, ….")] = "",
    subject: Annotated[str, typer.Option(help="Only what was done on this id.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many at most.")] = 50,
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """List what was done, the newest first.

    Example: `cathartes audit list --since 2026-05-04 --action review.add`
    """
    found = audit_list(
        casebook,
        actor=actor,
        action=action,
        subject=subject,
        since_utc=moment_of("--since", since),
        until_utc=moment_of("--until", until),
        limit=limit,
    )
    if json_output:
        write_json({"entries": found})
        return
    if not found:
        output_console().print("Nothing of the kind is in the audit.")
        return
    table = Table(Column("entry", justify="right"), "when [UTC]", "who", "what", "on what")
    for one in found:
        when = f"{one.moment_utc:%Y-%m-%d %H:%M:%S}"
        add_plain_row(table, str(one.number), when, one.actor, one.action, one.subject)
    output_console().print(table)


@app.command()
def show(
    number: Annotated[int, typer.Argument(min=1, help="The entry's number.")],
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """Show one entry with all that it recorded.

    Example: `cathartes audit show 17`
    """
    entry = audit_show(casebook, number)
    if json_output:
        write_json(entry)
    else:
        _print_entry(entry)


@app.command()
def verify(
    *,
    expect_head: Annotated[
        str, typer.Option(metavar="N:HASH", help="A head that was noted down before.")
    ] = "",
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    quiet: QuietFlag = False,
    json_output: JsonFlag = False,
) -> None:
    """Compute the chain again, and every hash that it binds; say where it breaks (exit code 44).

    Example: `cathartes audit verify --expect-head 17:5e1f…`
    """
    with progress_bars(quiet or json_output) as progress:
        n_entries = audit_head(casebook).number
        with progress.stage("entries", n_entries) as advance:
            report = audit_verify(
                casebook, expected_head=expect_head, on_checked=lambda _: advance(1)
            )
    if json_output:
        told = {"is_whole": report.is_whole, "faults": report.faults, "head": str(report.head)}
        write_json({**told, "n_entries": report.head.number})
    else:
        _print_report(report, was_witnessed=bool(expect_head))
    if not report.is_whole:
        n = len(report.faults)
        raise AuditError(
            f"the audit does not hold: {n} {'fault' if n == 1 else 'faults'}, listed above. Keep "
            "the casebook as it is, and compare it with a backup restored into a new one."
        )


@app.command()
def head(casebook: CasebookOption = DEFAULT_CASEBOOK, json_output: JsonFlag = False) -> None:
    """Print the chain's head, NUMBER:HASH: note it down elsewhere, to witness a rewrite later.

    Example: `cathartes audit head`
    """
    found = audit_head(casebook)
    if json_output:
        write_json(found)
    else:
        output_console().print(str(found), markup=False, soft_wrap=True)


def _print_entry(entry: AuditEntry) -> None:
    console = output_console()
    facts = Table(box=None, pad_edge=False, show_header=False)
    for word, value in (
        ("entry", str(entry.number)),
        ("when", f"{entry.moment_utc:%Y-%m-%d %H:%M:%S.%f} UTC"),
        ("who", entry.actor),
        ("what", entry.action),
        ("on what", entry.subject),
        ("hash", entry.hash),
        ("after", entry.previous_hash),
    ):
        add_plain_row(facts, word, value)
    console.print(facts)
    if entry.detail:
        text = json.dumps(entry.detail, indent=2, ensure_ascii=False)
        console.print(text, markup=False, soft_wrap=True)


def _print_report(report: AuditReport, *, was_witnessed: bool) -> None:
    console = output_console()
    for fault in report.faults:
        console.print("fault:", style="bold red", end=" ")
        console.print(fault, markup=False, soft_wrap=True)
    if not report.is_whole:
        return
    console.print(
        f"The audit holds: {report.head.number} entries, and all that they bind; the head is "
        f"{report.head}.",
        markup=False,
        soft_wrap=True,
    )
    if not was_witnessed:
        console.print(
            "Whether it was cut or written anew as a whole, only a head tells that was noted down "
            "before: --expect-head.",
            soft_wrap=True,
        )
