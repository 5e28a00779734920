"""``cathartes observations``: every look, what it showed and what it could have shown."""

from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Column, Table
from rich.text import Text

from cathartes.cli.casebook_option import DEFAULT_CASEBOOK, CasebookOption
from cathartes.cli.console import JsonFlag, add_plain_row, output_console
from cathartes.cli.json_output import write_json
from cathartes.cli.run import OUTCOME_COLOURS, analysed_words
from cathartes.pipeline.findings import LookedUp, observations_list, observations_show
from cathartes.products.summary import utc_text
from cathartes.sites.observation import Observation, Sensitivity

_SEEN_COLUMNS = ("NECL [ppm m]", "smallest column [ppm m]", "smallest rate [kg/h]")


def observations(
    observation: Annotated[
        str, typer.Argument(help="Id of one, to see all about it; left out: list them.")
    ] = "",
    *,
    sortie: Annotated[str, typer.Option(help="Only those of this sortie.")] = "",
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """List the looks, also those that found nothing, or show one with its sensitivity.

    Examples: `cathartes observations --sortie 2026-05-04-a`,
    `cathartes observations obs-0123456789abcdef`
    """
    if observation:
        looked = observations_show(casebook, observation)
        if json_output:
            write_json(looked)
        else:
            _show(looked)
        return
    found = observations_list(casebook, sortie)
    if json_output:
        write_json({"observations": found})
        return
    table = Table(
        Column("observation", no_wrap=True), Column("sortie", overflow="fold"),
        Column("name", overflow="fold"), Column("taken", min_width=10),
        Column("outcome", no_wrap=True), Column("analysed", justify="right"),
        box=SIMPLE_HEAD, padding=(0, 1, 0, 0),
    )  # fmt: skip
    for one in found:
        taken = "" if one.began_utc is None else f"{one.began_utc:%Y-%m-%d %H:%M}"
        outcome = Text(one.outcome.value, OUTCOME_COLOURS[one.outcome])
        share = one.masked.n_analysed / one.masked.n_total if one.masked.n_total else None
        table.add_row(one.id, one.sortie_id, one.name, taken, outcome, _number(share, ".0%"))
    output_console().print(table if found else "No observation is in this casebook.")


def _show(looked: LookedUp) -> None:
    console = output_console()
    one = looked.observation
    console.print(f"[bold]{one.sortie_id} {one.name}[/] under mandate {one.mandate_id}")
    facts = Table(show_header=False, box=None, pad_edge=False)
    for word, value in _facts(one).items():
        add_plain_row(facts, word, value)
    clock = ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in looked.timings_s.items())
    facts.add_row("clock", clock)
    console.print(facts)
    if looked.detections:
        site = Column("site", no_wrap=True)
        table = Table("detection", "chemical", "probability", "SNR", "by chance", site)
        for found in looked.detections:
            seen = found.detection
            likely = {c.chemical: c.probability for c in seen.candidates}[seen.chemical]
            sites = ", ".join(site or "unattributed" for site in found.site_ids)
            table.add_row(
                str(seen.number), seen.chemical, f"{likely:.2f}", _number(seen.snr, ".1f"),
                _number(seen.expected_by_chance, ".2g"), sites,
            )  # fmt: skip
        console.print(table)
    if one.sensitivities:
        console.print(_sensitivity_table(one.sensitivities))
    for remark in one.remarks:
        console.print(f"- {remark}", markup=False)


def _facts(one: Observation) -> dict[str, str]:
    masked = one.masked
    facts = {
        "outcome": one.outcome.value + (f": {one.reason}" if one.reason else ""),
        "taken": "not known" if one.began_utc is None else utc_text(one.began_utc),
        "instrument": one.instrument or "not stated",
        "analysed": analysed_words(one),
    }
    if masked.n_analysed != masked.n_total:
        facts["left out"] = (
            f"{masked.n_outside_area:,} outside the mandate's area, {masked.n_outside_time:,} "
            f"outside its time, {masked.n_without_place:,} without a place"
        )
    if one.wind is not None:
        facts["wind"] = (
            f"{one.wind.speed_m_s:.1f} ± {one.wind.speed_sd_m_s:.1f} m/s from "
            f"{one.wind.from_deg:.0f} ± {one.wind.from_sd_deg:.0f}°"
        )
    facts["files"] = ", ".join(f"{file.name} ({file.sha256[:12]}…)" for file in one.files)
    facts["software"] = f"cathartes {one.software}"
    return facts


def _sensitivity_table(sensitivities: tuple[Sensitivity, ...]) -> Table:
    table = Table(
        "chemical", *map(escape, _SEEN_COLUMNS), "blind",
        title="what could have been seen, medians", title_justify="left",
    )  # fmt: skip
    for one in sensitivities:
        table.add_row(
            one.chemical, _rounded(one.necl_ppm_m, 3),
            _rounded(one.detectable_column_ppm_m, 3), _rounded(one.smallest_rate_kg_h, 2),
            _number(one.blind_share, ".0%"),
        )  # fmt: skip
    return table


def _rounded(value: float | None, digits: int) -> str:
    """Return a number with so many digits that tell something."""
    return "-" if value is None else f"{float(f'{value:.{digits}g}'):g}"


def _number(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)
