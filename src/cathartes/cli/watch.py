"""``cathartes watch``: the same as ``run``, as files land."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from cathartes.cli.casebook_option import DEFAULT_CASEBOOK, CasebookOption
from cathartes.cli.console import QuietFlag, message_console, output_console
from cathartes.cli.json_output import write_json_line
from cathartes.cli.run import described, site_words
from cathartes.pipeline.executors import executor_of
from cathartes.pipeline.watch import Inbox, Watched, WatchSettings


def watch(
    inbox: Annotated[Path, typer.Argument(help="A sortie's folder, or one that holds sorties.")],
    *,
    settle_s: Annotated[
        float, typer.Option(help="Files of a cube that did not change for so long [s] are whole.")
    ] = WatchSettings().settle_s,
    patience_s: Annotated[
        float,
        typer.Option(
            help="Files that did not change for so long [s] and can't be opened get their record "
            "of why."
        ),
    ] = WatchSettings().patience_s,
    once: Annotated[
        bool, typer.Option("--once", help="Leave when all that is there has been done.")
    ] = False,
    workers: Annotated[str, typer.Option(metavar="N|ADDRESS", help="As of cathartes run.")] = "1",
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    quiet: QuietFlag = False,
    json_lines: Annotated[
        bool, typer.Option("--json", help="Print a line of JSON for each observation.")
    ] = False,
) -> None:
    """Analyse observations as their files land in a folder.

    Files are whole when they stop changing, or when `<name>.done` lies beside them. Ctrl-C ends it;
    what was not finished is done the next time.

    Example: `cathartes watch inbox`
    """
    if not inbox.is_dir():
        raise typer.BadParameter(f"{inbox} is no folder; make it, or name another.")
    settings = WatchSettings(settle_s=settle_s, patience_s=patience_s)
    watched = Inbox(inbox, casebook, settings, executor_of(workers))
    message_console(quiet).print(f"watching {inbox}; Ctrl-C ends it")
    for done in watched.watch(lambda: not (once and watched.has_looked and watched.is_quiet)):
        if json_lines:
            write_json_line(_described(done))
        else:
            _print(done)


def _described(done: Watched) -> dict[str, object]:
    """Return an event as JSON tells it: what `run --json` says, or the trouble, and the clock."""
    told = {"sortie": done.sortie} if done.report is None else described(done.report)
    return {
        "event": "trouble" if done.report is None else "observed",
        "observation": done.name,
        "trouble": done.trouble,
        "landing_s": done.landing_s,
        "since_last_byte_s": done.since_last_byte_s,
        **told,
    }


def _print(done: Watched) -> None:
    console = output_console()
    if done.report is None:
        console.print(Text.assemble((f"{done.sortie} {done.name}", "yellow"), f": {done.trouble}"))
        return
    for row in done.report.rows:
        outcome = row.observation.outcome.value
        clock = {"landing": done.landing_s, **done.report.timings_s}
        stages = ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in clock.items())
        console.print(
            f"[bold]{done.sortie} {done.name}[/]: {outcome}, {row.n_detections} found; "
            f"{done.since_last_byte_s:.1f} s after the last byte ({stages})"
        )
    console.print(f"  {site_words(done.report)}")
