"""Thick plumes in sunlight: named, and measured over ground of any brightness."""

import numpy as np
import pytest

from cathartes.scenes.cube import ArrayLines

PLUMES = [
    ("deltane", 40, 40, 20_000.0),
    ("deltane", 44, 46, 15_000.0),
    ("deltane", 49, 51, 9_000.0),
]
"""One plume of three puffs, up to an optical depth of 4 on the whole way of the light."""


@pytest.mark.parametrize("seed", [21, 22, 23])
def test_a_thick_plume_is_named_and_measured(make_reflective, seed):
    """Its mean column within 10 % and two stated deviations, and each pixel's within 15 % where it
    is strong: radiance saturates, its logarithm does not."""
    scene = make_reflective(seed, PLUMES, shape=(90, 80))
    found = scene.detect()
    (plume,) = found.plumes
    assert plume.chemical == "deltane"
    truth = scene.truth_ppm_m["deltane"]
    inside = found.labels == plume.id
    mean = truth[inside].mean()
    assert plume.column_density_mean_ppm_m == pytest.approx(mean, rel=0.1)
    off = abs(plume.column_density_mean_ppm_m - mean)
    assert off <= 2 * plume.column_density_sd_ppm_m
    column = found.planes.read("column_density_ppm_m/deltane")
    strong = inside & (truth > 2000)
    assert strong.sum() > 50
    ratio = column[strong] / truth[strong]
    assert np.quantile(np.abs(ratio - 1), 0.9) < 0.15


def test_twice_the_light_on_half_the_scene_changes_no_column(make_reflective):
    """Logarithms take brightness off: pixels lit twice as much (slopes) have the same gas."""
    scene = make_reflective(24, PLUMES, shape=(90, 80))
    lit = scene.values.copy()
    lit[:, 42:] *= 2.0
    found = [scene.detect(), scene.detect(source=ArrayLines(lit.astype(np.float32)))]
    means = []
    for each in found:
        plume = max(each.plumes, key=lambda p: p.n_pixels)
        inside = each.labels == plume.id
        means.append(plume.column_density_mean_ppm_m / scene.truth_ppm_m["deltane"][inside].mean())
    assert means[1] == pytest.approx(means[0], rel=0.08)
