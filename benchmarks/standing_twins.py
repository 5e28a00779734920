"""Made-up twins of field trials with sensors that stand: what `locate_sources` makes of them.

    python benchmarks/standing_twins.py KIND [--seeds 8] [--first-seed 100]

*paths*: seven open paths of one laser beside a source, minute means (as at Chilbolton); *regional*
the same in clean air that wanders more, *pair* with two sources. *network*: eight points about a
pad, minute means, a day of which hours are a release (as at METEC); *silent* the same without one.
*van*: one point 2.7 m high downwind for twenty minutes, a row a second (as OTM-33A), the distance
given. Gas is puffs let go every second in gusts of a mean wind that turns, spread upward as by
particles that remember their eddy (`cathartes.simulate.random_flight`). Seeds below 1000 are for
development.
"""

import argparse
import sys
import time
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from cathartes.locate.settings import AirSettings, LocateSettings
from cathartes.locate.step import locate_sources
from cathartes.scenes.local_frame import LocalFrame
from cathartes.scenes.logs.enhancement import estimate_enhancement
from cathartes.scenes.logs.gas_log import GasLog, PathEnd
from cathartes.scenes.wind.conventions import wind_from_components
from cathartes.scenes.wind.history import WindHistory
from cathartes.simulate.flight_air import Eddies, draw_eddies, wander
from cathartes.simulate.random_flight import fly

FRAME = LocalFrame(-1.44, 51.14)
START_UNIX_S = 1_780_000_000.0
KG_M3_PER_PPM = 6.78e-7
ROUGHNESS_M = 0.03
POINT_M = 1.0
"""Points of a path are so far apart: its mean is over them."""
WAYS_M = np.geomspace(2.0, 400.0, 30)
STEP_S = 1.0
"""Of puffs: one is let go, and all move, each step."""
RELATIVE_SPREAD = 0.1
"""Sideways spread per metre that the gusts of the field don't resolve."""


@dataclass(frozen=True)
class Twin:
    """A log, the wind as it was measured, truth (source, ...), and how it is to be solved."""

    log: GasLog
    wind: WindHistory
    source_m: np.ndarray
    rate_kg_h: np.ndarray
    settings: LocateSettings
    during_s: tuple[float, float] | None = None

    def places_m(self):
        """Return places of sources in the log's own frame, (source, 2) [m]."""
        lon_lat = FRAME.to_lon_lat(self.source_m[:, 0], self.source_m[:, 1])
        return np.column_stack(self.log.local_frame().to_east_north(*lon_lat))


@dataclass(frozen=True)
class Weather:
    """Wind that turns slowly, its gusts, and how the gas rises."""

    eddies: Eddies
    turn_rad: np.ndarray
    strength: np.ndarray
    inverse_obukhov_per_m: float

    def at(self, second, place_m):
        """Return the wind (any, 2) at seconds (any,) since the start and places (any, 2)."""
        wind = self.eddies.at(second, place_m)
        which = np.clip(second.astype(int), 0, self.turn_rad.size - 1)
        cos, sin = np.cos(self.turn_rad[which]), np.sin(self.turn_rad[which])
        east = cos * wind[:, 0] - sin * wind[:, 1]
        return self.strength[which, None] * np.column_stack(
            [east, sin * wind[:, 0] + cos * wind[:, 1]]
        )


def draw_weather(rng, seconds, to_rad, turning_deg, memory_s):
    """Return weather of so many seconds: gusts of a fifth of the wind in eddies of 60 m."""
    speed = rng.uniform(2.5, 5.0)
    mean = speed * np.array([np.cos(to_rad), np.sin(to_rad)])
    eddies = draw_eddies(rng, mean, 0.2 * speed, 60.0, 30.0)
    turn = np.radians(turning_deg) * wander(rng, seconds, memory_s)
    return Weather(
        eddies, turn, np.exp(0.15 * wander(rng, seconds, memory_s)), float(rng.uniform(-0.06, 0.0))
    )


