"""``cathartes scan``: find, name and map the plumes in radiance cubes."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from cathartes.cli import cube_options as of_cube
from cathartes.cli.console import JsonFlag, QuietFlag
from cathartes.detect.settings import BY_CHANCE_PER_PX, LEAST_BY_CHANCE, DetectSettings
from cathartes.errors import SettingsError
from cathartes.pipeline.targets import targets_of
from cathartes.pipeline.together_settings import TogetherSettings
from cathartes.products.layer_choice import LayerChoice, LayerGrid


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
            help="Report a plume if chance gives at most so many of its strength in the scene; "
            f"left out: {1e6 * BY_CHANCE_PER_PX:g} a megapixel, at least {LEAST_BY_CHANCE:g}."
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
    from cathartes.cli import scan_run  # noqa: PLC0415  # slow to import, and no help needs it

    detect = {
        "plume_temperature_k": plume_temperature_k,
        "air_mass_factor": air_mass_factor,
        "max_expected_by_chance": max_expected_by_chance,
    }
    said = scan_run.settings_said(settings, quick=quick)
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
    run = scan_run.Run.of_settings(said, options, as_json=json_output, quiet=quiet)
    targets = targets_of(cubes, out)
    if position_error_m is not None and not together:
        raise SettingsError("--position-error-m says how places are compared; add --together.")
    comparison = None
    if together:
        compare = TogetherSettings()
        if position_error_m is not None:
            compare = replace(compare, position_error_m=position_error_m)
        comparison = scan_run.Comparison.checked(targets, out or Path(), run, compare)
    scan_run.scan_targets(run, targets, ctx.obj or (), comparison)


def _with(settings: DetectSettings, given: dict[str, float | None]) -> DetectSettings:
    """Return settings with what was given on the command line."""
    told = {name: value for name, value in given.items() if value is not None}
    return replace(settings, **told)  # type: ignore[arg-type]  # names are checked by replace
