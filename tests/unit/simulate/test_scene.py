"""Whole small scenes: what is said to be true is what was put in, and nothing else changes."""

from dataclasses import replace

import numpy as np
import pytest

from cathartes.errors import NoSignatureError, SettingsError, UnknownGasError
from cathartes.scenes.open import open_cube
from cathartes.simulate.folder import CUBE_NAME, write_scene_files
from cathartes.simulate.scene import pixel_and_altitude, simulate_scene
from cathartes.simulate.settings import DetectorSettings, PlumeSettings, SceneSettings
from cathartes.spectra.builtin import builtin_library
from cathartes.spectra.response import SpectralBands


@pytest.fixture(scope="module")
def scene(small, gases, hytes):
    return simulate_scene(small, gases, hytes)


def test_shapes_units_and_levels(scene, hytes):
    assert scene.radiance.shape == (48, 40, 256)
    assert scene.radiance.dtype == np.float32
    # Ground near 300 K at 10 um gives 9.9 W m-2 sr-1 um-1.
    band = int(np.argmin(np.abs(hytes.bands.centre_um - 10.0)))
    assert 6.0 < np.median(scene.radiance[:, :, band]) < 14.0


def test_same_settings_same_scene(scene, small, gases, hytes):
    again = simulate_scene(small, gases, hytes)
    np.testing.assert_array_equal(scene.radiance, again.radiance)
    np.testing.assert_array_equal(scene.truth.snr, again.truth.snr)


def test_a_plume_changes_its_own_pixels_alone(scene, small, gases, hytes):
    empty = simulate_scene(small.without_plumes(), gases, hytes)
    clean = scene.truth.labels == 0
    assert 0 < (~clean).sum() < clean.sum()
    np.testing.assert_array_equal(scene.radiance[clean], empty.radiance[clean])
    peak = scene.truth.snr[0] > 20
    assert (np.abs(scene.radiance - empty.radiance)[peak].max(axis=1) > 0.05).all()
    assert empty.truth.plumes == ()
    assert empty.truth.best_snr.max() == 0.0
    assert empty.settings.name == "small-empty"


def test_truth_says_what_was_asked(scene, small):
    truth = scene.truth
    assert truth.gases == ("alphane", "betane")
    assert truth.column_density_ppm_m[0].max() == pytest.approx(400.0, rel=1e-6)
    ratio = (
        truth.column_density_ppm_m[1][truth.labels == 1]
        / truth.column_density_ppm_m[0][truth.labels == 1]
    )
    np.testing.assert_allclose(ratio, 0.5, rtol=1e-6)
    plume = truth.plumes[0]
    assert dict(plume.gases) == {"alphane": pytest.approx(400.0), "betane": pytest.approx(200.0)}
    assert plume.main_gas == "alphane"
    assert plume.temperature_k == small.air.temperature_k + 12.0
    assert plume.n_pixels == (truth.labels == 1).sum()
    assert plume.snr_max == pytest.approx(truth.snr[0].max())
    contrast = truth.thermal_contrast_k
    assert (np.isnan(contrast) == (truth.labels == 0)).all()
    np.testing.assert_allclose(
        contrast[truth.labels == 1],
        (plume.temperature_k - truth.ground_temperature_k)[truth.labels == 1],
        atol=1e-3,
    )


def test_snr_grows_with_the_column_and_stands_against_the_scene(gases, hytes, small):
    """Thin gas: the signal is linear in the column, so twice the gas has twice the SNR."""
    scenes = []
    for peak in (2.0, 4.0):
        plume = small.plumes[0].model_copy(update={"peak_ppm_m": peak, "gases": {"alphane": 1.0}})
        scenes.append(
            simulate_scene(small.model_copy(update={"plumes": (plume,)}), gases, hytes).truth.snr
        )
    inside = scenes[0] > 0.1
    assert inside.sum() > 20
    np.testing.assert_allclose(scenes[1][inside] / scenes[0][inside], 2.0, rtol=0.02)


