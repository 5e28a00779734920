"""A casebook's sites against the truth of a campaign."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from cathartes.errors import InputError
from cathartes.pipeline import campaign_score as module
from cathartes.pipeline.campaign_score import evaluate_campaign
from cathartes.simulate.campaign import Spell, Standing
from cathartes.simulate.campaign_settings import CampaignSettings
from cathartes.simulate.campaign_truth import CampaignTruth, TrueLook, TruePlace
from cathartes.sites.observation import LookOutcome, Observation, ObservationKind
from cathartes.sites.place import Place
from cathartes.sites.site import Site
from cathartes.store.interface import Casebook

BEGINS = datetime.fromisoformat("2025-03-03T00:00Z")
WHOLE = ((8.50, 49.00), (8.54, 49.00), (8.54, 49.02), (8.50, 49.02), (8.50, 49.00))
WEST = ((8.50, 49.00), (8.52, 49.00), (8.52, 49.02), (8.50, 49.02), (8.50, 49.00))
EAST = ((8.52, 49.00), (8.54, 49.00), (8.54, 49.02), (8.52, 49.02), (8.52, 49.00))
RATES = (("acetone", 100.0),)


def place(name: str, longitude_deg: float) -> TruePlace:
    spell = Spell(BEGINS, BEGINS + timedelta(days=7), RATES)
    return TruePlace(name, "shed", Standing.HIDDEN, longitude_deg, 49.01, RATES, 1.0, (spell,))


def look(sortie: str, day: int, ring: tuple[tuple[float, float], ...], **there: object) -> TrueLook:
    return TrueLook(sortie, "line-1", "cube", BEGINS + timedelta(days=day), ring, dict(there), {})  # type: ignore[arg-type]


TRUTH = CampaignTruth(
    CampaignSettings(sorties=2, weeks=1), "SIM-1", BEGINS, BEGINS + timedelta(days=7), WHOLE,
    (place("one", 8.51), place("two", 8.53)),
    (look("s1", 1, WEST, one=RATES), look("s2", 2, EAST, two=RATES)), (),
)  # fmt: skip


def site(name: str, longitude_deg: float, probability: float = 0.9) -> Site:
    return Site(
        name, Place(longitude_deg, 49.01, 100.0, 100.0), ("acetone",), (), 1, 1, None, None, (),
        probability, 0.0, 1.0, "", 1.0, "",
    )  # fmt: skip


class MadeUpCasebook:
    """What of a casebook the scoring asks for."""

    def __init__(self, sites: list[Site], outcomes: dict[str, LookOutcome]) -> None:
        self.sites, self.outcomes = sites, outcomes

    def ranked_sites(self, limit: int = 100, offset: int = 0) -> tuple[Site, ...]:
        return tuple(self.sites[offset : offset + limit])

    def observations(self) -> tuple[Observation, ...]:
        return tuple(
            Observation(
                sortie, sortie, "SIM-1", "line-1", ObservationKind.CUBE, None, None, "", (), "", {},
                "", outcome, "cloud" if outcome is LookOutcome.INCONCLUSIVE else "", None,
            )
            for sortie, outcome in self.outcomes.items()
        )  # fmt: skip


def book(sites: list[Site], **outcomes: LookOutcome) -> Casebook:
    return cast("Casebook", MadeUpCasebook(sites, outcomes))


@pytest.fixture(autouse=True)
def made_up_truth(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "read_campaign_truth", lambda _: TRUTH)


BOTH = {"s1": LookOutcome.DETECTIONS, "s2": LookOutcome.NOTHING_FOUND}


def test_sites_at_the_places_are_found_and_their_error_is_in_metres() -> None:
    """0.0005 degrees of longitude at 49.01 N are 0.0005 * 111.32 km * cos(49.01 deg) = 36.5 m."""
    evaluation = evaluate_campaign(
        [(Path("x"), book([site("a", 8.5105), site("b", 8.53)], **BOTH))]
    )
    (score,) = evaluation.campaigns
    assert len(score.found) == score.n_workable == 2
    assert score.location_error_m == pytest.approx(36.5 / 2, abs=0.2)
    # 0.04 degrees by 0.02 degrees: 2.92 km by 2.22 km.
    assert score.looked_km2 == pytest.approx(2.92 * 2.224, rel=0.01)
    assert evaluation.average_precision == 1.0


def test_inconclusive_and_unflown_looks_looked_at_nothing() -> None:
    sites = [site("a", 8.51), site("b", 8.53), site("x", 8.535)]
    half = {"s1": LookOutcome.NOTHING_FOUND, "s2": LookOutcome.INCONCLUSIVE}
    for outcomes in (half, {"s1": LookOutcome.NOTHING_FOUND}):
        (score,) = evaluate_campaign([(Path("x"), book(sites, **outcomes))]).campaigns
        assert [one.id for one in score.sites] == ["a"]
        assert score.n_workable == 1
        assert score.looked_km2 == pytest.approx(2.92 * 2.224 / 2, rel=0.01)


def test_growth_takes_what_each_number_of_flights_gave() -> None:
    first, then = [site("a", 8.51)], [site("a", 8.51), site("b", 8.53), site("x", 8.535)]
    evaluation = evaluate_campaign(
        [(Path("x"), book(then, **BOTH)), (Path("y"), book(then, **BOTH))],
        sites_after=[{1: first, 2: then}, {2: then, 1: first}],
    )
    assert [score.n_sorties for score in evaluation.pooled_growth] == [2, 4]
    assert [len(score.found) for score in evaluation.pooled_growth] == [2, 4]
    assert [len(score.false) for score in evaluation.pooled_growth] == [0, 2]
    assert evaluation.growth[0][-1] == evaluation.campaigns[0]
    with pytest.raises(InputError, match="1 histories of sites for 2 campaigns"):
        evaluate_campaign(
            [(Path("x"), book(then, **BOTH)), (Path("y"), book(then, **BOTH))],
            sites_after=[{1: first}],
        )


def test_a_casebook_of_something_else_is_refused() -> None:
    with pytest.raises(InputError, match=r"mandate is SIM-1: run its sorties first.*s1`"):
        evaluate_campaign([(Path("x"), book([site("a", 8.51)], other=LookOutcome.DETECTIONS))])


def test_sites_of_other_mandates_far_away_do_not_count() -> None:
    far = replace(site("far", 8.51), place=Place(9.9, 49.01, 100.0, 100.0))
    (score,) = evaluate_campaign([(Path("x"), book([far], **BOTH))]).campaigns
    assert score.sites == ()
