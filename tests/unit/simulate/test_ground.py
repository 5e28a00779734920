"""Landscapes: repeatable, made of the surfaces given, with parcels rather than noise."""

import numpy as np
import pytest

from cathartes.errors import SettingsError
from cathartes.simulate.ground import Landscape, make_ground
from cathartes.simulate.surfaces import builtin_surfaces
from cathartes.simulate.texture import fractal_field, smooth_field

SURFACES = builtin_surfaces("a")
WARMTH = {s.name: (s.material.warmth_k, s.material.texture_k) for s in SURFACES}
LAND = Landscape(150.0, 0.3, 0.05, 0.1, 3, 4, 3, True, 1.5)


def ground(seed: int, land: Landscape = LAND, shape: tuple[int, int] = (90, 70)):
    return make_ground(shape, 4.0, SURFACES, land, 295.0, WARMTH, np.random.default_rng(seed))


def test_same_seed_same_landscape_and_another_seed_another():
    one, again, other = ground(1), ground(1), ground(2)
    np.testing.assert_array_equal(one.first, again.first)
    np.testing.assert_array_equal(one.first_k, again.first_k)
    assert (one.first != other.first).mean() > 0.3


def test_it_has_parcels_several_families_and_mixed_borders():
    made = ground(3)
    families = {made.surfaces[m].family for m in np.unique(made.first)}
    assert {"vegetation", "soil", "pavement"} <= families
    # Neighbours mostly share a material: parcels, not noise.
    assert (made.first[:, 1:] == made.first[:, :-1]).mean() > 0.85
    assert ((made.first_share > 0) & (made.first_share <= 1)).all()
    assert (made.first_share < 1).mean() > 0.05


def test_sun_warms_pavement_over_grass_and_night_turns_it_round():
    night = Landscape(150.0, 0.3, 0.05, 0.1, 3, 4, 0, False, 0.5)
    for land, sign in ((LAND, 1.0), (night, -1.0)):
        made = ground(4, land, (150, 150))
        kind = np.array([s.family for s in SURFACES])[made.first]
        warm = np.median(made.temperature_k[kind == "pavement"])
        cool = np.median(made.temperature_k[kind == "vegetation"])
        assert sign * (warm - cool) > 0.5


def test_hot_objects_are_the_tail():
    with_hot = Landscape(150.0, 0.3, 0.05, 0.1, 3, 4, 6, True, 1.5)
    without = Landscape(150.0, 0.3, 0.05, 0.1, 3, 4, 0, True, 1.5)
    hot, calm = ground(5, with_hot).first_k, ground(5, without).first_k
    changed = hot != calm
    assert 6 <= changed.sum() <= 6 * 9
    assert hot[changed].max() > calm.max() + 5


def test_nothing_to_build_from_is_refused():
    with pytest.raises(SettingsError, match="0 surfaces"):
        make_ground((3, 3), 4.0, (), LAND, 295.0, {}, np.random.default_rng(0))
    with pytest.raises(SettingsError, match="one pixel at least"):
        make_ground((0, 3), 4.0, SURFACES, LAND, 295.0, WARMTH, np.random.default_rng(0))


def test_one_pixel_is_a_landscape():
    made = ground(6, LAND, (1, 1))
    assert np.isfinite(made.temperature_k).all()


@pytest.mark.parametrize("scale", [0.5, 3.0, 25.0])
def test_smooth_fields_have_unit_spread_and_their_scale(scale):
    field = smooth_field(np.random.default_rng(0), (300, 200), scale)
    assert field.shape == (300, 200)
    assert field.mean() == pytest.approx(0.0, abs=1e-9)
    assert field.std() == pytest.approx(1.0)
    # Gaussian smoothing by s leaves a correlation of exp(-r²/4s²): 0.78 at half the scale.
    lag = max(1, round(scale))
    near = (field[lag:] * field[:-lag]).mean()
    assert near == pytest.approx(np.exp(-(lag**2) / (4 * scale**2)), abs=0.15)
    assert fractal_field(np.random.default_rng(0), (40, 30), (5.0, 1.0)).std() == pytest.approx(1.0)
