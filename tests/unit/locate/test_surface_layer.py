"""Plumes near the ground: against the diffusion equation, particles, published numbers, mass."""

import itertools

import numpy as np
import pytest
from scipy.linalg import solve_banded

import cathartes.locate.surface_layer as module
from cathartes.locate.air import Shape
from cathartes.locate.blocks import Blocks
from cathartes.locate.stability import stability_of_obukhov
from cathartes.locate.surface_layer import (
    KARMAN,
    crosswind_integrated,
    log_wind,
    phi_h,
    phi_m,
    powers,
    surface_layer,
)
from cathartes.locate.surface_plume import SurfacePlume
from cathartes.locate.wind_rows import WindRows
from cathartes.scenes.wind.profile import psi_m
from cathartes.simulate.random_flight import fly

ROUGHNESS_M, MAST_M = 0.03, 2.0
WAYS_M = np.array([20.0, 50.0, 100.0, 200.0, 400.0])
LENGTHS_M = (-10.0, -30.0, -100.0, 1e9, 100.0, 30.0)


def test_gradients_are_those_of_dyer() -> None:
    """Dyer (1974): phi_h = phi_m^2 in unstable air, both 1 + 5 z/L in stable; at -1/16 2^-1/4."""
    zeta = np.array([-2.0, -0.5, -1 / 16])
    assert phi_h(zeta) == pytest.approx(phi_m(zeta) ** 2)
    assert phi_m(-1 / 16) == pytest.approx(2**-0.25)
    assert phi_m(0.4) == pytest.approx(3.0)
    assert phi_h(0.4) == pytest.approx(3.0)


@pytest.mark.parametrize("length_m", LENGTHS_M)
def test_powers_are_the_slopes_of_wind_and_diffusivity(length_m: float) -> None:
    z = np.array([0.5, 2.0, 8.0])
    m, n = powers(z, ROUGHNESS_M, 1 / length_m)
    step = 1e-5
    wind = [log_wind(z * f, ROUGHNESS_M, 1 / length_m) for f in (1, 1 + step)]
    mixing = [z * f / phi_h(z * f / length_m) for f in (1, 1 + step)]
    assert m == pytest.approx(np.log(wind[1] / wind[0]) / step, rel=1e-3)
    assert n == pytest.approx(np.log(mixing[1] / mixing[0]) / step, rel=1e-3)


def by_steps(length_m: float, source_m: float, reading_m: float) -> np.ndarray:
    """Return C_y U(mast)/Q after WAYS_M: the diffusion equation, implicit, on a fine grid."""
    edges = np.geomspace(ROUGHNESS_M, 400.0, 301)
    middle, depth = np.sqrt(edges[1:] * edges[:-1]), np.diff(edges)
    wind = (np.log(middle / ROUGHNESS_M) - psi_m(middle / length_m)) / KARMAN
    inner = edges[1:-1]
    exchange = KARMAN * inner / phi_h(inner / length_m) / np.diff(middle)
    at = int(np.searchsorted(edges, source_m)) - 1
    gas = np.zeros(300)
    gas[at] = 1 / (wind[at] * depth[at])
    ways = np.unique(np.concatenate([[0.0], np.geomspace(0.05, WAYS_M[-1], 600), WAYS_M]))
    seen = []
    for before, after in itertools.pairwise(ways):
        carried = wind * depth / (after - before)
        bands = np.zeros((3, 300))
        bands[1] = carried
        bands[1, :-1] += exchange
        bands[1, 1:] += exchange
        bands[0, 1:] = bands[2, :-1] = -exchange
        gas = solve_banded((1, 1), bands, carried * gas)
        if after in WAYS_M:
            seen.append(np.interp(reading_m, middle, gas))
    mast = float(log_wind(MAST_M, ROUGHNESS_M, 1 / length_m)) / KARMAN
    return np.array(seen) * mast


def form(length_m: float, source_m: float, reading_m: float, ways_m: np.ndarray) -> np.ndarray:
    """Return C_y U(mast)/Q in closed form."""
    same = np.ones(ways_m.size)
    stability = stability_of_obukhov(length_m, ROUGHNESS_M) * same
    layer = surface_layer(ROUGHNESS_M, MAST_M)
    return crosswind_integrated(layer, ways_m, reading_m * same, source_m, stability)[0]


