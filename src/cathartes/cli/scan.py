"""``cathartes scan``: find, name and map the plumes in radiance cubes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from cathartes.cli import cube_options as of_cube
from cathartes.cli import scan_tables, together_tables
from cathartes.cli.console import (
    JsonFlag,
    QuietFlag,
    message_console,
    output_console,
    work_goes_on_unheard,
)
from cathartes.cli.failure import Failure, report_failure
from cathartes.cli.json_output import write_json
from cathartes.cli.progress import progress_bars
from cathartes.detect.settings import DetectSettings
from cathartes.errors import SettingsError
from cathartes.pipeline.comparison import TogetherSettings
from cathartes.pipeline.gas_library import working_library
from cathartes.pipeline.scan import ScanSettings
from cathartes.pipeline.scan import quick as quick_settings
from cathartes.pipeline.scan import scan as scan_cube
from cathartes.pipeline.settings_file import read_scan_settings
from cathartes.pipeline.targets import targets_of
from cathartes.pipeline.together import TOGETHER, Witnesses, check_together, write_comparison
from cathartes.products.layers import LayerChoice, LayerGrid
from cathartes.products.summary import ScanSummary
from cathartes.products.together import TogetherSummary
from cathartes.scenes.options import OpenOptions
from cathartes.spectra.library import GasLibrary


def scan(
    ctx: typer.Context,
    cubes: Annotated[list[Path], typer.Argument(metavar="CUBE...", help="Files of radiance.")],
    *,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="Folder of the result; of several cubes, one folder each in it. "
            "Left out: <cube's name>-plumes, here.",
        ),
    ] = None,
    gas: Annotated[
        list[str] | None,
        typer.Option("--gas", "-g", help="Gas to search, any number of times; else the library."),
    ] = None,
    layers: Annotated[
        LayerChoice | None,
        typer.Option(
            help="Of which gases images are written, or of every gas its smallest detectable "
            "column alone; left out: found."
        ),
    ] = None,
    grid: Annotated[
        LayerGrid | None,
        typer.Option(help="Grid of these images; left out: map where there is a geometry."),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace an older result there.")
    ] = False,
    plume_temperature_k: Annotated[
        float | None,
        typer.Option(help="Temperature of the plumes, usually the air's; else the cube's air's."),
    ] = None,
    air_mass_factor: Annotated[
        float | None,
        typer.Option(help="Slant over vertical path, sun and view; else from the cube's angles."),
    ] = None,
    max_expected_by_chance: Annotated[
        float | None,
        typer.Option(
            help="Report a plume if chance gives at most so many of its strength in "
            f"the scene; left out: {DetectSettings().max_expected_by_chance:g}."
        ),
    ] = None,
    quick: Annotated[
        bool,
        typer.Option(
            "--quick",
            help="For a first look: the background from fewer lines, so that weak plumes are less "
            "surely found; dense plumes by thin signatures; no chemicals outside the library and "
            "no plumes too faint for any one place; and no layers unless --layers asks for them.",
        ),
    ] = False,
    together: Annotated[
        bool,
        typer.Option(
            "--together",
            help="Also compare what thermal and short-wave cubes of one sortie say of each place; "
            "all cubes need a geometry. Written to the folder `together` beside the others.",
        ),
    ] = False,
    position_error_m: Annotated[
        float | None,
        typer.Option(
            help="With --together: how far pixels may lie from where the geometry says; left out: "
            f"{TogetherSettings().position_error_m:g}."
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(help="Threads that search; left out or 0: one for each core."),
    ] = None,
    atmosphere: Annotated[
        Path | None,
        typer.Option(
            help="Table of the air's transmittance and path radiance, thermal infrared: a CSV with "
            "units, or MODTRAN's .chn; else the air is estimated from the scene."
        ),
    ] = None,
    wind: Annotated[
        str | None,
        typer.Option(
            metavar="SPEED±SD,FROM±SD|FILE",
            help="Wind when the cube was taken, in m/s and in degrees it blew from, as in "
            "'3.2±0.6,245±15' (or +- for ±), or a wind file; with it each plume gets an origin "
            "and an emission rate, or the reason why there is none.",
        ),
    ] = None,
    wind_mapping: Annotated[
        Path | None,
        typer.Option(help="TOML file that says what the columns of the wind's file hold."),
    ] = None,
    source_height_m: Annotated[
        float | None,
        typer.Option(
            help="With --wind: height of the sources above ground; left out: any up to 8 m."
        ),
    ] = None,
    settings: Annotated[
        Path | None, typer.Option(help="TOML file of settings; the options here win over it.")
    ] = None,
    format_name: of_cube.FormatOption = None,
    wavelength_unit: of_cube.WavelengthUnitOption = None,
    radiance_unit: of_cube.RadianceUnitOption = None,
    quantity: of_cube.QuantityOption = None,
    wavelengths: of_cube.WavelengthsOption = None,
    fwhm: of_cube.FwhmOption = None,
    bad_bands: of_cube.BadBandsOption = None,
    ignore_value: of_cube.IgnoreValueOption = None,
    mapping: of_cube.MappingOption = None,
    igm: of_cube.IgmOption = None,
    glt: of_cube.GltOption = None,
    unchecked_units: of_cube.UncheckedOption = False,
    json_output: JsonFlag = False,
    quiet: QuietFlag = False,
) -> None:
    """Find, name and map the plumes in radiance cubes.

    Writes a folder with the plumes for a GIS, images, a table, a picture and a summary.

    Examples: `cathartes scan flight.hdr`, `cathartes scan *.hdr --out plumes --gas ammonia`,
    `cathartes scan flight.hdr --wind '3.2±0.6,245±15'`,
    `cathartes scan thermal.hdr swir.hdr --together`
    """  # fmt: skip
    detect = {
        "plume_temperature_k": plume_temperature_k,
        "air_mass_factor": air_mass_factor,
        "max_expected_by_chance": max_expected_by_chance,
    }
    said = ScanSettings() if settings is None else read_scan_settings(settings)
    said = quick_settings(said) if quick else said
    said = replace(
        said,
        gases=tuple(gas) if gas else said.gases,
        layers=layers or said.layers,
        grid=grid or said.grid,
        overwrite=overwrite or said.overwrite,
        workers=said.workers if workers is None else workers,
        atmosphere=atmosphere or said.atmosphere,
        wind=said.wind if wind is None else wind,
        wind_mapping=said.wind_mapping if wind_mapping is None else wind_mapping,
        source_height_m=said.source_height_m if source_height_m is None else source_height_m,
        detect=_with(said.detect, detect),
    )
    options = of_cube.open_options(
        of_cube.BandLists(wavelengths, fwhm, wavelength_unit),
        format_name=format_name,
        radiance_unit=radiance_unit,
        quantity=quantity,
        bad_bands=bad_bands,
        ignore_value=ignore_value,
        mapping=mapping,
        igm=igm,
        glt=glt,
        unchecked_units=unchecked_units,
    )
    library = working_library()
    if said.gases:
        library.select(said.gases)  # A slip in a name shall not wait for the first cube.
    run = _Run(said, options, library, as_json=json_output, quiet=quiet)
    targets = targets_of(cubes, out)
    if position_error_m is not None and not together:
        raise SettingsError("--position-error-m says how places are compared; add --together.")
    comparison = None
    if together:
        folder = (out or Path()) / TOGETHER
        check_together(targets, folder, said, options)
        compare = TogetherSettings()
        if position_error_m is not None:
            compare = replace(compare, position_error_m=position_error_m)
        comparison = _Comparison(folder, compare, Witnesses())
    if len(targets) == 1:
        result = run.one(*targets[0])
        run.tell(result)
        if json_output:
            write_json({"scans": [result.to_dict()]})
        return
    _scan_several(run, targets, ctx.obj or (), comparison)


@dataclass(frozen=True, slots=True)
class _Scanned:
    """What came of one cube: a summary or a failure."""

    cube: Path
    folder: Path
    summary: ScanSummary | None = None
    failure: Failure | None = None

    def to_dict(self) -> dict[str, object]:
        """Return it as content for JSON."""
        told: dict[str, object] = {"cube": self.cube, "folder": self.folder}
        if self.failure is not None:
            return told | {"error": self.failure.to_dict()}
        summary = None if self.summary is None else self.summary.model_dump(mode="json")
        return told | {"summary": summary}


@dataclass(frozen=True, slots=True)
class _Comparison:
    """How scans are compared with each other afterwards, and where to."""

    folder: Path
    settings: TogetherSettings
    witnesses: Witnesses

    def write(self, run: "_Run") -> TogetherSummary:
        """Compare what was seen."""
        return write_comparison(
            self.folder,
            self.witnesses.sightings,
            run.settings.detect,
            self.settings,
            overwrite=run.settings.overwrite,
        )


@dataclass(frozen=True, slots=True)
class _Run:
    """All that is the same for each cube."""

    settings: ScanSettings
    options: OpenOptions
    library: GasLibrary
    as_json: bool
    quiet: bool

    def one(self, cube: Path, folder: Path, comparison: _Comparison | None = None) -> _Scanned:
        """Scan one cube."""
        with progress_bars(self.quiet) as progress:
            summary = scan_cube(
                cube,
                folder,
                self.library,
                settings=self.settings,
                options=self.options,
                progress=progress,
                on_detections=None if comparison is None else comparison.witnesses.of(folder),
            )
        return _Scanned(cube, folder, summary)

    def tell(self, scanned: _Scanned) -> None:
        """Say what was found in one cube."""
        if scanned.summary is None:
            return
        messages, name = message_console(self.quiet), scanned.cube.name
        for remark in scanned.summary.remarks:
            messages.print(f"{name}: {remark}", markup=False)
        if not self.as_json:
            console = output_console()
            for part in scan_tables.scan_page(scanned.summary, name, scanned.folder):
                console.print(part, soft_wrap=isinstance(part, Text))


def _scan_several(
    run: _Run,
    targets: tuple[tuple[Path, Path], ...],
    words: Sequence[str],
    comparison: _Comparison | None,
) -> None:
    """Scan cubes one after the other; one that fails does not stop the others.

    They are compared with each other only if none failed: half a comparison looks like a whole one.

    Raises
    ------
    typer.Exit
        With the exit code of the first failure, if there was one.
    """
    results = []
    for cube, folder in targets:
        try:
            results.append(run.one(cube, folder, comparison))
        except Exception as error:  # noqa: BLE001  # whatever it is, the other cubes are not to blame
            failure = report_failure(error, words, about=str(cube))
            results.append(_Scanned(cube, folder, failure=failure))
        with work_goes_on_unheard():
            run.tell(results[-1])
    codes = [r.failure.exit_code for r in results if r.failure is not None]
    together = None if comparison is None or codes else comparison.write(run)
    if run.as_json:
        told: dict[str, object] = {"scans": [result.to_dict() for result in results]}
        if comparison is not None:
            told["together"] = together and together.model_dump(mode="json", by_alias=True)
        write_json(told)
    else:
        rows = [
            scan_tables.describe_run(r.cube.name, r.folder, r.summary, r.failure) for r in results
        ]
        with work_goes_on_unheard():
            output_console().print(scan_tables.run_table(rows))
            if comparison is not None:
                for part in together_tables.together_page(together, comparison.folder):
                    output_console().print(part, soft_wrap=isinstance(part, Text))
    if codes:
        raise typer.Exit(codes[0])


def _with(settings: DetectSettings, given: dict[str, float | None]) -> DetectSettings:
    """Return settings with what was given on the command line."""
    told = {name: value for name, value in given.items() if value is not None}
    return replace(settings, **told)  # type: ignore[arg-type]  # names are checked by replace
