"""Puffs and plumes: against each other, against a slow sum, and mass through a curtain."""

from dataclasses import replace

import numpy as np
import pytest

from cathartes.locate.air import Shape, ppm_per_kg_m3
from cathartes.locate.blocks import Blocks, gather_blocks
from cathartes.locate.plume import PlumeAir
from cathartes.locate.puffs import puff_air
from cathartes.locate.ways import WaysInOneWind
from cathartes.locate.wind_rows import WindRows

SOURCE = np.array([0.0, 0.0, 2.0])
GROWTH_M = 300.0


def points(place_m: np.ndarray) -> Blocks:
    """One block for each place, all at 500 s, from a sensor that stands still."""
    n = len(place_m)
    return Blocks(
        np.full(n, 500.0), place_m, np.zeros((n, 3)), np.arange(n), np.ones(n), np.zeros(n),
        np.ones(n), np.zeros(n),
    )  # fmt: skip


def shape(**changes: float) -> Shape:
    return Shape(**{"turn_rad": 0.0, "width": 0.1, "height": 0.06, "lag_s": 0.0} | changes)


def steady(east: float, north: float) -> WindRows:
    return WindRows(np.array([0.0, 1000.0]), np.full(2, east), np.full(2, north))


def puffs(blocks: Blocks, wind: WindRows, longest_lag_s: float = 0.0):
    return puff_air(
        blocks, wind, growth_m=GROWTH_M, oldest_s=200.0, longest_lag_s=longest_lag_s, unit=1.0
    )


