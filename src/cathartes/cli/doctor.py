"""``cathartes doctor``: say what works on this machine and what is missing."""

import typer
from rich.table import Table
from rich.text import Text

from cathartes.cli.console import JsonFlag, output_console
from cathartes.cli.diagnosis import Diagnosis, Verdict
from cathartes.cli.diagnosis import doctor as diagnose
from cathartes.cli.json_output import write_json
from cathartes.errors import CathartesError

_STYLE = {Verdict.WORKS: "green", Verdict.MISSING: "yellow", Verdict.FAILS: "bold red"}


def doctor(json_output: JsonFlag = False) -> None:
    """Say what works on this machine and what is missing.

    Leaves with 0 if cubes can be scanned, else with 1.

    Example: `cathartes doctor --json > doctor.json`
    """
    diagnosis = diagnose()
    if json_output:
        write_json({"can_scan": diagnosis.can_scan, "findings": diagnosis.findings})
    else:
        _show(diagnosis)
    if not diagnosis.can_scan:
        raise typer.Exit(CathartesError.exit_code)


def _show(diagnosis: Diagnosis) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("", "", "found", "what to do"):
        table.add_column(heading, overflow="fold")
    for finding in diagnosis.findings:
        verdict = Text(finding.verdict, style=_STYLE[finding.verdict])
        table.add_row(finding.subject, verdict, Text(finding.found), Text(finding.advice))
    console = output_console()
    console.print(table)
    console.print(
        "Cubes can be scanned." if diagnosis.can_scan else "Cubes can't be scanned before that."
    )
