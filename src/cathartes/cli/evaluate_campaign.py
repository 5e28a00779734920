"""``cathartes evaluate campaign``: score a casebook's sites against a simulated campaign."""

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from cathartes.cli.campaign_tables import campaign_page
from cathartes.cli.casebook_option import DEFAULT_CASEBOOK
from cathartes.cli.console import JsonFlag, output_console
from cathartes.cli.json_output import write_json
from cathartes.errors import OutputError, SettingsError
from cathartes.pipeline.campaign_score import CampaignEvaluation, sites_after_sorties
from cathartes.pipeline.campaign_score import evaluate_campaign as evaluate
from cathartes.products.campaign_plot import write_growth_plot, write_reliability_plot
from cathartes.simulate.campaign import Standing
from cathartes.simulate.campaign_score import LEVEL, REACH_M, CampaignScore
from cathartes.store.open import open_casebook


def evaluate_campaign(
    folders: Annotated[
        list[Path],
        typer.Argument(
            metavar="OUT...", help="Folders that `cathartes simulate campaign` wrote; pooled."
        ),
    ],
    *,
    casebooks: Annotated[
        list[str] | None,
        typer.Option(
            "--casebook",
            envvar="CATHARTES_CASEBOOK",
            help="Casebook into which its sorties were run, a folder or URL; once for each folder.",
        ),
    ] = None,
    growth: Annotated[
        bool,
        typer.Option("--growth", help="Also after the first sortie, the first two, and so on."),
    ] = False,
    plots: Annotated[
        Path | None, typer.Option(help="Folder for plots: reliability, and growth with flights.")
    ] = None,
    json_output: JsonFlag = False,
) -> None:
    """Score a casebook's sites against the truth of a simulated campaign.

    Sites found, false ones per 100 km², location error, calibration, and ranks of the true ones.

    Examples: `cathartes evaluate campaign made-up --growth --plots figures`,
    `cathartes evaluate campaign one two --casebook cases-1 --casebook cases-2`
    """
    named = casebooks or [DEFAULT_CASEBOOK]
    if len(folders) != len(named):
        raise SettingsError(
            f"{len(folders)} campaigns and {len(named)} casebooks were given; one casebook for "
            "each campaign is needed, in the same order."
        )
    with ExitStack() as opened:
        books = [opened.enter_context(open_casebook(where)) for where in named]
        histories = [
            sites_after_sorties(folder, book)
            for folder, book in zip(folders, books, strict=True) if growth
        ]  # fmt: skip
        evaluation = evaluate(
            [(folder, book.casebook) for folder, book in zip(folders, books, strict=True)],
            sites_after=histories,
        )
    if plots is not None:
        _write_plots(plots, evaluation)
    if json_output:
        write_json(_evaluation_dict(evaluation))
        return
    console = output_console()
    for part in campaign_page(evaluation):
        console.print(part, markup=False)


def _write_plots(folder: Path, evaluation: CampaignEvaluation) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_reliability_plot(folder / "reliability.png", evaluation.pooled)
        if evaluation.growth:
            write_growth_plot(folder / "growth.png", evaluation.pooled_growth)
    except OSError as error:
        raise OutputError(
            f"{folder}: can't be written ({error.strerror or error}); name a folder that you may "
            "write in with --plots."
        ) from error


def _evaluation_dict(evaluation: CampaignEvaluation) -> dict[str, object]:
    return {
        "reach_m": REACH_M,
        "level": LEVEL,
        "pooled": _score_dict(evaluation.pooled),
        "average_precision": evaluation.average_precision,
        "campaigns": [
            {**_score_dict(score), "average_precision": score.average_precision}
            for score in evaluation.campaigns
        ],
        "growth": [_score_dict(score) for score in evaluation.pooled_growth],
    }


def _score_dict(score: CampaignScore) -> dict[str, object]:
    return {
        "n_sorties": score.n_sorties,
        "looked_km2": score.looked_km2,
        "n_hidden": len(score.of(Standing.HIDDEN)),
        "n_hidden_worked": score.n_workable,
        "n_found": len(score.found),
        "n_false": len(score.false),
        "false_per_100_km2": score.false_per_100_km2,
        "location_error_m": score.location_error_m,
        "region_90_share": score.region_share,
        "lawful": {
            standing.value: {
                "n": len(score.of(standing)),
                "n_with_site": len(score.sites_at(standing, say_hidden=False)),
                "n_taken_for_hidden": len(score.sites_at(standing, say_hidden=True)),
            }
            for standing in (Standing.REGISTERED, Standing.UNREGISTERED)
        },
        "n_sites": len(score.sites),
        "calibration_error": score.calibration_error,
        "calibration_error_by_chance": score.calibration_error_by_chance,
        "calibration": score.calibration,
        "sites": score.sites,
    }
