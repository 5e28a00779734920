"""``cathartes review``: what reviews came to; reviewing itself is the workstation's."""

from typing import Annotated

import typer
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cathartes.casework.review import Review
from cathartes.casework.settlement import Settlement
from cathartes.cli.casebook_option import DEFAULT_CASEBOOK, CasebookOption
from cathartes.cli.commands import CONTEXT_SETTINGS
from cathartes.cli.console import JsonFlag, add_plain_row, output_console
from cathartes.cli.json_output import write_json
from cathartes.pipeline.reviewed import review_list, review_show
from cathartes.products.summary import utc_text

app = typer.Typer(
    help="What reviews came to: list, show. Reviewing is done in the workstation, `serve`.",
    rich_markup_mode="rich",
    no_args_is_help=True,
    add_completion=False,
    context_settings=CONTEXT_SETTINGS,
)


@app.command("list")
def list_(
    *,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100,
    after: Annotated[str, typer.Option(help="Id of the last one had: go on after it.")] = "",
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """List the detections that reviews settled, by id.

    Example: `cathartes review list`
    """
    found = review_list(casebook, limit, after)
    if json_output:
        write_json({"settled": found})
        return
    console = output_console()
    if not found:
        console.print("Reviews have settled nothing here.")
        return
    table = Table("detection", "state", "confidence", "rate", "reviewers")
    for one in found:
        settlement = one.settlement
        confidence = settlement.confidence.value if settlement.confidence else ""
        rate = _rate(settlement)
        reviewers = ", ".join(settlement.reviewers)
        add_plain_row(table, one.detection_id, settlement.state.value, confidence, rate, reviewers)
    console.print(table)


@app.command()
def show(
    detection: Annotated[str, typer.Argument(help="Id of a settled detection.")],
    *,
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """Show what was said of a settled detection, review by review.

    Example: `cathartes review show obs-12ab-1`
    """
    found = review_show(casebook, detection)
    if json_output:
        write_json(found)
        return
    console = output_console()
    rate = _rate(found.settlement)
    told = ", ".join(filter(None, (found.settlement.state.value, rate)))
    console.print(Text.assemble((found.detection_id, "bold"), f"  {told}"))
    for one in found.reviews:
        console.print(Text(f"{utc_text(one.moment_utc)}  {one.reviewer}: {_said(one)}"))
        if one.judgement.note:
            console.print(Padding(Text(one.judgement.note, style="dim"), (0, 0, 0, 5)))


def _said(review: Review) -> str:
    said = review.judgement
    words = [said.verdict.value, f"confidence {said.confidence.value}"]
    if said.rate is not None:
        words.append(f"a rate {said.rate.value}")
    words += [flag.value for flag in said.flags]
    if not review.was_blind:
        words.append("not blind")
    return ", ".join(words)


def _rate(settlement: Settlement) -> str:
    match settlement.rate_may_be_given:
        case None:
            return ""
        case True:
            return "a rate may be given"
        case False:
            return "no rate may be given"
