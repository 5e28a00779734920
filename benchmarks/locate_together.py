"""Sources that several simulated flights and plume maps show together, against each alone.

    python benchmarks/locate_together.py flights 12
    python benchmarks/locate_together.py maps 24
    python benchmarks/locate_together.py working 200
    python benchmarks/locate_together.py silence 100

`flights`: sites with two sources that work part of the time, seen by four flights of other days and
winds; places by one, two and four flights, whether on and off are told, and how often the working
share's interval holds. `maps`: a flight and a plume map of one source, together and alone.
`working`: made-up looks, for how often the working share's interval holds. `silence`: how often a
map finds a plume, over its rate against the one that should be found with 95 %. Seeds from 40000 on
were never tuned on (--first-seed 0 is for tuning).
"""

import argparse
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from multiprocessing import Pool

import numpy as np
from scipy.optimize import linear_sum_assignment

from cathartes.locate.common_result import CommonSources, Emission
from cathartes.locate.effective_wind import SourceHeight
from cathartes.locate.log_view import view_of_log
from cathartes.locate.look_wind import LookWind
from cathartes.locate.map_silence import detectable_rate_kg_h
from cathartes.locate.map_view import map_sighting
from cathartes.locate.mixed import find_origins
from cathartes.locate.rate import RateSettings, estimate_rate
from cathartes.locate.sorties import Sighting, Sortie, View
from cathartes.locate.step import locate_sources
from cathartes.locate.together import locate_together
from cathartes.scenes.logs.enhancement import estimate_enhancement
from cathartes.simulate.column_scene import (
    GAS_G_MOL,
    SEED_SCORE,
    WindError,
    column_scene,
    outline_as_scanned,
)
from cathartes.simulate.flights import (
    FRAME,
    FlightKind,
    FlightSettings,
    FlightSource,
    simulate_flight,
)
from map_rates import column_map_of, told_wind

JUDGING_SEED = 40_000
MATCHED_M = 40.0
METHANE_G_MOL = 16.043
N_FLIGHTS = 4
DAY_S = 86_400.0
SITE_M = 45.0
APART_M = 40.0
PIXEL_M = 5.0


def site_of(seed: int, n_sources: int) -> tuple[np.random.Generator, list[FlightSource]]:
    """Return sources in a circle that every wind carries over a part of the flight."""
    rng = np.random.default_rng([seed, 7])
    places: list[np.ndarray] = []
    while len(places) < n_sources:
        place = rng.uniform(-SITE_M, SITE_M, 2)
        if np.hypot(*place) < SITE_M and all(
            np.hypot(*(place - other)) > APART_M for other in places
        ):
            places.append(place)
    return rng, [
        FlightSource(*map(float, place), float(rng.uniform(0.5, 3)), float(rng.uniform(3, 8)))
        for place in places
    ]


def sortie_of(seed: int, number: int, kind: FlightKind, sources: list[FlightSource]) -> Sortie:
    """Return what the flight of one day says alone."""
    flight = simulate_flight(
        100 * seed + number, FlightSettings(kind=kind, n_sources=len(sources)), tuple(sources)
    )
    found = locate_sources(
        [estimate_enhancement(flight.log)], flight.wind, "methane", METHANE_G_MOL, FRAME
    )
    return Sortie(f"day {number}", number * DAY_S, (view_of_log("log", found),))


def matched(found: CommonSources, truth: list[FlightSource]) -> list[tuple[int, int, float]]:
    """Return (true, found, distance) of pairs within MATCHED_M, closest in sum."""
    places = np.array([s.estimate.place_m for s in found.sources]).reshape(-1, 2)
    true = np.array([[s.east_m, s.north_m] for s in truth]).reshape(-1, 2)
    away = np.linalg.norm(true[:, None] - places[None], axis=2)
    pairs = zip(*linear_sum_assignment(np.minimum(away, 1e3)), strict=True)
    return [(int(i), int(j), float(away[i, j])) for i, j in pairs if away[i, j] <= MATCHED_M]


