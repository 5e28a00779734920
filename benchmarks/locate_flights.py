"""Sources found in simulated drone flights, of three kinds of air and of none; pyELQ beside.

    python benchmarks/locate_flights.py plume 9
    python benchmarks/locate_flights.py puffs 18 --pyelq /path/to/its/python --iterations 3000
    python benchmarks/locate_flights.py puffs 18 --no-sources

Prints medians over the sources matched within 40 m, missed and false ones, how often the 90 %
regions and rate intervals hold the truth, and seconds. Seeds from 20000 on were never tuned on
(--first-seed 0 is for tuning). Flight k has 1 + k mod 3 sources.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from multiprocessing import Pool
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment

from cathartes.locate.settings import AirSettings, LocateSettings
from cathartes.locate.step import locate_sources
from cathartes.scenes.logs.enhancement import estimate_enhancement
from cathartes.scenes.wind.conventions import wind_from_components, wind_to_components
from cathartes.simulate.flights import (
    FRAME,
    START_UNIX_S,
    FlightKind,
    FlightSettings,
    SimulatedFlight,
    simulate_flight,
)

JUDGING_SEED = 20_000
MATCHED_M = 40.0
METHANE_G_MOL = 16.043
PEER_BLOCK_S = {FlightKind.PLUME: 1, FlightKind.PUFFS: 8, FlightKind.COHERENT: 8}
SITE_M = 110.0


def matched(flight: SimulatedFlight, found: np.ndarray) -> list[tuple[int, int, float]]:
    """Return (true, found, distance) of the pairs within MATCHED_M, closest in sum."""
    truth = np.array([[s.east_m, s.north_m] for s in flight.sources]).reshape(-1, 2)
    away = np.linalg.norm(truth[:, None] - found[None, :, :2], axis=2)
    pairs = zip(*linear_sum_assignment(np.minimum(away, 1e3)), strict=True)
    return [(int(i), int(j), float(away[i, j])) for i, j in pairs if away[i, j] <= MATCHED_M]


def settings_for(flight: SimulatedFlight, kind: FlightKind, given: LocateSettings):
    """Return the settings: of an exact plume both programs are told how wide it is."""
    if kind is not FlightKind.PLUME:
        return given
    told = AirSettings(
        width_per_m=flight.spread[0], height_per_m=flight.spread[1], width_log_sd=1e-3,
        height_log_sd=1e-3, growth_m=1e9,
    )  # fmt: skip
    return replace(given, air=told, lag_s=0.0, lag_sd_s=0.05)


def ours(task: tuple[int, FlightKind, bool, LocateSettings]) -> dict[str, object]:
    """Return how one flight went."""
    seed, kind, empty, given = task
    flight = simulate_flight(
        seed, FlightSettings(kind=kind, n_sources=0 if empty else 1 + seed % 3)
    )
    begun, begun_cpu = time.perf_counter(), time.process_time()
    result = locate_sources(
        [estimate_enhancement(flight.log)], flight.wind, "methane", METHANE_G_MOL, FRAME,
        settings_for(flight, kind, given),
    )  # fmt: skip
    seconds = (time.perf_counter() - begun, time.process_time() - begun_cpu)
    found = np.array([[*s.place_m, s.rate_kg_h.median] for s in result.sources]).reshape(-1, 3)
    truth = [s.emission_kg_h for s in flight.sources]
    row = score(flight, found, seconds)
    pairs = matched(flight, found)
    regions = [
        bool(result.sources[j].region_90.holds(
            np.array([flight.sources[i].east_m, flight.sources[i].north_m]))[0])
        for i, j, _ in pairs
    ]  # fmt: skip
    rates = [
        result.sources[j].rate_kg_h.p05 <= truth[i] <= result.sources[j].rate_kg_h.p95
        for i, j, _ in pairs
    ]
    total = result.total_rate_kg_h
    row |= {
        "outcome": f"{result.outcome}: {result.reason}" if result.reason else str(result.outcome),
        "model": result.model, "regions": regions, "rates": rates,
        "region_m": [s.region_90.half_axes_m[0] for s in result.sources],
    }  # fmt: skip
    if total is not None and truth:
        row["total"] = total.median / sum(truth) - 1
        row["total_held"] = total.p05 <= sum(truth) <= total.p95
    if result.curtains and truth:
        balance = np.median([c.rate_kg_h for c in result.curtains])
        row["curtain"] = balance / sum(truth) - 1
    return row


def score(
    flight: SimulatedFlight, found: np.ndarray, seconds: tuple[float, float]
) -> dict[str, object]:
    """Return distances and relative rate errors of matched sources, missed and false ones."""
    pairs = matched(flight, found)
    return {
        "distance": [d for _, _, d in pairs],
        "rate": [found[j, 2] / flight.sources[i].emission_kg_h - 1 for i, j, _ in pairs],
        "missed": len(flight.sources) - len(pairs),
        "false": len(found) - len(pairs),
        "wall_s": seconds[0],
        "cpu_s": seconds[1],
    }


def peer_rows(flight: SimulatedFlight, kind: FlightKind) -> dict[str, object]:
    """Return what pyELQ is given: block means, and true spreads."""
    log, step = flight.log, PEER_BLOCK_S[kind]
    kept = len(log) // step * step

    def mean(values: np.ndarray) -> np.ndarray:
        return values[:kept].reshape(-1, step, *values.shape[1:]).mean(1)

    wind = wind_to_components(flight.wind.wind_speed_m_s, flight.wind.wind_from_deg)
    speed, angle = wind_from_components(*(mean(component) for component in wind))
    # Block means of turning puffs are wider than the puffs: it is told the whole scatter.
    turning = 1.0 if kind is FlightKind.PLUME else 1.7
    return {
        "time_s": mean(log.time_unix_s) - START_UNIX_S, "place_m": mean(log.position_m(FRAME)),
        "ppm": mean(log.concentration_ppm[0]), "wind_speed_m_s": speed, "wind_from_deg": angle,
        "spread": np.array(flight.spread) * np.array([turning, 1.0]),
        "limits_m": np.array([[-SITE_M, SITE_M]] * 2),
    }  # fmt: skip


def peer(seed: int, kind: FlightKind, python: str, n_iter: int, kept_in: Path | None):
    """Return how pyELQ does on the same flight; its answer is read where it was kept."""
    flight = simulate_flight(seed, FlightSettings(kind=kind, n_sources=1 + seed % 3))
    kept = kept_in and kept_in / f"pyelq_{kind}_{seed}_{n_iter}.json"
    if kept and kept.exists():
        answer = json.loads(kept.read_text())
    else:
        answer = peer_answer(peer_rows(flight, kind), seed, python, n_iter)
        if kept:
            kept.write_text(json.dumps(answer))
    found = np.array(answer["sources"]).reshape(-1, 3)
    row = score(flight, found, (answer["wall_s"], answer["cpu_s"]))
    return row | {"outcome": answer.get("error", "no error of its own")}


def peer_answer(rows: dict[str, object], seed: int, python: str, n_iter: int) -> dict[str, object]:
    """Return pyELQ's sources and seconds; none, and its last words, where it ended in an error."""
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "rows.npz"
        np.savez(file, **rows)
        script = Path(__file__).with_name("pyelq_flight.py")
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        done = subprocess.run(
            [python, script, file, str(n_iter), str(seed)], capture_output=True, text=True,
            check=False, env=environment,
        )  # fmt: skip
    if done.returncode:
        error = (done.stderr.strip().splitlines() or ["no word"])[-1]
        return {"sources": [], "wall_s": np.nan, "cpu_s": np.nan, "error": error}
    return json.loads(done.stdout)


