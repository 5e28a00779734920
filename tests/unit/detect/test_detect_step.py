"""Detection from end to end on small scenes in memory: what was put in, and nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from cathartes.detect.bank import apply_bank, make_bank
from cathartes.detect.describe import (
    ASSUMED_FLAG,
    CHANCE_ASSUMED_FLAG,
    EDGE_FLAG,
    FEW_PIXELS_FLAG,
    NO_AMOUNTS_FLAG,
)
from cathartes.detect.gases import GasesOnBands
from cathartes.detect.planes import MemoryPlanes
from cathartes.detect.pursuit import pursue
from cathartes.detect.result import Outcome
from cathartes.detect.scales import CleanScores
from cathartes.detect.settings import LEAST_BY_CHANCE, DetectSettings
from cathartes.detect.signature import emissive_signatures, saturated_absorption
from cathartes.detect.step import detect
from cathartes.errors import (
    CathartesError,
    HeaderError,
    InputError,
    NoSignatureError,
    SingularCovarianceError,
)
from cathartes.scenes.cube import ArrayLines
from cathartes.spectra.response import SpectralBands

AIR_K = 305.0
"""Of the made-up scenes, and of their plumes."""


def strongest(found):
    return max(found.plumes, key=lambda p: p.snr_max)


def check_plume(plume, found, truth, place):
    """The right place, and the mean column over its own pixels within 3 stated deviations."""
    assert abs(plume.origin_line - place[0] - 0.5) <= 3
    assert abs(plume.origin_sample - place[1] - 0.5) <= 3
    inside = found.labels == plume.id
    assert plume.n_pixels == inside.sum()
    true_mean = truth[inside].mean()
    assert abs(plume.column_density_mean_ppm_m - true_mean) < 3 * plume.column_density_sd_ppm_m
    # The contrast of 7 to 12 K is known to 2 K, and the air is given 0.1.
    assert plume.column_density_sd_ppm_m < 0.5 * true_mean
    line, sample = np.nonzero(inside)
    box = (plume.line_min, plume.line_max, plume.sample_min, plume.sample_max)
    assert box == (line.min(), line.max(), sample.min(), sample.max())


@pytest.mark.parametrize("gas", ["alphane", "betane", "deltane"])
def test_a_warm_plume_is_found_named_and_measured(make_emissive, gas):
    """A score of 17 above some thirty decoys' peaks near 5: with the least tail, 0.2, chance gives
    n_u/2 (1 + 0.2 (17 - 4.4)/0.35)^-5 = 15 / 8.2^5 = 4e-4 to 5e-3 with what β varies."""
    scene = make_emissive(1, [(gas, 45, 40, 80.0)])
    found = scene.detect()
    plume = strongest(found)
    assert found.outcome is Outcome.DETECTIONS
    assert plume.chemical == gas
    assert plume.probability > 0.95
    assert plume.thermal_contrast == 1
    assert plume.expected_by_chance < 1e-2
    check_plume(plume, found, scene.truth_ppm_m[gas], (45, 40))


def test_a_cold_plume_is_seen_in_absorption(make_emissive):
    scene = make_emissive(2, [("gammane", 60, 70, 120.0)], air_k=284.0)
    found = scene.detect()
    plume = strongest(found)
    assert (plume.chemical, plume.thermal_contrast) == ("gammane", -1)
    check_plume(plume, found, scene.truth_ppm_m["gammane"], (60, 70))


@pytest.mark.parametrize("gas", ["alphane", "gammane", "epsilane"])
def test_a_sunlit_plume_is_found_named_and_measured(make_reflective, gas):
    scene = make_reflective(3, [(gas, 100, 30, 500.0)])
    found = scene.detect()
    plume = strongest(found)
    assert plume.chemical == gas
    assert plume.thermal_contrast == 0
    check_plume(plume, found, scene.truth_ppm_m[gas], (100, 30))


def test_sunlight_is_only_taken_away(make_reflective):
    """A bump of radiance in a gas's shape is no plume where one sign alone is gas."""
    scene = make_reflective(4, [("alphane", 60, 60, -400.0)])
    assert [p for p in scene.detect().plumes if p.expected_by_chance < 0.01] == []