@pytest.mark.parametrize("source_m", [0.05, 1.0, 3.0])
@pytest.mark.parametrize("length_m", LENGTHS_M)
def test_powers_that_touch_at_the_mean_height_are_the_diffusion_equation(
    length_m: float, source_m: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The slow twin knows no powers; what they cost was seen to be 25 % in the most unstable air
    far away, and a tenth in most of it."""
    monkeypatch.setattr(module, "TOUCHING", 1.0)
    monkeypatch.setattr(module, "SLOWER", 1.0)
    slow, fast = by_steps(length_m, source_m, 1.5), form(length_m, source_m, 1.5, WAYS_M)
    assert fast == pytest.approx(slow, rel=0.27 if length_m > -50 and length_m < 0 else 0.15)
    if not -50 < length_m < 0:
        assert np.median(np.abs(fast / slow - 1)) < 0.08


def test_the_closed_form_is_that_of_particles_that_remember_their_eddy() -> None:
    """Stabilities and heights on which nothing was set; 800 particles scatter by 4 %. With powers
    that touch at the mean height the form is 15 % too low, and 19 % off r.m.s."""
    ways, off = np.array([12.0, 25.0, 50.0, 100.0]), []
    for k, (length_m, source_m) in enumerate(itertools.product((-15.0, 1e9, 50.0), (0.3, 1.5))):
        rng = np.random.default_rng(k)
        flown = fly(rng, 800, source_m, ways, ROUGHNESS_M, 1 / length_m, MAST_M)
        off += [
            np.log(form(length_m, source_m, z, ways) / flown.integrated_per_m(z))
            for z in (1.0, 2.0)
        ]
    assert np.mean(off) == pytest.approx(0.0, abs=0.03)
    assert np.sqrt(np.mean(np.square(off))) < 0.11


@pytest.mark.parametrize("stability", [2.0, 4.0, 5.5])
@pytest.mark.parametrize("source_m", [0.0, 2.0])
def test_what_goes_through_a_wall_is_what_was_let_go(stability: float, source_m: float) -> None:
    z = np.geomspace(0.02, 250.0, 4000)
    layer = surface_layer(ROUGHNESS_M, MAST_M)
    same = np.full(z.size, stability)
    gas, _ = crosswind_integrated(layer, np.full(z.size, 100.0), z, source_m, same)
    inverse = {2.0: -0.08117, 4.0: 0.0, 5.5: 0.06}[stability]
    wind = log_wind(z, ROUGHNESS_M, inverse) / log_wind(MAST_M, ROUGHNESS_M, inverse)
    assert np.trapezoid(gas * wind, z) == pytest.approx(1.0, abs=0.1)


def points(place_m: np.ndarray) -> Blocks:
    n = len(place_m)
    return Blocks(
        np.full(n, 500.0), place_m, np.zeros((n, 3)), np.arange(n), np.ones(n), np.zeros(n),
        np.ones(n), np.zeros(n),
    )  # fmt: skip


def surface(place_m: np.ndarray, east: float, north: float, stability: float) -> SurfacePlume:
    wind = WindRows(np.array([0.0, 1000.0]), np.full(2, east), np.full(2, north))
    layer = surface_layer(ROUGHNESS_M, MAST_M)
    return SurfacePlume(
        points(place_m), wind, layer, np.full(len(place_m), stability), unit=1.0
    )  # fmt: skip


def shape(**changes: float) -> Shape:
    return Shape(**{"turn_rad": 0.0, "width": 0.1, "height": 0.06, "lag_s": 0.0} | changes)


def test_turning_the_air_turns_the_plume_and_upwind_there_is_none() -> None:
    turn = np.radians(20.0)
    source = np.array([0.0, 0.0, 1.0])
    straight = np.array([[100.0, 3.0, 2.0], [-5.0, 0.0, 2.0]])
    cos, sin = np.cos(turn), np.sin(turn)
    turned = straight @ np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]])
    here = surface(straight, 4.0, 0.0, 4.0).carried(shape()).unit_ppm(source)
    there = surface(turned, 4.0, 0.0, 4.0).carried(shape(turn_rad=turn)).unit_ppm(source)
    assert there == pytest.approx(here)
    assert here[1] == 0.0 < here[0]


def test_stable_air_holds_gas_down_and_the_shape_shifts_it() -> None:
    place, source = np.array([[100.0, 0.0, 1.5]]), np.array([0.0, 0.0, 0.5])
    by_class = [surface(place, 3.0, 0.0, c).carried(shape()).unit_ppm(source)[0] for c in (2, 4, 6)]
    assert by_class[0] < by_class[1] < by_class[2]
    shifted = surface(place, 3.0, 0.0, 4.0).carried(shape(stability=2.0)).unit_ppm(source)[0]
    assert shifted == pytest.approx(by_class[2])
