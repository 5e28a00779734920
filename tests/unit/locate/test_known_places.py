"""Rates at given places, and the baselines of standing sensors."""

import numpy as np
import pytest

from cathartes.errors import SettingsError
from cathartes.locate.air import Shape
from cathartes.locate.blocks import Blocks
from cathartes.locate.reasons import CLEAR_SD
from cathartes.locate.result import Outcome
from cathartes.locate.settings import AirSettings, LocateSettings
from cathartes.locate.site_baseline import common_background, own_baselines
from cathartes.locate.step import locate_sources
from cathartes.locate.surface_layer import surface_layer
from cathartes.locate.surface_plume import SurfacePlume
from cathartes.locate.wind_rows import WindRows
from cathartes.pipeline.given_places import known_places_m
from cathartes.scenes.local_frame import LocalFrame
from cathartes.scenes.logs.enhancement import estimate_enhancement
from cathartes.scenes.logs.gas_log import GasLog
from cathartes.scenes.wind.history import WindHistory

FRAME = LocalFrame(5.0, 52.0)
NOON_S = 1_718_884_800.0
RATES = np.array([2.0, 0.7])
PLACES_M = np.array([[-40.0, 0.0, 1.0], [-55.0, 25.0, 1.0]])
FEW = LocateSettings(chains=16, background_ppm=2.0, air=AirSettings(obukhov_length_m=1e9))


def standing(seed: int) -> tuple[GasLog, WindHistory]:
    """A sensor that stands 2 m high for 20 minutes in a wind that turns, in its own plume model."""
    rng = np.random.default_rng(seed)
    time = np.arange(1200.0)
    angle = np.radians(25) * np.sin(time / 90) + np.radians(-10) * np.cos(time / 37)
    east, north = 3.0 * np.cos(angle), 3.0 * np.sin(angle)
    n = time.size
    blocks = Blocks(
        time, np.tile([0.0, 0.0, 2.0], (n, 1)), np.zeros((n, 3)), np.arange(n), np.ones(n),
        np.zeros(n), np.ones(n), np.zeros(n),
    )  # fmt: skip
    layer = surface_layer(0.03, 2.0)
    unit = 1e9 * 8.314462618 * 288.15 / (101_325 * 16.043) / 3600
    air = SurfacePlume(blocks, WindRows(time, east, north), layer, np.full(n, 4.0), unit=unit)
    carried = air.carried(Shape(0.0, 0.1, 0.07, 0.0))
    gas = sum(q * carried.unit_ppm(p) for q, p in zip(RATES, PLACES_M, strict=True))
    ppm = 2.0 + gas * rng.lognormal(0, 0.1, n) + rng.normal(0, 0.01, n)
    from_deg = np.degrees(np.arctan2(-east, -north)) % 360
    speed = np.full(n, 3.0)
    log = GasLog(
        time_unix_s=NOON_S + time, longitude_deg=np.full(n, 5.0), latitude_deg=np.full(n, 52.0),
        altitude_agl_m=np.full(n, 2.0), chemicals=("methane",), concentration_ppm=ppm[None],
        name="standing", sensors=("a",), sensor_index=np.zeros(n, np.intp), wind_speed_m_s=speed,
        wind_from_deg=from_deg, path_end=None, flags=(),
    )  # fmt: skip
    return log, WindHistory(NOON_S + time, speed, from_deg, 0.1, 2.0, 2.0, "station")


def test_a_standing_sensor_has_rates_where_places_are_given() -> None:
    """`test_locate_step.py` has that it tells nothing where none is given."""
    log, wind = standing(3)
    above = [estimate_enhancement(log)]
    given = locate_sources(above, wind, "methane", 16.043, FRAME, FEW, known_m=PLACES_M)
    assert given.outcome is Outcome.PLACE_GIVEN
    assert given.model == "surface layer"
    for source, place, rate in zip(given.sources, PLACES_M, RATES, strict=True):
        assert source.place_m == pytest.approx(place[:2], abs=3.0)
        assert source.rate_kg_h.p05 < rate < source.rate_kg_h.p95
    assert given.total_rate_kg_h is not None
    assert given.total_rate_kg_h.median == pytest.approx(RATES.sum(), rel=0.3)