def test_two_plumes_apart_are_two(make_emissive):
    scene = make_emissive(5, [("gammane", 40, 30, 100.0), ("deltane", 110, 90, 100.0)])
    found = scene.detect()
    for gas, place in (("gammane", (40, 30)), ("deltane", (110, 90))):
        (plume,) = [p for p in found.plumes if p.chemical == gas]
        check_plume(plume, found, scene.truth_ppm_m[gas], place)


def test_empty_scenes_are_mostly_empty(make_emissive, make_reflective):
    """At most 0.1 by chance a scene: 16 scenes give at most 1.6, and 3 √1.6 more by luck.

    What is found nevertheless says of itself that chance gives it.
    """
    plumes = [
        plume
        for seed in range(200, 208)
        for make in (make_emissive, make_reflective)
        for plume in make(seed, shape=(90, 80)).detect().plumes
    ]
    assert len(plumes) <= 1.6 + 3 * np.sqrt(1.6)
    assert all(1e-3 < p.expected_by_chance <= LEAST_BY_CHANCE for p in plumes)


def test_nothing_found_is_said_so(make_emissive):
    found = make_emissive(201, shape=(90, 80)).detect()
    assert (found.outcome, found.plumes, found.reason) == (Outcome.NOTHING_FOUND, (), "")
    assert not found.labels.any()
    assert all(np.isfinite(gas.necl_median_ppm_m) for gas in found.gases)


def test_a_scene_too_small_to_count_chance_in_is_inconclusive_not_empty(make_emissive):
    """24 x 24 pixels hold at most nine peaks: what chance gives can't be measured."""
    found = make_emissive(201, shape=(24, 24)).detect(DetectSettings(averaging_width_px=1))
    assert not found.chance_measured
    assert (found.outcome, found.plumes) == (Outcome.INCONCLUSIVE, ())
    assert "more than 10 are needed to measure what chance gives" in found.reason
    assert make_emissive(201, shape=(90, 80)).detect().chance_measured


def test_overlapping_squares_are_not_counted_as_if_they_were_separate(make_emissive):
    """576 pixels are 64 squares of 3 by 3, and 48 bands want 96."""
    found = make_emissive(201, shape=(24, 24)).detect()
    assert not found.chance_measured
    assert (found.outcome, found.plumes) == (Outcome.INCONCLUSIVE, ())
    assert "576 usable pixels, averaged over squares of 3 by 3, are too few" in found.reason
    assert "at least 2 separate squares a band" in found.reason
    assert "too few" not in make_emissive(201, shape=(30, 32)).detect().reason


def test_a_plume_whose_chance_is_assumed_says_so(make_emissive):
    small = make_emissive(1, [("deltane", 15, 15, 200.0)], shape=(30, 36))
    assert CHANCE_ASSUMED_FLAG in strongest(small.detect()).flags
    scene = make_emissive(1, [("deltane", 45, 40, 80.0)])
    assert CHANCE_ASSUMED_FLAG not in strongest(scene.detect()).flags


def test_an_unknown_plume_temperature_is_flagged_and_the_amount_is_as_unsure_as_it_is(
    make_emissive,
):
    """Nobody knows the air: a plume 12 K warmer than the ground, believed 5 +- 10 K colder."""
    scene = make_emissive(1, [("alphane", 45, 40, 80.0)])
    found = scene.detect(DetectSettings(), air_temperature_k=None)
    plume = strongest(found)
    assert plume.chemical == "alphane"
    assert ASSUMED_FLAG in plume.flags
    true_mean = scene.truth_ppm_m["alphane"][found.labels == plume.id].mean()
    assert 0 < plume.column_density_low_ppm_m < true_mean < plume.column_density_high_ppm_m
    assert abs(plume.plume_temperature_k - AIR_K) < 2 * plume.plume_temperature_sd_k
    assert plume.column_density_sd_ppm_m > 0.4 * true_mean


def test_settings_override_the_cube_s_air_temperature(make_emissive):
    scene = make_emissive(1, [("alphane", 45, 40, 80.0)])
    found = scene.detect(DetectSettings(plume_temperature_k=305.0), air_temperature_k=280.0)
    check_plume(strongest(found), found, scene.truth_ppm_m["alphane"], (45, 40))


