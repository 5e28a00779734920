"""Laws of scoring sites against a campaign."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import affinity, box

from cathartes.simulate.campaign import Standing
from cathartes.simulate.campaign_score import (
    LEVEL,
    REACH_M,
    CampaignScore,
    Looked,
    LookedPlace,
    StatedSite,
    pool_scores,
    score_sites,
)

HIDDEN, REGISTERED, UNREGISTERED = Standing.HIDDEN, Standing.REGISTERED, Standing.UNREGISTERED
GROUND = box(0.0, 0.0, 4000.0, 2500.0)  # 10 km2
PLACES = (
    LookedPlace("a", HIDDEN, 500.0, 500.0, 4, 2),
    LookedPlace("b", HIDDEN, 1500.0, 500.0, 4, 1),
    LookedPlace("c", HIDDEN, 2500.0, 500.0, 4, 0),
    LookedPlace("farm", REGISTERED, 500.0, 1500.0, 4, 4),
    LookedPlace("heap", UNREGISTERED, 1500.0, 1500.0, 4, 4),
)
LOOKED = Looked(12, GROUND, PLACES, elsewhere=((5000.0, 500.0),))


def site(
    name: str, east_m: float, north_m: float, probability: float = 0.9, **told: object
) -> StatedSite:
    plain = StatedSite(name, east_m, north_m, 100.0, 100.0, 0.0, probability, is_explained=False)
    return replace(plain, **told)  # type: ignore[arg-type]


PERFECT = [
    site(place.id, place.east_m, place.north_m, 1.0 if place.standing is HIDDEN else 0.0)
    for place in PLACES
    if place.n_working_looks
]


def figures(score: CampaignScore) -> tuple[object, ...]:
    """Return all that does not hang on the order of sites."""
    calibration = score.calibration_error
    return (
        {one.place_id for one in score.found},
        {one.id for one in score.false},
        score.n_workable,
        sorted(one.id for one in score.sites),
        round(score.false_per_100_km2, 6),
        None if math.isnan(calibration) else round(calibration, 9),
    )


def test_perfect_sites_find_all_and_nothing_false() -> None:
    score = score_sites(PERFECT, LOOKED)
    assert {one.place_id for one in score.found} == {"a", "b"}
    assert len(score.found) == score.n_workable
    assert score.false == ()
    assert score.false_per_100_km2 == 0.0
    assert score.location_error_m == 0.0
    assert score.region_share == 1.0
    assert score.ranks == (1, 2)
    assert score.average_precision == 1.0
    assert score.calibration_error == 0.0
    assert score.looked_km2 == 10.0


def test_no_sites_find_nothing_and_say_nothing_false() -> None:
    score = score_sites([], LOOKED)
    assert (score.found, score.false, score.ranks) == ((), (), ())
    assert score.average_precision == 0.0
    assert math.isnan(score.location_error_m)
    assert math.isnan(score.calibration_error)


def test_a_site_where_there_is_nothing_is_false_if_it_says_so() -> None:
    sites = [site("x", 3000.0, 2000.0), site("y", 3500.0, 2000.0, LEVEL - 0.01),
             site("z", 3500.0, 1500.0, is_explained=True)]  # fmt: skip
    score = score_sites(sites, LOOKED)
    assert [one.id for one in score.false] == ["x"]
    assert score.false_per_100_km2 == pytest.approx(10.0)
    assert len(score.sites) == 3


def test_lawful_places_are_counted_apart_from_false_ones() -> None:
    sites = [site("f", 510.0, 1500.0, 0.2, is_explained=True), site("h", 1500.0, 1510.0)]
    score = score_sites(sites, LOOKED)
    assert score.false == ()
    assert [one.id for one in score.sites_at(REGISTERED, say_hidden=False)] == ["f"]
    assert score.sites_at(REGISTERED, say_hidden=True) == ()
    assert [one.id for one in score.sites_at(UNREGISTERED, say_hidden=True)] == ["h"]
    assert score.calibration_error == pytest.approx((0.2 + 0.9) / 2)


def test_where_nobody_looked_nothing_counts() -> None:
    """A site beyond the ground, or at a place that was not looked at, is neither right nor wrong"""
    before = score_sites(PERFECT, LOOKED)
    beyond = [site("far", 9000.0, 9000.0), site("there", 5000.0, 550.0)]
    assert score_sites([*beyond, *PERFECT], LOOKED) == before
    # On ground that was looked at, but at a place just beyond its edge: not a false one.
    edge = replace(LOOKED, elsewhere=((4050.0, 500.0),))
    assert score_sites([site("edge", 3990.0, 500.0)], edge).sites == ()
    # At a place on the ground, itself just beyond the edge: it counts.
    near = replace(LOOKED, places=(LookedPlace("a", HIDDEN, 3980.0, 500.0, 1, 1),))
    assert len(score_sites([site("out", 4020.0, 500.0)], near).found) == 1


def test_two_sites_at_one_place_find_it_once() -> None:
    score = score_sites([site("1", 520.0, 500.0), site("2", 480.0, 500.0)], LOOKED)
    assert [one.id for one in score.found] == ["1"]
    assert score.false == ()
    assert len(score.sites) == 2


def test_a_hit_ends_at_its_reach() -> None:
    inside = score_sites([site("in", 500.0 + REACH_M, 500.0)], LOOKED)
    outside = score_sites([site("out", 500.0 + REACH_M + 0.1, 500.0)], LOOKED)
    assert (len(inside.found), len(inside.false)) == (1, 0)
    assert (len(outside.found), len(outside.false)) == (0, 1)


def test_regions_of_ninety_percent_hold_ninety_percent() -> None:
    rng = np.random.default_rng(11)
    covariance = np.array([[400.0, 150.0], [150.0, 250.0]])
    scores = [
        score_sites(
            [site("s", 500.0 + east, 500.0 + north, east_var_m2=400.0, north_var_m2=250.0,
                  cov_m2=150.0)],
            LOOKED,
        )
        for east, north in rng.multivariate_normal([0.0, 0.0], covariance, size=1000)
    ]  # fmt: skip
    assert pool_scores(scores).region_share == pytest.approx(0.9, abs=0.03)


def test_average_precision_worked_by_hand() -> None:
    """True ones at ranks 1 and 3 of two that could be found: (1/1 + 2/3) / 2."""
    sites = [site("1", 500.0, 500.0), site("2", 3000.0, 2000.0), site("3", 1500.0, 500.0)]
    score = score_sites(sites, LOOKED)
    assert score.ranks == (1, 3)
    assert score.average_precision == pytest.approx((1 + 2 / 3) / 2)


def test_pooled_scores_add_up() -> None:
    one = score_sites(PERFECT, LOOKED)
    other = score_sites([site("x", 3000.0, 2000.0)], LOOKED)
    both = pool_scores([one, other])
    assert len(both.found) == len(one.found) + len(other.found)
    assert len(both.false) == 1
    assert both.looked_km2 == 20.0
    assert both.false_per_100_km2 == pytest.approx(5.0)
    assert both.n_workable == 4


coordinates = st.floats(-500.0, 4500.0)
sites_lists = st.lists(
    st.tuples(coordinates, coordinates, st.floats(0.0, 1.0), st.booleans()), max_size=12
).map(
    lambda rows: [
        site(str(k), east, north, p, is_explained=known)
        for k, (east, north, p, known) in enumerate(rows)
    ]
)


@given(sites_lists, st.randoms(use_true_random=False))
def test_the_order_of_places_and_sites_changes_ranks_alone(sites, random) -> None:
    score = score_sites(sites, LOOKED)
    places, shuffled = list(PLACES), list(sites)
    random.shuffle(places)
    random.shuffle(shuffled)
    assert figures(score_sites(sites, replace(LOOKED, places=tuple(places)))) == figures(score)
    assert figures(score_sites(shuffled, LOOKED)) == figures(score)


@given(sites_lists, st.integers(-20_000, 20_000), st.integers(-20_000, 20_000))
def test_moving_everything_changes_nothing(sites, east_m, north_m) -> None:
    """Whole metres, far from the edge of a hit or of the ground by rounding."""
    whole = [replace(s, east_m=round(s.east_m) + 0.5, north_m=round(s.north_m) + 0.5)
             for s in sites]  # fmt: skip
    moved = [replace(s, east_m=s.east_m + east_m, north_m=s.north_m + north_m) for s in whole]
    there = Looked(
        12,
        affinity.translate(GROUND, east_m, north_m),
        tuple(replace(p, east_m=p.east_m + east_m, north_m=p.north_m + north_m) for p in PLACES),
        ((5000.0 + east_m, 500.0 + north_m),),
    )
    before, after = score_sites(whole, LOOKED), score_sites(moved, there)
    assert figures(after) == figures(before)
    assert after.ranks == before.ranks


@given(sites_lists, coordinates, coordinates)
def test_one_more_site_never_hides_a_find(sites, east_m, north_m) -> None:
    more = score_sites([*sites, site("more", east_m, north_m)], LOOKED)
    before = score_sites(sites, LOOKED)
    assert {s.place_id for s in before.found} <= {s.place_id for s in more.found}
    assert len(more.false) - len(before.false) in {0, 1}
