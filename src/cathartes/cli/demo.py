"""``cathartes demo``: a flight line scanned, a campaign run, and the workstation opened on it."""

import os
from pathlib import Path
from typing import Annotated

import typer

from cathartes.cli.campaign_tables import campaign_page
from cathartes.cli.console import JsonFlag, QuietFlag, output_console
from cathartes.cli.evaluate_json import pooled_dict
from cathartes.cli.evaluate_tables import comparison_table, pooled_sentence
from cathartes.cli.json_output import write_json
from cathartes.cli.progress import progress_bars
from cathartes.cli.run import site_words
from cathartes.cli.serve import open_workstation
from cathartes.pipeline.demo import Demonstration
from cathartes.pipeline.demo import demo as demonstrate
from cathartes.pipeline.demo_campaign import PASSWORD, PEOPLE, DemonstratedCampaign
from cathartes.pipeline.demo_campaign import demo_campaign as demonstrate_campaign
from cathartes.pipeline.demo_partner import PARTNER_ID, PASSPHRASE, DemonstratedPartner
from cathartes.pipeline.executors import executor_of
from cathartes.pipeline.run import RunReport
from cathartes.products.file_names import PLUMES_GPKG, QUICKLOOK
from cathartes.simulate.folder import CUBE_NAME

_DEFAULT_OUT = Path("demo")


def demo(
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder; an older demonstration is replaced.")
    ] = _DEFAULT_OUT,
    *,
    scene_only: Annotated[
        bool, typer.Option("--scene-only", help="Leave out the campaign and the workstation.")
    ] = False,
    serve: Annotated[
        bool, typer.Option(help="Open the workstation in the end, until Ctrl-C.")
    ] = True,
    port: Annotated[int, typer.Option(help="Of the workstation; 0: any free one.")] = 8321,
    show: Annotated[
        bool, typer.Option("--open", help="Open the picture, or the workstation, in the browser.")
    ] = False,
    json_output: JsonFlag = False,
    quiet: QuietFlag = False,
) -> None:
    """Simulate a flight line, scan it, run a campaign, and open the workstation on its casebook.

    Takes two to four minutes, and needs no data and no connection. The campaign's casebook is
    kept if it is there already, with all that was judged.

    Example: `cathartes demo --out demo --open`
    """
    with progress_bars(quiet) as progress:
        done = demonstrate(out, progress=progress)
    if not json_output:
        _show(done)
    campaign = None
    if not scene_only:
        campaign = _campaign(out, quiet or json_output)
    if json_output:
        write_json(_described(done, campaign))
    if campaign is None:
        if show:
            typer.launch(str(done.plumes / QUICKLOOK))
        return
    if not json_output:
        _show_campaign(campaign)
    if serve:
        if not json_output:
            _show_people()
        open_workstation(
            str(campaign.casebook),
            port=port,
            keys=campaign.partner.keys,
            sign_in=[user.id for user in PEOPLE],
            open_browser=show,
            json_output=json_output,
        )


def _campaign(out: Path, quiet: bool) -> DemonstratedCampaign:
    console = output_console()

    def tell(report: RunReport) -> None:
        if not quiet:
            n_found = sum(row.n_detections for row in report.rows)
            console.print(
                f"  sortie {report.sortie_id}: observations {len(report.rows)}, detections "
                f"{n_found}; {site_words(report)}",
                soft_wrap=True,
            )

    if not quiet:
        console.print("\nA made-up campaign: weeks of sorties under one mandate.")
    with progress_bars(quiet) as progress:
        return demonstrate_campaign(
            out, executor=executor_of(str(os.cpu_count() or 1)), progress=progress, on_run=tell
        )


def _described(done: Demonstration, campaign: DemonstratedCampaign | None) -> dict[str, object]:
    told: dict[str, object] = {
        "scene": done.scene,
        "plumes": done.plumes,
        "picture": done.plumes / QUICKLOOK,
        "summary": done.summary.model_dump(mode="json"),
        "evaluation": pooled_dict(done.evaluation),
    }
    if campaign is not None:
        told |= {"campaign": campaign.campaign, "casebook": campaign.casebook}
        told |= {"keys": campaign.partner.keys, "partner": campaign.partner.machine}
    return told


def _show(done: Demonstration) -> None:
    console = output_console()
    scene = done.summary.scene
    console.print(
        f"A made-up flight line of {scene.lines} x {scene.samples} pixels and {scene.bands} bands "
        f"was searched for {done.summary.counts.gases_searched} gases.",
        soft_wrap=True,
    )
    console.print(comparison_table(done.evaluation.scenes[0]))
    console.print(pooled_sentence(done.evaluation.pooled), soft_wrap=True)
    for what, path in (
        ("picture", done.plumes / QUICKLOOK),
        ("plumes for QGIS", done.plumes / PLUMES_GPKG),
        ("images for QGIS", done.plumes / "layers"),
        ("the cube itself", done.scene / CUBE_NAME),
    ):
        console.print(f"  {what + ':':<17}{path}", markup=False, soft_wrap=True)
    console.print("Your own: cathartes scan CUBE.hdr")


def _show_people() -> None:
    """Say who the accounts are whose links come next."""
    console = output_console()
    console.print(
        f"\nEach link below signs one of these people in, once; their password is: {PASSWORD}",
        markup=False,
        soft_wrap=True,
    )
    for user in PEOPLE:
        roles = ", ".join(user.roles) + (f", officer of {user.partner}" if user.partner else "")
        console.print(f"  {user.id}: {roles}", markup=False, soft_wrap=True)


def _show_campaign(done: DemonstratedCampaign) -> None:
    console = output_console()
    for part in campaign_page(done.evaluation):
        console.print(part, markup=False)
    console.print(
        f"Its casebook: cathartes sites --casebook {done.casebook}", markup=False, soft_wrap=True
    )
    _show_partner(done.partner)


def _show_partner(partner: DemonstratedPartner) -> None:
    """Say who can be told of a site, and with which keys."""
    console = output_console()
    console.print(
        f"\nFindings can be released to {PARTNER_ID}; the folder {partner.machine} stands for its "
        "machine.",
        markup=False,
        soft_wrap=True,
    )
    for what, path in (
        ("your keys", partner.keys),
        ("its keys", partner.partner_keys),
        ("what it gets", partner.inbox),
    ):
        console.print(f"  {what + ':':<14}{path}", markup=False, soft_wrap=True)
    console.print(f"  passphrase of all keys: {PASSPHRASE}", markup=False, soft_wrap=True)
    console.print(
        "This and the password below are known to everybody: put nothing real in here.",
        markup=False,
        soft_wrap=True,
    )