def gas_ppm(rng, weather, source_m, rate_kg_h, point_m, second, mast_m):
    """Return what points (point, 3) have at seconds (time,), (time, point) [ppm]."""
    crossings = fly(
        rng, 3000, source_m[2], WAYS_M, ROUGHNESS_M, weather.inverse_obukhov_per_m, mast_m
    )
    relative = crossings.relative_speed()
    upward = {z: crossings.integrated_per_m(z) * relative for z in np.unique(point_m[:, 2])}
    farthest = np.hypot(*(point_m[:, :2] - source_m[:2]).T).max() + 30.0
    born = np.arange(-150.0, second[-1] + 1, STEP_S)
    gusts = 0.5 * np.repeat(wander(rng, -(-born.size // 4), 1.0), 4)[: born.size]
    kg = rate_kg_h / 3600 * STEP_S * np.exp(gusts - 0.125)
    puff, path = np.tile(source_m[:2], (born.size, 1)), np.zeros(born.size)
    total = np.zeros((second.size, len(point_m)))
    for age in np.arange(STEP_S, 150.0, STEP_S):
        slow = np.interp(path, WAYS_M, relative)
        wind = weather.at(np.maximum(born + age, 0.0), puff) * slow[:, None]
        puff, path = puff + wind * STEP_S, path + np.hypot(*wind.T) * STEP_S
        if path.min() > 1.5 * farthest:
            break
        which = (second - born[0] - age).astype(int)
        sigma = RELATIVE_SPREAD * path[which] / np.sqrt(1 + path[which] / 300.0)
        # A puff is as long as it flies in a step: its sideways spread alone must be resolved.
        sigma = np.hypot(sigma, 0.3 * np.hypot(*wind[which].T) * STEP_S)
        for k, place in enumerate(point_m):
            off = ((puff[which] - place[:2]) ** 2).sum(1)
            near = off < 16 * sigma**2
            rise = np.interp(path[which][near], WAYS_M, upward[place[2]])
            level = np.exp(-0.5 * off[near] / sigma[near] ** 2) / (2 * np.pi * sigma[near] ** 2)
            total[near, k] += kg[which][near] * level * rise
    return total / KG_M3_PER_PPM


def measured_wind(rng, weather, seconds, row_s, place_m, height_m, scatter):
    """Return the wind as a mast says: means over rows, three degrees and a twentieth wrong."""
    second = np.arange(seconds, dtype=float)
    wind = weather.at(second, np.tile(place_m, (seconds, 1)))
    rows = wind[: seconds // row_s * row_s].reshape(-1, row_s, 2)
    mean = rows.mean(axis=1)
    speed, from_deg = wind_from_components(mean[:, 0], mean[:, 1])
    from_deg = (from_deg + 3.0 * rng.normal()) % 360.0
    _, each = wind_from_components(rows[..., 0], rows[..., 1])
    off = (each - from_deg[:, None] + 180) % 360 - 180
    return WindHistory(
        START_UNIX_S + row_s * np.arange(len(rows)), speed * (1 + 0.05 * rng.normal()), from_deg,
        0.1 * float(speed.mean()), 5.0, height_m, "sonic",
        scatter_deg=off.std(axis=1) if scatter else None,
    )  # fmt: skip


def as_log(name, row_s, near_m, far_m, ppm):
    """Return rows (time, sensor) of sensors from near to far (sensor, 3) as a log."""
    n_times, n_sensors = ppm.shape
    at, end = (np.tile(p, (n_times, 1)) for p in (near_m, far_m))
    lon, lat = FRAME.to_lon_lat(at[:, 0], at[:, 1])
    far = FRAME.to_lon_lat(end[:, 0], end[:, 1])
    nothing = np.full(ppm.size, np.nan)
    return GasLog(
        name=name, time_unix_s=START_UNIX_S + np.repeat(row_s * np.arange(n_times), n_sensors),
        longitude_deg=lon, latitude_deg=lat, altitude_agl_m=at[:, 2], chemicals=("methane",),
        concentration_ppm=ppm.reshape(1, -1), sensors=tuple(f"s{k}" for k in range(n_sensors)),
        sensor_index=np.tile(np.arange(n_sensors), n_times), wind_speed_m_s=nothing,
        wind_from_deg=nothing,
        path_end=PathEnd(*far, end[:, 2]) if np.ptp(near_m - far_m) else None,
    )  # fmt: skip


def rows_of_minutes(second_ppm, step_s):
    """Return means over minutes, (minute, ...), of values every so many seconds."""
    n = int(60 / step_s)
    return second_ppm[: len(second_ppm) // n * n].reshape(-1, n, *second_ppm.shape[1:]).mean(axis=1)


def paths(seed, air_sd_ppm=0.02, air_minutes=60.0, two=False):
    """Return seven paths of one laser, a source of 0.5 to 3 kg/h some 12 m beside it; or two.

    Clean air wanders alike in all paths, by a standard deviation and a memory.
    """
    rng = np.random.default_rng([seed, 1])
    seconds = 8400
    away = rng.uniform(-0.5, 0.5, 7) + np.linspace(-0.5, 0.5, 7)
    far = np.column_stack([np.cos(away), np.sin(away), np.zeros(7)])
    far *= rng.permutation(np.linspace(33, 98, 7))[:, None]
    far[:, 2] = 1.6
    near = np.tile([0.0, 0.0, 1.6], (7, 1))
    source = np.array([rng.uniform(2, 20), rng.choice([-1, 1]) * rng.uniform(7, 14), 0.3])
    # The wind blows from the source over the paths most of the time.
    to = np.arctan2(-source[1], 25.0 - source[0]) + rng.normal() * 0.2
    weather = draw_weather(rng, seconds, to, 12.0, 900.0)
    rate = float(rng.uniform(0.5, 3.0))
    n_points = np.ceil(np.linalg.norm(far - near, axis=1) / POINT_M).astype(int)
    points = np.concatenate(
        [a + (np.arange(n)[:, None] + 0.5) / n * (b - a)
         for a, b, n in zip(near, far, n_points, strict=True)]
    )  # fmt: skip
    second = np.arange(0.0, seconds, 4.0)
    each = gas_ppm(rng, weather, source, rate, points, second, 3.0)
    ends = np.cumsum(n_points)[:-1]
    beams = np.column_stack([part.mean(axis=1) for part in np.split(each, ends, axis=1)])
    ppm = rows_of_minutes(beams, 4.0)
    ppm += 2.0 + air_sd_ppm * wander(rng, len(ppm), air_minutes)[:, None]
    ppm += 0.02 * rng.normal(size=ppm.shape)
    wind = measured_wind(rng, weather, seconds, 60, np.zeros(2), 3.0, scatter=True)
    sources, rates = source[None], np.array([rate])
    if two:
        aside = np.array([rng.uniform(30, 50), np.sign(source[1]) * rng.uniform(3, 15), 0.0])
        sources, rates = np.stack([source, source + aside]), np.append(rates, rng.uniform(0.5, 3.0))
        more = gas_ppm(rng, weather, sources[1], rates[1], points, second, 3.0)
        beams = np.column_stack([part.mean(axis=1) for part in np.split(more, ends, axis=1)])
        ppm += rows_of_minutes(beams, 4.0)
    return Twin(
        as_log(f"paths {seed}", 60.0, near, far, ppm), wind, sources, rates,
        LocateSettings(most_sources=2),
    )  # fmt: skip


def regional(seed):
    """Return `paths` in regional air that wanders more, and faster."""
    return paths(seed, 0.06, 20.0)


def pair(seed):
    """Return `regional` with a second source, 30 to 60 m away."""
    return paths(seed, 0.06, 20.0, two=True)


def network(seed, emits=True):
    """Return eight points about a pad of 60 by 60 m for a day, one source for some hours of it."""
    rng = np.random.default_rng([seed, 2])
    hours, seconds = 24, 24 * 3600
    angle = np.arange(8) * np.pi / 4 + rng.uniform(-0.2, 0.2, 8)
    at = np.column_stack([36 * np.cos(angle), 36 * np.sin(angle), np.full(8, 2.4)])
    source = np.array([*rng.uniform(-20, 20, 2), 2.0])
    weather = draw_weather(rng, seconds, rng.uniform(0, 2 * np.pi), 70.0, 3 * 3600.0)
    rate, length = float(rng.uniform(0.5, 3.0)), int(rng.uniform(0.5, 5.0) * 3600)
    start = int(rng.uniform(6, 14)) * 3600
    second = np.arange(0.0, length, 6.0)
    during = replace(
        weather, turn_rad=weather.turn_rad[start:], strength=weather.strength[start:],
        eddies=replace(weather.eddies, phase=weather.eddies.phase),
    )  # fmt: skip
    each = gas_ppm(rng, during, source, rate, at, second, 2.4)
    minutes = np.zeros((hours * 60, 8))
    gas = rows_of_minutes(each, 6.0) * emits
    minutes[start // 60 : start // 60 + len(gas)] = gas
    drift = np.stack([0.03 * wander(rng, len(minutes), 180.0) for _ in range(8)], axis=1)
    ppm = minutes + 2.0 + 0.3 * rng.normal(size=8) + drift + 0.02 * rng.normal(size=minutes.shape)
    # Gusts go on as they began where the release does; before and after, only their law matters.
    wind = measured_wind(rng, during, length, 60, np.zeros(2), 2.4, scatter=False)
    wind = replace(wind, time_unix_s=wind.time_unix_s + start)
    return Twin(
        as_log(f"network {seed}", 60.0, at, at, ppm), wind,
        source[None][: int(emits)], np.array([rate])[: int(emits)],
        LocateSettings(most_sources=1, reach_m=10.0, source_height_m=2.0),
        (START_UNIX_S + start, START_UNIX_S + start + length),
    )  # fmt: skip


def silent(seed):
    """Return `network` without a source."""
    return network(seed, emits=False)


def van(seed):
    """Return twenty minutes of one point, 30 to 150 m from a source, the distance given."""
    rng = np.random.default_rng([seed, 3])
    seconds, distance, to = 1200, float(rng.uniform(30, 150)), rng.uniform(0, 2 * np.pi)
    source = np.array([-distance * np.cos(to), -distance * np.sin(to), rng.uniform(1.0, 2.5)])
    weather = draw_weather(rng, seconds, to, 8.0, 300.0)
    rate = float(rng.uniform(0.7, 4.0))
    at = np.array([[0.0, 0.0, 2.7]])
    ppm = gas_ppm(rng, weather, source, rate, at, np.arange(0.0, seconds), 2.7)
    ppm += 1.95 + 0.01 * rng.normal(size=ppm.shape)
    wind = measured_wind(rng, weather, seconds, 1, np.zeros(2), 2.7, scatter=False)
    return Twin(
        as_log(f"van {seed}", 1.0, at, at, ppm), wind, source[None], np.array([rate]),
        LocateSettings(most_sources=1, reach_m=150.0, block_s=30.0, source_height_m=2.5,
                       air=AirSettings(width_log_sd=0.5)),
    )  # fmt: skip


TWINS = {
    "paths": paths,
    "regional": regional,
    "pair": pair,
    "network": network,
    "silent": silent,
    "van": van,
}
MATCHED_M = 30.0


@dataclass
class Score:
    """What was made of twins of one kind."""

    errors_m: list = field(default_factory=list)
    ratios: list = field(default_factory=list)
    held: list = field(default_factory=list)
    inside: list = field(default_factory=list)
    cpu_s: list = field(default_factory=list)
    missed: int = 0
    false: int = 0

    def add(self, twin, answer, cpu_s):
        """Add an answer, and return a line about it."""
        places = twin.places_m()
        post, total, true = answer.posterior, answer.total_rate_kg_h, twin.rate_kg_h.sum()
        # Of a network or a van places count that are not called located, too.
        found = np.empty((0, 2)) if post is None else np.median(post.place_m[..., :2], axis=0)
        off = np.hypot(*(places[:, None] - found[None]).transpose(2, 0, 1))
        pairs = [
            (k, j)
            for k, j in zip(*linear_sum_assignment(off), strict=True)
            if off[k, j] < MATCHED_M
        ]
        errors = [float(off[k, j]) for k, j in pairs]
        ratio = float("nan") if total is None else total.median / true
        if total is not None:
            self.held.append(total.p05 <= true <= total.p95)
            self.ratios.append(ratio)
        if answer.sources:
            self.inside += [answer.sources[j].region_90.holds(places[k][None])[0] for k, j in pairs]
            self.false += len(found) - len(pairs)
        self.missed += len(places) - (len(pairs) if answer.sources else 0)
        self.errors_m += errors
        self.cpu_s.append(cpu_s)
        return (
            f"{answer.outcome} {answer.reason} {len(found)} by {answer.model}, "
            f"{', '.join(f'{e:.1f} m' for e in errors)}, {100 * (ratio - 1):+.0f} %, "
            f"{cpu_s:.1f} s CPU"
        )

    def __str__(self):
        if not self.ratios:
            return f"{len(self.cpu_s)} twins, {self.missed} sources missed, {self.false} false"
        off = np.abs(np.subtract(self.ratios, 1))
        return (
            f"{len(self.cpu_s)} twins, {self.missed} sources missed, {self.false} false; location "
            f"{np.median(self.errors_m):.1f} m; total rate {100 * np.median(off):.0f} % (bias "
            f"{100 * (np.median(self.ratios) - 1):+.0f} %), intervals hold {sum(self.held)} of "
            f"{len(self.held)}, regions {sum(self.inside)} of {len(self.inside)}; CPU "
            f"{np.median(self.cpu_s):.1f} s"
        )


def run(kind, seeds):
    """Print each twin, place searched for and given, and medians."""
    for given in {"van": (True,), "silent": (False,)}.get(kind, (False, True)):
        score = Score()
        for seed in seeds:
            twin = TWINS[kind](seed)
            print(f"  {seed}: {score.add(twin, *solved(twin, given))}", flush=True)
        print(f"{kind}, place {'given' if given else 'searched for'}: {score}")


def solved(twin, given):
    """Return the answer, places given or searched for, and seconds of processor time."""
    place_m = np.column_stack([twin.places_m(), twin.source_m[:, 2]])
    begun = time.process_time()
    answer = locate_sources(
        [estimate_enhancement(twin.log)], twin.wind, "methane", 16.043, twin.log.local_frame(),
        twin.settings, known_m=place_m if given else None, during_unix_s=twin.during_s,
    )  # fmt: skip
    return answer, time.process_time() - begun


def main():
    """Print the row asked for."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("kind", choices=TWINS)
    ask.add_argument("--seeds", type=int, default=8)
    ask.add_argument("--first-seed", type=int, default=100)
    given = ask.parse_args()
    run(given.kind, range(given.first_seed, given.first_seed + given.seeds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
