"""Plumes of chemicals outside the library, told from rare ground by their form."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import label

from cathartes.detect import step
from cathartes.detect.form import (
    FADE_LEVELS,
    HEIGHT_STEP,
    LEAST_AREA_PX,
    LEAST_BEYOND,
    LEAST_FADE,
    LEAST_FOOT,
    LEAST_PEAK,
    MAX_EDGE,
    MAX_ELSEWHERE,
    Form,
    StrangeImage,
    edge,
    explains,
    plume_form,
    told_apart,
)
from cathartes.detect.gases import GasesOnBands
from cathartes.detect.planes import MemoryPlanes
from cathartes.detect.seeds import find_plumes
from cathartes.detect.settings import DetectSettings
from cathartes.detect.step import detect
from cathartes.detect.strange import StrangeHills, StrangePlume
from cathartes.scenes.radiometry import planck_radiance

SHAPE = (120, 100)


def disc(line, sample, radius_px, height):
    """Ground: all of it or nothing, its border seen through squares of 3."""
    i, j = np.ogrid[: SHAPE[0], : SHAPE[1]]
    sharp = ((i - line) ** 2 + (j - sample) ** 2 <= radius_px**2).astype(float)
    padded = np.pad(sharp, 1)
    squares = sum(padded[a : a + SHAPE[0], b : b + SHAPE[1]] for a in range(3) for b in range(3))
    return (height * squares / 9).astype(np.float32)


def cone(line, sample, height, slope=0.12, reach_px=70):
    """A plume along the lines: its width grows, its amount falls as much."""
    i, j = np.mgrid[: SHAPE[0], : SHAPE[1]].astype(float)
    along = np.clip(i - line, 0, None)
    width = 2.0 + slope * along
    column = 2.0 / width * np.exp(-0.5 * ((j - sample) / width) ** 2)
    return np.where((i >= line) & (along < reach_px), height * column, 0).astype(np.float32)


def wander(seed, sd):
    """Ground whose brightness means nothing."""
    return np.random.default_rng(seed).normal(0.0, sd, SHAPE).astype(np.float32)


def odd(*images):
    """Distances that these scores explain wholly."""
    return np.sum([image**2 for image in images], axis=0)


def over(score, *brightness, oddness=None):
    """What a hill is looked at in, over ground so bright in each part of the spectrum."""
    alike = explains(score, odd(score) if oddness is None else oddness)
    return StrangeImage.of_scene(score, alike, tuple(lambda part=part: part for part in brightness))


@given(radius=st.floats(5.5, 30.0), height=st.floats(14.0, 90.0))
def test_ground_of_any_size_ends_at_its_border(radius, height):
    score = disc(60, 50, radius, height)
    form, extent = plume_form(over(score), 60, 50)
    assert form is None
    assert extent.sum() >= np.pi * (radius - 1.5) ** 2


@given(height=st.floats(20.0, 300.0), slope=st.floats(0.06, 0.16))
def test_a_plume_fades_however_strong_its_source(height, slope):
    """Close to a strong source it is small at every part of the peak: lower heights show it."""
    score = cone(20, 50, height, slope)
    form, extent = plume_form(over(score), 22, 50)
    assert form is not None
    assert form.fades
    assert extent[22, 50]
    assert (score[extent] > 0.3 * 4).all()


def test_a_low_hill_is_no_plume_whatever_its_form():
    """Ground of 14 to 16 deviations had the form of one in three of 34 empty tuning scenes."""
    for height, expected in ((LEAST_PEAK - 0.5, False), (LEAST_PEAK + 0.5, True)):
        score = cone(20, 50, height)
        form, extent = plume_form(over(score), 22, 50)
        assert (form is not None) is expected
        assert extent[22, 50], "it is looked at once, plume or not"


def test_what_is_found_again_elsewhere_is_ground():
    """Two equal hills may be two plumes of one chemical; three are each other's like."""
    once, second, third = (cone(20, sample, 40.0, reach_px=50) for sample in (20, 50, 80))
    twice, thrice = once + second, once + second + third
    assert plume_form(over(once), 22, 20)[0] is not None
    assert plume_form(over(twice), 22, 20)[0] is not None
    assert plume_form(over(twice), 22, 50)[0] is not None
    assert plume_form(over(thrice), 22, 20)[0] is None
    # What another spectrum explains better is no like of it.
    other = odd(once) + 9 * odd(second) + 9 * odd(third)
    assert plume_form(over(thrice, oddness=other), 22, 20)[0] is not None