def tell(name: str, rows: list[dict[str, object]]) -> None:
    """Print one line of figures, and one of how honest they are."""

    def gathered(key):
        return np.array([v for row in rows for v in row.get(key, [])], float)

    distance, rate = gathered("distance"), gathered("rate")
    missed, false = (sum(row[key] for row in rows) for key in ("missed", "false"))
    n_true = distance.size + missed
    middle = float(np.median(distance)) if distance.size else np.nan
    print(
        f"{name:10} {len(rows)} flights, {n_true} sources: location {middle:.1f} m, rate "
        f"{100 * np.median(np.abs(rate)) if rate.size else np.nan:.1f} % (bias "
        f"{100 * np.median(rate) if rate.size else np.nan:+.0f} %), missed {missed}, false {false}"
        f", {np.nanmedian([row['cpu_s'] for row in rows]):.2f} s of CPU a flight (at most "
        f"{np.nanmax([row['cpu_s'] for row in rows]):.2f}), "
        f"{np.nanmedian([row['wall_s'] for row in rows]):.2f} s on the clock"
    )
    if gathered("regions").size:
        total = np.array([row["total"] for row in rows if "total" in row])
        curtain = np.array([row["curtain"] for row in rows if "curtain" in row])
        print(
            f"{'':10} 90 % regions hold {gathered('regions').mean():.2f} of "
            f"{gathered('regions').size}, rate intervals {gathered('rates').mean():.2f}, total's "
            f"{np.mean([row['total_held'] for row in rows if 'total_held' in row]):.2f}; median "
            f"half axis {np.median(gathered('region_m')):.0f} m; total rate "
            f"{100 * np.median(np.abs(total)):.0f} % (bias {100 * np.median(total):+.0f} %); "
            f"curtains {100 * np.median(np.abs(curtain)):.0f} % (bias "
            f"{100 * np.median(curtain):+.0f} %)"
        )
    outcomes = [str(row.get("outcome", "")) for row in rows]
    told = ", ".join(f"{outcomes.count(o)} {o}" for o in sorted(set(outcomes)) if o)
    models = [str(row.get("model", "")) for row in rows]
    by = ", ".join(f"{models.count(m)} {m}" for m in sorted(set(models)) if m)
    print(f"{'':10} {told}; by {by or 'none'}" if told else "", flush=True)


def main() -> int:
    """Print the figures."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("kind", choices=list(FlightKind), type=FlightKind)
    ask.add_argument("flights", type=int)
    ask.add_argument("--first-seed", type=int, default=JUDGING_SEED)
    ask.add_argument("--no-sources", action="store_true")
    ask.add_argument("--jobs", type=int, default=1)
    ask.add_argument("--pyelq", help="the Python that has pyELQ")
    ask.add_argument("--iterations", type=int, default=3000)
    ask.add_argument("--peer-flights", type=int, help="pyELQ on so many of them (minutes each)")
    ask.add_argument("--peer-answers", type=Path, help="folder that keeps pyELQ's answers")
    ask.add_argument("--set", default="{}", help="JSON of settings, for tuning")
    ask.add_argument("--air", default="{}", help="JSON of the air's settings, for tuning")
    given = ask.parse_args()
    settings = LocateSettings(air=AirSettings(**json.loads(given.air)), **json.loads(given.set))
    seeds = range(given.first_seed, given.first_seed + given.flights)
    tasks = [(seed, given.kind, given.no_sources, settings) for seed in seeds]
    with Pool(given.jobs) as pool:
        tell("cathartes", pool.map(ours, tasks, chunksize=1))
    if given.pyelq:
        rows = [
            peer(seed, given.kind, given.pyelq, given.iterations, given.peer_answers)
            for seed in seeds[: given.peer_flights]
        ]
        tell("pyELQ", rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
