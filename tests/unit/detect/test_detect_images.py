"""Amounts and contrasts made near plumes alone, against those of every pixel."""

from dataclasses import replace

import numpy as np
import pytest

from cathartes.detect.planes import MemoryPlanes
from cathartes.detect.settings import DetectSettings
from cathartes.detect.step import detect
from cathartes.scenes.cube import ArrayLines

SETTINGS = DetectSettings(plume_excess_sd_k=2.0, block_bytes=4 * 120 * 48 * 40)
KINDS = ("amount", "contrast", "column_density_ppm_m", "column_density_sd_ppm_m", "necl_ppm_m")


@pytest.fixture
def both(make_emissive):
    """What is found in one scene, with and without images of every pixel."""
    scene = make_emissive(16, [("deltane", 45, 40, 80.0), ("alphane", 100, 80, 80.0)])
    values = scene.values.astype(np.float32)
    values[47, 42] = np.nan
    cube = scene.cube(source=ArrayLines(values))
    return tuple(
        detect(cube, scene.gases, SETTINGS, MemoryPlanes(150, 120), images=images)
        for images in (True, False)
    )


def test_plumes_are_the_same_whether_images_are_made_everywhere_or_not(both):
    everywhere, near = both
    assert {plume.chemical for plume in everywhere.plumes} >= {"deltane"}
    np.testing.assert_array_equal(near.labels, everywhere.labels)
    for here, there in zip(near.plumes, everywhere.plumes, strict=True):
        assert here.flags == there.flags
        assert here.probability == there.probability
        assert here.column_density_mean_ppm_m == pytest.approx(
            there.column_density_mean_ppm_m, rel=1e-4
        )


def test_images_near_plumes_are_those_of_every_pixel(both):
    """Also where a pixel has no value; away from plumes nothing is known."""
    everywhere, near = both
    lines = (near.labels > 0).any(axis=1)
    assert lines[47]
    assert not lines.all()
    for kind in KINDS:
        here, there = (found.planes.read(f"{kind}/deltane") for found in (near, everywhere))
        spread = np.nanstd(there)
        np.testing.assert_allclose(here[lines], there[lines], rtol=1e-3, atol=1e-3 * spread)
        assert np.isnan(here[47, 42])
        assert np.isnan(here).sum() > np.isnan(there).sum()


def test_sensitivities_of_the_sample_are_those_of_the_scene(both):
    """The whole of so small a scene is its sample."""
    everywhere, near = both
    for here, there in zip(near.gases, everywhere.gases, strict=True):
        assert replace(here, false_alarm=there.false_alarm) == replace(
            there,
            necl_median_ppm_m=pytest.approx(there.necl_median_ppm_m, rel=1e-3),
            detectable_column_median_ppm_m=pytest.approx(
                there.detectable_column_median_ppm_m, rel=1e-3
            ),
            blind_share=pytest.approx(there.blind_share, abs=1e-3, nan_ok=True),
        )
