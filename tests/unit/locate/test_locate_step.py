"""Flights with and without sources, and everything that forbids an answer."""

from dataclasses import replace

import numpy as np
import pytest

from cathartes.locate.result import LogSources, Outcome, Reason
from cathartes.locate.settings import AirSettings, LocateSettings
from cathartes.locate.step import locate_sources
from cathartes.scenes.logs.enhancement import estimate_enhancement
from cathartes.scenes.logs.gas_log import GasLog
from cathartes.scenes.wind.history import WindHistory
from cathartes.simulate.flights import (
    CLEAN_PPM,
    FRAME,
    FlightKind,
    FlightSettings,
    simulate_flight,
)

FEW = LocateSettings(particles=60, grid_m=12.0)


def solve(log: GasLog, wind: WindHistory, settings: LocateSettings = FEW) -> LogSources:
    return locate_sources([estimate_enhancement(log)], wind, "methane", 16.043, FRAME, settings)


def rows(log: GasLog, which: slice) -> GasLog:
    return replace(
        log, time_unix_s=log.time_unix_s[which], longitude_deg=log.longitude_deg[which],
        latitude_deg=log.latitude_deg[which], altitude_agl_m=log.altitude_agl_m[which],
        concentration_ppm=log.concentration_ppm[:, which], sensor_index=log.sensor_index[which],
        wind_speed_m_s=log.wind_speed_m_s[which], wind_from_deg=log.wind_from_deg[which],
    )  # fmt: skip


def test_a_source_in_an_exact_plume_is_found_where_it_is() -> None:
    """Its spread told, wind known: 5 % noise leaves metres and per cents."""
    flight = simulate_flight(500, FlightSettings(kind=FlightKind.PLUME))
    air = AirSettings(
        width_per_m=flight.spread[0], height_per_m=flight.spread[1], width_log_sd=0.01,
        height_log_sd=0.01, growth_m=1e9,
    )  # fmt: skip
    found = solve(flight.log, flight.wind, replace(FEW, air=air, lag_s=0.0, lag_sd_s=0.05))
    (truth,) = flight.sources
    assert found.outcome is Outcome.LOCATED
    (source,) = found.sources
    assert np.hypot(source.place_m[0] - truth.east_m, source.place_m[1] - truth.north_m) < 6.0
    assert source.rate_kg_h.median == pytest.approx(truth.emission_kg_h, rel=0.15)
    assert source.region_90.holds(np.array([truth.east_m, truth.north_m])).all()


def test_a_source_of_puffs_is_found_with_its_uncertainty() -> None:
    flight = simulate_flight(501, FlightSettings(kind=FlightKind.PUFFS))
    found = solve(flight.log, flight.wind)
    (truth,) = flight.sources
    source = found.sources[0]
    assert np.hypot(source.place_m[0] - truth.east_m, source.place_m[1] - truth.north_m) < 40.0
    assert found.total_rate_kg_h is not None
    assert found.total_rate_kg_h.p05 < found.total_rate_kg_h.median < found.total_rate_kg_h.p95
    assert found.posterior is not None
    assert found.posterior.rate_kg_h.shape[0] == FEW.particles


@pytest.mark.parametrize("seed", [510, 511])
def test_a_flight_without_a_source_is_not_located(seed: int) -> None:
    flight = simulate_flight(seed, FlightSettings(n_sources=0))
    found = solve(flight.log, flight.wind)
    assert found.outcome is Outcome.CANNOT_LOCATE
    assert found.reason is Reason.NO_CONTRAST
    assert found.sources == ()
    assert found.detectable_kg_h > 0


def test_still_air_tells_no_place() -> None:
    flight = simulate_flight(501)
    calm = replace(flight.wind, wind_speed_m_s=0.1 * flight.wind.wind_speed_m_s)
    found = solve(flight.log, calm)
    assert (found.outcome, found.reason) == (Outcome.CANNOT_LOCATE, Reason.WIND)
    assert "1 m/s" in found.why


def curtain(log: GasLog, wind: WindHistory) -> tuple[GasLog, WindHistory]:
    """The rows of the first curtain alone: one distance downwind."""
    up = log.altitude_agl_m
    start = int(np.flatnonzero(np.abs(up - 10.0) < 0.1)[0])
    return rows(log, slice(start, start + 190)), wind


def test_one_curtain_tells_no_range() -> None:
    flight = simulate_flight(501, FlightSettings(kind=FlightKind.PUFFS))
    found = solve(*curtain(flight.log, flight.wind))
    assert (found.outcome, found.reason) == (Outcome.CANNOT_LOCATE, Reason.ONE_TRANSECT)
    assert found.total_rate_kg_h is not None


def test_one_curtain_upwind_of_everything_is_said_to_see_nothing() -> None:
    flight = simulate_flight(510, FlightSettings(kind=FlightKind.PLUME, n_sources=0))
    found = solve(*curtain(flight.log, flight.wind))
    assert (found.outcome, found.reason) == (Outcome.CANNOT_LOCATE, Reason.ONLY_UPWIND)


def test_a_sensor_that_never_is_in_clean_air_has_no_baseline() -> None:
    flight = simulate_flight(501)
    ramp = CLEAN_PPM + np.linspace(0.0, 400.0, len(flight.log))
    found = solve(replace(flight.log, concentration_ppm=ramp[None]), flight.wind)
    assert found.outcome is Outcome.CANNOT_LOCATE