def test_a_form_is_what_a_count_of_pixels_says():
    score = cone(20, 50, 40.0)
    form, foot = Form.of_hill(over(score), 30.0, 22, 50)
    assert form.area_px == (score > 9.0).sum() == foot.sum()
    assert form.fade == pytest.approx((score > 9.0).sum() / (score > 15.0).sum())
    assert form.elsewhere == 0.0


@pytest.mark.parametrize("place", [(150, 130), (3, 4), (297, 120), (40, 256)])
def test_a_hill_is_measured_in_its_window_as_in_the_whole_scene(place):
    """The slow twin: every height over all of the scene, its like counted pixel by pixel."""
    shape, line, sample = (300, 260), *place
    noise = np.random.default_rng(line).normal(0.0, 1.0, (3, *shape)).astype(np.float32)
    i, j = np.ogrid[: shape[0], : shape[1]]
    far = np.hypot(i - line, j - sample)
    another = np.exp(-np.hypot(i - 80, j - 60))
    score = (70 * np.exp(-far / 30) + 40 * another + noise[0]).astype("f4")
    alike = explains(score, score**2 + 30 * noise[1])
    fields = (noise[1], noise[2] + (far < 20), noise[2])
    image = StrangeImage.of_scene(score, alike, tuple(lambda part=part: part for part in fields))
    form, extent = plume_form(image, line, sample)

    near = score[max(line - 2, 0) : line + 3, max(sample - 2, 0) : sample + 3]
    height, fading = float(near.max()), []
    while FADE_LEVELS[0] * height >= LEAST_FOOT:
        whole, foot = Form.of_hill(image, height, line, sample)
        high = FADE_LEVELS[1] * height
        parts, _ = label(score > high, np.ones((3, 3)))
        own = np.count_nonzero(parts == parts[line, sample])
        again = np.count_nonzero((score > high) & alike & ~foot)
        assert whole.elsewhere == again / max(own, 1)
        if whole.fades:
            fading.append(replace(whole, edge=edge(image, foot)))
        height /= HEIGHT_STEP
    assert fading
    assert form == min(fading, key=lambda each: each.edge)
    np.testing.assert_array_equal(extent, foot)


@pytest.mark.parametrize(
    ("area", "fade", "elsewhere", "beyond", "expected"),
    [
        (LEAST_AREA_PX, LEAST_FADE, 0.0, LEAST_BEYOND, True),
        (LEAST_AREA_PX - 1, LEAST_FADE, 0.0, LEAST_BEYOND, False),
        (LEAST_AREA_PX, LEAST_FADE - 0.01, 0.0, LEAST_BEYOND, False),
        (LEAST_AREA_PX, LEAST_FADE, MAX_ELSEWHERE, LEAST_BEYOND, False),
        (LEAST_AREA_PX, LEAST_FADE, 0.0, LEAST_BEYOND - 0.01, False),
    ],
)
def test_a_plume_is_large_fades_and_is_alone(area, fade, elsewhere, beyond, expected):
    assert Form(area, fade, elsewhere, beyond).fades is expected


