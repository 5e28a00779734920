"""``cathartes plan``: where one means to fly, entered before the flight."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from cathartes.cli.casebook_option import DEFAULT_CASEBOOK, CasebookOption
from cathartes.cli.commands import CONTEXT_SETTINGS
from cathartes.cli.console import JsonFlag, add_plain_row, output_console
from cathartes.cli.json_output import write_json
from cathartes.pipeline.authority import plan_add, plan_list
from cathartes.products.summary import utc_text

app = typer.Typer(
    help="Flight plans, entered before the flight: add, list.",
    rich_markup_mode="rich",
    no_args_is_help=True,
    add_completion=False,
    context_settings=CONTEXT_SETTINGS,
)


@app.command()
def add(
    files: Annotated[
        list[Path], typer.Argument(metavar="GEOJSON...", help="Their routes, and what they say.")
    ],
    *,
    id_: Annotated[
        str, typer.Option("--id", help="Short name that sorties refer to; else the file's.")
    ] = "",
    mandate: Annotated[str, typer.Option(help="Under which mandate; else the file's.")] = "",
    begins: Annotated[str, typer.Option(help="As 2026-05-04T16:00Z; else the file's.")] = "",
    ends: Annotated[str, typer.Option(help="The same.")] = "",
    platform: Annotated[str, typer.Option(help="What flies; else the file's.")] = "",
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """Enter flight plans; when they were entered is kept, and is in the audit.

    Example: `cathartes plan add plan-2026-05-04.geojson`
    """
    told = {"id": id_, "mandate": mandate, "begins": begins, "ends": ends, "platform": platform}
    plans = [plan_add(casebook, file, told=told) for file in files]
    if json_output:
        write_json({"plans": plans})
        return
    for plan in plans:
        output_console().print(
            f"flight plan {plan.id} under mandate {plan.mandate_id}: {utc_text(plan.begins_utc)} "
            f"to {utc_text(plan.ends_utc)}, entered {utc_text(plan.entered_utc)}"
        )


@app.command("list")
def list_(
    *,
    mandate: Annotated[str, typer.Option(help="Only those of this mandate.")] = "",
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """List the flight plans by their beginnings.

    Example: `cathartes plan list --mandate MX-2026-017`
    """
    plans = plan_list(casebook, mandate)
    if json_output:
        write_json({"plans": plans})
        return
    table = Table("plan", "mandate", "begins", "ends", "entered", "platform")
    for one in plans:
        add_plain_row(
            table, one.id, one.mandate_id, f"{one.begins_utc:%Y-%m-%d %H:%M}",
            f"{one.ends_utc:%Y-%m-%d %H:%M}", f"{one.entered_utc:%Y-%m-%d %H:%M}", one.platform,
        )  # fmt: skip
    output_console().print(table if plans else "No flight plan is in this casebook.")
