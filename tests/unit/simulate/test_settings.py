"""Settings: one place of defaults, unknown keys and contradictions are errors with names."""

import numpy as np
import pytest

from cathartes.errors import SettingsError
from cathartes.scenes.instrument import load_instrument
from cathartes.simulate.presets import (
    PRESETS,
    preset_settings,
    trial_settings,
    with_foreign_plume,
)
from cathartes.simulate.settings import SceneSettings, parse_scene_settings, read_scene_settings

TEXT = """
name = "farm"
seed = 4
lines = 100
[air]
temperature_k = 288.0
[[plumes]]
gases = { ammonia = 1.0 }
line = 50.5
sample = 20.5
emission_kg_h = 12.0
"""


def test_a_toml_text_becomes_settings_and_the_rest_is_default():
    settings = parse_scene_settings(TEXT, "farm.toml")
    assert (settings.seed, settings.lines, settings.air.temperature_k) == (4, 100, 288.0)
    assert settings.plumes[0].emission_kg_h == 12.0
    assert settings.samples == SceneSettings().samples
    assert settings.plumes[0].peak_ppm_m is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sed = 4", "scene file x.toml, sed: Extra inputs are not permitted"),
        ("[air]\nwater = 3", "air.water: Extra inputs"),
        ("lines = 0", "lines: Input should be greater than or equal to 1"),
        ("lines = ", "not valid TOML"),
        ("name = '../x'", "name: String should match pattern"),
        ("[[plumes]]\ngases={a=1}\nline=1\nsample=1", "exactly one of peak_ppm_m and emission"),
        (
            "[[plumes]]\ngases={a=1}\nline=1\nsample=1\npeak_ppm_m=1\nemission_kg_h=1",
            "exactly one of peak_ppm_m and emission",
        ),
        ("[[plumes]]\ngases={a=-1}\nline=1\nsample=1\npeak_ppm_m=1", "must be positive"),
        ("[[plumes]]\ngases={}\nline=1\nsample=1\npeak_ppm_m=1", "at least 1 item"),
        ("wind_speed_m_s = inf", "wind_speed_m_s: Input should be a finite number"),
        ("[[plumes]]\ngases={a=nan}\nline=1\nsample=1\npeak_ppm_m=1", "a finite number"),
        (
            "[[plumes]]\ngases={a=1}\nline=1\nsample=1\ntemperature_difference_k=-400",
            "temperature_difference_k: Input should be greater than or equal to -100",
        ),
    ],
)
def test_wrong_keys_and_values_are_named(text, words):
    with pytest.raises(SettingsError, match=words.replace("[", r"\[")):
        parse_scene_settings(text, "x.toml")


def test_reading_from_a_file(tmp_path):
    (tmp_path / "farm.toml").write_text(TEXT)
    assert read_scene_settings(tmp_path / "farm.toml").name == "farm"
    with pytest.raises(SettingsError, match="no scene file"):
        read_scene_settings(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b"name = '\xfc'")
    with pytest.raises(SettingsError, match=r"can't be read .* a TOML file in UTF-8 is needed"):
        read_scene_settings(tmp_path / "latin.toml")


def test_presets_are_found_by_name():
    assert {"demo", "hytes", "swir"} <= set(PRESETS)
    assert preset_settings("demo").name == "demo"
    with pytest.raises(SettingsError, match="no scene preset 'dmo'; there are demo"):
        preset_settings("dmo")


def test_the_demo_holds_what_it_should():
    plumes = preset_settings("demo").plumes
    assert len({next(iter(p.gases)) for p in plumes}) == len(plumes) >= 5
    assert sum(len(p.gases) > 1 for p in plumes) == 1
    assert {p.temperature_difference_k > 5 for p in plumes} == {True, False}


def test_random_trials_repeat_differ_and_stay_inside(gases, hytes):
    one, again, other = (
        trial_settings(seed, gases, hytes, n_plumes=6, surface_set="b") for seed in (1, 1, 2)
    )
    assert one == again
    assert one != other
    assert one.landscape.surface_set == "b"
    assert len(one.plumes) == 6
    for plume in one.plumes:
        assert 0 < plume.line < one.lines
        assert 0 < plume.sample < one.samples
        # Gases without a band in 7.5-12 um are never drawn.
        assert set(plume.gases) <= {"alphane", "betane"}
    assert len(one.plumes[3].gases) == 2


def test_a_trial_without_visible_gas_is_refused(gases):
    with pytest.raises(SettingsError, match="sees no gas of the library of 1"):
        trial_settings(1, gases.select(["elsewhere"]), load_instrument("hytes-like"))


def test_trials_cover_weak_and_strong_plumes(gases, hytes):
    depths = [p.peak_ppm_m for seed in range(10) for p in trial_settings(seed, gases, hytes).plumes]
    assert np.max(depths) / np.min(depths) > 20


def test_a_foreign_plume_is_added_and_nothing_else_changes(gases, hytes):
    """Its gas is in no other plume, and it lies apart from them."""
    for seed in range(20):
        without = trial_settings(seed, gases.select(["alphane"]), hytes)
        settings, gas = with_foreign_plume(without, gases, hytes)
        assert settings.plumes[:-1] == without.plumes
        assert settings.model_copy(update={"plumes": ()}) == without.model_copy(
            update={"plumes": ()}
        )
        last = settings.plumes[-1]
        assert (gas, dict(last.gases)) == ("betane", {"betane": 1.0})
        assert 0 < last.line < settings.lines
        assert 0 < last.sample < settings.samples
        apart = min(np.hypot(p.line - last.line, p.sample - last.sample) for p in without.plumes)
        assert apart > 30
        assert with_foreign_plume(without, gases, hytes) == (settings, gas)


def test_a_scene_that_holds_every_gas_has_no_foreign_one(gases, hytes):
    two = gases.select(["alphane", "betane"])
    full = trial_settings(4, two, hytes)
    with pytest.raises(SettingsError, match="none is left for a plume of another one"):
        with_foreign_plume(full, two, hytes)