def test_where_the_grounds_brightness_changes_at_its_border_it_is_ground():
    score, height = cone(20, 50, 60.0), 40.0
    field = (score > 0.3 * height).astype(np.float32) + wander(3, sd=0.2)
    form, foot = Form.of_hill(over(score), height, 22, 50)
    assert form.fades
    assert edge(over(score, field), foot) > 0.9 > MAX_EDGE
    # A plume lies over borders of the ground, and changes the brightness in its own bands alone.
    halves = (np.mgrid[: SHAPE[0], : SHAPE[1]][1] > 50) + wander(3, sd=0.2)
    assert edge(over(score, halves, field, halves), foot) < 0.2
    form, _ = plume_form(over(score, halves, field, halves), 22, 50)
    assert form.edge < MAX_EDGE


def test_a_patchwork_of_many_summits_does_not_fade():
    """Most of it is high: only the summit with the peak is small."""
    score = np.full(SHAPE, -1.0, np.float32)
    score[40:80, 30:70] = 8.0
    for line in range(43, 80, 8):
        for sample in range(33, 70, 8):
            score[line - 2 : line + 3, sample - 2 : sample + 3] = 20.0
    form, _ = Form.of_hill(over(score), 20.0, 43, 33)
    assert form.area_px == 1600
    assert form.fade == pytest.approx(1600 / (25 * 25))
    assert form.beyond < LEAST_BEYOND


@given(
    st.lists(st.integers(-5, 5), min_size=1, max_size=30),
    st.lists(st.integers(-5, 5), min_size=1, max_size=30),
)
def test_two_kinds_are_told_apart_as_often_as_pairs_say(some, others):
    x, y = np.array(some, np.float32), np.array(others, np.float32)
    pairs = np.sign(x[:, None] - y[None, :])
    assert told_apart(x, y) == pytest.approx(abs(pairs.mean()))
    unknown = np.append(x, np.float32(np.nan))
    assert told_apart(unknown, y) == told_apart(x, y)
    assert told_apart(x[:0], y) == 0.0


def test_strange_plumes_stand_behind_the_others_and_take_nothing_from_them():
    region = np.zeros((6, 6), bool)
    region[1:4, 1:4] = True
    plume = StrangePlume(2, 2, "unknown 3", 20.0, region, Form(90, 2.0, 0.0, 0.1))
    hills = StrangeHills((plume,), 50, n_pixels=256_000)
    known = np.zeros((6, 6), bool)
    known[1, 1] = True
    labels, seeds = hills.outlined(known, n_gases=7)
    assert labels[1, 1] == 0
    assert labels.sum() == 8
    assert (seeds[0].gas, seeds[0].score, seeds[0].explained) == (7, 20.0, False)
    assert seeds[0].expected_by_chance == pytest.approx(0.05)
    assert hills.planes == ("unknown 3",)
    assert hills.over_any_ground(n_gases=7) == set(), "nobody measured its edge"
    free = replace(plume, form=replace(plume.form, edge=MAX_EDGE))
    assert replace(hills, plumes=(plume, free)).over_any_ground(n_gases=7) == {8}


@pytest.mark.parametrize(
    ("n_pixels", "hills_a_plume"),
    [(100, 100), (25_600, 100), (51_200, 200), (256_000, 1000), (2_560_000, 1000)],
)
def test_the_smaller_a_scene_the_oftener_its_ground_passes_for_a_plume(n_pixels, hills_a_plume):
    """In a small one the like of a surface is not found again; the figures are PASSES_PX's own."""
    assert StrangeHills((), hills_a_plume, n_pixels).expected_by_chance == pytest.approx(1.0)