def test_noise_has_the_instruments_size(small, gases, hytes):
    """Noisy less noise-free is white with the NESR; tolerance 5 % from 1920 pixels."""
    perfect = {"stripe_offset_nesr": 0.0, "stripe_gain": 0.0, "trend": 0.0, "bad_columns": 0}
    noisy, quiet = (
        simulate_scene(
            small.model_copy(update={"detector": DetectorSettings(noise_factor=f, **perfect)}),
            gases, hytes,
        ).radiance.astype(float)
        for f in (1.0, 0.0)
    )  # fmt: skip
    ratio = (noisy - quiet) / hytes.noise.nesr(quiet)
    assert ratio.std() == pytest.approx(1.0, abs=0.01)
    np.testing.assert_allclose(ratio.std(axis=(0, 1)), 1.0, atol=0.1)


def test_layers_over_each_other_are_all_seen(gases, hytes, small):
    """Two equal thin plumes in one place are one of twice the column."""
    base = {"line": 20.5, "sample": 10.5, "length_m": 120.0, "temperature_difference_k": 12.0,
            "filaments": 0.0, "meander": 0.0, "gases": {"alphane": 1.0}}  # fmt: skip
    quiet = small.model_copy(update={"detector": DetectorSettings(noise_factor=0.0)})
    one, two = (
        simulate_scene(
            quiet.model_copy(update={"plumes": (PlumeSettings(**base, peak_ppm_m=p),) * n}),
            gases, hytes,
        )
        for p, n in ((300.0, 1), (150.0, 2))
    )  # fmt: skip
    np.testing.assert_allclose(two.radiance, one.radiance, rtol=1e-5)
    np.testing.assert_allclose(
        two.truth.column_density_ppm_m, one.truth.column_density_ppm_m, rtol=1e-5, atol=1e-6
    )


def test_an_emission_rate_gives_the_mass_it_should(gases, hytes):
    """Column integrated over the scene is Q L / U in mass: L is 0.9 of the plume's length."""
    plume = PlumeSettings(
        gases={"alphane": 1.0}, line=40.5, sample=5.5, emission_kg_h=36.0, length_m=150.0,
        source_width_m=8.0, growth=0.05,
    )  # fmt: skip
    settings = SceneSettings(
        lines=80, samples=60, pixel_m=4.0, wind_from_deg=270.0, wind_speed_m_s=2.0,
        plumes=(plume,), landscape={"hot_objects": 0},
    )  # fmt: skip
    truth = simulate_scene(settings, gases, hytes).truth
    moles = truth.column_density_ppm_m[0].sum() * 16.0 * 1e-6 * 101_325.0 / (8.314462618 * 296.0)
    expected_kg = 36.0 / 3600.0 / 2.0 * 0.9 * 150.0
    assert moles * 17.0e-3 == pytest.approx(expected_kg, rel=0.02)


def test_sunlight_scenes_darken_where_the_gas_absorbs(gases, avng):
    plume = PlumeSettings(gases={"swirane": 1.0}, line=15.5, sample=8.5, peak_ppm_m=8000.0,
                          length_m=100.0)  # fmt: skip
    settings = SceneSettings(
        instrument="aviris-ng-like", lines=30, samples=40, wind_from_deg=270.0, plumes=(plume,),
        detector={"noise_factor": 0.0},
    )  # fmt: skip
    seen = simulate_scene(settings, gases, avng)
    empty = simulate_scene(settings.without_plumes(), gases, avng)
    band = int(np.argmin(np.abs(avng.bands.centre_um - 1e4 / 4400.0)))
    column = seen.truth.column_density_ppm_m[0]
    inside = column > 1000.0
    depth = -np.log(seen.radiance[inside, band] / empty.radiance[inside, band])
    # A α u at the peak: 4e-21 cm2 is 9.92e-6 per ppm m; the band is a little wider than a point.
    expected = (1.0 + 1.0 / np.cos(np.deg2rad(35.0))) * 9.92e-6 * column[inside]
    np.testing.assert_allclose(depth, expected, rtol=0.06)
    far = int(np.argmin(np.abs(avng.bands.centre_um - 1.2)))
    np.testing.assert_array_equal(seen.radiance[..., far], empty.radiance[..., far])
    assert np.isnan(seen.truth.thermal_contrast_k).all()


