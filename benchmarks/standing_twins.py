"""Made-up twins of field trials with sensors that stand: what `locate_sources` makes of them.

    python benchmarks/standing_twins.py paths|network|van [--seeds 8] [--first-seed 100]

*paths*: seven open paths of one laser beside a source, minute means (as at Chilbolton). *network*:
eight points about a pad, minute means, a day of which hours are a release (as at METEC). *van*: one
point 2.7 m high downwind for twenty minutes, a row a second (as OTM-33A), the distance given. Gas
is puffs let go every second in gusts of a mean wind that turns, spread upward as by particles that
remember their eddy (`cathartes.simulate.random_flight`). Seeds below 1000 are for development.
"""

import argparse
import sys
import time
from dataclasses import dataclass, replace

import numpy as np

from cathartes.locate.settings import AirSettings, LocateSettings
from cathartes.scenes.local_frame import LocalFrame
from cathartes.scenes.logs.gas_log import GasLog, PathEnd
from cathartes.scenes.wind.conventions import wind_from_components
from cathartes.scenes.wind.history import WindHistory
from cathartes.simulate.flight_air import Eddies, draw_eddies, wander
from cathartes.simulate.random_flight import fly
from locate_field import solve

FRAME = LocalFrame(-1.44, 51.14)
START_UNIX_S = 1_780_000_000.0
KG_M3_PER_PPM = 6.78e-7
ROUGHNESS_M = 0.03
PATH_STEP_M = 6.0
WAYS_M = np.geomspace(2.0, 400.0, 30)
STEP_S = 1.0
"""Of puffs: one is let go, and all move, each step."""
RELATIVE_SPREAD = 0.1
"""Sideways spread per metre that the gusts of the field don't resolve."""


@dataclass(frozen=True)
class Twin:
    """A log, the wind as it was measured, truth, and how it is to be solved."""

    log: GasLog
    wind: WindHistory
    source_m: np.ndarray
    rate_kg_h: float
    settings: LocateSettings
    during_s: tuple[float, float] | None = None


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


def paths(seed):
    """Return seven paths of one laser, a source of 0.5 to 3 kg/h some 12 m beside it."""
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
    n_points = np.ceil(np.linalg.norm(far - near, axis=1) / (PATH_STEP_M / 2)).astype(int)
    points = np.concatenate(
        [a + (np.arange(n)[:, None] + 0.5) / n * (b - a)
         for a, b, n in zip(near, far, n_points, strict=True)]
    )  # fmt: skip
    second = np.arange(0.0, seconds, 4.0)
    each = gas_ppm(rng, weather, source, rate, points, second, 3.0)
    ends = np.cumsum(n_points)[:-1]
    beams = np.column_stack([part.mean(axis=1) for part in np.split(each, ends, axis=1)])
    ppm = rows_of_minutes(beams, 4.0)
    ppm += 2.0 + 0.02 * wander(rng, len(ppm), 60.0)[:, None] + 0.02 * rng.normal(size=ppm.shape)
    wind = measured_wind(rng, weather, seconds, 60, np.zeros(2), 3.0, scatter=True)
    return Twin(
        as_log(f"paths {seed}", 60.0, near, far, ppm), wind, source, rate,
        LocateSettings(most_sources=2),
    )  # fmt: skip


def network(seed):
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
    gas = rows_of_minutes(each, 6.0)
    minutes[start // 60 : start // 60 + len(gas)] = gas
    drift = np.stack([0.03 * wander(rng, len(minutes), 180.0) for _ in range(8)], axis=1)
    ppm = minutes + 2.0 + 0.3 * rng.normal(size=8) + drift + 0.02 * rng.normal(size=minutes.shape)
    # Gusts go on as they began where the release does; before and after, only their law matters.
    wind = measured_wind(rng, during, length, 60, np.zeros(2), 2.4, scatter=False)
    wind = replace(wind, time_unix_s=wind.time_unix_s + start)
    return Twin(
        as_log(f"network {seed}", 60.0, at, at, ppm), wind, source, rate,
        LocateSettings(most_sources=1, reach_m=10.0, source_height_m=2.0),
        (START_UNIX_S + start, START_UNIX_S + start + length),
    )  # fmt: skip


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
        as_log(f"van {seed}", 1.0, at, at, ppm), wind, source, rate,
        LocateSettings(most_sources=1, reach_m=150.0, block_s=30.0, source_height_m=2.5,
                       air=AirSettings(width_log_sd=0.5)),
    )  # fmt: skip


TWINS = {"paths": paths, "network": network, "van": van}


def run(kind, seeds):
    """Print each twin, place searched for and given, and medians."""
    for given in (True,) if kind == "van" else (False, True):
        errors, ratios, held, inside, numbers, cpu = [], [], [], [], [], []
        for seed in seeds:
            twin = TWINS[kind](seed)
            # `solve` counts from the log's own frame.
            east, north = twin.log.local_frame().to_east_north(
                *FRAME.to_lon_lat(*twin.source_m[:2])
            )
            place = np.array([float(east), float(north)])
            begun = time.process_time()
            answer, _ = solve(
                twin.log, twin.wind, 16.043, twin.settings, during_unix_s=twin.during_s,
                place_m=np.array([*place, twin.source_m[2]]) if given else None,
            )  # fmt: skip
            cpu.append(time.process_time() - begun)
            total = answer.total_rate_kg_h
            error = ratio = float("nan")
            if answer.posterior is not None:
                best = int(np.median(answer.posterior.rate_kg_h, axis=0).argmax())
                error = float(
                    np.hypot(*(np.median(answer.posterior.place_m[:, best, :2], axis=0) - place))
                )
            if total is not None:
                ratio = total.median / twin.rate_kg_h
                held.append(total.p05 <= twin.rate_kg_h <= total.p95)
            inside += [s.region_90.holds(place[None])[0] for s in answer.sources]
            numbers.append(len(answer.sources))
            errors.append(error)
            ratios.append(ratio)
            print(
                f"  {seed}: {answer.outcome} {answer.reason} {len(answer.sources)} by "
                f"{answer.model}, {error:.1f} m, {100 * (ratio - 1):+.0f} %, {cpu[-1]:.1f} s CPU",
                flush=True,
            )
        known = [r for r in ratios if np.isfinite(r)]
        print(
            f"{kind}, place {'given' if given else 'searched for'}: {len(errors)} twins, "
            f"{sum(n == 1 for n in numbers)} with one source, {sum(n > 1 for n in numbers)} with "
            f"more; location {np.nanmedian(errors):.1f} m; rate "
            f"{100 * np.median(np.abs(np.subtract(known, 1))):.0f} % (bias "
            f"{100 * (np.median(known) - 1):+.0f} %), intervals hold {sum(held)} of {len(held)}, "
            f"regions {sum(inside)} of {len(inside)}; CPU {np.median(cpu):.1f} s"
        )


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
