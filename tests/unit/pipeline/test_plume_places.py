"""The places of plumes in the casebook: pieces, edges, faint ones, outlines that reach upwind."""

from dataclasses import replace

import numpy as np
import pytest
from shapely import MultiPolygon, box, transform

from cathartes.pipeline.plume_places import CONTINUES, placed
from cathartes.pipeline.profile_file import shipped_profile
from cathartes.sites.build import build_sites
from cathartes.sites.downwind import downwind_m
from cathartes.sites.observation import Wind
from cathartes.sites.offset import moved
from cathartes.sites.upwind_reach import FAINT_PIXELS, UNSEEN_AT_EDGE_M, UNSEEN_M
from made_up_sites import ORIGIN, detection, place_at

WIND = Wind(3.0, 0.5, 270.0, 10.0)


def plume(number, east_m, north_m=0.0, snr=20.0, **kwargs):
    one = detection(0, (east_m, north_m), number=number, sd_m=7.0, **kwargs)
    return replace(one, snr=snr, properties={"n_pixels": 300})


def ground(west_m):
    shape = box(west_m, -1000, 2000, 1000)
    return MultiPolygon([transform(shape, lambda c: np.array([moved(*ORIGIN, *at) for at in c]))])


def upwind_of_origin_m(one):
    return -downwind_m(one.sources[0].place, place_at(0, 0), WIND)[0]


@pytest.mark.parametrize("apart_m", [20.0, 80.0, 250.0])
def test_a_piece_exactly_downwind_never_founds_a_site(apart_m) -> None:
    found = placed([plume(1, 0), plume(2, apart_m), plume(3, 1.9 * apart_m)], WIND, ground(-500))
    sites = build_sites(found, lambda _: [], [], shipped_profile()).sites
    assert len(sites) == 1
    assert upwind_of_origin_m(found[0]) == pytest.approx(UNSEEN_M, abs=0.1)
    assert {one.sources[0].place for one in found} == {found[0].sources[0].place}
    assert [CONTINUES in one.flags for one in found] == [False, True, True]
    assert found[1].sources[0].rate is None
    assert found[1].sources[0].rate_reason == "it continues plume 1"
    assert found[1].sources[0].id == f"{found[1].id}.1"


def test_without_the_upwind_piece_the_place_is_its_own() -> None:
    [alone] = placed([plume(2, 80)], WIND, ground(-500))
    assert upwind_of_origin_m(alone) == pytest.approx(UNSEEN_M - 80, abs=0.1)
    assert CONTINUES not in alone.flags


@pytest.mark.parametrize("west_m", [-20.0, 30.0])
def test_a_plume_at_the_edge_or_beyond_reaches_farther(west_m) -> None:
    [one] = placed([plume(1, 0)], WIND, ground(west_m))
    assert upwind_of_origin_m(one) == pytest.approx(UNSEEN_AT_EDGE_M, abs=0.1)


def test_so_does_a_faint_one_but_no_small_strong_one() -> None:
    small = {"n_pixels": FAINT_PIXELS - 1}
    faint, strong = (replace(plume(1, 0, snr=snr), properties=small) for snr in (9.0, 30.0))
    [one] = placed([faint], WIND, ground(-500))
    [other] = placed([strong], WIND, None)
    assert upwind_of_origin_m(one) == pytest.approx(UNSEEN_AT_EDGE_M, abs=0.1)
    assert upwind_of_origin_m(other) == pytest.approx(UNSEEN_M, abs=0.1)


def test_the_foremost_of_several_origins_moves_to_the_outlines_end() -> None:
    two = replace(
        detection(0, (50, 60), (0, 0), sd_m=7.0), snr=20.0, properties={"n_pixels": 300},
        outline=MultiPolygon([transform(
            box(-90, -10, 200, 10), lambda c: np.array([moved(*ORIGIN, *at) for at in c]))]),
    )  # fmt: skip
    [one] = placed([two], WIND, ground(-500))
    reached = [-downwind_m(s.place, place_at(0, 0), WIND)[0] for s in one.sources]
    assert reached == pytest.approx([UNSEEN_M - 50, UNSEEN_M + 90], abs=0.2)


def test_both_origins_of_a_piece_become_one() -> None:
    piece = replace(detection(0, (60, 8), (70, -8), number=2, sd_m=7.0), snr=15.0)
    found = placed([plume(1, 0), piece], WIND, ground(-500))
    assert [source.id for source in found[1].sources] == [piece.sources[0].id]
