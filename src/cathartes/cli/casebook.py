"""``cathartes casebook``: make one, back it up, restore it, check it."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from cathartes.cli.casebook_option import DEFAULT_CASEBOOK, CasebookOption
from cathartes.cli.console import JsonFlag, output_console
from cathartes.cli.json_output import write_json
from cathartes.errors import AuditError, CasebookError, EvidenceError
from cathartes.pipeline.casebook_keeping import (
    casebook_backup,
    casebook_check,
    casebook_create,
    casebook_digest,
    casebook_migrate,
    casebook_restore,
)
from cathartes.store.check import CheckReport

app = typer.Typer(
    help="The casebook: make one, back it up, restore it, check it.",
    rich_markup_mode="rich",
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)

EvidenceOption = Annotated[
    str,
    typer.Option(
        "--evidence",
        help="Where evidence is kept: a folder or an fsspec URL. Left out: beside the database; "
        "PostgreSQL needs it.",
    ),
]


@app.command()
def create(
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    evidence: EvidenceOption = "",
    json_output: JsonFlag = False,
) -> None:
    """Make a casebook: a folder, or the tables in an empty PostgreSQL database.

    Example: `cathartes casebook create --casebook postgresql://ana@db/cases --evidence s3://cases`
    """
    casebook_create(casebook, evidence=evidence)
    if json_output:
        write_json({"casebook": casebook})
    else:
        output_console().print("A casebook was made.")


@app.command()
def backup(
    archive: Annotated[Path, typer.Argument(metavar="FILE", help="The zip to write.")],
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """Write the casebook and all its evidence into one file, while others may go on working.

    Example: `cathartes casebook backup 2026-05-04.zip`
    """
    manifest = casebook_backup(casebook, archive)
    if json_output:
        write_json({"archive": archive, **manifest})
        return
    output_console().print(f"{archive}: {_contents(manifest)}.", markup=False)


@app.command()
def restore(
    archive: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.")],
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    evidence: EvidenceOption = "",
    json_output: JsonFlag = False,
) -> None:
    """Make a new casebook of a backup, in SQLite or PostgreSQL, whichever it came from.

    Example: `cathartes casebook restore 2026-05-04.zip --casebook restored`
    """
    manifest = casebook_restore(archive, casebook, evidence=evidence)
    if json_output:
        write_json({"archive": archive, **manifest})
        return
    output_console().print(f"Restored: {_contents(manifest)}.")


@app.command()
def check(casebook: CasebookOption = DEFAULT_CASEBOOK, json_output: JsonFlag = False) -> None:
    """Compute every hash again, follow every reference, and check the audit's chain.

    Example: `cathartes casebook check`
    """
    report = casebook_check(casebook)
    if json_output:
        write_json(report)
    else:
        _print_report(report)
    if not report.is_whole:
        n = len(report.audit_faults) + len(report.evidence_faults) + len(report.faults)
        message = (
            f"the casebook is not whole: {n} {'fault' if n == 1 else 'faults'}, listed above. "
            "Restore a backup into a new casebook, and compare."
        )
        if report.audit_faults:
            raise AuditError(message)
        raise EvidenceError(message) if report.evidence_faults else CasebookError(message)


@app.command()
def digest(casebook: CasebookOption = DEFAULT_CASEBOOK, json_output: JsonFlag = False) -> None:
    """Print one hash over all present results: the same work gives the same hash.

    Example: `cathartes casebook digest`
    """
    found = casebook_digest(casebook)
    if json_output:
        write_json({"sha256": found})
    else:
        output_console().print(found)


@app.command()
def migrate(casebook: CasebookOption = DEFAULT_CASEBOOK, json_output: JsonFlag = False) -> None:
    """Bring the tables of an older casebook to what this version needs; back it up before.

    Example: `cathartes casebook migrate`
    """
    before, after = casebook_migrate(casebook)
    if json_output:
        write_json({"from": before, "to": after})
    elif before == after:
        output_console().print(f"The tables are at revision {after} already.")
    else:
        output_console().print(f"The tables went from revision {before} to {after}.")


def _contents(manifest: dict[str, Any]) -> str:
    """Return what an archive holds, in words."""
    n_rows = sum(table["rows"] for table in manifest["tables"].values())
    n_evidence = manifest["n_evidence"]
    return f"{n_rows} rows and {n_evidence} {'file' if n_evidence == 1 else 'files'} of evidence"


def _print_report(report: CheckReport) -> None:
    console = output_console()
    table = Table(box=None, pad_edge=False, show_header=False)
    for what, n in (
        ("observations", report.n_observations),
        ("detections", report.n_detections),
        ("sites", report.n_sites),
        ("releases", report.n_releases),
        ("files of evidence", report.n_evidence),
        ("audit entries", report.n_audit_entries),
    ):
        table.add_row(what, str(n))
    console.print(table)
    for fault in (*report.audit_faults, *report.evidence_faults, *report.faults):
        console.print("fault:", style="bold red", end=" ")
        console.print(fault, markup=False, soft_wrap=True)
    for remark in report.remarks:
        console.print(f"remark: {remark}", markup=False, soft_wrap=True)
    if report.is_whole:
        head = f"; the audit's head is {report.audit_head}" if report.n_audit_entries else ""
        console.print(f"The casebook is whole{head}.", soft_wrap=True)