def drifting(seed, make_emissive, *, foreign_ppm_m, shape=(240, 180)):
    """A scene with a plume of a gas whose bands lie between those of the library's."""
    scene = make_emissive(seed, shape=shape)
    rng = np.random.default_rng(seed)
    where = np.linspace(0, 1, scene.wavelength_um.size)
    alpha = 2e-3 * sum(np.exp(-0.5 * ((where - p) / 0.025) ** 2) for p in (0.21, 0.53, 0.77))
    i, j = np.mgrid[: shape[0], : shape[1]].astype(float)
    along = np.clip(i - 40, 0, None)
    width = 2.0 + 0.1 * along
    column = foreign_ppm_m * 2.0 / width * np.exp(-0.5 * ((j - 60) / width) ** 2) * (i >= 40)
    depth = column[:, :, None] * alpha
    glow = planck_radiance(scene.wavelength_um, scene.air_temperature_k)
    values = scene.values * np.exp(-depth) - np.expm1(-depth) * glow
    return scene, values + rng.normal(0, 1e-4, values.shape), column


@pytest.fixture(scope="module")
def look():
    def find(scene, values, gases=None, settings=None):
        cube = scene.cube()
        store = MemoryPlanes(*values.shape[:2])
        changed = type(scene)(
            values, scene.wavelength_um, gases or scene.gases, {}, scene.air_temperature_k, None
        ).cube()
        assert changed.shape == cube.shape
        return detect(changed, gases or scene.gases, settings or DetectSettings(), store)

    return find


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_gas_outside_the_library_is_reported_as_unknown(seed, make_emissive, look):
    scene, values, column = drifting(seed, make_emissive, foreign_ppm_m=600.0)
    found = look(scene, values)
    plume = max(found.plumes, key=lambda p: p.n_pixels)
    assert plume.chemical == "unknown"
    assert plume.probability > 0.9
    assert np.isnan(plume.column_density_mean_ppm_m)
    assert plume.thermal_contrast == 0, "of what gas, and so of which sign, nobody knows"
    inside = found.labels == plume.id
    assert column[inside].mean() > 5 * column.mean()
    assert 0 < plume.expected_by_chance <= 0.1
    assert 0 < plume.false_alarm_probability < 1e-3


def test_unknown_chemicals_are_reported_only_if_looked_for(make_emissive, look):
    scene, values, _ = drifting(1, make_emissive, foreign_ppm_m=600.0)
    found = look(scene, values, settings=DetectSettings(unknown_chemicals=False))
    assert "unknown" not in {plume.chemical for plume in found.plumes}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_rare_ground_is_not_reported_as_unknown(seed, make_emissive, look):
    """The same spectrum, as strong, on a field with borders."""
    scene, values, column = drifting(seed, make_emissive, foreign_ppm_m=600.0)
    difference = (values - scene.values)[column > 0.5 * column.max()].mean(axis=0)
    field = scene.values.copy()
    field[30:50, 40:60] += difference
    found = look(scene, field)
    assert found.plumes == ()


def with_zetane(scene):
    """The library, and in it the gas that `drifting` puts in."""
    where = np.linspace(0, 1, scene.wavelength_um.size)
    alpha = 2e-3 * sum(np.exp(-0.5 * ((where - p) / 0.025) ** 2) for p in (0.21, 0.53, 0.77))
    absorption = np.vstack([scene.gases.absorption_per_ppm_m, alpha])
    return GasesOnBands((*scene.gases.names, "zetane"), absorption)


def test_with_the_gas_in_the_library_it_has_its_name(make_emissive, look):
    scene, values, _ = drifting(1, make_emissive, foreign_ppm_m=600.0)
    found = look(scene, values, with_zetane(scene))
    assert [p.chemical for p in found.plumes] == ["zetane"]


def test_a_known_gas_that_starts_no_plume_is_found_by_its_form(make_emissive, look, monkeypatch):
    """As where the ground's hills are so high that none of a gas stands above chance."""

    def none(*arguments):
        labels, _, laws = find_plumes(*arguments)
        return np.zeros_like(labels), (), laws

    monkeypatch.setattr(step, "find_plumes", none)
    scene, values, _ = drifting(1, make_emissive, foreign_ppm_m=600.0)
    found = look(scene, values, with_zetane(scene))
    assert [p.chemical for p in found.plumes] == ["zetane"]
    assert found.plumes[0].thermal_contrast != 0, "its sign is that of its gas"
