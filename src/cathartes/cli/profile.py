"""``cathartes profile``: which chemicals tell what kind of place it is."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from cathartes.cli.casebook_option import DEFAULT_CASEBOOK, CasebookOption
from cathartes.cli.commands import CONTEXT_SETTINGS
from cathartes.cli.console import JsonFlag, add_plain_row, output_console
from cathartes.cli.json_output import write_json
from cathartes.pipeline.findings import profile_show, profile_use
from cathartes.sites.profile import ChemicalProfile

app = typer.Typer(
    help="Which chemicals together tell the kind of place that is looked for: show, use.",
    rich_markup_mode="rich",
    no_args_is_help=True,
    add_completion=False,
    context_settings=CONTEXT_SETTINGS,
)


@app.command()
def show(casebook: CasebookOption = DEFAULT_CASEBOOK, json_output: JsonFlag = False) -> None:
    """Show the profile that the casebook's sites are weighed by.

    Example: `cathartes profile show`
    """
    _print(profile_show(casebook), json_output)


@app.command()
def use(
    file: Annotated[Path, typer.Argument(help="TOML file of a profile.")],
    *,
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """Weigh the casebook's sites by the profile of a file from now on.

    Example: `cathartes profile use paint-shops.toml`
    """
    profile, changes = profile_use(casebook, file)
    _print(profile, json_output)
    if not json_output:
        touched = len(changes.new) + len(changes.changed) + len(changes.removed)
        output_console().print(f"{touched} sites changed.")


def _print(profile: ChemicalProfile, json_output: bool) -> None:
    if json_output:
        write_json(profile.model_dump(mode="json", by_alias=True))
        return
    console = output_console()
    console.print(Text.assemble((profile.name, "bold"), f": {profile.reason}"))
    table = Table("weight", "class", "chemicals", "reason")
    for one in profile.classes:
        add_plain_row(table, f"{one.weight:+.1f}", one.name, ", ".join(one.chemicals), one.reason)
    for pair in profile.together:
        add_plain_row(table, f"{pair.weight:+.1f}", " with ".join(pair.classes), "", pair.reason)
    add_plain_row(table, f"{profile.none_weight:+.1f}", "none of these", "", "")
    console.print(table)