def test_a_place_upwind_of_nothing_has_no_rate() -> None:
    log, wind = standing(3)
    behind = np.array([[300.0, 0.0, 1.0]])
    answer = locate_sources(
        [estimate_enhancement(log)], wind, "methane", 16.043, FRAME, FEW, known_m=behind
    )
    assert answer.outcome is Outcome.CANNOT_LOCATE
    assert answer.total_rate_kg_h is None


def test_places_are_checked() -> None:
    (place,) = known_places_m([(5.001, 52.0)], FRAME)
    assert place[0] == pytest.approx(68.6, abs=0.3)
    assert np.isnan(place[2])
    assert known_places_m([(5.0, 52.0, 3.0)], FRAME)[0][2] == 3.0
    assert known_places_m([], FRAME) is None
    with pytest.raises(SettingsError, match="longitude, then latitude"):
        known_places_m([(52.0, 5.0)], FRAME)
    with pytest.raises(SettingsError, match="degrees and metres"):
        known_places_m([(5.0,)], FRAME)
    with pytest.raises(SettingsError, match="height"):
        known_places_m([(5.0, 52.0, -2.0)], FRAME)


def test_sensors_of_a_day_have_their_own_zeros() -> None:
    """Zeros 0.3 ppm apart, as those of METEC's sensors are; one in a plume for a fifth."""
    rng = np.random.default_rng(4)
    time = np.repeat(np.arange(0.0, 86_400.0, 60.0), 3)
    sensor = np.tile(np.arange(3), time.size // 3)
    zero = np.array([1.7, 2.0, 2.3])[sensor]
    gas = np.where((sensor == 2) & (rng.uniform(size=time.size) < 0.2), 3.0, 0.0)
    level, sd = own_baselines(time, zero + gas + rng.normal(0, 0.02, time.size), sensor)
    assert np.median(np.abs(level - zero)) < 0.02
    assert np.median(sd) < 0.1


def test_sensors_of_two_hours_are_not_taken_for_gas_by_their_noise() -> None:
    """Rationale: a quantile of all sensors lies below clean air by their noise and their zeros, and
    what is above it became weak sources all around.

    Expected: no sensor's mean is above its baseline by two thirds of the noise, nor that of the one
    which never came out of the plume more than the others' zeros differ.
    """
    rng = np.random.default_rng(6)
    time = np.repeat(np.arange(0.0, 7200.0, 30.0), 5)
    sensor = np.tile(np.arange(5), time.size // 5)
    zero = np.array([1.93, 1.95, 1.95, 1.98, 1.96])[sensor]
    gas = np.where(sensor == 4, rng.gamma(4.0, 0.5, time.size), 0.0)
    reading = zero + gas + rng.normal(0, 0.03, time.size)
    level, sd = own_baselines(time, reading, sensor)
    for one in range(4):
        assert abs(np.mean((reading - level)[sensor == one])) < 0.02
    lost = sensor == 4
    assert np.all(np.abs(level - zero)[lost] < 3 * sd[lost])


def test_what_sensors_drift_within_hours_is_in_the_baselines_error() -> None:
    """Rationale: a zero that wanders by ten times the noise was taken for gas, and five sources of
    probability 1 stood where none was.

    Expected: clean air never stands out by the eight deviations that gas has to; without the wander
    a twentieth of the rows did.
    """
    rng = np.random.default_rng(7)
    time = np.repeat(np.arange(0.0, 7200.0, 30.0), 6)
    sensor = np.tile(np.arange(6), time.size // 6)
    walk = 1.95 + np.cumsum(rng.normal(0, 0.003 * np.sqrt(30.0), (time.size // 6, 6)), axis=0)
    reading = walk.ravel() + rng.normal(0, 0.02, time.size)
    level, sd = own_baselines(time, reading, sensor)
    assert np.all(np.abs(reading - level) < CLEAR_SD * sd)


def test_paths_that_are_in_gas_most_of_the_time_show_clean_air_now_and_then() -> None:
    rng = np.random.default_rng(5)
    time = np.repeat(np.arange(0.0, 7200.0, 60.0), 7)
    reading = 1.95 + np.where(rng.uniform(size=time.size) < 0.03, 0.0, rng.gamma(4, 0.4, time.size))
    level, sd = common_background(time, reading)
    assert np.all(np.abs(level - 1.95) < 2 * sd)
    assert np.median(level) == pytest.approx(1.95, abs=0.1)
