"""Materials: two disjoint halves, values that can be emissivities, and messages."""

import numpy as np
import pytest

from cathartes.errors import InputError, SettingsError
from cathartes.simulate.materials import REFLECTIVE_KNOTS_UM
from cathartes.simulate.surfaces import TabulatedSurface, builtin_surfaces, varied

THERMAL_UM = np.linspace(7.4, 13.5, 400)


def test_halves_share_no_material_and_have_every_family():
    a, b = builtin_surfaces("a"), builtin_surfaces("b")
    assert {s.name for s in a}.isdisjoint(s.name for s in b)
    assert len(a) >= 12
    assert len(b) >= 12
    assert {s.family for s in a} == {s.family for s in b}
    assert len(builtin_surfaces("all")) == len(a) + len(b)


def test_materials_behave_as_their_families_do():
    emissivity = {s.name: 1.0 - s.reflectance(THERMAL_UM) for s in builtin_surfaces("all")}
    families = {s.name: s.family for s in builtin_surfaces("all")}
    for name, values in emissivity.items():
        assert ((values > 0) & (values < 1)).all()
        if families[name] in {"vegetation", "water"}:
            assert values.mean() > 0.94
        if families[name] == "metal":
            assert values.mean() < 0.4
    # Quartz reflects in 8-9.2 um, not at 10.5-11.5 um: its reststrahlen doublet.
    sand = emissivity["silica_sand"]
    assert sand[(THERMAL_UM > 8.0) & (THERMAL_UM < 9.2)].mean() < 0.8
    assert sand[(THERMAL_UM > 10.5) & (THERMAL_UM < 11.5)].mean() > 0.95


def test_vegetation_has_its_red_edge_and_every_curve_its_points():
    short_um = np.linspace(0.4, 2.5, 500)
    for surface in builtin_surfaces("all"):
        assert ((surface.reflectance(short_um) > 0) & (surface.reflectance(short_um) < 1)).all()
        assert len(surface.material.reflective) == len(REFLECTIVE_KNOTS_UM)
    grass = next(s for s in builtin_surfaces("a") if s.name == "grass")
    red, near = grass.reflectance(np.array([0.68, 0.80]))
    assert near > 5 * red


def test_unknown_set_is_refused():
    with pytest.raises(SettingsError, match="surface set 'c'; 'a', 'b' and 'all' exist"):
        builtin_surfaces("c")


def test_tables_are_checked():
    with pytest.raises(InputError, match="3 wavelengths and 2 values"):
        TabulatedSurface("x", "soil", np.array([1.0, 2.0, 3.0]), np.array([0.1, 0.2]))
    with pytest.raises(InputError, match="wavelengths must ascend"):
        TabulatedSurface("x", "soil", np.array([2.0, 1.0]), np.array([0.1, 0.2]))
    with pytest.raises(InputError, match="values be finite"):
        TabulatedSurface("x", "soil", np.array([1.0, 2.0]), np.array([0.1, np.nan]))
    held = TabulatedSurface("x", "soil", np.array([1.0, 2.0]), np.array([0.1, 0.2]))
    np.testing.assert_allclose(held.reflectance(np.array([0.5, 1.5, 9.0])), [0.1, 0.15, 0.2])


def test_variants_resemble_their_material_and_differ():
    base = builtin_surfaces("a")
    made = varied(base, 3, np.random.default_rng(0))
    assert len({s.name for s in made}) == len(made) == 4 * len(base)
    assert varied(base, 0, np.random.default_rng(0)) == base
    grass = [s.reflectance(THERMAL_UM) for s in made if s.name.startswith("grass")]
    sand = next(s for s in base if s.name == "silica_sand").reflectance(THERMAL_UM)
    for variant in grass[1:]:
        assert 0 < np.abs(variant - grass[0]).max() < 0.03
        assert np.abs(variant - sand).max() > 0.1
    # Measured materials stay as they were measured.
    table = TabulatedSurface("x", "soil", np.array([1.0, 2.0]), np.array([0.1, 0.2]))
    assert varied((table,), 4, np.random.default_rng(0)) == (table,)
