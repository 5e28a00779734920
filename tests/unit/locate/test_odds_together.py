"""What one of several logs alone shows: is it there, or one of so many searches' chances?"""

import numpy as np
import pytest

from cathartes.locate.common_result import CommonSources
from cathartes.locate.log_silence import LogEvidence
from cathartes.locate.result import Outcome, Reason
from cathartes.locate.settings import LocateSettings
from cathartes.locate.sorties import Sighting, Sortie, View
from cathartes.locate.step import locate_sources
from cathartes.locate.together import locate_together
from cathartes.scenes.logs.enhancement import estimate_enhancement
from cathartes.simulate.flights import FRAME, FlightSettings, simulate_flight

LOGS = 4


@pytest.fixture(scope="module")
def silence() -> LogEvidence:
    """What a flight says that passed everywhere and saw nothing."""
    flight = simulate_flight(510, FlightSettings(n_sources=0))
    settings = LocateSettings(chains=16, grid_m=12.0)
    found = locate_sources(
        [estimate_enhancement(flight.log)], flight.wind, "methane", 16.043, FRAME, settings
    )
    assert found.evidence is not None
    return found.evidence


def seen(log_odds: float) -> Sighting:
    rng = np.random.default_rng(0)
    rate = 0.5 * np.exp(0.2 * rng.normal(size=256))
    probability = float(1 / (1 + np.exp(-log_odds)))
    place = 8.0 * rng.normal(size=(256, 2))
    return Sighting("methane-1", place, rate, np.full(256, 1.5), probability)


def together(silence: LogEvidence, n_silent: int, *log_odds: float) -> CommonSources:
    views = [View("log", (seen(one),), silence) for one in log_odds]
    views += [View("log", (), silence)] * n_silent
    return locate_together(
        "methane", [Sortie(f"day {k}", 86_400.0 * k, (view,)) for k, view in enumerate(views)]
    )


def test_of_several_searches_one_shows_a_chance_so_many_times_as_often(
    silence: LogEvidence,
) -> None:
    """Odds that are just above one alone are below in a flight of four; high ones stay."""
    assert together(silence, 0, 0.5).outcome is Outcome.LOCATED
    weak = together(silence, LOGS - 1, 0.5)
    assert weak.outcome is Outcome.CANNOT_LOCATE
    assert weak.reason is Reason.NO_CONTRAST
    assert "alone shows methane-1" in weak.warnings[0]
    sure = together(silence, LOGS - 1, 20.0)
    assert sure.outcome is Outcome.LOCATED
    assert not sure.warnings


def test_odds_fall_by_the_number_of_searches_at_least(silence: LogEvidence) -> None:
    """Silence can only take odds away."""
    (source,) = together(silence, LOGS - 1, 8.0).sources
    told = source.estimate.probability
    assert np.log(told / (1 - told)) < 8.0 - np.log(LOGS) + 0.1


def test_what_two_logs_show_is_no_chance(silence: LogEvidence) -> None:
    assert together(silence, LOGS - 2, 0.5, 0.5).outcome is Outcome.LOCATED


def test_chances_of_a_map_are_measured_otherwise(silence: LogEvidence) -> None:
    flown = [Sortie("map", 0.0, (View("map", (seen(0.5),)),))]
    flown += [Sortie(f"day {k}", 86_400.0 * k, (View("log", (), silence),)) for k in (1, 2)]
    found = locate_together("methane", flown)
    assert found.outcome is Outcome.LOCATED
    assert found.sources[0].estimate.probability == pytest.approx(1 / (1 + np.exp(-0.5)))


def test_two_weak_sightings_of_one_place_are_told_in_one_sentence(silence: LogEvidence) -> None:
    """Of six searches two as weak as these are chance together, and both are named."""
    weak = together(silence, LOGS - 2, -1.2, -1.2)
    assert weak.outcome is Outcome.CANNOT_LOCATE
    assert any("not counted" in warning for warning in weak.warnings)