def judge(
    found: CommonSources, truth: list[FlightSource], rates: np.ndarray, share: np.ndarray | None
) -> dict[str, list[float]]:
    """Return figures of one answer; rates are (source, sortie), 0 for off; share (source,)."""
    out: dict[str, list[float]] = defaultdict(list)
    pairs = matched(found, truth)
    ever = [k for k in range(len(truth)) if rates[k].any()]
    out["missed"].append(len(ever) - sum(i in ever for i, _, _ in pairs))
    out["false"].append(len(found.sources) - len(pairs))
    for i, j, away in pairs:
        one = found.sources[j]
        place = np.array([truth[i].east_m, truth[i].north_m])
        out["away"].append(away)
        out["held"].append(bool(one.estimate.region_90.holds(place)[0]))
        out["axis"].append(one.estimate.region_90.half_axes_m[0])
        on = rates[i] > 0
        if on.any():
            mean, told = rates[i][on].mean(), one.estimate.rate_kg_h
            out["rate"].append(told.median / mean - 1)
            out["rate held"].append(told.p05 <= mean <= told.p95)
        if share is not None:
            out["share held"].append(one.working_share.p05 <= share[i] <= one.working_share.p95)
        for number, told_of in enumerate(one.sorties):
            state = "on" if on[number] else "off"
            out[f"{state}: {told_of.emission}"].append(1.0)
            out[f"{state}: probability"].append(told_of.probability)
            if on[number] and told_of.rate_kg_h is not None and told_of.seen_as:
                inside = told_of.rate_kg_h.p05 <= rates[i, number] <= told_of.rate_kg_h.p95
                out["sortie rate held"].append(inside)
            if told_of.below_kg_h is not None:
                out["bound held"].append(rates[i, number] < told_of.below_kg_h)
                out["bound"].append(told_of.below_kg_h)
    return out


def flights(task: tuple[int, FlightKind, int]) -> dict[str, dict[str, list[float]]]:
    """Return figures of one site by one, two and four flights."""
    seed, kind, n_sources = task
    rng, truth = site_of(seed, n_sources)
    share = rng.beta(0.5, 0.5, n_sources)
    works = rng.uniform(size=(n_sources, N_FLIGHTS)) < share[:, None]
    typical = np.array([s.emission_kg_h for s in truth])
    rates = works * typical[:, None] * np.exp(0.3 * rng.normal(size=works.shape))
    sorties = []
    began = time.perf_counter()
    for day in range(N_FLIGHTS):
        working = [
            FlightSource(s.east_m, s.north_m, s.height_m, float(rates[k, day]))
            for k, s in enumerate(truth) if works[k, day]
        ]  # fmt: skip
        sorties.append(sortie_of(seed, day, kind, working))
    alone_s = time.perf_counter() - began
    out = {}
    for n in (1, 2, N_FLIGHTS):
        began = time.perf_counter()
        found = locate_together("methane", sorties[:n])
        figures = judge(found, truth, rates[:, :n], share)
        figures["seconds"].append(time.perf_counter() - began)
        figures["seconds alone"].append(alone_s / N_FLIGHTS * n)
        out[f"{n} flights"] = dict(figures)
    return out


def maps(task: tuple[int, FlightKind, int]) -> dict[str, dict[str, list[float]]]:
    """Return figures of one source by a flight, a map, and both."""
    seed, kind, _ = task
    _, truth = site_of(seed, 1)
    scene = column_scene(seed, PIXEL_M)
    rate = truth[0].emission_kg_h
    column_map, wind = column_map_of(scene, rate / scene.rate_kg_h), told_wind(scene, WindError())
    origins = find_origins(column_map, wind)
    told = estimate_rate(column_map, wind, origins, GAS_G_MOL, RateSettings(SourceHeight()))
    east, north = scene.origins_m[0]
    shift = np.array([truth[0].east_m - east, truth[0].north_m - north])
    draws = np.random.default_rng([seed, 8])
    sightings = tuple(
        map_sighting(f"plume {k}", origin.draw_m(500, draws) + shift, 1.0, rate=interval, rng=draws)
        for k, origin in enumerate(origins)
        for interval in [(told.rate_kg_h, told.rate_kg_h_p05, told.rate_kg_h_p95)]
    )
    log = sortie_of(seed, 0, kind, truth)
    plume_map = View("map", sightings)
    both = (*log.views, plume_map)
    of = {
        "log alone": [log],
        "map alone": [Sortie("map", 0.0, (plume_map,))],
        "log and map of one sortie": [Sortie("both", 0.0, both)],
    }
    one = np.array([[rate]])
    return {
        name: judge(locate_together("methane", sorties), truth, one, None)
        for name, sorties in of.items()
    }


@dataclass(frozen=True)
class Listens:
    """A look that sees what is above its threshold, and nothing below."""

    threshold_kg_h: float

    def log_ratio(self, place_m: np.ndarray, rate_kg_h: np.ndarray) -> np.ndarray:
        """Return ln of the probability of not being seen, (place, rate)."""
        missed = np.where(rate_kg_h > self.threshold_kg_h, 1e-3, 1.0)
        return np.tile(np.log(missed), (place_m.shape[0], 1))