class Shifted(WaysInOneWind):
    """Ways that are longer to the north, and open by a variance."""

    def __init__(self, wind: WindRows, age_s: np.ndarray, north_m: float, open_m2: float) -> None:
        super().__init__(wind, age_s)
        object.__setattr__(self, "shift", (north_m, open_m2))

    def until(self, seen_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        north_m, open_m2 = self.shift
        way, variance = super().until(seen_s)
        return way + np.array([0.0, north_m]), variance + open_m2


def test_puffs_of_open_ways_are_the_mean_over_displaced_ones() -> None:
    """Gauss-Hermite over displacements, to the north; along a steady plume nothing changes."""
    place = np.array([[x, y, 6.0] for x in (80.0, 150.0) for y in (0.0, 9.0, -20.0)])
    blocks, wind, sd = points(place), steady(4.0, 0.0), 7.0

    def seen(north_m: float, open_m2: float):
        return puff_air(
            blocks, wind, growth_m=GROWTH_M, oldest_s=200.0, longest_lag_s=0.0, unit=1.0,
            ways_of=lambda age: Shifted(wind, age, north_m, open_m2),
        ).carried(shape())  # fmt: skip

    node, weight = np.polynomial.hermite_e.hermegauss(21)
    mean = sum(w * seen(sd * x, 0.0).unit_ppm(SOURCE) for x, w in zip(node, weight, strict=True))
    opened = seen(0.0, sd**2)
    assert opened.unit_ppm(SOURCE) == pytest.approx(mean / weight.sum(), rel=0.02)
    shown = opened.displaced_ppm(SOURCE)
    assert shown[0] == pytest.approx(opened.unit_ppm(SOURCE))
    change = (seen(0.5, sd**2).unit_ppm(SOURCE) - seen(-0.5, sd**2).unit_ppm(SOURCE)) * sd
    assert shown[2] == pytest.approx(change, abs=1e-3 * np.abs(change).max())


def test_puffs_in_a_steady_wind_are_the_plume() -> None:
    """Spread along the wind is what the plume leaves out: a few per cent, no more."""
    place = np.array(
        [[x, y, z] for x in (60.0, 120.0, 250.0) for y in (0.0, 6.0) for z in (2.0, 5.0)]
    )
    blocks, wind = points(place), steady(4.0, 0.0)
    by_puffs = puffs(blocks, wind).carried(shape()).unit_ppm(SOURCE)
    by_plume = PlumeAir(blocks, wind, growth_m=GROWTH_M, unit=1.0).carried(shape()).unit_ppm(SOURCE)
    assert by_puffs == pytest.approx(by_plume, rel=0.04)


def test_the_sum_over_ages_is_the_integral() -> None:
    """A slow twin: one puff every tenth of a second, written out as the equation stands."""
    place = np.array([[80.0, 3.0, 10.0], [30.0, -2.0, 4.0], [200.0, 15.0, 1.0]])
    wind = WindRows(
        np.arange(0.0, 601.0), 3 + np.sin(np.arange(601) / 9), np.cos(np.arange(601) / 13)
    )
    fast = puffs(points(place), wind).carried(shape()).unit_ppm(SOURCE)
    slow = np.zeros(3)
    speed = np.hypot(wind.east_m_s, wind.north_m_s)
    for age in np.arange(0.05, 200.0, 0.1):
        steps = np.linspace(500.0 - age, 500.0, 400)
        way = [
            np.trapezoid(np.interp(steps, wind.time_s, w), steps)
            for w in (wind.east_m_s, wind.north_m_s, speed)
        ]
        grown = way[2] / np.sqrt(1 + way[2] / GROWTH_M)
        sh, sz = 0.1 * grown, 0.06 * grown
        off = place[:, :2] - SOURCE[:2] - way[:2]
        rise = sum(np.exp(-0.5 * ((place[:, 2] + h) / sz) ** 2) for h in (2.0, -2.0))
        slow += (
            0.1 * np.exp(-0.5 * (off**2).sum(1) / sh**2) * rise / ((2 * np.pi) ** 1.5 * sh**2 * sz)
        )
    assert fast == pytest.approx(slow, rel=0.03)


def test_what_goes_through_a_wall_is_what_was_let_go() -> None:
    across, up = np.arange(-80.0, 80.1, 4.0), np.arange(0.5, 60.0, 1.0)
    grid = np.array([[100.0, y, z] for y in across for z in up])
    wind = steady(5.0, 0.0)
    ppm = PlumeAir(points(grid), wind, growth_m=GROWTH_M, unit=1.0).carried(shape())
    assert ppm.unit_ppm(SOURCE).sum() * 4.0 * 1.0 * 5.0 == pytest.approx(1.0, rel=0.01)


def test_turning_the_air_turns_the_plume() -> None:
    turn = np.radians(20.0)
    straight = points(np.array([[100.0, 0.0, 2.0]]))
    turned = points(np.array([[100 * np.cos(turn), 100 * np.sin(turn), 2.0]]))
    wind = steady(4.0, 0.0)
    for air in (puffs, lambda b, w: PlumeAir(b, w, growth_m=GROWTH_M, unit=1.0)):
        here = air(straight, wind).carried(shape()).unit_ppm(SOURCE)
        there = air(turned, wind).carried(shape(turn_rad=turn)).unit_ppm(SOURCE)
        assert there == pytest.approx(here, rel=1e-3)


def test_a_delay_is_a_place_flown_past() -> None:
    """At 5 m/s and 2 s the sensor shows what was 10 m back."""
    wind = steady(4.0, 0.0)
    past = points(np.array([[100.0, 0.0, 2.0]]))
    flying = Blocks(
        past.time_s, np.array([[100.0, 10.0, 2.0]]), np.array([[0.0, 5.0, 0.0]]), past.of_block,
        past.share, past.mean_ppm, past.sd_ppm, past.baseline_sd_ppm,
    )  # fmt: skip
    late = puffs(flying, wind, longest_lag_s=5.0).carried(shape(lag_s=2.0)).unit_ppm(SOURCE)
    assert late == pytest.approx(puffs(past, wind).carried(shape()).unit_ppm(SOURCE), rel=1e-3)


def test_leaving_out_far_pairs_changes_nothing_near() -> None:
    place = np.array([[x, y, 10.0] for x in range(-100, 300, 20) for y in range(-100, 101, 20)])
    air = puffs(points(place * 1.0), steady(4.0, 1.0))
    near = air.about(shape(), SOURCE[None], 20.0)
    moved = SOURCE + np.array([10.0, -10.0, 0.0])
    whole = air.carried(shape()).unit_ppm(moved)
    assert near.carried(shape()).unit_ppm(moved) == pytest.approx(whole, abs=1e-3 * whole.max())


def test_a_source_below_the_ground_is_its_image() -> None:
    """The ground reflects, so that a height counts without its sign."""
    blocks = points(np.array([[80.0, 5.0, 2.0], [120.0, -10.0, 12.0], [60.0, 0.0, 40.0]]))
    carried = puffs(blocks, steady(4.0, 0.0)).carried(shape())
    above, below = np.array([0.0, 0.0, 3.0]), np.array([0.0, 0.0, -3.0])
    assert carried.displaced_ppm(below) == pytest.approx(carried.displaced_ppm(above), rel=1e-5)
    assert carried.displaced_ppm(below)[0] == pytest.approx(carried.unit_ppm(above), rel=1e-5)


def test_readings_far_above_the_gas_are_left_out_without_loss() -> None:
    place = np.array([[x, y, z] for x in (30.0, 90.0, 200.0) for y in (0.0, 9.0) for z in (2, 40)])
    blocks, wind = points(place * 1.0), steady(4.0, 0.0)
    few = puff_air(
        blocks, wind, growth_m=GROWTH_M, oldest_s=200.0, longest_lag_s=0.0, unit=1.0,
        height_per_m=0.06,
    )  # fmt: skip
    whole = puffs(blocks, wind).carried(shape()).unit_ppm(SOURCE)
    assert few.carried(shape()).unit_ppm(SOURCE) == pytest.approx(whole, abs=1e-4 * whole.max())


def test_points_may_come_in_any_order() -> None:
    """Those of two sensors are mixed in time; a block's sum is of its own points all the same."""
    place = np.array([[60.0, y, 3.0] for y in (-6.0, 0.0, 6.0, 12.0)])
    own = np.array([0, 0, 1, 1])
    sorted_blocks = replace(
        points(place), of_block=own, share=np.full(4, 0.5), mean_ppm=np.zeros(2), sd_ppm=np.ones(2)
    )
    mixed = [2, 0, 3, 1]
    shuffled = replace(sorted_blocks, place_m=place[mixed], of_block=own[mixed])
    wind = steady(4.0, 0.0)
    ordered = puffs(sorted_blocks, wind).carried(shape()).unit_ppm(SOURCE)
    assert puffs(shuffled, wind).carried(shape()).unit_ppm(SOURCE) == pytest.approx(ordered)
    assert ordered[0] > ordered[1]


def test_a_ppm_of_methane_weighs_what_tables_say() -> None:
    """0.678 mg/m3 at 15 °C and 1 atm (ideal gas, CODATA R)."""
    assert 1 / ppm_per_kg_m3(16.043, 288.15, 101_325.0) == pytest.approx(6.785e-7, rel=1e-3)


def test_blocks_average_paths_and_leave_out_what_is_not_there() -> None:
    time = np.arange(6.0)
    near, far = np.zeros((6, 3)), np.tile([12.0, 0.0, 0.0], (6, 1))
    above = np.array([1.0, 3.0, np.nan, 5.0, 7.0, 9.0])
    blocks = gather_blocks(
        time, near, far, np.zeros(6, np.intp), above, np.full(6, 0.2), np.zeros(6), 2.0
    )
    assert blocks.mean_ppm.tolist() == [2.0, 5.0, 8.0]
    assert blocks.sd_ppm == pytest.approx([0.2 / np.sqrt(2), 0.2, 0.2 / np.sqrt(2)])
    assert blocks.averaged(blocks.place_m[:, 0]) == pytest.approx([6.0, 6.0, 6.0])
    assert not blocks.moves
