"""``cathartes simulate campaign``: make weeks of sorties over an area with hidden places."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from cathartes.cli.console import JsonFlag, QuietFlag, output_console
from cathartes.cli.json_output import write_json
from cathartes.cli.progress import progress_bars
from cathartes.pipeline.simulated_campaign import EMITTERS_NAME, MANDATE_NAME
from cathartes.pipeline.simulated_campaign import simulate_campaign as simulate
from cathartes.simulate.campaign_settings import CampaignSettings
from cathartes.simulate.campaign_truth import CampaignTruth

_DEFAULT = CampaignSettings()


def simulate_campaign(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Folder of the campaign.")],
    *,
    seed: Annotated[int, typer.Option(help="Another area, other places, other weather.")] = (
        _DEFAULT.seed
    ),
    sorties: Annotated[int, typer.Option(help="Flights.")] = _DEFAULT.sorties,
    weeks: Annotated[int, typer.Option(help="Over so many weeks.")] = _DEFAULT.weeks,
    cubes: Annotated[int, typer.Option(help="Flight lines of a sortie.")] = _DEFAULT.cubes,
    hidden: Annotated[int, typer.Option(help="Hidden places, which work now and then.")] = (
        _DEFAULT.hidden
    ),
    registered: Annotated[int, typer.Option(help="Lawful emitters in the file of emitters.")] = (
        _DEFAULT.registered
    ),
    unregistered: Annotated[int, typer.Option(help="Lawful emitters that are in no file.")] = (
        _DEFAULT.unregistered
    ),
    beyond: Annotated[
        int, typer.Option(help="Lawful emitters in no file, outside the mandate.")
    ] = _DEFAULT.beyond,
    lines: Annotated[int, typer.Option(help="Of a cube.")] = _DEFAULT.lines,
    samples: Annotated[int, typer.Option(help="Of a cube.")] = _DEFAULT.samples,
    cells_east: Annotated[int, typer.Option(help="The area is so many cubes wide.")] = (
        _DEFAULT.cells_east
    ),
    cells_north: Annotated[int, typer.Option(help="The area is so many cubes high.")] = (
        _DEFAULT.cells_north
    ),
    log_every: Annotated[
        int, typer.Option(help="Every so many-th sortie has a gas sensor's log; 0: none has.")
    ] = _DEFAULT.log_every,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace an older campaign there.")
    ] = False,
    json_output: JsonFlag = False,
    quiet: QuietFlag = False,
) -> None:
    """Make weeks of sorties over an area with hidden places, and the truth about them.

    The folder holds a mandate, flight plans, lawful emitters, sorties to run, and the truth.

    Examples: `cathartes simulate campaign made-up`,
    `cathartes simulate campaign small --sorties 2 --weeks 1`
    """
    settings = CampaignSettings(
        seed=seed, sorties=sorties, weeks=weeks, cubes=cubes, log_every=log_every, lines=lines,
        samples=samples, cells_east=cells_east, cells_north=cells_north, hidden=hidden,
        registered=registered, unregistered=unregistered, beyond=beyond,
    )  # fmt: skip
    with progress_bars(quiet) as progress:
        truth = simulate(out, settings, overwrite=overwrite, progress=progress)
    if json_output:
        write_json(
            {
                "folder": out,
                "mandate": out / MANDATE_NAME,
                "emitters": out / EMITTERS_NAME if registered else None,
                "sorties": [out / "sorties" / sortie_id for sortie_id in truth.sortie_ids],
                "settings": asdict(settings),
                "places": truth.places,
            }
        )
        return
    console = output_console()
    n_cubes = sum(look.kind == "cube" for look in truth.looks)
    n_logs = len(truth.looks) - n_cubes
    console.print(
        f"{len(truth.sortie_ids)} sorties with {n_cubes} cubes and {n_logs} log"
        f"{'s' * (n_logs != 1)} under the mandate {truth.mandate_id}, {truth.begins_utc:%Y-%m-%d} "
        f"to {truth.ends_utc:%Y-%m-%d}.",
        markup=False,
    )
    if truth.places:
        console.print(place_table(truth))
    following = (
        f"mandate add {out / MANDATE_NAME}",
        f"plan add {out / 'plans'}/*",
        *([f"emitters import {out / EMITTERS_NAME}"] if registered else []),
        f"run {out / 'sorties'}/*",
        "sites",
        f"evaluate campaign {out}",
    )
    console.print("Next:")
    for words in following:
        console.print(f"  cathartes {words}", markup=False, soft_wrap=True)


def place_table(truth: CampaignTruth) -> Table:
    """Return the table of a campaign's places."""
    table = Table(box=None, pad_edge=False)
    for heading in ("place", "kind", "gases [kg/h]", "works", "looks", "working then"):
        left = heading in {"place", "kind", "gases [kg/h]"}
        table.add_column(Text(heading), justify="left" if left else "right", overflow="fold")
    for place in truth.places:
        rates = [look.rates[place.id] for look in truth.looks if place.id in look.rates]
        table.add_row(
            place.id,
            place.kind,
            Text(", ".join(f"{gas} {kg_h:.0f}" for gas, kg_h in place.usual)),
            f"{100 * place.duty:.0f} %",
            str(len(rates)),
            str(sum(bool(then) for then in rates)),
        )
    return table
