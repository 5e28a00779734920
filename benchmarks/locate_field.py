"""Sources of real field trials found by `locate_sources`: location, rate, time.

    CATHARTES_DATA=... python benchmarks/locate_field.py prairie_grass|chilbolton|metec|otm33a

One column of settings for all; what differs from the defaults is stated here and in
docs/explanation/locating.md. Nothing is fitted to the truth.
"""

import argparse
import csv
import os
import sys
import tempfile
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np

from cathartes.locate.result import LogSources
from cathartes.locate.settings import AirSettings, LocateSettings
from cathartes.locate.step import locate_sources
from cathartes.scenes.logs.enhancement import estimate_enhancement
from cathartes.scenes.logs.gas_log import GasLog
from cathartes.scenes.wind.history import WindHistory
from field_logs import (
    chilbolton,
    metec,
    otm33a,
    otm33a_names,
    prairie_grass,
    prairie_grass_runs,
)

METHANE_G_MOL, SO2_G_MOL = 16.043, 64.066


def rows_of(log: GasLog, keep: np.ndarray) -> GasLog:
    """Return some rows of a log, and the sensors that have any."""
    there, index = np.unique(log.sensor_index[keep], return_inverse=True)
    end = log.path_end
    if end is not None:
        end = replace(
            end, longitude_deg=end.longitude_deg[keep], latitude_deg=end.latitude_deg[keep],
            altitude_agl_m=end.altitude_agl_m[keep],
        )  # fmt: skip
    return replace(
        log, time_unix_s=log.time_unix_s[keep], longitude_deg=log.longitude_deg[keep],
        latitude_deg=log.latitude_deg[keep], altitude_agl_m=log.altitude_agl_m[keep],
        concentration_ppm=log.concentration_ppm[:, keep], sensor_index=index,
        sensors=tuple(log.sensors[k] for k in there),
        wind_speed_m_s=log.wind_speed_m_s[keep], wind_from_deg=log.wind_from_deg[keep],
        path_end=end, flags=(),
    )  # fmt: skip


def solve(
    log: GasLog, wind: WindHistory, g_mol: float, settings: LocateSettings
) -> tuple[LogSources, float]:
    """Return the answer and its seconds."""
    begun = time.perf_counter()
    enhancement = estimate_enhancement(log)
    answer = locate_sources(
        [enhancement], wind, log.chemicals[0], g_mol, log.local_frame(), settings
    )
    return answer, time.perf_counter() - begun


def error_m(log: GasLog, answer: LogSources, longitude_deg: float, latitude_deg: float) -> float:
    """Return how far the strongest source is from a place; NaN if none was placed."""
    if answer.posterior is None:
        return float("nan")
    east, north = log.local_frame().to_east_north(longitude_deg, latitude_deg)
    rate = np.median(answer.posterior.rate_kg_h, axis=0)
    place = np.median(answer.posterior.place_m[:, int(rate.argmax()), :2], axis=0)
    return float(np.hypot(place[0] - east, place[1] - north))


def run_chilbolton(data: Path, scratch: Path) -> None:
    """Print location, rate and time of source 1."""
    log, wind, release = chilbolton(data, scratch)
    answer, seconds = solve(log, wind, METHANE_G_MOL, LocateSettings(most_sources=2))
    total = answer.total_rate_kg_h
    print(
        f"chilbolton: {answer.outcome} {answer.reason}, {len(answer.sources)} sources by "
        f"{answer.model}; location "
        f"{error_m(log, answer, release.longitude_deg, release.latitude_deg):.1f} m; rate "
        f"{100 * (total.median / release.rate_kg_h - 1) if total else np.nan:+.0f} %; "
        f"{seconds:.1f} s"
    )


def run_metec(data: Path, _: Path) -> None:
    """Print location, nearest group and rate of each release above 0.5 kg/h."""
    log, wind, releases = metec(data)
    with (data / "metec_2022" / "source_locations.csv").open(encoding="utf-8-sig") as lines:
        places = list(csv.DictReader(lines))
    errors, rates, right = [], [], []
    for release in releases:
        start, stop = (
            datetime.fromisoformat(t).timestamp() for t in (release.start_utc, release.stop_utc)
        )
        keep = (log.time_unix_s >= start) & (log.time_unix_s <= stop)
        part = rows_of(log, keep)
        answer, seconds = solve(
            part, wind.part(start - 300, stop + 60), METHANE_G_MOL,
            LocateSettings(most_sources=1, reach_m=10.0),
        )  # fmt: skip
        away = error_m(part, answer, release.longitude_deg, release.latitude_deg)
        total = answer.total_rate_kg_h
        rate = total.median / release.rate_kg_h - 1 if total else np.nan
        group = nearest_group(part, answer, places)
        true = nearest_named(places, release.longitude_deg, release.latitude_deg)
        print(
            f"  {release.start_utc[:16]} {release.rate_kg_h:.2f} kg/h: {answer.outcome} "
            f"{answer.reason} {answer.model} {away:.1f} m, {100 * rate:+.0f} %, group {group} "
            f"(true {true}), {seconds:.1f} s"
        )
        errors.append(away)
        rates.append(rate)
        right.append(group == true)
    print(
        f"metec: {len(errors)} releases, location {np.nanmedian(errors):.1f} m, right group "
        f"{sum(right)}, rate {100 * np.nanmedian(rates):+.0f} %"
    )


