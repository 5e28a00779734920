"""``cathartes boresight``: say how a camera sits on its mount, from two lines that cross."""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from cathartes.cli.console import JsonFlag, QuietFlag, output_console
from cathartes.cli.json_output import write_json
from cathartes.cli.progress import progress_bars
from cathartes.errors import SettingsError
from cathartes.pipeline.boresight import FlightLine
from cathartes.pipeline.boresight import boresight as find_boresight
from cathartes.pipeline.georeference import GeoreferenceSettings
from cathartes.scenes.georeference.boresight import (
    ANGLES,
    BoresightEstimate,
    BoresightSettings,
)
from cathartes.scenes.georeference.heights import HeightReference

_ESTIMATE = BoresightSettings()


def boresight(
    first: Annotated[Path, typer.Argument(help="The cube of one line, as for scan.")],
    second: Annotated[Path, typer.Argument(help="That of another, best across the first.")],
    navigation: Annotated[
        list[Path], typer.Option(help="As for georeference: one for both lines, or each its own.")
    ],
    camera: Annotated[Path, typer.Option(help="As for georeference; its angles are the start.")],
    *,
    line_times: Annotated[
        list[Path] | None, typer.Option(help="As for georeference, given for each line.")
    ] = None,
    navigation_heights: Annotated[
        HeightReference | None,
        typer.Option(help="What the navigation's heights are measured from, if it does not say."),
    ] = None,
    dem: Annotated[Path | None, typer.Option(help="GeoTIFF of the ground's heights.")] = None,
    dem_heights: Annotated[
        HeightReference | None,
        typer.Option(help="What its heights are measured from, if it does not say."),
    ] = None,
    ground_altitude_m: Annotated[
        float | None,
        typer.Option(help="Instead of a DEM: level ground so high above the ellipsoid."),
    ] = None,
    geoid: Annotated[
        str | None,
        typer.Option(metavar="METRES|FILE", help="Height of the geoid above the ellipsoid."),
    ] = None,
    gps_week: Annotated[
        int | None, typer.Option(help="For navigation in seconds of a GPS week.")
    ] = None,
    mounting_sd_deg: Annotated[
        float, typer.Option(help="How far the mount may be from the camera file's angles.")
    ] = _ESTIMATE.prior_sd_deg,
    relative_position_sd_m: Annotated[
        float, typer.Option(help="How far one line's positions may be off against the other's.")
    ] = _ESTIMATE.relative_position_sd_m,
    json_output: JsonFlag = False,
    quiet: QuietFlag = False,
) -> None:
    """Say how a camera sits on its mount, from two flight lines that saw the same ground.

    An angle that the lines do not tell is refused. Prints what belongs into the camera's file.

    Example: `cathartes boresight north.hdr east.hdr --navigation nav.csv --camera camera.toml
    --ground-altitude-m 100`
    """
    both = _of_both(navigation, "--navigation")
    times = _of_both(line_times, "--line-times") if line_times else (None, None)
    with progress_bars(quiet) as progress:
        found = find_boresight(
            FlightLine(first, both[0], times[0]),
            FlightLine(second, both[1], times[1]),
            camera,
            dem=dem,
            geoid=geoid,
            settings=GeoreferenceSettings(
                navigation_heights=navigation_heights,
                dem_heights=dem_heights,
                ground_altitude_m=ground_altitude_m,
                gps_week=gps_week,
            ),
            estimate=BoresightSettings(mounting_sd_deg, relative_position_sd_m),
            progress=progress,
        )
    if json_output:
        write_json(_as_json(found))
        return
    for line in _lines(found):
        output_console().print(line, markup=False, soft_wrap=True)


def _of_both(files: list[Path], option: str) -> tuple[Path, Path]:
    if len(files) > 2:
        raise SettingsError(f"{option} is given {len(files)} times; once or twice is possible.")
    return files[0], files[-1]


def _as_json(found: BoresightEstimate) -> dict[str, object]:
    told = {
        f"boresight_{name}_deg": float(angle) if known else None
        for name, angle, known in zip(ANGLES, found.boresight_deg, found.determined, strict=True)
    }
    sds = {
        f"boresight_{name}_sd_deg": float(sd) for name, sd in zip(ANGLES, found.sd_deg, strict=True)
    }
    return {
        **told,
        **sds,
        "tie_sd_m": found.tie_sd_m,
        "n_ties": found.n_ties,
        "n_outliers": found.n_outliers,
    }


def _lines(found: BoresightEstimate) -> list[str]:
    told = [
        (name, angle, sd)
        for name, angle, sd, known in zip(
            ANGLES, found.boresight_deg, found.sd_deg, found.determined, strict=True
        )
        if known
    ]
    ties = f"{found.n_ties} tie points ({found.n_outliers} more disagree)"
    lines = [f"{ties}, {found.tie_sd_m:.2g} m apart in each direction (standard deviation)."]
    if found.refused:
        lines.append(f"These lines do not tell {' and '.join(found.refused)}; see the how-to.")
    if told:
        digits = {name: max(2, -int(np.floor(np.log10(sd))) + 1) for name, _, sd in told}
        lines.append("For the camera's file:")
        lines.append("[mounting]")
        lines += [f"boresight_{n}_deg = {angle:.{digits[n]}f}" for n, angle, _ in told]
        lines.append("[sd]")
        lines += [f"boresight_{n}_deg = {sd:.{digits[n]}f}" for n, _, sd in told]
    return lines
