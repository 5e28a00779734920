"""How much of a gas a plume holds that is not as warm as the air: end to end on made-up scenes."""

import numpy as np
import pytest

from cathartes.detect.describe import CONTRADICTS_FLAG, LOW_CONTRAST_FLAG
from cathartes.detect.settings import DetectSettings

ALONG = [("alphane", 60 + 2 * k, 30 + 3 * k, 70.0 - 4 * k) for k in range(12)]
"""A plume some fifty pixels long."""


def biggest(found):
    return max(found.plumes, key=lambda p: p.n_pixels)


@pytest.mark.parametrize(("air_k", "plume_k"), [(299.0, 308.0), (300.0, 306.0), (296.0, 283.0)])
def test_a_plume_warmer_or_colder_than_the_air_says_so_and_is_measured(
    make_emissive, air_k, plume_k
):
    """Only the air's temperature is known. The stated interval covers the true mean, and the pixels
    their own truth: two stated deviations in 90 % of those with gas (95 are stated; 10 % of the
    pixels share one error, the temperature's)."""
    scene = make_emissive(21, ALONG, air_k=air_k, plume_k=plume_k)
    found = scene.detect(DetectSettings())
    plume = biggest(found)
    assert plume.chemical == "alphane"
    assert plume.thermal_contrast == np.sign(plume_k - 293.0)
    assert abs(plume.plume_temperature_k - plume_k) < 2.5 * plume.plume_temperature_sd_k
    assert plume.plume_temperature_sd_k < 6.0
    inside = found.labels == plume.id
    truth = scene.truth_ppm_m["alphane"]
    low, high = plume.column_density_low_ppm_m, plume.column_density_high_ppm_m
    assert low < truth[inside].mean() < high
    column = found.planes.read("column_density_ppm_m/alphane")
    sd = found.planes.read("column_density_sd_ppm_m/alphane")
    stated = inside & np.isfinite(column)
    assert (np.isfinite(column) == np.isfinite(sd)).all()
    assert (np.abs(column - truth) <= 2 * sd)[stated].mean() > 0.9


def test_outside_plumes_an_unsure_contrast_gives_no_column(make_emissive):
    """Contrast of 12 K known to 8 K: it could be nought. Known to 2 K it could not."""
    scene = make_emissive(22, ALONG)
    unsure = scene.detect(DetectSettings())
    outside = unsure.labels == 0
    assert np.isnan(unsure.planes.read("column_density_ppm_m/betane")).all()
    assert np.isfinite(unsure.planes.read("necl_ppm_m/betane")[outside]).all()
    told = scene.detect(DetectSettings(plume_temperature_k=scene.air_temperature_k))
    column = told.planes.read("column_density_ppm_m/betane")
    assert np.isfinite(column).mean() > 0.99
    assert (column < 0).mean() > 0.3, "noise is kept, negative values too"


def test_a_contradicting_plume_has_no_column_in_its_layer_either(make_emissive):
    scene = make_emissive(23, ALONG, air_k=284.0)
    found = scene.detect(DetectSettings(plume_temperature_k=305.0))
    plume = biggest(found)
    assert CONTRADICTS_FLAG in plume.flags
    assert np.isnan(plume.column_density_mean_ppm_m)
    assert np.isnan(plume.plume_temperature_k)
    inside = found.labels == plume.id
    for name in ("column_density_ppm_m", "column_density_sd_ppm_m"):
        layer = found.planes.read(f"{name}/alphane")
        assert np.isnan(layer[inside]).all()
        assert np.isfinite(layer[~inside]).mean() > 0.99


def test_a_plume_that_may_be_as_warm_as_its_ground_has_a_lower_bound_alone(make_emissive):
    """A round plume of few pixels, warmer than the ground by 2 K; nobody knows the air."""
    scene = make_emissive(24, [("alphane", 45, 40, 300.0)], plume_k=296.5)
    found = scene.detect(DetectSettings(), air_temperature_k=None)
    plume = biggest(found)
    assert plume.chemical == "alphane"
    if np.isnan(plume.column_density_mean_ppm_m):
        assert LOW_CONTRAST_FLAG in plume.flags
        assert plume.column_density_high_ppm_m == np.inf
    true_mean = scene.truth_ppm_m["alphane"][found.labels == plume.id].mean()
    assert 0 <= plume.column_density_low_ppm_m < true_mean < plume.column_density_high_ppm_m


def test_in_sunlight_there_is_no_temperature_and_the_interval_is_two_deviations(make_reflective):
    found = make_reflective(25, [("betane", 45, 40, 3000.0)]).detect()
    plume = biggest(found)
    assert np.isnan(plume.plume_temperature_k)
    mean, sd = plume.column_density_mean_ppm_m, plume.column_density_sd_ppm_m
    assert plume.column_density_high_ppm_m == pytest.approx(mean + 2 * sd)
    assert plume.column_density_low_ppm_m == pytest.approx(max(mean - 2 * sd, 0.0))


def test_a_temperature_that_the_sign_contradicts_gives_no_amount(make_emissive):
    """The plume absorbs, so it is colder than the ground; 305 K air says warmer."""
    scene = make_emissive(1, [("alphane", 45, 40, 80.0)], air_k=284.0)
    plume = biggest(scene.detect(air_temperature_k=305.0))
    assert CONTRADICTS_FLAG in plume.flags
    assert np.isnan(plume.column_density_mean_ppm_m)


def test_thick_gas_counts_as_much_as_thin(make_emissive):
    """Over even ground the mean of a plume up to an optical depth of 1.8 is that of its pixels.

    Weighted by the contrast that is seen through it, which its own glow takes away, it was 0.49 of
    the truth where its pixels' was 1.15."""
    long = [("alphane", 60 + 2 * k, 30 + 3 * k, 700.0 - 55 * k) for k in range(12)]
    scene = make_emissive(26, long)
    told = DetectSettings(plume_temperature_k=scene.air_temperature_k, plume_temperature_sd_k=0.1)
    found = scene.detect(told)
    plume = biggest(found)
    inside = found.labels == plume.id
    assert scene.truth_ppm_m["alphane"].max() * 2e-3 > 1.5
    mean = np.nanmean(found.planes.read("column_density_ppm_m/alphane")[inside])
    assert plume.column_density_mean_ppm_m == pytest.approx(mean, rel=0.03)