def nearest_named(places: list[dict[str, str]], longitude_deg: float, latitude_deg: float) -> str:
    """Return the name of the equipment group nearest to a place."""

    def far(row: dict[str, str]) -> float:
        x = (float(row["lon"]) - longitude_deg) * np.cos(np.radians(latitude_deg))
        return float(np.hypot(x, float(row["lat"]) - latitude_deg))

    return min(places, key=far)["name"]


def nearest_group(log: GasLog, answer: LogSources, places: list[dict[str, str]]) -> str:
    """Return the name of the group nearest to the strongest source; empty if none."""
    if answer.posterior is None:
        return ""
    place = np.median(answer.posterior.place_m[:, 0, :2], axis=0)
    longitude, latitude = log.local_frame().to_lon_lat(*place)
    return nearest_named(places, float(longitude), float(latitude))


def run_prairie_grass(data: Path, scratch: Path) -> None:
    """Print medians over the runs with all arcs, and with those of 200 m and more."""
    for least_m in (0.0, 150.0):
        errors, rates, seconds = [], [], []
        for run in prairie_grass_runs(data):
            log, wind, release, _ = prairie_grass(data, scratch, run)
            east, north = log.local_frame().to_east_north(
                release.longitude_deg, release.latitude_deg
            )
            at = log.position_m(log.local_frame())
            far = np.hypot(at[:, 0] - east, at[:, 1] - north) > least_m
            answer, took = solve(
                rows_of(log, far), wind, SO2_G_MOL,
                LocateSettings(most_sources=1, background_ppm=0.0, block_s=1e-4,
                               source_height_m=0.5, source_height_sd_m=0.5),
            )  # fmt: skip
            errors.append(error_m(log, answer, release.longitude_deg, release.latitude_deg))
            total = answer.total_rate_kg_h
            rates.append(total.median / release.rate_kg_h - 1 if total else np.nan)
            seconds.append(took)
        name = "all arcs" if least_m == 0 else "200 to 800 m"
        print(
            f"prairie_grass, {name}: {len(errors)} runs, {int(np.isnan(errors).sum())} without an "
            f"answer; location {np.nanmedian(errors):.1f} m, rate "
            f"{100 * np.nanmedian(np.abs(rates)):.0f} % (bias {100 * np.nanmedian(rates):+.0f} %), "
            f"{np.median(seconds):.2f} s a run"
        )


def run_otm33a(data: Path, scratch: Path) -> None:
    """Print the rate of each run, the distance not given."""
    with (data / "otm33a" / "CR_lagtimes.csv").open(encoding="utf-8-sig") as lines:
        truths = {row["ID"]: row for row in csv.DictReader(lines)}
    rates = []
    for name in otm33a_names(data):
        log, wind, _ = otm33a(data, scratch, name)
        truth = truths[name.removeprefix("STR_")]
        answer, seconds = solve(
            log, wind, METHANE_G_MOL,
            LocateSettings(most_sources=1, reach_m=150.0, block_s=5.0, source_height_m=2.5,
                           air=AirSettings(width_log_sd=0.5, height_log_sd=0.5)),
        )  # fmt: skip
        total = answer.total_rate_kg_h
        true = 3.6 * float(truth["release_rate_gpers"])
        said = "no rate"
        if total is not None:
            rates.append(total.median / true - 1)
            said = f"{100 * rates[-1]:+.0f} %"
        print(f"  {name}: {answer.outcome} {answer.reason}, {said}, {seconds:.1f} s")
    rate = (f", rate {100 * np.median(np.abs(rates)):.0f} %, bias {100 * np.median(rates):+.0f} %"
            if rates else "")  # fmt: skip
    print(f"otm33a, distance not given: {len(rates)} of 10 runs with a rate{rate}")


RUNS = {
    "prairie_grass": run_prairie_grass,
    "chilbolton": run_chilbolton,
    "metec": run_metec,
    "otm33a": run_otm33a,
}


def main() -> int:
    """Print the row asked for."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("trial", choices=RUNS)
    given = ask.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        RUNS[given.trial](Path(os.environ["CATHARTES_DATA"]), Path(scratch))
    return 0


if __name__ == "__main__":
    sys.exit(main())
