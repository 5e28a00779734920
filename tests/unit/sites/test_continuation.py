"""Which plumes are pieces of a plume upwind: laws, and a slow simple twin for the chains."""

from dataclasses import replace

import numpy as np
import pytest

from cathartes.sites.continuation import REACH_M, STRONGER, lies_downwind, pieces_of
from cathartes.sites.detection import UNKNOWN, PlaceMethod
from cathartes.sites.downwind import direction_sd_rad, downwind_m
from cathartes.sites.observation import Wind
from made_up_sites import detection

WIND = Wind(3.0, 0.5, 250.0, 10.0)


def along_wind(along_m: float, across_m: float, wind: Wind) -> tuple[float, float]:
    """East and north of a place downwind of the origin, and to the right of who goes there."""
    to = np.radians(wind.from_deg + 180)
    return (
        float(along_m * np.sin(to) + across_m * np.cos(to)),
        float(along_m * np.cos(to) - across_m * np.sin(to)),
    )


def plumes(places, wind=WIND, **kwargs):
    """One look's plumes of one gas at (along, across)."""
    return [
        detection(0, along_wind(*at, wind), number=k, sd_m=7.0, **kwargs)
        for k, at in enumerate(places, start=1)
    ]


@pytest.mark.parametrize("along_m", [5.0, 60.0, 290.0])
def test_a_piece_exactly_downwind_continues_the_plume(along_m) -> None:
    first, piece = plumes([(0, 0), (along_m, 0)])
    told = {piece.sources[0].id: first.sources[0].id}
    assert pieces_of([first, piece], WIND) == told == pieces_of([piece, first], WIND)


def test_beside_far_or_upwind_is_no_piece() -> None:
    for at in [(10.0, 120.0), (REACH_M + 20, 0.0), (0.0, 40.0)]:
        assert not pieces_of(plumes([(0, 0), at]), WIND)


def test_another_gas_a_gas_nobody_knows_and_a_stronger_plume_are_no_pieces() -> None:
    first, piece = plumes([(0, 0), (80, 0)])
    other = replace(piece, chemical="acetic_acid", candidates=detection(
        0, (0, 0), chemicals=(("acetic_acid", 0.9),)).candidates)  # fmt: skip
    assert not pieces_of([first, other], WIND)
    nobody = plumes([(0, 0), (80, 0)], chemicals=((UNKNOWN, 1.0),))
    assert not pieces_of(nobody, WIND)
    assert first.snr is not None
    assert not pieces_of([first, replace(piece, snr=1.01 * STRONGER * first.snr)], WIND)
    vague = replace(piece, sources=(replace(piece.sources[0], method=PlaceMethod.OUTLINE),))
    assert not pieces_of([first, vague], WIND)


@pytest.mark.parametrize("seed", range(20))
def test_chains_end_where_a_slow_walk_upwind_ends(seed) -> None:
    """The twin goes from each plume to the nearest one upwind of it until there is none."""
    rng = np.random.default_rng(seed)
    found = plumes(rng.uniform((0, -80), (500, 80), (9, 2)))
    places = {one.sources[0].id: one.sources[0].place for one in found}

    def walk(name: str) -> str:
        upwind = [
            (downwind_m(places[name], place, WIND)[0], other)
            for other, place in places.items()
            if other != name and lies_downwind(places[name], place, WIND)
        ]
        return walk(min(upwind)[1]) if upwind else name

    assert pieces_of(found, WIND) == {n: walk(n) for n in places if walk(n) != n}


@pytest.mark.parametrize("turn_deg", [37.0, 90.0, 201.0])
def test_turning_wind_and_map_together_changes_nothing(turn_deg) -> None:
    at = np.random.default_rng(4).uniform((0, -90), (400, 90), (8, 2))
    turned = replace(WIND, from_deg=(WIND.from_deg + turn_deg) % 360)
    assert pieces_of(plumes(at), WIND) == pieces_of(plumes(at, turned), turned)


def test_the_cone_opens_with_the_error_of_the_wind() -> None:
    first, beside = (one.sources[0].place for one in plumes([(0, 0), (150, 110)]))
    sure, unsure = replace(WIND, from_sd_deg=1.0), replace(WIND, from_sd_deg=25.0)
    assert direction_sd_rad(sure) < direction_sd_rad(unsure)
    assert not lies_downwind(beside, first, sure)
    assert lies_downwind(beside, first, unsure)


def test_downwind_is_measured_along_the_wind() -> None:
    first, other = (one.sources[0].place for one in plumes([(0, 0), (200, 30)]))
    assert downwind_m(other, first, WIND) == pytest.approx((200, 30), abs=0.01)
    assert downwind_m(first, other, WIND)[0] == pytest.approx(-200, abs=0.01)
