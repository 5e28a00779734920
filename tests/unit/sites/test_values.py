"""Offsets, looks, and how surely a look sees: against outside numbers."""

import math
from datetime import datetime

import numpy as np
import pytest
from pyproj import Geod
from scipy.stats import norm
from shapely import Point, box

from cathartes.errors import InputError
from cathartes.locate.map_silence import FOUND_AT_BEST
from cathartes.sites.emitter import LawfulEmitter
from cathartes.sites.lawful import explain
from cathartes.sites.look import Look
from cathartes.sites.offset import moved, offset_m
from cathartes.sites.settings import EvidenceSettings
from cathartes.sites.visibility import UsualRate, found_probability, usual_rates
from made_up_sites import ORIGIN, look, place_at


@pytest.mark.parametrize("latitude", [-80.0, -33.0, 0.0, 20.65, 60.0, 80.0])
@pytest.mark.parametrize("azimuth", [0, 37, 90, 200, 311])
def test_offsets_are_those_of_geodesics(latitude, azimuth) -> None:
    """PROJ's geodesics are the judge: 1e-4 of 2 km, where meridians converge the most."""
    longitude = 179.999
    there = Geod(ellps="WGS84").fwd(longitude, latitude, azimuth, 2000.0)[:2]
    east, north = offset_m(longitude, latitude, *there)
    assert np.hypot(east, north) == pytest.approx(2000, rel=1e-5)
    assert moved(longitude, latitude, float(east), float(north)) == pytest.approx(there, abs=1e-10)
    back = offset_m(*there, longitude, latitude)
    assert back == (-east, -north)


def test_a_look_finds_ninety_five_percent_at_its_smallest_rate() -> None:
    sure = {"acetone": UsualRate(math.log(2.0), 0.0)}
    assert found_probability(look(0, 2.0), sure) == pytest.approx(FOUND_AT_BEST * 0.95, abs=1e-3)
    assert found_probability(look(0, 2.0, gas="ammonia"), sure) == 0
    assert found_probability(look(0, None), sure) == 0


def test_rates_that_vary_are_averaged_over() -> None:
    """A slow twin by sampling the normal law of ln Q on a fine grid."""
    rate = UsualRate(math.log(1.0), 0.8)
    z = norm.ppf(np.linspace(0.0005, 0.9995, 1000))
    chance = FOUND_AT_BEST * norm.cdf((0.8 * z - math.log(1.5)) / 0.5 + 1.645)
    assert found_probability(look(0, 1.5), {"acetone": rate}) == pytest.approx(
        chance.mean(), abs=1e-3
    )


def test_more_estimates_leave_the_prior_and_narrow() -> None:
    rates = usual_rates({"few": [9.0], "many": [9.0] * 30, "none": []}, 3.0, 0.7)
    assert rates["none"].median_kg_h == pytest.approx(3.0)
    assert rates["few"].median_kg_h == pytest.approx(math.sqrt(27.0))
    assert rates["many"].median_kg_h == pytest.approx(9.0, rel=0.05)
    assert rates["none"].sd_log > rates["few"].sd_log > rates["many"].sd_log > 0.7


def test_looks_that_can_not_be_are_refused() -> None:
    with pytest.raises(InputError, match="smallest rate of acetone is -1 kg/h"):
        look(0, -1.0)
    with pytest.raises(InputError, match="no time zone"):
        Look("a", datetime(2026, 5, 4), True, {})  # noqa: DTZ001
    with pytest.raises(InputError, match="footprint of 0 km2"):
        look(0, footprint_km2=0.0)


@pytest.mark.parametrize("area", [Point(ORIGIN), box(*ORIGIN, ORIGIN[0] + 4e-3, ORIGIN[1] + 2e-3)])
def test_the_density_of_premises_is_one_in_all(area) -> None:
    """Steiner's formula, summed over a grid of well placed sites; 2 % for the coarse grid."""
    settings = EvidenceSettings()
    emitter = LawfulEmitter("e", "e", "e", (), area)
    step = 25.0
    total = sum(
        found.premises_per_km2
        for east in np.arange(-300, 750, step)
        for north in np.arange(-300, 550, step)
        for found in explain(place_at(east, north, 1.0), {}, [emitter], settings)
    )
    assert total * step**2 / 1e6 == pytest.approx(1.0, rel=0.02)
