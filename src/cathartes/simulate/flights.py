"""Simulated drone flights with a gas sensor about sources that are known.

A flight of 865 s: a zig-zag low over the area, then curtains across the wind 70, 140 and 220 m
downwind of its middle, 10 to 80 m high. Seeds below 1000 are for tuning, from 20000 on for judging.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import SettingsError
from cathartes.scenes.local_frame import LocalFrame
from cathartes.scenes.logs.gas_log import GasLog
from cathartes.scenes.wind.conventions import wind_from_components, wrapped_deg
from cathartes.scenes.wind.history import WindHistory
from cathartes.simulate.flight_air import OLDEST_S, draw_eddies, plume_kg_m3, puffs_kg_m3, wander

DURATION_S = 865
CURTAINS_M = (70.0, 140.0, 220.0)
HEIGHTS_M = (10.0, 25.0, 40.0, 60.0, 80.0)
FRAME = LocalFrame(7.1, 46.8)
KG_M3_PER_PPM = 6.78e-7
"""Of methane at 15 °C and 1 atm."""
START_UNIX_S = 1_780_000_000.0
CLEAN_PPM = 1.95
GUSTS = 0.5
MOST_TRIES = 10_000
"""Standard deviation of the logarithm of what a source lets go from puff to puff."""


class FlightKind(StrEnum):
    """What the air does."""

    PLUME = "plume"
    PUFFS = "puffs"
    COHERENT = "coherent"


@dataclass(frozen=True, slots=True)
class FlightSettings:
    """How hard a flight is; the only place of these defaults.

    Attributes
    ----------
    kind
        A straight plume with its wind known; puffs in one wind; puffs in eddies.
    n_sources
        0 to 5.
    lag_s, drift_ppm, wind_from_error_deg, wind_scatter_deg, wind_speed_error
        Of the sensor and the wind's measurement, where the air is puffs: delay; standard deviation
        of the baseline's wandering; errors of the direction, constant and from row to row; share of
        the speed.
    noise, floor_ppm
        Standard deviation of a reading: share of the signal, and of clean air.
    apart_m
        Sources lie at least so far from each other.
    """

    kind: FlightKind = FlightKind.PUFFS
    n_sources: int = 1
    lag_s: float = 1.5
    drift_ppm: float = 0.05
    wind_from_error_deg: float = 3.0
    wind_scatter_deg: float = 4.0
    wind_speed_error: float = 0.05
    noise: float = 0.05
    floor_ppm: float = 0.01
    apart_m: float = 30.0

    def __post_init__(self) -> None:
        if not 0 <= self.n_sources <= 5:
            raise SettingsError(f"flight: n_sources is {self.n_sources}; 0 to 5 is possible.")


@dataclass(frozen=True, slots=True)
class FlightSource:
    """A source of a flight, in the frame `FRAME`."""

    east_m: float
    north_m: float
    height_m: float
    emission_kg_h: float


@dataclass(frozen=True, slots=True)
class SimulatedFlight:
    """A flight's log, the wind as it was measured, and the truth.

    Attributes
    ----------
    log, wind
        As measured.
    sources
        Truth.
    spread
        Sideways and upward standard deviation of the gas per metre of its way, at its beginning.
    """

    log: GasLog
    wind: WindHistory
    sources: tuple[FlightSource, ...]
    spread: tuple[float, float]


def simulate_flight(
    seed: int,
    settings: FlightSettings | None = None,
    sources: tuple[FlightSource, ...] | None = None,
) -> SimulatedFlight:
    """Return a flight; the same for the same seed, settings and sources.

    Parameters
    ----------
    seed
    settings
        Defaults if None.
    sources
        Where several flights are to be about the same ones; None draws `n_sources` of them.
    """
    given = settings or FlightSettings()
    rng = np.random.default_rng([seed, given.n_sources, list(FlightKind).index(given.kind)])
    to_rad, speed = rng.uniform(0, 2 * np.pi), rng.uniform(3.0, 6.0)
    downwind = np.array([np.cos(to_rad), np.sin(to_rad)])
    crosswind = np.array([-downwind[1], downwind[0]])
    if sources is None:
        sources = _draw_sources(rng, given, downwind, crosswind)
    along, across, up = _flight_path()
    place = np.column_stack([along[:, None] * downwind + across[:, None] * crosswind, up])
    time = np.arange(DURATION_S, dtype=float)
    spread = (float(rng.uniform(0.08, 0.13)), float(rng.uniform(0.05, 0.09)))
    above, wind = _gas_and_wind(rng, given, time, place, downwind * speed, sources, spread)
    reading = above * (1 + given.noise * rng.normal(size=time.size)) + CLEAN_PPM
    reading += given.floor_ppm * rng.normal(size=time.size)
    if given.kind is not FlightKind.PLUME:
        reading += given.drift_ppm * wander(rng, time.size, 600.0)
    history = _measured_wind(rng, given, time, wind)
    longitude, latitude = FRAME.to_lon_lat(place[:, 0], place[:, 1])
    log = GasLog(
        name=f"simulated flight {seed}",
        time_unix_s=START_UNIX_S + time,
        longitude_deg=longitude,
        latitude_deg=latitude,
        altitude_agl_m=up,
        chemicals=("methane",),
        concentration_ppm=reading[None, :],
        sensors=("",),
        sensor_index=np.zeros(time.size, np.intp),
        wind_speed_m_s=history.wind_speed_m_s,
        wind_from_deg=history.wind_from_deg,
    )
    return SimulatedFlight(log, history, sources, spread)


def _draw_sources(
    rng: np.random.Generator,
    settings: FlightSettings,
    downwind: NDArray[np.float64],
    crosswind: NDArray[np.float64],
) -> tuple[FlightSource, ...]:
    """Return sources in an area of 80 m along and 120 m across the wind, apart from each other."""
    places: list[NDArray[np.float64]] = []
    for _ in range(MOST_TRIES):
        if len(places) == settings.n_sources:
            break
        place = rng.uniform(-40, 40) * downwind + rng.uniform(-60, 60) * crosswind
        if all(np.hypot(*(place - other)) >= settings.apart_m for other in places):
            places.append(place)
    if len(places) < settings.n_sources:
        raise SettingsError(
            f"flight: {settings.n_sources} sources {settings.apart_m:g} m apart found no room in "
            "80 by 120 m; ask for fewer, or nearer ones."
        )
    return tuple(
        FlightSource(
            float(place[0]), float(place[1]), float(rng.uniform(0.5, 3.0)),
            float(rng.uniform(3.0, 8.0)),
        )
        for place in places
    )  # fmt: skip


def _flight_path() -> tuple[NDArray[np.float64], ...]:
    """Return along and across the wind and up, each (row,) [m], flown at one speed."""
    corners = [
        (-50.0 + 20.0 * turn, 80.0 if turn % 4 in {1, 2} else -80.0, 15.0) for turn in range(7)
    ]
    corners = [c for k, c in enumerate(corners) if k == 0 or c != corners[k - 1]]
    side = 110.0
    for distance in CURTAINS_M:
        for height in HEIGHTS_M:
            corners += [(distance, side, height), (distance, -side, height)]
            side = -side
    nodes = np.array(corners)
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(nodes, axis=0), axis=1))])
    flown = np.linspace(0, length[-1], DURATION_S)
    return tuple(np.interp(flown, length, nodes[:, axis]) for axis in range(3))


def _gas_and_wind(
    rng: np.random.Generator,
    settings: FlightSettings,
    time_s: NDArray[np.float64],
    place_m: NDArray[np.float64],
    mean_m_s: NDArray[np.float64],
    sources: tuple[FlightSource, ...],
    spread: tuple[float, float],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what a sensor without noise reads above clean air [ppm], and the wind beside it."""
    speed = float(np.hypot(*mean_m_s))
    coherent = settings.kind is FlightKind.COHERENT
    eddies = draw_eddies(
        rng, mean_m_s, 0.17 * speed, 100.0 if coherent else np.inf, 40.0
    )  # fmt: skip
    wind = eddies.at(time_s, place_m[:, :2])
    lag_s = 0.0 if settings.kind is FlightKind.PLUME else settings.lag_s
    was = np.column_stack([np.interp(time_s - lag_s, time_s, axis) for axis in place_m.T])
    total = np.zeros(time_s.size)
    for source in sources:
        at = np.array([source.east_m, source.north_m, source.height_m])
        released_kg = source.emission_kg_h / 3600
        if settings.kind is FlightKind.PLUME:
            total += plume_kg_m3(place_m, wind, at, source.emission_kg_h, spread)
        else:
            gusts = np.exp(GUSTS * wander(rng, time_s.size + OLDEST_S, 4.0) - 0.5 * GUSTS**2)
            total += puffs_kg_m3(time_s - lag_s, was, eddies, at, released_kg * gusts, spread)
    return total / KG_M3_PER_PPM, wind


def _measured_wind(
    rng: np.random.Generator,
    settings: FlightSettings,
    time_s: NDArray[np.float64],
    wind_m_s: NDArray[np.float64],
) -> WindHistory:
    """Return the wind as it was measured: known for straight plumes, else with its errors."""
    speed, angle = wind_from_components(wind_m_s[:, 0], wind_m_s[:, 1])
    known = settings.kind is FlightKind.PLUME
    if not known:
        angle = angle + settings.wind_from_error_deg * rng.normal()
        angle = angle + settings.wind_scatter_deg * rng.normal(size=time_s.size)
        speed = speed * (1 + settings.wind_speed_error * rng.normal())
    return WindHistory(
        START_UNIX_S + time_s, speed, wrapped_deg(angle),
        wind_speed_sd_m_s=0.0 if known else settings.wind_speed_error * float(speed.mean()),
        wind_from_sd_deg=0.0 if known else settings.wind_from_error_deg,
        height_agl_m=10.0, method="log",
    )  # fmt: skip
