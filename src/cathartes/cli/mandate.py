"""``cathartes mandate``: the written authority to collect."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from cathartes.casework.mandate import Mandate
from cathartes.cli.casebook_option import DEFAULT_CASEBOOK, CasebookOption
from cathartes.cli.commands import CONTEXT_SETTINGS
from cathartes.cli.console import JsonFlag, add_plain_row, output_console
from cathartes.cli.json_output import write_json
from cathartes.pipeline.authority import mandate_add, mandate_list, mandate_revoke, mandate_show
from cathartes.products.summary import utc_text

app = typer.Typer(
    help="The written authority to collect: add, list, show, revoke.",
    rich_markup_mode="rich",
    no_args_is_help=True,
    add_completion=False,
    context_settings=CONTEXT_SETTINGS,
)


@app.command()
def add(
    file: Annotated[Path, typer.Argument(metavar="GEOJSON", help="Its area, and what it says.")],
    *,
    id_: Annotated[
        str, typer.Option("--id", help="Short name that sorties refer to; else the file's.")
    ] = "",
    authority: Annotated[str, typer.Option(help="Who issued it; else the file's.")] = "",
    reference: Annotated[str, typer.Option(help="Its file number; else the file's.")] = "",
    valid_from: Annotated[
        str, typer.Option("--from", help="First moment, as 2026-05-01 or 2026-05-01T06:00Z.")
    ] = "",
    valid_until: Annotated[str, typer.Option("--until", help="First moment after; the same.")] = "",
    retention_days: Annotated[
        int, typer.Option(help="How long what was collected is kept; else the file's.")
    ] = 0,
    chemical: Annotated[
        list[str] | None,
        typer.Option(help="Chemical of interest, any number of times; none: the whole library."),
    ] = None,
    partner: Annotated[
        list[str] | None, typer.Option(help="Partner it may be shared with, any number of times.")
    ] = None,
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """Enter a mandate into the casebook, which is made if there is none.

    Options win over what the file says.

    Example: `cathartes mandate add mandate.geojson`
    """
    told = {
        "id": id_, "authority": authority, "reference": reference, "valid_from": valid_from,
        "valid_until": valid_until, "retention_days": retention_days, "chemicals": chemical,
        "partners": partner,
    }  # fmt: skip
    _show(mandate_add(casebook, file, told=told), json_output)


@app.command("list")
def list_(casebook: CasebookOption = DEFAULT_CASEBOOK, json_output: JsonFlag = False) -> None:
    """List the mandates, the newest first.

    Example: `cathartes mandate list`
    """
    mandates = mandate_list(casebook)
    if json_output:
        write_json({"mandates": mandates})
        return
    table = Table("mandate", "authority", "reference", "from", "until", "state")
    for one in mandates:
        add_plain_row(
            table, one.id, one.authority, one.reference, f"{one.valid_from_utc:%Y-%m-%d %H:%M}",
            f"{one.valid_until_utc:%Y-%m-%d %H:%M}", state_of(one, datetime.now(UTC)),
        )  # fmt: skip
    output_console().print(table if mandates else "No mandate is in this casebook.")


@app.command()
def show(
    mandate: Annotated[str, typer.Argument(help="Its id.")],
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """Show one mandate.

    Example: `cathartes mandate show MX-2026-017`
    """
    _show(mandate_show(casebook, mandate), json_output)


@app.command()
def revoke(
    mandate: Annotated[str, typer.Argument(help="Its id.")],
    *,
    why: Annotated[str, typer.Option(help="The reason, which is kept.")],
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """Revoke a mandate from now on: nothing more is analysed under it.

    Example: `cathartes mandate revoke MX-2026-017 --why "withdrawn by letter of 3 May"`
    """
    _show(mandate_revoke(casebook, mandate, why), json_output)


def state_of(mandate: Mandate, now_utc: datetime) -> str:
    """Return in a word or two how a mandate stands."""
    if mandate.revoked_utc is not None:
        return "revoked"
    if now_utc < mandate.valid_from_utc:
        return "not yet in force"
    return "in force" if now_utc < mandate.valid_until_utc else "ended"


def _show(mandate: Mandate, json_output: bool) -> None:
    if json_output:
        write_json(mandate)
        return
    west, south, east, north = mandate.area.bounds
    table = Table(show_header=False, box=None, pad_edge=False)
    rows = {
        "mandate": mandate.id,
        "state": state_of(mandate, datetime.now(UTC)),
        "authority": mandate.authority,
        "reference": mandate.reference,
        "valid": f"{utc_text(mandate.valid_from_utc)} to {utc_text(mandate.valid_until_utc)}",
        "area": f"{west:.5f} to {east:.5f} E, {south:.5f} to {north:.5f} N",
        "chemicals": ", ".join(mandate.chemicals) or "all of the library",
        "kept for": f"{mandate.retention_days} days",
        "partners": ", ".join(mandate.partners) or "none",
    }
    if mandate.revoked_utc is not None:
        rows["revoked"] = f"{utc_text(mandate.revoked_utc)}: {mandate.revoked_why}"
    for word, value in rows.items():
        add_plain_row(table, word, value)
    output_console().print(table)