def test_no_contrast_is_inconclusive_not_empty(make_emissive):
    """Air as warm as the ground hides every gas: the scene says nothing of what is there."""
    scene = make_emissive(6, [("alphane", 45, 40, 80.0)], air_k=292.3)
    found = scene.detect(DetectSettings(min_contrast_k=4.0))
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "same temperature" in found.reason
    assert all(np.isinf(gas.necl_median_ppm_m) for gas in found.gases)


def test_an_edge_is_flagged(make_emissive):
    scene = make_emissive(7, [("alphane", 0, 40, 80.0)])
    assert EDGE_FLAG in strongest(scene.detect()).flags
    scene = make_emissive(7, [("alphane", 70, 40, 80.0)])
    assert EDGE_FLAG not in strongest(scene.detect()).flags


def test_moving_the_scene_moves_the_plume(make_emissive):
    """Lines rolled by 31: the same ground elsewhere; only what touches the seam may differ."""
    scene = make_emissive(8, [("deltane", 45, 40, 80.0)])
    here = strongest(scene.detect())
    rolled = np.roll(scene.values, 31, axis=0).astype(np.float32)
    there = strongest(scene.detect(source=ArrayLines(rolled)))
    assert there.chemical == here.chemical
    assert there.origin_line - here.origin_line == 31
    assert there.origin_sample == here.origin_sample
    assert there.snr_max == pytest.approx(here.snr_max, rel=0.01)
    assert abs(there.n_pixels - here.n_pixels) <= 3


def test_the_size_of_blocks_does_not_matter(make_emissive):
    """Scales come from sampled blocks, which differ: 3 %; the plume and its place do not."""
    scene = make_emissive(9, [("deltane", 45, 40, 80.0)])
    whole = strongest(scene.detect())
    blocks = strongest(scene.detect(DetectSettings(block_bytes=4 * 120 * 48 * 11)))
    assert blocks.chemical == whole.chemical
    assert (blocks.origin_line, blocks.origin_sample) == (whole.origin_line, whole.origin_sample)
    assert blocks.snr_max == pytest.approx(whole.snr_max, rel=0.1)
    assert abs(blocks.n_pixels - whole.n_pixels) <= 0.1 * whole.n_pixels


def test_a_change_of_units_changes_no_plume_in_sunlight(make_reflective):
    scene = make_reflective(10, [("gammane", 100, 30, 500.0)])
    here = scene.detect()
    there = scene.detect(source=ArrayLines((0.01 * scene.values).astype(np.float32)))
    a, b = strongest(here), strongest(there)
    assert a.chemical == b.chemical
    assert b.snr_max == pytest.approx(a.snr_max, rel=0.02)
    assert b.column_density_mean_ppm_m == pytest.approx(a.column_density_mean_ppm_m, rel=0.02)


def test_gaps_are_never_in_a_plume(make_emissive):
    """A dead column, a dead block in the plume itself, single dead values in one band."""
    scene = make_emissive(11, [("deltane", 45, 40, 80.0)])
    values = scene.values.astype(np.float32)
    values[:, 38] = np.nan
    values[45:48, 41:44] = np.nan
    rng = np.random.default_rng(1)
    values[rng.random(values.shape[:2]) < 0.01, 5] = np.nan
    found = scene.detect(source=ArrayLines(values))
    gap = np.isnan(values).any(axis=2)
    assert strongest(found).chemical == "deltane"
    assert not found.labels[gap].any()
    for name in ("score", "column_density_ppm_m", "column_density_sd_ppm_m", "necl_ppm_m"):
        plane = found.planes.read(f"{name}/deltane")
        assert np.isnan(plane[gap]).all()
        assert np.isfinite(plane[~gap]).mean() > 0.99


def test_the_published_column_is_the_true_one_pixel_by_pixel(make_emissive):
    """Pixels with more than 10 ppm m: slope 1 within 10 %; the rest: mean zero, sd as stated."""
    scene = make_emissive(12, [("deltane", 75, 60, 60.0)])
    found = scene.detect()
    truth = scene.truth_ppm_m["deltane"]
    column = found.planes.read("column_density_ppm_m/deltane")
    inside = truth > 10
    slope = (column[inside] @ truth[inside]) / (truth[inside] @ truth[inside])
    assert slope == pytest.approx(1.0, abs=0.1)
    outside = truth < 1e-3
    necl = np.median(found.planes.read("necl_ppm_m/deltane")[outside])
    assert abs(column[outside].mean()) < 0.1 * necl
    assert column[outside].std() == pytest.approx(necl, rel=0.15)


