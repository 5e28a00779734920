"""What plumes near the ground share: curves over the way, and the upward spread of all widths."""

from dataclasses import replace

import numpy as np
import pytest

from cathartes.locate import surface_curves
from cathartes.locate.air import Shape
from cathartes.locate.blocks import Blocks
from cathartes.locate.surface_curves import CURVE_POINTS, curves_of
from cathartes.locate.surface_layer import crosswind_integrated, surface_layer
from cathartes.locate.surface_plume import SurfacePlume
from cathartes.locate.wind_rows import WindRows

ROUGHNESS_M, MAST_M = 0.03, 2.0


def points(place_m: np.ndarray) -> Blocks:
    n = len(place_m)
    return Blocks(
        np.full(n, 500.0), place_m, np.zeros((n, 3)), np.arange(n), np.ones(n), np.zeros(n),
        np.ones(n), np.zeros(n),
    )  # fmt: skip


def test_curves_over_the_way_are_what_they_are_made_of() -> None:
    """The slow twin works out each point. Nearer to a source as high as a reading than a metre,
    where a plume is a few centimetres high, curves are 1.3 % wrong."""
    rng = np.random.default_rng(3)
    n = 600
    way_m = np.exp(rng.uniform(np.log(0.5), np.log(200.0), n))
    beyond = way_m > 1.0
    place_m = np.column_stack([way_m, np.zeros(n), rng.choice([1.6, 2.4], n)])
    stability = np.full(n, 3.3)
    layer = surface_layer(ROUGHNESS_M, MAST_M)
    curves = curves_of(points(place_m), layer, stability)
    assert curves is not None
    for source_m, shift in ((0.3, 0.5), (1.37, -0.88), (4.1, 0.13), (0.001, 2.3)):
        fast = curves.crosswind_integrated(way_m, np.arange(n), source_m, shift)
        slow = crosswind_integrated(layer, way_m, place_m[:, 2], source_m, stability + shift)
        for quick, each in zip(fast, slow, strict=True):
            assert quick[beyond] == pytest.approx(each[beyond], abs=2e-3 * each[beyond].max())
            assert quick == pytest.approx(each, abs=1.3e-2 * each.max())
    fast = curves.crosswind_integrated(way_m, np.arange(n), 0.3, 0.5)
    slow = crosswind_integrated(layer, way_m, place_m[:, 2], 0.3, stability + 0.5)
    for quick, each in zip(fast, slow, strict=True):
        assert quick == pytest.approx(each, abs=2e-3 * each.max())
    nothing = curves.crosswind_integrated(np.empty(0), np.empty(0, np.intp), 0.3, 0.5)
    assert nothing[0].size == 0
    far = curves.crosswind_integrated(np.full(1, 3000.0), np.zeros(1, np.intp), 0.3, 0.5)
    assert far[0] == pytest.approx(
        crosswind_integrated(layer, np.full(1, 3000.0), place_m[:1, 2], 0.3, stability[:1] + 0.5)[
            0
        ],
        rel=5e-3,
    )


def test_curves_that_do_not_fit_are_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    place_m = np.column_stack([np.linspace(5.0, 90.0, 400), np.zeros(400), np.full(400, 1.6)])
    layer, at = surface_layer(ROUGHNESS_M, MAST_M), np.arange(400)
    kept, cramped = (curves_of(points(place_m), layer, np.full(400, 4.0)) for _ in range(2))
    assert kept is not None
    assert cramped is not None
    for source_m in (0.2, 0.9, 2.0):
        whole = kept.crosswind_integrated(place_m[:, 0], at, source_m, 0.3)
        with monkeypatch.context() as patched:
            patched.setattr(surface_curves, "MOST_BYTES", 1)
            few = cramped.crosswind_integrated(place_m[:, 0], at, source_m, 0.3)
        assert np.array_equal(few, whole)


def test_moving_sensors_and_few_points_have_no_curves() -> None:
    place_m = np.tile([10.0, 0.0, 1.5], (2 * CURVE_POINTS, 1))
    stands = points(place_m)
    moves = replace(stands, velocity_m_s=np.ones(place_m.shape))
    same = np.full(len(place_m), 4.0)
    layer = surface_layer(ROUGHNESS_M, MAST_M)
    assert curves_of(stands, layer, same) is not None
    assert curves_of(moves, layer, same) is None
    assert curves_of(points(place_m[:30]), layer, same[:30]) is None


def test_widths_together_are_each_alone() -> None:
    place_m = np.array([[60.0, 4.0, 2.0], [120.0, -9.0, 2.0]])
    source = np.array([0.0, 0.0, 1.0])
    layer, wind = surface_layer(ROUGHNESS_M, MAST_M), WindRows(np.zeros(1), *np.array([[4.0], [0]]))
    air = SurfacePlume(points(place_m), wind, layer, np.full(2, 3.5), unit=1.0)
    together = air.carried(Shape(0.0, 0.1, 0.06, 0.0)).unit_ppm_of_widths(source, (0.05, 0.2))
    for width, ppm in zip((0.05, 0.2), together, strict=True):
        alone = air.carried(Shape(0.0, width, 0.06, 0.0)).unit_ppm(source)
        assert ppm == pytest.approx(alone)
