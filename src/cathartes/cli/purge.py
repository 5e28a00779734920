"""``cathartes purge``: what is past its mandate's retention goes."""

from typing import Annotated

import typer
from rich.table import Table

from cathartes.cli.casebook_option import DEFAULT_CASEBOOK, CasebookOption
from cathartes.cli.console import JsonFlag, output_console
from cathartes.cli.json_output import write_json
from cathartes.pipeline.purge import PurgeReport
from cathartes.pipeline.purge import purge as purge_casebook


def purge(
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be removed.")
    ] = False,
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """Remove what is past its mandate's retention, and say what went.

    The audit keeps ids and hashes. What an open release rests on stays.

    Example: `cathartes purge --dry-run`
    """
    report = purge_casebook(casebook, dry_run=dry_run)
    if json_output:
        write_json(_described(report))
        return
    console = output_console()
    if report.n_orphaned:
        what = "were" if report.done else "would be"
        console.print(f"{report.n_orphaned} files of evidence without a record {what} removed.")
    if not report.expired:
        console.print("Nothing is past its retention.")
        return
    table = Table("sortie", "observation", "mandate", "kept until", "")
    for one in report.expired:
        what = "held by a release" if one.held else "removed" if report.done else "would go"
        seen = one.observation
        until = f"{one.kept_until_utc:%Y-%m-%d %H:%M}"
        table.add_row(seen.sortie_id, seen.name, seen.mandate_id, until, what)
    console.print(table)
    if report.done:
        console.print(
            f"{report.n_detections} detections and {report.n_evidence} files of evidence went with "
            "them; their hashes stay in the audit."
        )


def _described(report: PurgeReport) -> dict[str, object]:
    return {
        "done": report.done,
        "detections": report.n_detections,
        "evidence": report.n_evidence,
        "orphaned": report.n_orphaned,
        "expired": [
            {
                "id": one.observation.id,
                "sortie": one.observation.sortie_id,
                "name": one.observation.name,
                "kept_until_utc": one.kept_until_utc,
                "held": one.held,
            }
            for one in report.expired
        ],
    }