def test_dead_and_constant_bands_are_left_out(make_emissive):
    scene = make_emissive(13, [("deltane", 45, 40, 80.0)])
    values = scene.values.astype(np.float32)
    values[:, :, 3] = np.nan
    values[:, :, 20] = 7.0
    plume = strongest(scene.detect(source=ArrayLines(values)))
    assert plume.chemical == "deltane"
    assert plume.spectrum.wavelength_um.size == 46


def test_bad_bands_are_not_used(make_emissive):
    scene = make_emissive(13, [("deltane", 45, 40, 80.0)])
    valid = np.ones(48, bool)
    valid[:4] = False
    plume = strongest(scene.detect(band_valid=valid))
    assert plume.spectrum.wavelength_um.size == 44


def test_air_that_can_t_be_is_an_error_unless_it_is_overruled(make_emissive):
    """With a plume temperature given the air is estimated as in a cube that says nothing of it."""
    scene = make_emissive(14, [("deltane", 15, 15, 80.0)], shape=(40, 40))
    for air_k in (0.0, 22.0, 219.0, 331.0, np.nan):
        with pytest.raises(HeaderError, match=r"cube made-up: says that the air has .*correct the"):
            scene.detect(air_temperature_k=air_k)
    told = DetectSettings(plume_temperature_k=305.0)
    silent, cold, unknown = (scene.detect(told, air_temperature_k=k) for k in (None, 22.0, np.nan))
    assert silent.plumes[0].column_density_mean_ppm_m > 0
    for overruled in (cold, unknown):
        np.testing.assert_array_equal(
            *(f.planes.read("column_density_ppm_m/deltane") for f in (overruled, silent))
        )


@pytest.mark.parametrize(("order", "extra_bands"), [("descending", 0), ("mixed", 2)])
def test_the_order_of_bands_changes_nothing(make_emissive, order, extra_bands):
    """With and without bands outside the window: the search has them by wavelength either way."""
    scene = make_emissive(1, [("deltane", 45, 40, 80.0)])
    cube, alpha = scene.cube(), scene.gases.absorption_per_ppm_m
    bad = np.full((*scene.values.shape[:2], extra_bands), np.nan)
    values = np.concatenate([scene.values, bad], axis=2).astype(np.float32)
    centre_um = np.append(cube.bands.centre_um, np.linspace(3.0, 4.0, extra_bands))
    alpha = np.hstack([alpha, np.zeros((len(alpha), extra_bands))])
    turned = np.arange(centre_um.size)[::-1]
    if order == "mixed":
        turned = np.random.default_rng(2).permutation(turned)
    other = replace(
        cube,
        shape=values.shape,
        bands=SpectralBands(centre_um[turned], np.full(turned.size, 0.1)),
        band_valid=np.ones(turned.size, bool),
        source=ArrayLines(np.ascontiguousarray(values[:, :, turned])),
    )
    gases = GasesOnBands(scene.gases.names, alpha[:, turned])
    here = scene.detect()
    there = detect(other, gases, DetectSettings(), MemoryPlanes(*scene.values.shape[:2]))
    np.testing.assert_array_equal(there.labels, here.labels)
    a, b = strongest(here), strongest(there)
    assert (b.chemical, b.snr_max) == (a.chemical, a.snr_max)
    np.testing.assert_array_equal(b.spectrum.wavelength_um, a.spectrum.wavelength_um)
    np.testing.assert_array_equal(b.spectrum.signal, a.spectrum.signal)


def test_one_gas_in_the_library_will_do(make_emissive):
    scene = make_emissive(14, [("deltane", 45, 40, 80.0)])
    gases = GasesOnBands(("deltane",), scene.gases.absorption_per_ppm_m[3:4])
    found = detect(scene.cube(), gases, DetectSettings(), MemoryPlanes(150, 120))
    assert strongest(found).chemical == "deltane"
    assert len(found.gases) == 1


