"""``cathartes sites``: the places, by the value of looking at them next, and why."""

from typing import Annotated

import typer
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cathartes.cli.casebook_option import DEFAULT_CASEBOOK, CasebookOption
from cathartes.cli.console import JsonFlag, add_plain_row, output_console
from cathartes.cli.json_output import write_json
from cathartes.pipeline.findings import sites_list, sites_rebuild, sites_show
from cathartes.products.summary import utc_text
from cathartes.sites.sentences import counted
from cathartes.sites.site import Site


def sites(
    site: Annotated[
        str, typer.Argument(help="Id of one, to read its evidence; left out: list them.")
    ] = "",
    *,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Make all sites again first, from all that was seen.")
    ] = False,
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """List the sites by the value of looking at them next, or show one line by line.

    Examples: `cathartes sites`, `cathartes sites site-0123456789`
    """
    if rebuild:
        sites_rebuild(casebook)
    if site:
        one = sites_show(casebook, site)
        if json_output:
            write_json(one)
        else:
            _show(one)
        return
    found = sites_list(casebook, limit)
    if json_output:
        write_json({"sites": found})
        return
    console = output_console()
    if not found:
        console.print("No site is in this casebook.")
    for rank, one in enumerate(found, start=1):
        console.print(
            f"[bold]{rank:>3}  {one.id}[/]  {_probability(one)}  {', '.join(one.chemicals)}"
        )
        place = f"At {_place(one)} ± {one.place.radius_m:.0f} m. "
        console.print(Padding(Text.assemble(place, (one.why, "dim")), (0, 0, 0, 5)))


def _show(one: Site) -> None:
    console = output_console()
    facts = Table(show_header=False, box=None, pad_edge=False)
    rows = {
        "site": one.id,
        "probability": _probability(one),
        "place": f"{_place(one)} (longitude, latitude), ± {one.place.radius_m:.0f} m",
        "chemicals": ", ".join(one.chemicals),
        "seen": f"in {one.n_detections} of {counted(one.n_looks, 'look')}",
    }
    if one.first_seen_utc is not None and one.last_seen_utc is not None:
        rows["from, to"] = f"{utc_text(one.first_seen_utc)}, {utc_text(one.last_seen_utc)}"
    if one.explained_by:
        rows["explained by"] = f"lawful emitter {one.explained_by}"
    rows["next look"] = one.why
    for word, value in rows.items():
        add_plain_row(facts, word, value)
    console.print(facts)
    table = Table("log-odds", "sum", "when", "evidence")
    total = 0.0
    for line in one.evidence:
        total += line.log_odds
        moment = "" if line.moment_utc is None else f"{line.moment_utc:%Y-%m-%d %H:%M}"
        add_plain_row(table, f"{line.log_odds:+.2f}", f"{total:+.2f}", moment, line.text)
    console.print(table)


def _probability(one: Site) -> str:
    return f"{one.probability:.2f} ({one.probability_low:.2f} to {one.probability_high:.2f})" + (
        " lawful" if one.explained_by else ""
    )


def _place(one: Site) -> str:
    return f"{one.place.longitude_deg:.5f}, {one.place.latitude_deg:.5f}"
