"""``cathartes demo``: simulate a flight line, scan it, and show what was found."""

from pathlib import Path
from typing import Annotated

import typer

from cathartes.cli.console import JsonFlag, QuietFlag, output_console
from cathartes.cli.evaluate_json import pooled_dict
from cathartes.cli.evaluate_tables import comparison_table, pooled_sentence
from cathartes.cli.json_output import write_json
from cathartes.cli.progress import progress_bars
from cathartes.pipeline.demo import Demonstration
from cathartes.pipeline.demo import demo as demonstrate
from cathartes.products.file_names import PLUMES_GPKG, QUICKLOOK
from cathartes.simulate.folder import CUBE_NAME

_DEFAULT_OUT = Path("demo")


def demo(
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder; an older demonstration is replaced.")
    ] = _DEFAULT_OUT,
    *,
    show: Annotated[
        bool, typer.Option("--open", help="Open the picture when all is done.")
    ] = False,
    json_output: JsonFlag = False,
    quiet: QuietFlag = False,
) -> None:
    """Simulate a flight line, scan it, and show what was found.

    Takes less than a minute, and needs no data and no connection.

    Example: `cathartes demo --out demo --open`
    """
    with progress_bars(quiet) as progress:
        done = demonstrate(out, progress=progress)
    if json_output:
        write_json(
            {
                "scene": done.scene,
                "plumes": done.plumes,
                "picture": done.plumes / QUICKLOOK,
                "summary": done.summary.model_dump(mode="json"),
                "evaluation": pooled_dict(done.evaluation),
            }
        )
    else:
        _show(done)
    if show:
        typer.launch(str(done.plumes / QUICKLOOK))


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
