"""``cathartes georeference``: say where each pixel of a pushbroom cube lies."""

from math import isnan
from pathlib import Path
from typing import Annotated

import typer

from cathartes.cli.console import JsonFlag, QuietFlag, message_console, output_console
from cathartes.cli.json_output import write_json
from cathartes.cli.progress import progress_bars
from cathartes.pipeline.georeference import GeoreferenceSettings
from cathartes.pipeline.georeference import georeference as say_where
from cathartes.products.geometry_folder import IGM, POSITION_SD, GeometrySummary
from cathartes.scenes.georeference.heights import HeightReference

_DEFAULTS = GeoreferenceSettings()
_GROUND = "The ground"
_CLOCK = "Clocks and gaps"


def georeference(
    cube: Annotated[Path, typer.Argument(help="The cube, as for scan.")],
    navigation: Annotated[
        Path, typer.Option(help="Positions and attitudes: CSV, or AVIRIS-NG's in ENVI.")
    ],
    camera: Annotated[Path, typer.Option(help="TOML file of look angles, mounting and clock.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for IGM, GLT and summary.")],
    *,
    navigation_heights: Annotated[
        HeightReference | None,
        typer.Option(help="What the navigation's heights are measured from, if it does not say."),
    ] = None,
    dem: Annotated[
        Path | None,
        typer.Option(help="GeoTIFF of the ground's heights.", rich_help_panel=_GROUND),
    ] = None,
    dem_heights: Annotated[
        HeightReference | None,
        typer.Option(
            help="What its heights are measured from, if it does not say.", rich_help_panel=_GROUND
        ),
    ] = None,
    dem_sd_m: Annotated[
        float | None,
        typer.Option(
            help="Standard deviation of the ground's heights; without it no uncertainty is given.",
            rich_help_panel=_GROUND,
        ),
    ] = None,
    ground_altitude_m: Annotated[
        float | None,
        typer.Option(
            help="Instead of a DEM: level ground so high above the ellipsoid.",
            rich_help_panel=_GROUND,
        ),
    ] = None,
    geoid: Annotated[
        str | None,
        typer.Option(
            metavar="METRES|FILE",
            help="Height of the geoid above the ellipsoid, for heights above the sea: a number, or "
            "a GeoTIFF.",
            rich_help_panel=_GROUND,
        ),
    ] = None,
    expected_above_ground_m: Annotated[
        float | None,
        typer.Option(
            help="Height above the ground as planned: another one is an error.",
            rich_help_panel=_GROUND,
        ),
    ] = None,
    above_ground_tolerance_m: Annotated[
        float, typer.Option(help="How far from it the flight may be.", rich_help_panel=_GROUND)
    ] = _DEFAULTS.above_ground_tolerance_m,
    line_times: Annotated[
        Path | None,
        typer.Option(
            help="CSV file with time_utc of each line; left out: the cube's start and the camera's "
            "line period.",
            rich_help_panel=_CLOCK,
        ),
    ] = None,
    gps_week: Annotated[
        int | None,
        typer.Option(
            help="Whole weeks since 6 January 1980, for navigation in seconds of a GPS week.",
            rich_help_panel=_CLOCK,
        ),
    ] = None,
    max_position_gap_s: Annotated[
        float,
        typer.Option(
            help="Lines in longer gaps between positions stay unknown.", rich_help_panel=_CLOCK
        ),
    ] = _DEFAULTS.max_position_gap_s,
    max_attitude_gap_s: Annotated[
        float,
        typer.Option(
            help="Lines in longer gaps between attitudes stay unknown.", rich_help_panel=_CLOCK
        ),
    ] = _DEFAULTS.max_attitude_gap_s,
    map_cube: Annotated[
        bool, typer.Option("--map-cube", help="Write the cube on the map grid too.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace an older result there.")
    ] = False,
    json_output: JsonFlag = False,
    quiet: QuietFlag = False,
) -> None:
    """Say where each pixel of a pushbroom cube lies on the ground.

    Writes positions (IGM), a look-up table (GLT), and how sure the positions are, in ENVI.

    Example: `cathartes georeference flight.hdr --navigation nav.csv --camera camera.toml
    --dem dem.tif --dem-heights sea --geoid 47.2 --out geometry`, then
    `cathartes scan flight.hdr --igm geometry/igm`
    """
    with progress_bars(quiet) as progress:
        done = say_where(
            cube,
            navigation,
            camera,
            out,
            dem=dem,
            geoid=geoid,
            line_times=line_times,
            settings=GeoreferenceSettings(
                navigation_heights=navigation_heights,
                dem_heights=dem_heights,
                ground_altitude_m=ground_altitude_m,
                dem_sd_m=dem_sd_m,
                max_position_gap_s=max_position_gap_s,
                max_attitude_gap_s=max_attitude_gap_s,
                expected_above_ground_m=expected_above_ground_m,
                above_ground_tolerance_m=above_ground_tolerance_m,
                gps_week=gps_week,
                map_cube=map_cube,
                overwrite=overwrite,
            ),
            progress=progress,
        )
    if json_output:
        write_json({"folder": out, **done.to_json()})
        return
    _tell(done, cube, out, quiet=quiet)


def _tell(done: GeometrySummary, cube: Path, out: Path, *, quiet: bool) -> None:
    remarks = message_console(quiet)
    for remark in done.remarks:
        remarks.print(f"{done.cube}: {remark}.", markup=False, soft_wrap=True)
    console = output_console()
    n_pixels = done.lines * done.samples
    above_m = done.above_ground_m
    height = "" if isnan(above_m) else f", from {above_m:.4g} m above the ground"
    console.print(
        f"{done.cube}: {n_pixels - done.pixels_without_position} of {n_pixels} pixels placed, "
        f"{done.pixel_along_m:.3g} m along and {done.pixel_across_m:.3g} m across the track"
        f"{height}.",
        markup=False,
        soft_wrap=True,
    )
    if not isnan(done.position_sd_median_m):
        console.print(
            f"Positions are good to {done.position_sd_median_m:.3g} m (standard deviation, median "
            f"pixel; worst {done.position_sd_largest_m:.3g} m): {out / POSITION_SD}",
            markup=False,
            soft_wrap=True,
        )
    console.print(
        f"To scan with it: cathartes scan {cube} --igm {out / IGM}", markup=False, soft_wrap=True
    )