def test_the_map_grid_has_its_line_0_in_the_north(scene, small, hytes):
    pixel_m, altitude_m = pixel_and_altitude(small, hytes)
    assert pixel_m == pytest.approx(hytes.ifov_mrad * 1e-3 * altitude_m)
    a, b, _, d, e, _ = scene.map_grid.transform
    assert (a, b, d, e) == (pixel_m, 0.0, 0.0, -pixel_m)
    assert scene.map_grid.shape == (48, 40)
    assert pixel_and_altitude(small.model_copy(update={"pixel_m": 7.0}), hytes)[0] == 7.0


@pytest.mark.parametrize(
    ("gas", "error", "words"),
    [
        ("unheardof", UnknownGasError, "no gas 'unheardof'"),
        ("nothingane", NoSignatureError, "nothingane has no spectrum"),
        ("elsewhere", NoSignatureError, "elsewhere absorbs nowhere in"),
    ],
)
def test_gases_that_cannot_be_simulated_are_refused(small, gases, hytes, gas, error, words):
    plume = small.plumes[0].model_copy(update={"gases": {gas: 1.0}})
    with pytest.raises(error, match=words):
        simulate_scene(small.model_copy(update={"plumes": (plume,)}), gases, hytes)


def test_a_plume_outside_the_scene_is_refused(small, gases, hytes):
    plume = small.plumes[0].model_copy(update={"line": -900.0})
    with pytest.raises(SettingsError, match="outside the scene of 48 lines and 40 samples"):
        simulate_scene(small.model_copy(update={"plumes": (plume,)}), gases, hytes)


def test_the_peak_of_a_plume_needs_its_source_in_the_scene(small, gases, hytes):
    """Rationale: else the faint tail that reaches the scene would be raised to the peak."""
    peak = small.plumes[0]
    for place in ({"line": -0.5}, {"line": 48.5}, {"sample": 40.5}):
        plume = peak.model_copy(update=place)
        with pytest.raises(SettingsError, match=r"its source outside .* 48 lines and 40 samples"):
            simulate_scene(small.model_copy(update={"plumes": (plume,)}), gases, hytes)
    drifting = {"line": 20.5, "sample": -3.0, "peak_ppm_m": None, "emission_kg_h": 50.0}
    scene = simulate_scene(
        small.model_copy(
            update={"plumes": (peak.model_copy(update=drifting),), "wind_from_deg": 270.0}
        ),
        gases,
        hytes,
    )
    assert scene.truth.column_density_ppm_m[0, 20, 0] > 0


def test_sunlight_at_night_is_refused(small, gases, avng):
    night = small.model_copy(update={"sun_zenith_deg": 120.0, "plumes": ()})
    with pytest.raises(SettingsError, match="the scene is at night; set sun_zenith_deg"):
        simulate_scene(night, gases, avng)


def test_a_night_scene_is_colder_and_can_be_written(small, gases, hytes, tmp_path):
    night = simulate_scene(
        small.model_copy(update={"sun_zenith_deg": 120.0, "plumes": ()}), gases, hytes
    )
    day = simulate_scene(small.without_plumes(), gases, hytes)
    assert night.radiance.mean() < day.radiance.mean()
    write_scene_files(night, tmp_path)
    assert open_cube(tmp_path / CUBE_NAME).shape == night.radiance.shape


def test_one_gas_under_two_names_is_refused(small, hytes):
    """Else the last amount would silently stand for both."""
    library = builtin_library()
    plume = small.plumes[0].model_copy(update={"gases": {"ammonia": 1.0, "NH3": 5.0}})
    with pytest.raises(SettingsError, match=r"ammonia, NH3 at .* names one gas twice"):
        simulate_scene(small.model_copy(update={"plumes": (plume,)}), library, hytes)


def test_more_plumes_than_a_word_has_bits_are_all_seen(gases, hytes, small):
    """The 65th plume lies apart from the others: its own pixels must change as if it were alone."""
    base = {"length_m": 12.0, "filaments": 0.0, "meander": 0.0, "gases": {"alphane": 1.0},
            "temperature_difference_k": 12.0}  # fmt: skip
    crowd = PlumeSettings(**base, line=5.5, sample=10.5, peak_ppm_m=1.0)
    last = PlumeSettings(**base, line=40.5, sample=10.5, peak_ppm_m=400.0)
    many, alone = (
        simulate_scene(small.model_copy(update={"plumes": plumes}), gases, hytes)
        for plumes in ((*(crowd,) * 64, last), (last,))
    )
    apart = (many.truth.labels == 65) & (alone.truth.labels == 1)
    assert apart.sum() > 5
    np.testing.assert_allclose(many.radiance[apart], alone.radiance[apart], rtol=1e-5)


