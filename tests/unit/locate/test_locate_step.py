"""Flights with and without sources, and everything that forbids an answer."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from cathartes.errors import InputError, SettingsError
from cathartes.locate.posterior import LINKS
from cathartes.locate.result import LogSources, Outcome, Reason
from cathartes.locate.settings import AirSettings, LocateSettings
from cathartes.locate.step import locate_sources
from cathartes.locate.wind_rows import LONGEST_GAP_S
from cathartes.scenes.logs.enhancement import estimate_enhancement
from cathartes.scenes.logs.gas_log import GasLog
from cathartes.scenes.wind.history import WindHistory
from cathartes.simulate.flights import (
    CLEAN_PPM,
    FRAME,
    FlightKind,
    FlightSettings,
    FlightSource,
    simulate_flight,
)
from effort import THOROUGH

FEW = LocateSettings(chains=16, grid_m=12.0)


def solve(log: GasLog, wind: WindHistory, settings: LocateSettings = FEW) -> LogSources:
    return locate_sources([estimate_enhancement(log)], wind, "methane", 16.043, FRAME, settings)


flown = cache(simulate_flight)  # several tests change logs of the same flight


@cache
def solved(seed: int, n_sources: int = 1) -> LogSources:
    """Return what is found of a flight through puffs; several tests ask of the same."""
    flight = flown(seed, FlightSettings(kind=FlightKind.PUFFS, n_sources=n_sources))
    return solve(flight.log, flight.wind)


def rows(log: GasLog, which: slice) -> GasLog:
    return replace(
        log, time_unix_s=log.time_unix_s[which], longitude_deg=log.longitude_deg[which],
        latitude_deg=log.latitude_deg[which], altitude_agl_m=log.altitude_agl_m[which],
        concentration_ppm=log.concentration_ppm[:, which], sensor_index=log.sensor_index[which],
        wind_speed_m_s=log.wind_speed_m_s[which], wind_from_deg=log.wind_from_deg[which],
    )  # fmt: skip


def test_sources_in_an_exact_plume_are_found_where_they_are() -> None:
    """Spread told, wind known: 5 % noise leaves metres and per cents; the log itself says so."""
    flight = flown(500, FlightSettings(kind=FlightKind.PLUME, n_sources=3))
    air = AirSettings(
        width_per_m=flight.spread[0], height_per_m=flight.spread[1], width_log_sd=1e-3,
        height_log_sd=1e-3, growth_m=1e9,
    )  # fmt: skip
    found = solve(flight.log, flight.wind, replace(FEW, air=air, lag_s=0.0, lag_sd_s=0.05))
    assert found.outcome is Outcome.LOCATED
    assert found.model == "plume"
    assert found.posterior is not None
    assert np.median(found.posterior.misfit) < 0.05
    assert len(found.sources) == len(flight.sources)
    for truth in flight.sources:
        place = np.array([truth.east_m, truth.north_m])
        source = min(found.sources, key=lambda s: float(np.hypot(*(s.place_m - place))))
        assert np.hypot(*(source.place_m - place)) < 4.0
        assert source.rate_kg_h.median == pytest.approx(truth.emission_kg_h, rel=0.08)
        assert source.region_90.holds(place).all()


def test_a_source_of_puffs_is_found_with_its_uncertainty() -> None:
    flight = flown(501, FlightSettings(kind=FlightKind.PUFFS))
    found = solved(501)
    (truth,) = flight.sources
    source = found.sources[0]
    assert np.hypot(source.place_m[0] - truth.east_m, source.place_m[1] - truth.north_m) < 40.0
    assert found.total_rate_kg_h is not None
    assert found.total_rate_kg_h.p05 < found.total_rate_kg_h.median < found.total_rate_kg_h.p95
    assert found.posterior is not None
    assert found.posterior.rate_kg_h.shape[0] == 2 * LINKS * FEW.chains


def test_a_masts_gusts_are_not_those_that_carried_the_gas() -> None:
    """The same record is worth less if it is a mast's some way off: a wider region, which holds."""
    flight = flown(501, FlightSettings(kind=FlightKind.PUFFS))
    (truth,) = flight.sources
    aboard, aside = solved(501), solve(flight.log, replace(flight.wind, method="station"))
    assert (aboard.model, aside.model) == ("puffs", "puffs past a mast")
    place = np.array([truth.east_m, truth.north_m])
    assert aside.sources[0].region_90.holds(place).all()
    wide, narrow = (one.sources[0].region_90.half_axes_m[0] for one in (aside, aboard))
    assert wide > narrow