def test_no_gas_is_an_error(make_emissive):
    scene = make_emissive(14, shape=(30, 30))
    gases = GasesOnBands((), np.zeros((0, 48)))
    with pytest.raises(NoSignatureError, match="no gas of the library"):
        detect(scene.cube(), gases, DetectSettings(), MemoryPlanes(30, 30))


def test_sunlight_without_the_sun_s_place_is_an_error_that_offers_the_option(make_reflective):
    scene = make_reflective(14, shape=(30, 30))
    with pytest.raises(InputError, match=r"sun's zenith angle.*--air-mass-factor"):
        scene.detect(sun_zenith_deg=None)
    assert scene.detect(DetectSettings(air_mass_factor=2.0), sun_zenith_deg=None).gases


@pytest.mark.parametrize("angle_deg", [85.5, 90.0, 100.0])
def test_a_sun_that_does_not_shine_through_flat_layers_is_an_error(make_reflective, angle_deg):
    """At 90 degrees the factor would be 1.6e16, beyond it negative."""
    scene = make_reflective(14, shape=(30, 30))
    with pytest.raises(InputError, match=r"zenith angle of the sun.*--air-mass-factor"):
        scene.detect(sun_zenith_deg=angle_deg)
    assert scene.detect(DetectSettings(air_mass_factor=2.0), sun_zenith_deg=angle_deg).gases


def test_an_empty_cube_is_an_error(make_emissive):
    scene = make_emissive(14, shape=(30, 30))
    empty = ArrayLines(np.full((30, 30, 48), np.nan, np.float32))
    with pytest.raises(InputError, match=r"every value looked at is empty"):
        scene.detect(source=empty)


def test_pixels_that_are_never_whole_are_an_error(make_emissive):
    """Each pixel lacks one band, another one each: no band is dead and no pixel is usable."""
    scene = make_emissive(14, shape=(30, 30))
    values = scene.values.astype(np.float32)
    line, sample = np.mgrid[:30, :30]
    values[line, sample, (line + sample) % 48] = np.nan
    with pytest.raises(InputError, match=r"no pixel of the scene is usable in every band"):
        scene.detect(source=ArrayLines(values))


def test_too_few_bands_that_vary_is_an_error_that_counts_them(make_emissive):
    scene = make_emissive(14, shape=(30, 30))
    values = scene.values.astype(np.float32)
    values[:, :, 5:] = 7.0
    with pytest.raises(InputError, match=r"of 48 bands .* only 5 hold values that vary"):
        scene.detect(source=ArrayLines(values))


@pytest.mark.parametrize("shape", [(1, 400), (400, 1), (12, 12)])
@pytest.mark.parametrize("kind", ["emissive", "reflective"])
def test_one_line_one_column_and_a_stamp_are_searched(make_emissive, make_reflective, shape, kind):
    """With a mean for each column one line leaves no background: that is told (below)."""
    scene = (make_emissive if kind == "emissive" else make_reflective)(15, shape=shape)
    found = scene.detect(DetectSettings(background_mean="global"))
    assert found.labels.shape == shape
    assert all(p.expected_by_chance > 1e-3 for p in found.plumes)


def test_one_line_with_a_mean_a_column_is_an_error_that_offers_the_other(make_reflective):
    scene = make_reflective(15, shape=(1, 400))
    with pytest.raises(SingularCovarianceError, match="set background_mean to global"):
        scene.detect()


@pytest.mark.parametrize("shape", [(1, 1), (1, 2)])
def test_a_pixel_or_two_are_no_background(make_emissive, shape):
    """A single pixel does not vary, which is found first."""
    scene = make_emissive(15, shape=shape)
    with pytest.raises(CathartesError, match=r"at least (3|8) are needed"):
        scene.detect()


def test_a_scene_inside_one_square_is_an_error_that_says_so(make_emissive):
    """Of 2 x 2 pixels all squares of 3 by 3 are the same: no band is bad."""
    with pytest.raises(SingularCovarianceError, match=r"48 of 48 bands.*or give more lines"):
        make_emissive(15, shape=(2, 2)).detect()