@pytest.mark.parametrize("shape", [(1, 1), (1, 12), (5, 5)])
def test_a_tiny_scene_does_not_call_a_trace_of_gas_visible(shape, gases, hytes, tmp_path):
    """Fewer pixels than bands: a millionth of a strong plume is still too weak to be found."""
    plume = PlumeSettings(gases={"alphane": 1.0}, line=0.5, sample=0.5, peak_ppm_m=4e-4,
                          length_m=60.0, temperature_difference_k=12.0)  # fmt: skip
    settings = SceneSettings(lines=shape[0], samples=shape[1], wind_from_deg=270.0, plumes=(plume,))
    scene = simulate_scene(settings, gases, hytes)
    assert 0.0 < scene.truth.plumes[0].snr_max < 0.01
    write_scene_files(scene, tmp_path)
    assert (tmp_path / CUBE_NAME).is_file()


@pytest.mark.parametrize(
    ("crs", "words"),
    [
        ("EPSG:999999", "crs 'EPSG:999999' is not known"),
        ("EPSG:4326", r"\(WGS 84\) counts in degree; pixels have sides in metres"),
        ("EPSG:2225", "counts in US survey foot"),
    ],
)
def test_a_map_that_does_not_count_in_metres_is_refused(crs, words, gases, hytes):
    with pytest.raises(SettingsError, match=words):
        simulate_scene(SceneSettings(lines=2, samples=2, crs=crs), gases, hytes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"pixel_m": 1e6}, "hold 1.6e\\+08 parcels of 160 m; .* give a greater parcel_m"),
        (
            {"pixel_m": 0.1, "plumes": ({"gases": {"alphane": 1.0}, "line": 0.5, "sample": 0.5,
                                         "peak_ppm_m": 1.0, "length_m": 1e5},)},
            "plume of length 100000 m, .* too large to be made in memory; shorten length_m",
        ),
    ],
)  # fmt: skip
def test_what_would_never_end_is_refused(changes, words, gases, hytes):
    settings = SceneSettings.model_validate({"lines": 2, "samples": 2, **changes})
    with pytest.raises(SettingsError, match=words):
        simulate_scene(settings, gases, hytes)


@pytest.mark.parametrize(
    ("first_um", "last_um", "words"),
    [
        (3.5, 4.2, r"3\.5 to 4\.2 um, lie outside 0\.36 to 2\.6 um, .* in sunlight"),
        (5.2, 7.4, r"5\.2 to 7\.[12]\d* um, lie outside 7\.21 to 14\.2 um, .* thermal infrared"),
        (13.0, 16.0, r"14\.\d to 16 um, lie outside 7\.21 to 14\.2 um"),
    ],
)
def test_bands_at_which_the_air_is_not_known_are_refused(first_um, last_um, words, gases, hytes):
    """Mid-wave bands are neither sunlit nor in the tables: their radiance would be invented."""
    centre_um = np.linspace(first_um, last_um, len(hytes.bands))
    bands = SpectralBands(centre_um, np.full(centre_um.size, 0.05))
    with pytest.raises(SettingsError, match=words):
        simulate_scene(SceneSettings(lines=2, samples=2), gases, replace(hytes, bands=bands))


def test_an_emission_rate_of_a_gas_without_molar_mass_is_refused(gases, hytes, small):
    """Else the plume would hold nothing, and be called too weak to be found."""
    library = gases.with_gas(replace(gases["alphane"], molar_mass_g_mol=np.nan))
    plume = PlumeSettings(gases={"alphane": 1.0}, line=20.5, sample=10.5, emission_kg_h=5.0)
    with pytest.raises(SettingsError, match=r"alphane has no molar mass .* give peak_ppm_m, or"):
        simulate_scene(small.model_copy(update={"plumes": (plume,)}), library, hytes)
