"""``cathartes outcomes``: what came of it all, in numbers that say how sure they are."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from cathartes.casework.calibration import Calibration
from cathartes.casework.intervals import Share, Wait
from cathartes.casework.outcomes import Outcomes, PartnerOutcome, Stage
from cathartes.cli.casebook_option import DEFAULT_CASEBOOK, CasebookOption
from cathartes.cli.console import JsonFlag, add_plain_row, output_console
from cathartes.cli.json_output import write_json
from cathartes.cli.moment import moment_of
from cathartes.cli.report import LanguageOption
from cathartes.pipeline import outcomes as counted
from cathartes.products.report_words import Language
from cathartes.sites.sentences import counted as number_of


def outcomes(
    *,
    since: Annotated[
        str, typer.Option(help="Sorties and sites from this moment on: 2026-05-04, or ISO 8601.")
    ] = "",
    until: Annotated[str, typer.Option(help="Before this moment.")] = "",
    partner: Annotated[str, typer.Option(help="Only what this partner was told.")] = "",
    exercise: Annotated[
        bool, typer.Option("--exercise", help="Drills, in place of what is real.")
    ] = False,
    csv: Annotated[
        Path | None, typer.Option("--csv", help="Write the numbers to this file, one a line.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", help="Draw them: a .png, .pdf or .svg.")
    ] = None,
    language: LanguageOption = Language.ENGLISH,
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """Count what came of the flights: found, reviewed, released, answered, confirmed, dismantled.

    Intervals hold 90 %. No answer is no "no": it is in no share of what was found.

    Examples: `cathartes outcomes`,
    `cathartes outcomes --since 2026-01-01 --until 2026-04-01 --csv q1.csv --plot q1.png`
    """
    told = counted.outcomes(
        casebook,
        since_utc=moment_of("--since", since),
        until_utc=moment_of("--until", until),
        partner=partner,
        exercise=exercise,
    )
    if csv is not None:
        counted.outcomes_csv(told, csv)
    if plot is not None:
        counted.outcomes_plot(told, plot, language=language)
    if json_output:
        write_json(told)
        return
    console = output_console()
    if exercise:
        console.print("[bold]EXERCISE[/]: drills alone.")
    _print_flown(console, told)
    _print_stages(console, told)
    _print_legs(console, told)
    _print_partners(console, told)
    _print_calibration(console, told.calibration)
    if told.overdue:
        console.print(f"Overdue: {', '.join(told.overdue)}", markup=False)
    if told.relook:
        console.print(f"To look at again, since dismantled: {', '.join(told.relook)}", markup=False)
    for path in (csv, plot):
        if path is not None:
            console.print(f"Written: {path}", markup=False)


def _print_flown(console: Console, told: Outcomes) -> None:
    flown = told.flown
    looks = ", ".join(f"{n} {outcome.value}" for outcome, n in flown.looks.items())
    console.print(f"{number_of(flown.n_sorties, 'sortie')}; looks: {looks}.")
    rates = next((list(area.within_km2) for area in flown.areas if area.within_km2), [])
    heads = [Column(f"{rate:g} kg/h found, km2", justify="right") for rate in rates]
    table = Table(
        Column("looked for", min_width=12), Column("looks, km2", justify="right"),
        Column("ground, km2", justify="right"), *heads, box=None, pad_edge=False,
    )  # fmt: skip
    for area in flown.areas:
        within = (f"{area.within_km2[rate]:,.3g}" if area.within_km2 else "" for rate in rates)
        add_plain_row(
            table, area.name or "anything", _km2(area.looked_km2), _km2(area.ground_km2), *within
        )
    console.print(table)


def _print_stages(console: Console, told: Outcomes) -> None:
    table = Table("sites", Column("n", justify="right"), "of the step before")
    for one in told.stages:
        before = "" if one.stage is Stage.FOUND else _share(one.reached)
        add_plain_row(table, one.stage.value, str(one.reached.n), before)
    console.print(table)
    if told.n_nothing_found:
        console.print(f"Nothing was found at {number_of(told.n_nothing_found, 'site')}.")


def _print_legs(console: Console, told: Outcomes) -> None:
    numbers = (Column(name, justify="right") for name in ("done", "waiting"))
    table = Table("step", *numbers, "median days")
    for one in told.legs:
        days = one.days
        add_plain_row(table, one.leg.value, str(days.n_done), str(days.n_waiting), _days(days))
    console.print(table)


def _print_partners(console: Console, told: Outcomes) -> None:
    if len(told.partners) == 1:
        console.print("No partner was told anything.")
        return
    for one in told.partners:
        console.print(_partner(one), markup=False, highlight=False)


def _partner(one: PartnerOutcome) -> str:
    """Say in a line what came of what a partner was told."""
    found = {
        "confirmed": one.n_confirmed,
        "dismantled": one.n_dismantled,
        "nothing found": one.n_nothing_found,
        "not accessible": one.n_not_accessible,
        "disputed": one.n_disputed,
    }
    of_these = ", ".join(f"{n} {word}" for word, n in found.items())
    return (
        f"{one.partner_id or 'All partners'}: told {one.n_told}, received {one.n_received}, "
        f"answered {one.n_answered} ({of_these}); overdue {one.n_overdue}, recalled "
        f"{one.n_recalled}. Answered of those due: {_share(one.answered_of_due)}."
    )


def _print_calibration(console: Console, found: Calibration) -> None:
    if not found.n:
        console.print("Calibration: nobody has looked into anything yet, so nothing can be said.")
        return
    table = Table("released with", Column("mean", justify="right"), "confirmed of those visited")
    for one in found.bins:
        between = f"{one.said_from:g} to {one.said_to:g}"
        share = one.confirmed
        add_plain_row(
            table, between, f"{one.mean_said:.2f}", f"{share.n} of {share.of}: {_share(share)}"
        )
    console.print(table)
    said = f"{found.expected:.1f} of {found.n} were to be expected, {found.confirmed.n} were"
    if found.brier is None:
        console.print(f"Calibration: {said} confirmed; too few to say whether it holds.")
    else:
        base = found.brier_of_base_rate
        console.print(
            f"Calibration: {said} confirmed. Brier score {found.brier:.3f}; the base rate alone "
            f"would have {base:.3f}."
        )


def _share(share: Share) -> str:
    if share.share is None or share.low is None or share.high is None:
        return "none to say it of"
    return f"{100 * share.share:.0f} % ({100 * share.low:.0f} to {100 * share.high:.0f} %)"


def _days(days: Wait) -> str:
    if days.median_days is None:
        return "not reached: fewer than half are done" if days.n_waiting + days.n_done else ""
    low = "?" if days.low_days is None else f"{days.low_days:.1f}"
    high = "not reached" if days.high_days is None else f"{days.high_days:.1f}"
    return f"{days.median_days:.1f} ({low} to {high})"


def _km2(area: float) -> str:
    return f"{area:,.1f}"