def test_gas_that_no_source_brings_is_not_placed() -> None:
    """The readings backwards: where gas was met there is none, and the other way round."""
    flight = flown(501, FlightSettings(kind=FlightKind.PUFFS))
    backwards = replace(flight.log, concentration_ppm=flight.log.concentration_ppm[:, ::-1])
    found = solve(backwards, flight.wind)
    assert found.outcome is Outcome.CANNOT_LOCATE
    assert found.reason in {Reason.WIND, Reason.NO_CONTRAST, Reason.OUT_OF_REACH}


@pytest.mark.parametrize("seed", [510, 511])
def test_a_flight_without_a_source_is_not_located(seed: int) -> None:
    flight = flown(seed, FlightSettings(n_sources=0))
    found = solve(flight.log, flight.wind)
    assert found.outcome is Outcome.CANNOT_LOCATE
    assert found.reason is Reason.NO_CONTRAST
    assert found.sources == ()
    assert found.detectable_kg_h > 0


def test_a_flight_above_all_that_a_plume_reaches_says_nothing_of_places() -> None:
    """No place of the grid is seen from there: what stands out can't come from any."""
    flight = flown(501)
    high = replace(flight.log, altitude_agl_m=flight.log.altitude_agl_m + 3000.0)
    found = solve(high, flight.wind)
    assert (found.outcome, found.reason) == (Outcome.CANNOT_LOCATE, Reason.NO_CONTRAST)


@pytest.mark.filterwarnings("error")
def test_a_log_without_a_value_has_no_baseline() -> None:
    flight = flown(501)
    empty = replace(
        flight.log, concentration_ppm=np.full_like(flight.log.concentration_ppm, np.nan)
    )
    found = solve(empty, flight.wind)
    assert (found.outcome, found.reason) == (Outcome.CANNOT_LOCATE, Reason.DRIFT)


