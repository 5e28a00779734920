"""``cathartes inspect-log``: what was understood of a gas log."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from cathartes.cli.console import JsonFlag, output_console
from cathartes.cli.json_output import write_json
from cathartes.pipeline.log_inspection import LogInspection
from cathartes.pipeline.log_inspection import inspect_log as inspect
from cathartes.scenes.logs.estimate import Estimate


def inspect_log(
    file: Annotated[
        Path, typer.Argument(help="A gas-sensor log: CSV, or an autopilot's log with a gas in it.")
    ],
    *,
    mapping: Annotated[
        Path | None,
        typer.Option(help="TOML file that says what the columns hold, for other than our own CSV."),
    ] = None,
    track: Annotated[
        Path | None,
        typer.Option(help="Where the sensor was: CSV, PX4 ULog or ArduPilot DataFlash."),
    ] = None,
    json_output: JsonFlag = False,
) -> None:
    """Say what was understood of a gas-sensor log.

    Times, places, gases, wind, each sensor's noise, drift and delay, and all that was wrong.

    Examples: `cathartes inspect-log flight.csv`, `cathartes inspect-log head.csv --mapping
    head.toml --track flight.ulg`
    """
    inspection = inspect(file, mapping=mapping, track=track)
    if json_output:
        write_json(_as_json(inspection))
        return
    console = output_console()
    for part in _page(inspection):
        console.print(part, soft_wrap=isinstance(part, Text))


def _page(inspection: LogInspection) -> Iterator[RenderableType]:
    """Yield what is printed: head, wind, gases, reasons, flags."""
    log = inspection.log
    east, north, up = inspection.extent_m
    sensors = f"{len(log.sensors)} sensors" if len(log.sensors) > 1 else "1 sensor"
    paths = ", open paths" if log.path_end is not None else ""
    yield Text(f"{log.name}: {len(log)} rows, {log.span()}, {sensors}{paths}.")
    yield Text(
        f"{east:.0f} m from west to east, {north:.0f} m from south to north, heights "
        f"{log.altitude_agl_m.min():.1f} to {log.altitude_agl_m.max():.1f} m above ground "
        f"({up:.1f} m apart)."
    )
    yield Text(_wind_words(inspection))
    yield _gas_table(inspection)
    for gas in inspection.gases:
        one = gas.behaviour
        who = f"{one.chemical} of {one.sensor}" if one.sensor else one.chemical
        for word, estimate in (("delay", one.delay_s), ("time constant", one.time_constant_s)):
            if not estimate.known and len(log.sensors) == 1:
                yield Text(f"{who}: {word} not known: {estimate.why_not}.")
    for flag in inspection.flags:
        yield Text(f"{flag.kind}: {flag.message}", style="yellow")


def _wind_words(inspection: LogInspection) -> str:
    wind = inspection.wind
    if wind is None:
        return "No wind in the log."
    stagnant = "; stagnant" if wind.stagnant else ""
    return (
        f"Wind {wind.mean_speed_m_s:.1f} m/s from {wind.wind_from_deg:.0f} degrees, turning by "
        f"{wind.scatter_deg:.0f} degrees (one sd), {wind.stagnant_share:.0%} of it below 1 m/s"
        f"{stagnant}."
    )


def _gas_table(inspection: LogInspection) -> Table:
    many = len(inspection.log.sensors) > 1
    table = Table("gas", *(["sensor"] if many else []))
    for head in ("values", "low, median, high\nppm", "baseline\nppm", "noise\nppm",
                 "drift\nppm/h", "delay\ns", "time constant\ns"):  # fmt: skip
        table.add_column(head, justify="right")
    for gas in inspection.gases:
        one = gas.behaviour
        measured = (gas.lowest_ppm, gas.median_ppm, gas.highest_ppm)
        table.add_row(
            one.chemical,
            *([one.sensor] if many else []),
            str(gas.n_values),
            ", ".join(f"{ppm:.4g}" for ppm in measured),
            f"{gas.baseline_ppm:.4g}",
            f"{one.noise_sd_ppm:.2g}",
            _estimate_words(one.drift_ppm_h),
            _estimate_words(one.delay_s),
            _estimate_words(one.time_constant_s),
        )
    return table


def _estimate_words(estimate: Estimate) -> str:
    if estimate.known:
        return f"{estimate.value:.2g} ± {estimate.sd:.1g}"
    return f"< {estimate.at_most:.2g}" if estimate.at_most < float("inf") else "?"


def _as_json(inspection: LogInspection) -> dict[str, object]:
    log = inspection.log
    return {
        "name": log.name,
        "n_rows": len(log),
        "span": log.span(),
        "sensors": log.sensors,
        "open_paths": log.path_end is not None,
        "longitude_deg": [log.longitude_deg.min(), log.longitude_deg.max()],
        "latitude_deg": [log.latitude_deg.min(), log.latitude_deg.max()],
        "altitude_agl_m": [log.altitude_agl_m.min(), log.altitude_agl_m.max()],
        "gases": inspection.gases,
        "wind": inspection.wind,
        "flags": inspection.flags,
    }
