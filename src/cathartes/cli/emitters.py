"""``cathartes emitters``: what is known to give something off, lawfully."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from cathartes.cli.casebook_option import DEFAULT_CASEBOOK, CasebookOption
from cathartes.cli.commands import CONTEXT_SETTINGS
from cathartes.cli.console import JsonFlag, add_plain_row, output_console
from cathartes.cli.json_output import write_json
from cathartes.pipeline.findings import emitters_import, emitters_list

app = typer.Typer(
    help="Lawful emitters, which explain sites: import, list.",
    rich_markup_mode="rich",
    no_args_is_help=True,
    add_completion=False,
    context_settings=CONTEXT_SETTINGS,
)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="GeoJSON, CSV or GeoPackage.")],
    *,
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """Enter lawful emitters, in the place of those of the same ids, and weigh the sites again.

    Example: `cathartes emitters import farms.geojson`
    """
    emitters, changes = emitters_import(casebook, file)
    if json_output:
        write_json({"emitters": emitters, "sites": changes})
        return
    touched = len(changes.new) + len(changes.changed) + len(changes.removed)
    output_console().print(f"{len(emitters)} lawful emitters are in; {touched} sites changed.")


@app.command("list")
def list_(casebook: CasebookOption = DEFAULT_CASEBOOK, json_output: JsonFlag = False) -> None:
    """List the lawful emitters.

    Example: `cathartes emitters list`
    """
    emitters = emitters_list(casebook)
    if json_output:
        write_json({"emitters": emitters})
        return
    table = Table("emitter", "name", "kind", "gives off", "longitude, latitude", "source")
    for one in emitters:
        centre = one.area.centroid
        add_plain_row(
            table, one.id, one.name, one.kind, ", ".join(one.chemicals) or "not known",
            f"{centre.x:.5f}, {centre.y:.5f}", one.source,
        )  # fmt: skip
    output_console().print(table if emitters else "No lawful emitter is in this casebook.")
