"""Settings of detection: what can't be is refused, in words that say what can."""

from dataclasses import fields

import pytest

from cathartes.detect.settings import DetectSettings
from cathartes.errors import SettingsError


@pytest.mark.parametrize("name", ["sample_bytes", "block_bytes"])
def test_no_memory_is_no_setting(name):
    with pytest.raises(SettingsError, match=f"{name} is 0; bytes of memory are needed"):
        DetectSettings(**{name: 0})


def test_plumes_by_chance_are_limited_by_the_megapixel_and_not_below_a_tenth_a_scene():
    settings = DetectSettings()
    assert [settings.greatest_by_chance(n) for n in (0, 25_600, 163_840)] == [0.1] * 3
    assert settings.greatest_by_chance(2_000_000) == pytest.approx(1.2)


@pytest.mark.parametrize("n_pixels", [0, 25_600, 2_000_000])
def test_a_limit_that_is_set_is_of_the_scene_whatever_its_size(n_pixels):
    assert DetectSettings(max_expected_by_chance=0.02).greatest_by_chance(n_pixels) == 0.02


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"min_bands": 2}, "min_bands is 2; at least 3"),
        ({"averaging_width_px": 4}, "averaging_width_px is 4; an odd width"),
        ({"averaging_width_px": -1}, "averaging_width_px is -1; an odd width"),
        ({"optical_depths": ()}, r"optical_depths is \(\); 0 first"),
        ({"optical_depths": (0.5, 1.0)}, "0 first, then positive depths"),
        ({"decoys_per_gas": 0}, "without decoys nothing says what chance gives"),
        ({"max_expected_by_chance": 0.0}, "above 0 and at most 100"),
        ({"altitude_m": -5.0}, "metres over the ground"),
        ({"plume_temperature_k": 20.0}, "kelvins between 150 and 1500"),
        ({"mixture_max_gases": 4}, "1, 2 or 3 is needed"),
        ({"prior_extra_gas": 0.0}, "prior_extra_gas is 0.0; above 0"),
        ({"optical_depths": (0.0, 0.0)}, "0 first, then positive depths"),
        ({"stripe_smoothing_samples": 0.0}, "samples above 0"),
        ({"min_contrast_k": -1.0}, "kelvins from 0"),
        ({"ring_width_px": 0}, "1, 0 and 1 at least"),
        ({"signature_error": 0.0}, "signature_error is 0.0; above 0"),
        ({"prior_unknown": 1.0}, "prior_unknown is 1.0; above 0 and below 1"),
        ({"air_mass_factor": -2.0}, "air_mass_factor is -2.0; 1 to 25 is needed"),
        ({"air_mass_factor": 1e6}, "sun overhead and looking down: 2"),
        ({"air_error": -1.0}, "air_error is -1.0; 0 to 1"),
        ({"assumed_contrast_k": 300.0}, "-5 is a plume 5 K colder"),
        ({"grow_score": -1.0}, "clean standard deviations above 0"),
    ],
)
def test_what_can_t_be_is_refused(setting, words):
    with pytest.raises(SettingsError, match=words):
        DetectSettings(**setting)


NUMBERS = [
    f.name for f in fields(DetectSettings) if "float" in str(f.type) and "tuple" not in str(f.type)
]


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_no_setting_is_no_number_or_endless(name, value):
    """A NaN passed as a factor made plumes vanish and blamed the ground's temperature."""
    assert len(NUMBERS) > 12
    with pytest.raises(SettingsError, match=name):
        DetectSettings(**{name: value})
