"""Mass balance over curtains against plumes whose flux is known."""

import numpy as np
import pytest

from cathartes.locate.curtain import curtain_fluxes

HEIGHTS_M = (5.0, 15.0, 25.0, 35.0, 45.0)
SPREAD_M, MIDDLE_M, TOP_PPM = 20.0, 15.0, 3.0
FLUX_PPM_M3_S = 4.0 * TOP_PPM * 50.0 * SPREAD_M * np.sqrt(2 * np.pi)
"""Wind of 4 m/s, gas alike from the ground to 50 m, a Gaussian across."""


def flown(heights_m: tuple[float, ...] = HEIGHTS_M, east_m: float = 80.0) -> tuple[np.ndarray, ...]:
    """Passes to the north and back at 5 m/s, one above the other, in a plume to the east."""
    across = np.arange(-150.0, 150.1, 5.0)
    place = np.vstack([
        np.column_stack([np.full(across.size, east_m), across[::1 - 2 * (k % 2)],
                         np.full(across.size, up)])
        for k, up in enumerate(heights_m)
    ])  # fmt: skip
    time = np.arange(len(place), dtype=float)
    ppm = TOP_PPM * np.exp(-0.5 * ((place[:, 1] - MIDDLE_M) / SPREAD_M) ** 2)
    return time, place, ppm, np.tile([4.0, 0.0], (len(place), 1))


def test_what_goes_through_a_curtain_is_what_was_let_go() -> None:
    """From the ground to the highest pass: 45 of 50 m; gas above is missed."""
    time, place, ppm, wind = flown()
    (curtain,) = curtain_fluxes(time, place, ppm, wind, 1.0)
    assert curtain.rate_kg_h == pytest.approx(3600 * FLUX_PPM_M3_S * 45 / 50, rel=0.01)
    assert curtain.heights_m == pytest.approx(HEIGHTS_M)


def test_turning_wind_and_track_changes_nothing() -> None:
    time, place, ppm, wind = flown()
    turn = np.radians(37.0)
    turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    there = np.column_stack([place[:, :2] @ turned.T, place[:, 2]])
    (straight,) = curtain_fluxes(time, place, ppm, wind, 1.0)
    (other,) = curtain_fluxes(time, there, ppm, wind @ turned.T, 1.0)
    assert other.rate_kg_h == pytest.approx(straight.rate_kg_h)


def test_heights_half_way_between_two_steps_are_of_one_of_them() -> None:
    """22 m is as far from 20 as from 24: each pass counts once, and no height is empty."""
    time, place, ppm, wind = flown((4.0, 12.0, 20.0, 22.0))
    (curtain,) = curtain_fluxes(time, place, ppm, wind, 1.0)
    assert curtain.heights_m == pytest.approx((4.0, 12.0, 20.0, 22.0))
    assert curtain.rate_kg_h == pytest.approx(3600 * FLUX_PPM_M3_S * 22 / 50, rel=0.01)


def test_two_heights_are_no_curtain_and_neither_is_nothing() -> None:
    assert curtain_fluxes(*flown(HEIGHTS_M[:2]), 1.0) == ()
    time, place, ppm, wind = flown()
    assert curtain_fluxes(time, place, np.full_like(ppm, np.nan), wind, 1.0) == ()
    assert curtain_fluxes(time[:1], place[:1], ppm[:1], wind[:1], 1.0) == ()


def test_curtains_at_two_distances_are_two_the_nearer_first() -> None:
    near, far = flown(east_m=60.0), flown(east_m=140.0)
    time = np.concatenate([far[0], near[0] + 1000.0])
    joined = [np.concatenate([b, a]) for a, b in zip(near[1:], far[1:], strict=True)]
    found = curtain_fluxes(time, *joined, 1.0)
    assert [c.downwind_m for c in found] == pytest.approx([-40.0, 40.0])
    assert found[0].rate_kg_h == pytest.approx(found[1].rate_kg_h)


def test_a_curtain_that_two_sensors_share_is_one() -> None:
    """Each flies every second height, at once; or the second goes on where the first ended."""
    time, place, ppm, wind = flown()
    (alone,) = curtain_fluxes(time, place, ppm, wind, 1.0)
    height = np.searchsorted(HEIGHTS_M, place[:, 2])
    for sensor in (height % 2, (height > 2).astype(int)):
        clock = np.concatenate([np.arange(n) for n in np.bincount(sensor)])
        order = np.argsort(np.concatenate([time[sensor == 0], time[sensor == 1]]), kind="stable")
        at_once = clock[order].astype(float)
        rows = np.argsort(at_once, kind="stable")
        (both,) = curtain_fluxes(
            at_once[rows], place[rows], ppm[rows], wind[rows], 1.0, sensor[rows]
        )
        assert both.rate_kg_h == pytest.approx(alone.rate_kg_h)
        assert both.heights_m == pytest.approx(alone.heights_m)