def working(task: tuple[int, FlightKind, int]) -> dict[str, dict[str, list[float]]]:
    """Return whether the share's interval holds, of a source that was seen at least once."""
    rng = np.random.default_rng([task[0], 10])
    seen = np.zeros(1, bool)
    while not seen.any():
        n, share, typical = int(rng.integers(2, 9)), rng.beta(0.5, 0.5), rng.uniform(3, 8)
        rate = (rng.uniform(size=n) < share) * typical * np.exp(0.5 * rng.normal(size=n))
        threshold = np.exp(rng.uniform(np.log(0.3), np.log(6), n))
        seen = rate > threshold
    truth = [FlightSource(0.0, 0.0, 1.0, typical)]
    sorties = []
    for k in range(n):
        off = 10 * rng.normal(size=(256, 2)) + 10 * rng.normal(size=2)
        told = rate[k] * np.exp(0.2 * rng.normal(size=256) + 0.2 * rng.normal()) if seen[k] else 0
        sighting = Sighting("source", off, told, np.ones(256), 1.0) if seen[k] else None
        view = View("look", (sighting,) if sighting else (), Listens(float(threshold[k])))
        sorties.append(Sortie(f"day {k}", k * DAY_S, (view,)))
    return {
        "two to eight looks, above and below their thresholds": judge(
            locate_together("methane", sorties), truth, rate[None, :], np.array([share])
        )
    }


def silence(task: tuple[int, FlightKind, int]) -> dict[str, dict[str, list[float]]]:
    """Return whether a scene's plume is found at rates about the one that is found with 95 %."""
    seed, _, _ = task
    scene = column_scene(seed, PIXEL_M)
    sd = scene.column_density_sd_ppm_m
    detectable = np.array((SEED_SCORE + 1.645) * sd / 3.0)
    wind = LookWind(scene.wind_speed_m_s, 0.0, scene.wind_from_deg, 0.0)
    at_95 = float(detectable_rate_kg_h(detectable, PIXEL_M, wind, GAS_G_MOL))
    rng = np.random.default_rng([seed, 9])
    origin = scene.origins_m[0]
    near = (int(-origin[1] / PIXEL_M), int(origin[0] / PIXEL_M))
    plume = np.where(scene.mask, scene.column_density_ppm_m, 0.0)
    out = {}
    for part in (0.25, 0.5, 1.0, 2.0, 4.0):
        noise = sd * rng.normal(size=plume.shape)
        column = plume * part * at_95 / scene.rate_kg_h + noise
        out[f"{part:g} of it"] = {"found": [float(outline_as_scanned(column, sd, near).any())]}
    return out


def show(name: str, figures: dict[str, list[float]]) -> None:
    """Print what one kind of answer reached."""
    f = {key: np.array(values, float) for key, values in figures.items()}
    print(f"\n{name}")
    if "found" in f:
        print(f"  found {f['found'].mean():.2f} of {f['found'].size}")
        return
    print(
        f"  location {np.median(f['away']):.1f} m (root of mean square "
        f"{np.sqrt(np.mean(f['away'] ** 2)):.1f}), {f['away'].size} sources, missed "
        f"{f['missed'].sum():.0f}, false {f['false'].sum():.0f}; 90 % regions hold "
        f"{f['held'].mean():.2f}, half axis {np.median(f['axis']):.1f} m"
    )
    if "rate" in f:
        print(
            f"  mean rate {100 * np.median(np.abs(f['rate'])):.0f} % (bias "
            f"{100 * np.median(f['rate']):+.0f} %), its intervals hold {f['rate held'].mean():.2f}"
            f"; those of each sortie {f['sortie rate held'].mean():.2f}"
        )
    if "share held" in f:
        print(f"  the working share's intervals hold {f['share held'].mean():.2f}")
    for state in ("on", "off"):
        told = {e: f.get(f"{state}: {e}", np.empty(0)).size for e in Emission}
        print(f"  truly {state}: " + ", ".join(f"{e} {n}" for e, n in told.items()))
    if "bound" in f:
        print(
            f"  bounds of sorties that did not see it: median {np.median(f['bound']):.2g} kg/h, "
            f"hold {f['bound held'].mean():.2f} of {f['bound'].size}"
        )
    if "seconds" in f:
        print(f"  {np.median(f['seconds']):.1f} s beside {np.median(f['seconds alone']):.1f} s")


def main() -> int:
    """Print the figures."""
    kinds = {"flights": flights, "maps": maps, "working": working, "silence": silence}
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("what", choices=list(kinds))
    ask.add_argument("sites", type=int)
    ask.add_argument("--kind", type=FlightKind, default=FlightKind.PUFFS)
    ask.add_argument("--sources", type=int, default=2)
    ask.add_argument("--first-seed", type=int, default=JUDGING_SEED)
    ask.add_argument("--jobs", type=int, default=1)
    given = ask.parse_args()
    seeds = range(given.first_seed, given.first_seed + given.sites)
    tasks = [(seed, given.kind, given.sources) for seed in seeds]
    gathered: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    with Pool(given.jobs) as pool:
        for answer in pool.imap(kinds[given.what], tasks):
            for name, figures in answer.items():
                for key, values in figures.items():
                    gathered[name][key] += values
    for name, figures in gathered.items():
        show(name, figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