def test_one_gas_without_a_baseline_leaves_the_others_theirs() -> None:
    flight = flown(501)
    stuck = np.full_like(flight.log.concentration_ppm, 1.9)
    both = replace(
        flight.log, chemicals=("methane", "ammonia"),
        concentration_ppm=np.vstack([flight.log.concentration_ppm, stuck]),
    )  # fmt: skip
    assert solve(both, flight.wind).outcome is Outcome.LOCATED


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"background_ppm": np.nan}, "a background of nan ppm"),
        ({"background_ppm": -1.0}, "a background of -1 ppm"),
        ({"seed": -1}, "a seed of -1"),
    ],
)
def test_settings_that_can_not_be_are_refused(wrong: dict[str, float], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        replace(FEW, **wrong)


def test_still_air_tells_no_place() -> None:
    flight = flown(501)
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
    flight = flown(501, FlightSettings(kind=FlightKind.PUFFS))
    found = solve(*curtain(flight.log, flight.wind))
    assert (found.outcome, found.reason) == (Outcome.CANNOT_LOCATE, Reason.ONE_TRANSECT)
    assert found.total_rate_kg_h is not None


@pytest.mark.parametrize("seed", [501, 502] if THOROUGH else [502])
def test_a_source_beyond_the_search_is_not_placed_at_its_edge(seed: int) -> None:
    """200 m beyond the track, where 60 m are searched: what is found lies at the edge."""
    settings = FlightSettings(kind=FlightKind.PLUME)
    flight = flown(seed, settings)
    track = flight.log.position_m(FRAME)[:, :2]
    to_rad = np.radians(flight.wind.wind_from_deg.mean() + 180.0)
    downwind = np.array([np.sin(to_rad), np.cos(to_rad)])
    place = ((track @ downwind).min() - 200.0) * downwind
    far = FlightSource(float(place[0]), float(place[1]), 1.5, 40.0)
    beyond = flown(seed, settings, (far,))
    found = solve(beyond.log, beyond.wind, replace(FEW, chains=64))
    assert (found.outcome, found.reason) == (Outcome.CANNOT_LOCATE, Reason.OUT_OF_REACH)
    assert found.sources == ()
    assert found.total_rate_kg_h is not None
    inside = solve(beyond.log, beyond.wind, replace(FEW, reach_m=260.0))
    assert inside.reason is not Reason.OUT_OF_REACH


def test_one_curtain_upwind_of_everything_is_said_to_see_nothing() -> None:
    flight = flown(510, FlightSettings(kind=FlightKind.PLUME, n_sources=0))
    found = solve(*curtain(flight.log, flight.wind))
    assert (found.outcome, found.reason) == (Outcome.CANNOT_LOCATE, Reason.ONLY_UPWIND)


def test_a_sensor_that_never_is_in_clean_air_has_no_baseline() -> None:
    flight = flown(501)
    ramp = CLEAN_PPM + np.linspace(0.0, 400.0, len(flight.log))
    found = solve(replace(flight.log, concentration_ppm=ramp[None]), flight.wind)
    assert found.outcome is Outcome.CANNOT_LOCATE


def standing(n_rows: int = 1200) -> tuple[GasLog, WindHistory]:
    """A sensor that stands still while the wind swings: gas each time it comes from one side."""
    rng = np.random.default_rng(3)
    second = np.arange(n_rows, dtype=float)
    start_unix_s = flown(510).log.time_unix_s[0]
    from_deg = 245.0 + 35.0 * np.sin(2 * np.pi * second / 240.0)
    gas_ppm = 6.0 * np.exp(-0.5 * ((from_deg - 245.0) / 8.0) ** 2)
    longitude_deg, latitude_deg = FRAME.to_lon_lat(40.0, 30.0)
    log = GasLog(
        name="mast", time_unix_s=start_unix_s + second,
        longitude_deg=np.full(n_rows, float(longitude_deg)),
        latitude_deg=np.full(n_rows, float(latitude_deg)), altitude_agl_m=np.full(n_rows, 2.5),
        chemicals=("methane",),
        concentration_ppm=(CLEAN_PPM + gas_ppm + rng.normal(0, 0.02, n_rows))[None],
        sensors=("",), sensor_index=np.zeros(n_rows, np.intp),
        wind_speed_m_s=np.full(n_rows, 3.0), wind_from_deg=from_deg % 360,
    )  # fmt: skip
    wind = WindHistory(
        log.time_unix_s, np.full(n_rows, 3.0), from_deg % 360, 0.2, 3.0, 3.0, "sonic"
    )
    return log, wind


def test_a_sensor_that_stands_still_tells_neither_range_nor_rate() -> None:
    """However the wind turns: all its directions meet in the sensor itself."""
    found = solve(*standing())
    assert (found.outcome, found.reason) == (Outcome.CANNOT_LOCATE, Reason.ONE_PLACE)
    assert found.sources == ()
    assert found.total_rate_kg_h is None
    assert "Move the sensor" in found.why


def test_one_row_of_wind_of_another_day_is_no_wind() -> None:
    """A file of one row does not hold for ever, as a wind does that was said to be constant."""
    flight = flown(501)
    yesterday = WindHistory(
        flight.log.time_unix_s[:1] - 86_400.0, np.array([4.0]), np.array([270.0]), 0.3, 4.0, 10.0,
        "station",
    )  # fmt: skip
    found = solve(flight.log, yesterday)
    assert (found.outcome, found.reason) == (Outcome.CANNOT_LOCATE, Reason.WIND)
    assert "no wind is known at the time of any reading" in found.why


def test_a_wind_does_not_reach_far_beyond_its_own_rows() -> None:
    """A mast that stops leaves the readings after it without a wind, and the answer says so."""
    flight = flown(501)
    start = flight.log.time_unix_s[0]
    stopped = flight.wind.part(start - 60.0, start + 300.0)
    whole, part = solve(flight.log, flight.wind), solve(flight.log, stopped)
    assert not any("no wind" in warning for warning in whole.warnings)
    lost = int((flight.log.time_unix_s > stopped.time_unix_s[-1] + LONGEST_GAP_S / 2).sum())
    (warning,) = (w for w in part.warnings if "no wind" in w)
    assert warning.startswith(f"{lost} of {len(flight.log)} readings are left out")


@pytest.mark.parametrize("seed", [500, 503, 505] if THOROUGH else [500])
def test_particles_are_in_the_order_of_the_sources(seed: int) -> None:
    """Strongest first, whatever was found first: column k is source k, and its evidence k's."""
    found = solved(seed, 3)
    assert found.posterior is not None
    assert found.evidence is not None
    assert len(found.sources) > 1
    rates = [source.rate_kg_h.median for source in found.sources]
    assert rates == sorted(rates, reverse=True)
    assert np.median(found.posterior.rate_kg_h, axis=0) == pytest.approx(rates)
    for k, source in enumerate(found.sources):
        place_m = np.median(found.posterior.place_m[:, k, :2], axis=0)
        assert place_m == pytest.approx(source.place_m)
        assert found.evidence.probability[k] == source.probability
        unit = found.evidence.problem.air.carried(found.evidence.shapes[0]).unit_ppm(
            np.array([*source.place_m, source.height_m.median])
        )
        own = [float(unit @ ppm / np.linalg.norm(ppm)) for ppm in found.evidence.found_ppm]
        assert int(np.argmax(own)) == k


def test_no_more_sources_are_looked_for_than_was_said() -> None:
    flight = flown(500, FlightSettings(kind=FlightKind.PUFFS, n_sources=3))
    assert len(solved(500, 3).sources) == 3
    (one,) = solve(flight.log, flight.wind, replace(FEW, most_sources=1)).sources
    assert one.rate_kg_h.median > 0


def test_a_log_that_no_place_reaches_shows_nothing() -> None:
    """3 km up no model brings gas: no column of the dictionary has any, and none may be fitted."""
    flight = flown(501, FlightSettings(kind=FlightKind.PUFFS))
    log = replace(flight.log, altitude_agl_m=flight.log.altitude_agl_m + 3000.0)
    found = solve(log, flight.wind)
    assert (found.outcome, found.reason) == (Outcome.CANNOT_LOCATE, Reason.NO_CONTRAST)
    assert np.isnan(found.detectable_kg_h)


@pytest.mark.parametrize("n_rows", [1, 2])
def test_a_row_or_two_show_nothing(n_rows: int) -> None:
    flight = flown(501)
    log = rows(flight.log, slice(400, 400 + n_rows))
    alone = solve(log, flight.wind)
    assert (alone.outcome, alone.reason) == (Outcome.CANNOT_LOCATE, Reason.DRIFT)
    told = solve(log, flight.wind, replace(FEW, background_ppm=CLEAN_PPM))
    assert (told.outcome, told.reason) == (Outcome.CANNOT_LOCATE, Reason.NO_CONTRAST)
    assert "3 have to show gas" in told.why


def test_a_log_without_a_reading_has_no_baseline_whatever_the_wind() -> None:
    flight = flown(501)
    empty = replace(
        flight.log, concentration_ppm=np.full_like(flight.log.concentration_ppm, np.nan)
    )
    for settings in (FEW, replace(FEW, background_ppm=CLEAN_PPM)):
        found = solve(empty, flight.wind, settings)
        assert (found.outcome, found.reason) == (Outcome.CANNOT_LOCATE, Reason.DRIFT)


def test_sources_are_looked_for_in_a_part_of_the_log() -> None:
    """Before, the air was clean: the part alone has the source, the baseline is of all."""
    flight = flown(501, FlightSettings(kind=FlightKind.PUFFS))
    start = float(flight.log.time_unix_s[0])

    def during(from_s: float, to_s: float) -> LogSources:
        return locate_sources(
            [estimate_enhancement(flight.log)], flight.wind, "methane", 16.043, FRAME, FEW,
            during_unix_s=(start + from_s, start + to_s),
        )  # fmt: skip

    whole, same = solved(501), during(0.0, 1e4)
    assert same.sources[0].rate_kg_h == whole.sources[0].rate_kg_h
    part = during(0.0, 500.0)
    assert part.evidence is not None
    n_whole = 0 if whole.evidence is None else len(whole.evidence.problem.misfit.mean_ppm)
    assert 0.5 < len(part.evidence.problem.misfit.mean_ppm) / n_whole < 0.65
    with pytest.raises(InputError, match="no reading from"):
        during(1e5, 2e5)


def test_sources_that_find_no_room_apart_are_an_error() -> None:
    with pytest.raises(SettingsError, match="2 sources 150 m apart found no room"):
        simulate_flight(1, FlightSettings(n_sources=2, apart_m=150.0))
