"""What logs and maps say of sources that they do not show."""

from dataclasses import replace

import numpy as np
import pytest

from cathartes.locate.column_mass import mass_per_column_kg_m2
from cathartes.locate.effective_wind import SourceHeight, relative_speed
from cathartes.locate.log_silence import LogEvidence
from cathartes.locate.log_view import view_of_log
from cathartes.locate.look_wind import LookWind
from cathartes.locate.map_silence import FOUND_AT_BEST, MapSilence, detectable_rate_kg_h
from cathartes.locate.rate_table import RATES_KG_H
from cathartes.locate.result import LogSources, Reason
from cathartes.locate.settings import LocateSettings
from cathartes.locate.sorties import Blind
from cathartes.locate.step import locate_sources
from cathartes.scenes.logs.enhancement import estimate_enhancement
from cathartes.simulate.flights import FRAME, FlightSettings, simulate_flight

FEW = LocateSettings(chains=16, grid_m=12.0)
HERE = np.array([[0.0, 0.0], [3.0, 1.0]])


@pytest.fixture(scope="module")
def empty() -> LogSources:
    flight = simulate_flight(510, FlightSettings(n_sources=0))
    return locate_sources(
        [estimate_enhancement(flight.log)], flight.wind, "methane", 16.043, FRAME, FEW
    )


@pytest.fixture(scope="module")
def evidence(empty: LogSources) -> LogEvidence:
    assert empty.evidence is not None
    return empty.evidence


def test_silence_excludes_what_would_have_stood_out(
    empty: LogSources, evidence: LogEvidence
) -> None:
    ratio = evidence.log_ratio(HERE, RATES_KG_H)
    assert np.abs(ratio[:, RATES_KG_H < 1e-2]).max() < 0.1
    strong = 10 * empty.detectable_kg_h < RATES_KG_H
    assert (ratio[:, strong] < np.log(0.05)).all()


def test_a_place_that_the_air_never_came_from_is_not_judged(evidence: LogEvidence) -> None:
    assert np.abs(evidence.log_ratio(np.array([[5000.0, 5000.0]]), RATES_KG_H)).max() == 0.0


def test_one_air_and_place_is_the_likelihood_itself(evidence: LogEvidence) -> None:
    """Twin: the misfit's own likelihood with the source put in, at rates between those tried."""
    sharp = replace(evidence, shapes=evidence.shapes[:1], rate_log_sd=1e-3)
    place = np.array([0.0, 0.0, sharp.problem.prior.up_m])
    unit = sharp.problem.air.carried(sharp.shapes[0]).unit_ppm(place)
    misfit = sharp.problem.misfit.weakened(sharp.share)
    ratio = sharp.log_ratio(place[None, :2], RATES_KG_H)[0]
    for k in (8, 14, 18, 21):
        expected = misfit.log_likelihood(RATES_KG_H[k] * unit, sharp.share)
        expected -= misfit.log_likelihood(0 * unit, sharp.share)
        assert ratio[k] == pytest.approx(expected, abs=0.25 + 0.1 * abs(expected))


def test_gas_of_a_neighbour_gives_way_to_a_source_in_its_place(evidence: LogEvidence) -> None:
    """A source found where the other is asked for may have taken its gas: not excluded."""
    sharp = replace(evidence, shapes=evidence.shapes[:1])
    up = sharp.problem.prior.up_m
    unit = sharp.problem.air.carried(sharp.shapes[0]).unit_ppm(np.array([0.0, 0.0, up]))
    misfit = replace(sharp.problem.misfit, mean_ppm=5.0 * unit)
    with_gas = replace(
        sharp, problem=replace(sharp.problem, misfit=misfit), found_ppm=5.0 * unit[None, :]
    )
    at = np.flatnonzero((RATES_KG_H > 1.0) & (RATES_KG_H < 4.0))
    ratio = with_gas.log_ratio(HERE[:1], RATES_KG_H)[0]
    assert (ratio[at] > -0.7).all()
    assert ratio[RATES_KG_H > 100.0].max() < np.log(0.05)


def test_what_a_log_can_not_tell_is_blind(empty: LogSources) -> None:
    assert isinstance(view_of_log("log", replace(empty, evidence=None)).silence, Blind)
    one_place = replace(empty, reason=Reason.ONE_PLACE)
    assert isinstance(view_of_log("log", one_place).silence, Blind)
    assert view_of_log("log", empty).silence is empty.evidence


def test_sightings_bear_names_by_rate_and_their_own_probability() -> None:
    flight = simulate_flight(502, FlightSettings(n_sources=2))
    found = locate_sources(
        [estimate_enhancement(flight.log)], flight.wind, "methane", 16.043, FRAME, FEW
    )
    view = view_of_log("log", found)
    assert len(view.sightings) == len(found.sources) > 0
    for sighting, source in zip(view.sightings, found.sources, strict=True):
        np.testing.assert_allclose(np.median(sighting.place_m, axis=0), source.place_m)
        assert np.median(sighting.rate_kg_h) == pytest.approx(source.rate_kg_h.median)
        assert sighting.probability == pytest.approx(source.probability)


def test_a_map_knows_only_where_it_looked() -> None:
    silence = MapSilence(np.array([[0.0, 0.0], [40.0, 0.0]]), 40.0, np.array([2.0, np.inf]))
    ratio = silence.log_ratio(np.array([[5.0, 0.0], [45.0, 0.0], [500.0, 0.0]]), np.array([2.0]))
    assert np.exp(ratio[0, 0]) == pytest.approx(1 - 0.95 * FOUND_AT_BEST, abs=1e-3)
    assert ratio[1:].tolist() == [[0.0], [0.0]]


def test_the_detectable_rate_carries_the_detectable_column_away() -> None:
    """A square of 3 pixels, crossed by Q/U per metre, holds the detectable column."""
    wind = LookWind(4.0, 0.4, 0.0, 10.0)
    rate = detectable_rate_kg_h(np.array(10.0), 5.0, wind, 17.0)
    speed = 4.0 * relative_speed(15.0, SourceHeight())[0]
    in_square_kg = 10.0 * mass_per_column_kg_m2(17.0) * 15.0**2
    assert rate / 3600 / speed * 15.0 == pytest.approx(in_square_kg)
    still = LookWind(0.4, 0.1, 0.0, 10.0)
    assert np.isnan(detectable_rate_kg_h(np.array(10.0), 5.0, still, 17.0))
