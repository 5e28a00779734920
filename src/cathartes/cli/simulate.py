"""``cathartes simulate``: make a scene with known plumes, and its truth."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from cathartes.cli.console import JsonFlag, QuietFlag, output_console
from cathartes.cli.json_output import write_json
from cathartes.cli.progress import progress_bars
from cathartes.pipeline.simulated import AUTO, BUILTIN, scene_settings
from cathartes.pipeline.simulated import simulate as simulate_scene
from cathartes.simulate.folder import CUBE_NAME
from cathartes.simulate.presets import PRESETS
from cathartes.simulate.scene import SimulatedScene
from cathartes.simulate.score import VISIBLE_SNR
from cathartes.simulate.truth import PlumeTruth


def simulate(
    scene: Annotated[
        str, typer.Argument(metavar="[PRESET|FILE.toml]", help="A preset, or a scene's settings.")
    ] = "demo",
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder of the scene; left out: its name, here."),
    ] = None,
    *,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Another landscape, other plume shapes, other noise.")
    ] = None,
    surfaces: Annotated[
        str,
        typer.Option(
            metavar="auto|builtin|FILE.hdr",
            help="Ground from measured reflectances, an ENVI spectral library; or of the built-in "
            "materials, the same on every machine; auto: measured ones in the thermal infrared "
            "where CATHARTES_DATA has them.",
        ),
    ] = AUTO,
    without_plumes: Annotated[
        bool, typer.Option("--without-plumes", help="The same scene, empty.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace an older simulated scene there.")
    ] = False,
    show_list: Annotated[bool, typer.Option("--list", help="List the presets and leave.")] = False,
    json_output: JsonFlag = False,
    quiet: QuietFlag = False,
) -> None:
    """Make a scene with known plumes, and its truth.

    The cube is an ENVI file, to be scanned as any other; the truth lies beside it.

    Examples: `cathartes simulate demo --out made-up`, `cathartes simulate --list`
    """
    if show_list:
        _list_presets(json_output)
        return
    settings = scene_settings(scene)
    if seed is not None:
        settings = settings.model_copy(update={"seed": seed})
    if without_plumes:
        settings = settings.without_plumes()
    folder = Path(settings.name) if out is None else out
    with progress_bars(quiet) as progress:
        made = simulate_scene(
            settings, folder, surfaces=surfaces, overwrite=overwrite, progress=progress
        )
    lines, samples, bands = made.radiance.shape
    if json_output:
        write_json(
            {
                "folder": folder,
                "cube": folder / CUBE_NAME,
                "instrument": made.instrument,
                "lines": lines,
                "samples": samples,
                "bands": bands,
                "surface_files": made.surface_files,
                "plumes": made.truth.plumes,
                "settings": settings.model_dump(mode="json"),
            }
        )
        return
    console = output_console()
    console.print(
        f"{settings.name}: {lines} x {samples} pixels, {bands} bands of {made.instrument}, seed "
        f"{settings.seed}; {len(made.truth.plumes)} plume{'s' * (len(made.truth.plumes) != 1)}.",
        markup=False,
    )
    console.print(_ground_sentence(made), markup=False, soft_wrap=True)
    if made.truth.plumes:
        console.print(plume_table(made.truth.plumes))
    console.print(f"To scan it: cathartes scan {folder / CUBE_NAME}", markup=False, soft_wrap=True)


def _ground_sentence(made: SimulatedScene) -> str:
    """Return what the ground is made of."""
    if not made.surface_files:
        return "Ground of built-in materials."
    header, table = made.surface_files
    return (
        f"Ground of {len(made.truth.materials)} measured reflectances of {header.name}, SHA-256 of "
        f"{table.name} {table.sha256}; --surfaces {BUILTIN} needs no file."
    )


def plume_table(plumes: tuple[PlumeTruth, ...]) -> Table:
    """Return the table of what is in a scene."""
    table = Table(box=None, pad_edge=False)
    for heading in ("id", "gases, greatest column [ppm m]", "source: line, sample", "gas at [K]",
                    "best SNR"):  # fmt: skip
        table.add_column(Text(heading), overflow="fold")
    for plume in plumes:
        gases = ", ".join(f"{name} {peak_ppm_m:.3g}" for name, peak_ppm_m in plume.gases)
        why = "too weak to be found" if plume.n_pixels else "hidden by others"
        hidden = "" if plume.snr_max >= VISIBLE_SNR else f" ({why})"
        table.add_row(
            str(plume.id),
            Text(gases),
            f"{plume.source_line:.1f}, {plume.source_sample:.1f}",
            f"{plume.temperature_k:.1f}",
            f"{plume.snr_max:.1f}{hidden}",
        )
    return table


def _list_presets(as_json: bool) -> None:
    if as_json:
        presets = {name: s.model_dump(mode="json") for name, s in sorted(PRESETS.items())}
        write_json({"presets": presets})
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("preset", "instrument", "lines x samples", "plumes"):
        table.add_column(Text(heading), overflow="fold")
    for name, settings in sorted(PRESETS.items()):
        gases = ", ".join(" + ".join(plume.gases) for plume in settings.plumes)
        size = f"{settings.lines} x {settings.samples}"
        table.add_row(name, settings.instrument, size, Text(gases))
    output_console().print(table)
