"""Sources of real field trials found by `locate_sources`: location, rate, time.

    CATHARTES_DATA=... python benchmarks/locate_field.py prairie_grass|chilbolton|metec|otm33a

Each trial twice: the place searched for, and the place given. Settings that differ from the
defaults are what the trials' own descriptions say of ground, wind and air; they are stated here and
in docs/explanation/locating.md. Nothing is fitted to the truth.
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
from cathartes.scenes.wind.conventions import wind_to_components
from cathartes.scenes.wind.history import WindHistory
from field_logs import (
    Release,
    chilbolton,
    metec,
    otm33a,
    otm33a_names,
    prairie_grass,
    prairie_grass_runs,
)

METHANE_G_MOL, SO2_G_MOL = 16.043, 64.066
PRAIRIE_GRASS_ROUGHNESS_M = 0.008
"""Barad (1958), van Ulden (1978)."""


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
    log: GasLog,
    wind: WindHistory,
    g_mol: float,
    settings: LocateSettings,
    *,
    place_m: np.ndarray | None = None,
    during_unix_s: tuple[float, float] | None = None,
) -> tuple[LogSources, float]:
    """Return the answer, at a given place of (3,) [m] or searched for, and its seconds."""
    begun = time.perf_counter()
    answer = locate_sources(
        [estimate_enhancement(log)], wind, log.chemicals[0], g_mol, log.local_frame(), settings,
        known_m=None if place_m is None else place_m[None], during_unix_s=during_unix_s,
    )  # fmt: skip
    return answer, time.perf_counter() - begun


def place_of(log: GasLog, release: Release) -> np.ndarray:
    """Return where a release was, (3,) [m]; the height NaN if that is not stated."""
    east, north = log.local_frame().to_east_north(release.longitude_deg, release.latitude_deg)
    return np.array([float(east), float(north), release.height_m])


def ratio_text(ratios: list[float]) -> str:
    """Return median error and bias of rates over the true ones."""
    return (f"rate {100 * np.nanmedian(np.abs(np.subtract(ratios, 1))):.0f} % (bias "
            f"{100 * (np.nanmedian(ratios) - 1):+.0f} %)")  # fmt: skip


def rate_of(answer: LogSources, release_kg_h: float) -> tuple[float, bool]:
    """Return the total over the true rate, NaN if there is none, and whether its interval holds."""
    total = answer.total_rate_kg_h
    if total is None:
        return float("nan"), False
    return total.median / release_kg_h, total.p05 <= release_kg_h <= total.p95


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
    for name, place in (("searched for", None), ("given", place_of(log, release))):
        answer, seconds = solve(
            log, wind, METHANE_G_MOL, LocateSettings(most_sources=2), place_m=place
        )
        ratio, _ = rate_of(answer, release.rate_kg_h)
        print(
            f"chilbolton, place {name}: {answer.outcome} {answer.reason}, {len(answer.sources)} "
            f"sources by {answer.model}; location "
            f"{error_m(log, answer, release.longitude_deg, release.latitude_deg):.1f} m; rate "
            f"{100 * (ratio - 1):+.0f} %; {seconds:.1f} s"
        )


def run_metec(data: Path, _: Path) -> None:
    """Print location, nearest group and rate of each release; clean air is that of four days."""
    log, wind, releases = metec(data)
    with (data / "metec_2022" / "source_locations.csv").open(encoding="utf-8-sig") as lines:
        places = list(csv.DictReader(lines))
    for given in (False, True):
        errors, ratios, right, held, inside = [], [], [], [], []
        for release in releases:
            start, stop = (
                datetime.fromisoformat(t).timestamp() for t in (release.start_utc, release.stop_utc)
            )
            place = place_of(log, release)
            answer, seconds = solve(
                log, wind.part(start - 300, stop + 60), METHANE_G_MOL,
                # Four groups of five stand 2 m high, by the site's own table.
                LocateSettings(most_sources=1, reach_m=10.0, source_height_m=2.0),
                place_m=place if given else None, during_unix_s=(start, stop),
            )  # fmt: skip
            away = error_m(log, answer, release.longitude_deg, release.latitude_deg)
            ratio, holds = rate_of(answer, release.rate_kg_h)
            group = nearest_group(log, answer, places)
            true = nearest_named(places, release.longitude_deg, release.latitude_deg)
            print(
                f"  {release.start_utc[:16]} {release.rate_kg_h:.2f} kg/h: {answer.outcome} "
                f"{answer.reason} {answer.model} {away:.1f} m, {100 * (ratio - 1):+.0f} %, group "
                f"{group} (true {true}), {seconds:.1f} s"
            )
            errors.append(away)
            ratios.append(ratio)
            right.append(group == true)
            if np.isfinite(ratio):
                held.append(holds)
            inside += [s.region_90.holds(place[None, :2])[0] for s in answer.sources]
        print(
            f"metec, place {'given' if given else 'searched for'}: {len(errors)} releases, "
            f"location {np.nanmedian(errors):.1f} m, right group {sum(right)}, "
            f"{ratio_text(ratios)}, "
            f"intervals hold {sum(held)} of {len(held)}, regions {sum(inside)} of {len(inside)}"
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
    for least_m, given in ((0.0, False), (150.0, False), (0.0, True), (150.0, True)):
        errors, ratios, held, seconds = [], [], [], []
        for run in prairie_grass_runs(data):
            log, wind, release, obukhov_m = prairie_grass(data, scratch, run)
            place = place_of(log, release)
            at = log.position_m(log.local_frame())
            far = rows_of(log, np.hypot(*(at[:, :2] - place[:2]).T) > least_m)
            answer, took = solve(
                far, wind, SO2_G_MOL,
                LocateSettings(
                    most_sources=1, background_ppm=0.0, block_s=1e-4, source_height_m=0.5,
                    source_height_sd_m=0.5, reach_m=max(60.0, 2 * least_m),
                    air=AirSettings(
                        roughness_m=PRAIRIE_GRASS_ROUGHNESS_M, obukhov_length_m=obukhov_m
                    ),
                ),
                place_m=place_of(far, release) if given else None,
            )  # fmt: skip
            errors.append(error_m(far, answer, release.longitude_deg, release.latitude_deg))
            ratio, holds = rate_of(answer, release.rate_kg_h)
            ratios.append(ratio)
            held.append(holds)
            seconds.append(took)
        name = "all arcs" if least_m == 0 else "200 to 800 m"
        print(
            f"prairie_grass, {name}, place {'given' if given else 'searched for'}: {len(errors)} "
            f"runs, {int(np.isnan(ratios).sum())} without a rate; location "
            f"{np.nanmedian(errors):.1f} m, {ratio_text(ratios)}, intervals hold "
            f"{sum(held) / max(np.isfinite(ratios).sum(), 1):.2f}, "
            f"{np.median(seconds):.2f} s a run"
        )


def run_otm33a(data: Path, scratch: Path) -> None:
    """Print the rate of each run, the distance not given, and given as in the agency's method."""
    with (data / "otm33a" / "CR_lagtimes.csv").open(encoding="utf-8-sig") as lines:
        truths = {row["ID"]: row for row in csv.DictReader(lines)}
    for given in (False, True):
        ratios, held = [], []
        for name in otm33a_names(data):
            log, wind, _ = otm33a(data, scratch, name)
            truth = truths[name.removeprefix("STR_")]
            # The lag of the inlet is stated in rows, ten a second.
            log = replace(log, time_unix_s=log.time_unix_s - float(truth["lag"]) / 10)
            place = at_distance(log, wind, float(truth["distance_m"]))
            place[2] = float(truth["source_height_m"])
            answer, seconds = solve(
                log, wind, METHANE_G_MOL,
                # Half a minute is what gas takes from there to the sensor.
                LocateSettings(most_sources=1, reach_m=150.0, block_s=30.0, source_height_m=2.5,
                               air=AirSettings(width_log_sd=0.5)),
                place_m=place if given else None,
            )  # fmt: skip
            ratio, holds = rate_of(answer, 3.6 * float(truth["release_rate_gpers"]))
            said = f"{100 * (ratio - 1):+.0f} %" if np.isfinite(ratio) else "no rate"
            print(f"  {name}: {answer.outcome} {answer.reason}, {said}, {seconds:.1f} s")
            if np.isfinite(ratio):
                ratios.append(ratio)
                held.append(holds)
        print(
            f"otm33a, distance {'given' if given else 'not given'}: {len(ratios)} of 10 runs with "
            f"a rate{', ' + ratio_text(ratios) if ratios else ''}, intervals hold {sum(held)}"
        )


def at_distance(log: GasLog, wind: WindHistory, distance_m: float) -> np.ndarray:
    """Return the place (3,) [m] at a distance, on the side from which the gas came on the mean."""
    above = estimate_enhancement(log).enhancement_ppm[0]
    gas = np.where(np.isfinite(above), np.maximum(above, 0.0), 0.0)
    east, north = wind_to_components(wind.wind_speed_m_s, wind.wind_from_deg)
    towards = -np.array(
        [gas @ np.interp(log.time_unix_s, wind.time_unix_s, w) for w in (east, north)]
    )
    sensor = np.median(log.position_m(log.local_frame()), axis=0)
    return sensor + distance_m * np.array([*(towards / np.hypot(*towards)), 0.0])


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
