"""``cathartes evaluate``: score a scan's output folder against the truth."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from cathartes.cli.console import JsonFlag, output_console
from cathartes.cli.evaluate_json import pooled_dict
from cathartes.cli.evaluate_tables import evaluation_page
from cathartes.cli.json_output import write_json
from cathartes.errors import SettingsError
from cathartes.pipeline.evaluate import evaluate as evaluate_pairs


def evaluate(
    folders: Annotated[
        list[Path],
        typer.Argument(
            metavar="RESULT SCENE...",
            help="A folder that `cathartes scan` wrote, and that of its simulated scene; several "
            "such pairs are pooled.",
        ),
    ],
    *,
    plumes_only: Annotated[
        bool, typer.Option("--plumes-only", help="Score plumes, not pixels: needs no layers.")
    ] = False,
    false_alarm_probability: Annotated[
        float, typer.Option(help="Of a pixel, for the detection of pixels.")
    ] = 1e-4,
    json_output: JsonFlag = False,
) -> None:
    """Score a scan's output folder against the truth.

    Pixels are scored from images: scan with `--layers all --grid sensor`.

    Examples: `cathartes evaluate result made-up`, `cathartes evaluate r1 s1 r2 s2 --plumes-only`
    """
    if len(folders) % 2:
        raise SettingsError(
            f"an odd number of folders, {len(folders)}, was given; pairs of a result and its scene "
            "are needed, like cathartes evaluate RESULT SCENE."
        )
    evaluation = evaluate_pairs(
        list(zip(folders[::2], folders[1::2], strict=True)),
        plumes_only=plumes_only,
        false_alarm_probability=false_alarm_probability,
    )
    if json_output:
        write_json(pooled_dict(evaluation))
        return
    console = output_console()
    for part in evaluation_page(evaluation):
        console.print(part, soft_wrap=isinstance(part, Text))