def test_progress_goes_to_the_end_of_every_stage(make_emissive):
    scene = make_emissive(16, [("deltane", 45, 40, 80.0)])
    seen = {}
    settings = DetectSettings(block_bytes=4 * 120 * 48 * 40)

    def tick(stage, share):
        assert share >= seen.get(stage, 0.0)
        seen[stage] = share

    detect(scene.cube(), scene.gases, settings, MemoryPlanes(150, 120), tick)
    assert {"background", "search"} <= set(seen)
    assert all(seen[stage] == 1.0 for stage in ("background", "search"))
    assert max(seen.values()) == 1.0


def test_two_gases_in_one_plume_are_both_named(make_emissive):
    """Each leaves as much as the other explains: together they are still gas-like."""
    scene = make_emissive(21, [("gammane", 45, 40, 100.0), ("deltane", 45, 40, 90.0)])
    plume = strongest(scene.detect())
    assert set(plume.chemicals) == {"gammane", "deltane"}
    assert plume.expected_by_chance < 0.05


@pytest.mark.parametrize(
    ("shape", "peak"), [((75, 60), 200.0), ((50, 45), 60.0), ((36, 30), 60.0), ((36, 30), 200.0)]
)
def test_a_plume_over_much_of_the_scene_does_not_hide_itself(
    make_emissive, make_sample, shape, peak
):
    """A crop around a plume, which covers up to a tenth of it, and its squares a seventh.

    It must score as high as against the background of the pixels that truly have no plume: 5 %.
    No higher: in dense gas what the thin signature can't explain bounds the angle, and with it
    the cosine score, to about 17 at 200 ppm m in 48 bands, whatever the background.
    """
    place = (shape[0] // 2, shape[1] // 2)
    scene = make_emissive(22, [("betane", *place, peak)], shape=shape)
    plume = strongest(scene.detect())
    assert plume.chemical == "betane"

    sample = make_sample(scene.values, 3)

    def highest(clean):
        """Return the greatest score of gas on the plume against this background."""
        background = sample.background(clean, per_column=False, stripe_smoothing_samples=15.0)
        thin = scene.gases.absorption_per_ppm_m
        rows = saturated_absorption(thin, (0.0, 1.2))
        names = tuple(f"s{k}" for k in range(len(rows)))
        air = np.ones(scene.wavelength_um.size)
        model = emissive_signatures(names, rows, scene.wavelength_um, 293.0, air)
        bank = make_bank(model, background)
        scores = CleanScores.measure(sample, clean, background, bank)
        family = scores.family(bank, slice(None), two_sided=True)
        pixels = sample.about(background.mean - sample.shift).reshape(-1, air.size)
        z, distance = apply_bank(pixels, bank)
        return pursue(z, distance, family.best(z), family).score.max()

    ground = scene.truth_ppm_m["betane"] < 0.3
    assert plume.snr_max == pytest.approx(highest(ground), rel=0.05)
    if peak > 100:
        assert highest(np.ones_like(ground)) < 0.8 * plume.snr_max, "it would have hidden itself"


def test_too_few_pixels_claim_no_emptiness(make_emissive):
    """Fewer than two pixels a band: the covariance is mostly a guess."""
    found = make_emissive(23, shape=(8, 10)).detect()
    if found.plumes:
        assert all(FEW_PIXELS_FLAG in plume.flags for plume in found.plumes)
    else:
        assert found.outcome is Outcome.INCONCLUSIVE
        assert "too few" in found.reason


def test_a_gas_without_amounts_gets_no_column(make_emissive):
    """A shape-only spectrum may name a plume, never measure it."""
    scene = make_emissive(1, [("deltane", 45, 40, 80.0)])
    gases = GasesOnBands(
        scene.gases.names, scene.gases.absorption_per_ppm_m, frozenset({"deltane"})
    )
    found = replace(scene, gases=gases).detect()
    plume = strongest(found)
    assert plume.chemical == "deltane"
    assert NO_AMOUNTS_FLAG in plume.flags
    assert np.isnan(plume.column_density_mean_ppm_m)
    assert np.isnan(found.planes.read("column_density_ppm_m/deltane")).all()
    assert np.isfinite(found.planes.read("column_density_ppm_m/betane")).any()
