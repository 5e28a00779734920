"""``cathartes locate``: say where the gas in logs and plume maps comes from, and how much it is."""

import json
from pathlib import Path
from typing import Annotated

import typer

from cathartes.cli.console import JsonFlag, QuietFlag, message_console, output_console
from cathartes.cli.json_output import write_json
from cathartes.cli.number_list import parse_numbers
from cathartes.cli.progress import progress_bars
from cathartes.locate.common_result import CommonSource, Emission, SourceInSortie
from cathartes.locate.digits import two_digits
from cathartes.locate.result import Interval, LogSources, Outcome
from cathartes.locate.settings import AirSettings, LocateSettings
from cathartes.pipeline.location import locate as find_sources
from cathartes.products.file_names import SOURCES_PLOT, SUMMARY
from cathartes.products.location import Located, source_id
from cathartes.products.rate_words import rate_words

_DEFAULTS = LocateSettings()


def locate(
    logs: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[LOG…]",
            help="Gas-sensor logs of one site; more than an hour apart they are several sorties.",
            show_default=False,
        ),
    ] = None,
    *,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder for summary, sources, particles, plot.")
    ],
    plumes: Annotated[
        list[Path] | None,
        typer.Option(help="Folder of a scan of the site, made with --wind; may be repeated."),
    ] = None,
    wind: Annotated[
        str | None,
        typer.Option(
            help="'3.2±0.6,245±15' (m/s, degrees it blows from; +- for ±), or the wind's own file; "
            "left out: the wind in the logs."
        ),
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="TOML file that says what the logs' columns hold.")
    ] = None,
    wind_mapping: Annotated[Path | None, typer.Option(help="The same for the wind's file.")] = None,
    track: Annotated[
        Path | None,
        typer.Option(help="Where the sensor was: CSV, PX4 ULog or ArduPilot DataFlash."),
    ] = None,
    gas: Annotated[list[str] | None, typer.Option(help="Only this gas; may be repeated.")] = None,
    background_ppm: Annotated[
        float | None,
        typer.Option(help="Of clean air, where it is known; left out: estimated from the log."),
    ] = None,
    source_at: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LON,LAT[,HEIGHT_M]",
            help="A source's known place; may be repeated. Then only rates are looked for.",
        ),
    ] = None,
    roughness_m: Annotated[
        float,
        typer.Option(
            help="Of the ground, for logs of the lowest 20 m: 0.01 short grass, 0.03 open, "
            "0.1 crops, 1 town or wood."
        ),
    ] = _DEFAULTS.air.roughness_m,
    most_sources: Annotated[
        int, typer.Option(help="No more are looked for.")
    ] = _DEFAULTS.most_sources,
    seed: Annotated[int, typer.Option(help="Of the posterior's random numbers.")] = _DEFAULTS.seed,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace an older result there.")
    ] = False,
    json_output: JsonFlag = False,
    quiet: QuietFlag = False,
) -> None:
    """Say where the gas in sensor logs and plume maps comes from, and how much it is.

    Example: `cathartes locate flight.csv --out located`, `cathartes locate head.csv --mapping
    head.toml --track flight.ulg --wind mast.csv --out located`, `cathartes locate monday.csv
    friday.csv --plumes scanned --out located`, `cathartes locate van.csv --source-at
    5.9012,51.9876,2 --out rate`
    """
    with progress_bars(quiet) as progress:
        located = find_sources(
            logs or [],
            out,
            plumes=plumes or [],
            wind=wind,
            mapping=mapping,
            wind_mapping=wind_mapping,
            track=track,
            chemicals=gas,
            source_at=[parse_numbers(place, "--source-at") for place in source_at or ()],
            settings=LocateSettings(
                air=AirSettings(roughness_m=roughness_m),
                background_ppm=background_ppm,
                most_sources=most_sources,
                seed=seed,
            ),
            overwrite=overwrite,
            progress=progress,
        )
    if json_output:
        summary = json.loads((out / SUMMARY).read_text(encoding="utf-8"))
        write_json({"folder": out, **summary})
        return
    remarks = message_console(quiet)
    for flag in located.flags:
        remarks.print(f"{flag.kind}: {flag.message}", markup=False, soft_wrap=True)
    console = output_console()
    for number, one in enumerate(located.gases):
        sources = located.common[number].found.sources if located.common else ()
        for line in _lines(located, one, sources):
            console.print(line, markup=False, soft_wrap=True)
    console.print(
        f"Written to {out}; the plot is {out / SOURCES_PLOT}", markup=False, soft_wrap=True
    )


def _lines(located: Located, gas: LogSources, common: tuple[CommonSource, ...] = ()) -> list[str]:
    """Return what is said of one gas, and of what its sources did in each sortie."""
    total = gas.total_rate_kg_h
    rate = "" if total is None else f"; in all {_rate(total)}"
    reason, why = (f", {gas.reason}", f": {gas.why}") if gas.reason else ("", "")
    lines = [f"{gas.chemical}: {gas.outcome}{reason}{rate}{why}"]
    for number, source in enumerate(gas.sources):
        longitude, latitude = located.frame.to_lon_lat(*source.place_m)
        long, short = source.region_90.half_axes_m
        where = (
            "as given"
            if gas.outcome is Outcome.PLACE_GIVEN
            else f"90 % within an ellipse of {_metres(long)} by {_metres(short)} m half axes"
        )
        lines.append(
            f"  {source_id(gas, number)}: {float(longitude):.6f}, {float(latitude):.6f}, {where}; "
            f"{_rate(source.rate_kg_h)}; probability {source.probability:.2f}"
        )
        if common:
            share = common[number].working_share
            lines.append(
                f"    works {share.median:.0%} of the time ({share.p05:.0%} to {share.p95:.0%})"
            )
            lines += [f"    {_words(told)}" for told in common[number].sorties]
    return [*lines, *(f"  warning: {text}" for text in gas.warnings)]


def _rate(rate: Interval) -> str:
    return rate_words(rate.median, rate.p05, rate.p95)


def _metres(length_m: float) -> str:
    """Return a length to the metre, below 10 m to two digits: no region has an axis of 0 m."""
    return f"{length_m:.0f}" if length_m >= 10 else f"{length_m:.2g}"


def _words(told: SourceInSortie) -> str:
    """Return what a source did in a sortie."""
    rate = told.rate_kg_h
    if told.emission is Emission.EMITTED and rate is not None:
        return f"{told.sortie}: emitted, {_rate(rate)}"
    bound = "" if told.below_kg_h is None else f", below {two_digits(told.below_kg_h)} kg/h at 95 %"
    if told.emission is Emission.DID_NOT:
        return f"{told.sortie}: did not emit{bound}"
    return (
        f"{told.sortie}: not known whether it emitted (probability {told.probability:.2f}){bound}"
    )
