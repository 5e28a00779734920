"""``cathartes run``: a sortie under its mandate into the casebook."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from cathartes.cli.casebook_option import DEFAULT_CASEBOOK, CasebookOption
from cathartes.cli.console import JsonFlag, QuietFlag, message_console, output_console
from cathartes.cli.failure import report_failure
from cathartes.cli.json_output import JsonValue, write_json
from cathartes.cli.progress import progress_bars
from cathartes.errors import (
    EXIT_INCONCLUSIVE,
    EXIT_UNEXPECTED,
    InputError,
    MandateError,
    SettingsError,
)
from cathartes.pipeline.executors import executor_of
from cathartes.pipeline.run import ObservedRow, RunReport
from cathartes.pipeline.run import run as run_sortie
from cathartes.sites.observation import LookOutcome, Observation, ObservationKind

OUTCOME_COLOURS = {
    LookOutcome.DETECTIONS: "bold green",
    LookOutcome.NOTHING_FOUND: "",
    LookOutcome.INCONCLUSIVE: "yellow",
}


OF_THE_SORTIE = (InputError, MandateError, SettingsError)
"""Failures of one sortie, for which others are not to blame."""


def run(
    context: typer.Context,
    sorties: Annotated[
        list[Path], typer.Argument(metavar="SORTIE...", help="Folders with a sortie.toml.")
    ],
    *,
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    workers: Annotated[
        str,
        typer.Option(
            metavar="N|ADDRESS",
            help="Processes that work at a time, or the address of a Dask scheduler.",
        ),
    ] = "1",
    quiet: QuietFlag = False,
    json_output: JsonFlag = False,
) -> None:
    """Analyse the observations of sorties into the casebook, and bring its sites up to date.

    What was finished before is not done again; after a kill the same command goes on. Leaves with
    0 if every observation says something, with 3 if one is inconclusive.

    Example: `cathartes run sorties/2026-05-04-a`
    """
    executor = executor_of(workers)
    reports, codes = [], []
    for sortie in sorties:
        try:
            with progress_bars(quiet or json_output) as progress:
                report = run_sortie(sortie, casebook, executor=executor, progress=progress)
        except OF_THE_SORTIE as error:
            codes.append(report_failure(error, context.obj or (), about=str(sortie)).exit_code)
            continue
        reports.append(report)
        if not json_output:
            _print(report, quiet)
    if json_output:
        write_json({"runs": [described(report) for report in reports]})
    code = max(map(_exit_code, reports), default=0)
    if codes and code != EXIT_UNEXPECTED:
        code = codes[0]
    if code:
        raise typer.Exit(code)


def _exit_code(report: RunReport) -> int:
    if any(row.fault for row in report.rows):
        return EXIT_UNEXPECTED
    outcomes = [row.observation.outcome for row in report.rows]
    return EXIT_INCONCLUSIVE if LookOutcome.INCONCLUSIVE in outcomes else 0


def _print(report: RunReport, quiet: bool) -> None:
    console = output_console()
    table = Table("observation", "outcome", "found", "analysed", "time", title_justify="left",
                  title=f"sortie {report.sortie_id} under mandate {report.mandate_id}")  # fmt: skip
    for row in report.rows:
        observation = row.observation
        table.add_row(
            observation.name,
            Text(observation.outcome.value, OUTCOME_COLOURS[observation.outcome]),
            str(row.n_detections),
            analysed_words(observation),
            f"{row.seconds_s:.1f} s" if row.standing.value == "recorded" else row.standing.value,
        )
    console.print(table)
    for row in report.rows:
        if row.observation.reason:
            console.print(
                Text.assemble((row.observation.name, "yellow"), f": {row.observation.reason}")
            )
    console.print(site_words(report))
    remarks = message_console(quiet)
    for row in report.rows:
        if row.observation.kind is ObservationKind.LOG:  # rows that were left out, and why
            for remark in row.observation.remarks:
                remarks.print(f"{row.observation.name}: {remark}", markup=False)
    for remark in report.remarks:
        remarks.print(remark, markup=False)


def analysed_words(observation: Observation) -> str:
    """Return how much of an observation was analysed, in words."""
    masked = observation.masked
    if not masked.n_total:
        return "-"
    unit = "pixels" if observation.kind.value == "cube" else "rows"
    if masked.n_analysed == masked.n_total:
        return f"all {masked.n_total:,} {unit}"
    share = masked.n_analysed / masked.n_total
    return f"{share:.0%} of {masked.n_total:,} {unit}"


def site_words(report: RunReport) -> str:
    """Return what a run changed of the sites, in a sentence."""
    changes = report.sites
    if not changes.new and not changes.changed and not changes.removed:
        return "sites: none new, none changed"
    words = [f"{len(ids)} {word}" for word, ids in (("new", changes.new),
             ("changed", changes.changed), ("gone", changes.removed)) if ids]  # fmt: skip
    return f"sites: {', '.join(words)} ([bold]cathartes sites[/] lists them)"


def described(report: RunReport) -> dict[str, object]:
    """Return what came of a sortie as JSON tells it."""

    def observed(row: ObservedRow) -> dict[str, JsonValue | object]:
        observation = row.observation
        return {
            "id": observation.id,
            "name": observation.name,
            "kind": observation.kind,
            "outcome": observation.outcome,
            "reason": observation.reason,
            "remarks": observation.remarks,
            "detections": row.n_detections,
            "masked": observation.masked,
            "standing": row.standing,
            "seconds_s": row.seconds_s,
            "fault": row.fault,
        }

    return {
        "sortie": report.sortie_id,
        "mandate": report.mandate_id,
        "observations": [observed(row) for row in report.rows],
        "sites": report.sites,
        "timings_s": report.timings_s,
        "remarks": report.remarks,
    }
