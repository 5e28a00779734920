"""Laws of detection from end to end: what does not matter does not matter."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cathartes.detect.gases import GasesOnBands
from cathartes.detect.planes import MemoryPlanes
from cathartes.detect.settings import DetectSettings
from cathartes.detect.step import detect
from cathartes.scenes.cube import ArrayLines, Cube
from cathartes.scenes.radiometry import planck_radiance
from cathartes.spectra.response import SpectralBands
from effort import effort

N_BANDS = 24
NAMES = ("alphane", "betane", "gammane")
SHAPE = (60, 50)
ABSORPTION = 1e-4 * np.exp(
    -0.5 * ((np.arange(N_BANDS) - np.array([[4.0], [11.0], [19.0]])) / 1.1) ** 2
)
SUNLIT_UM = np.linspace(2.05, 2.45, N_BANDS)
EMISSIVE_UM = np.linspace(8.0, 12.0, N_BANDS)


def columns(place, peak, shape=SHAPE):
    line, sample = np.ogrid[: shape[0], : shape[1]]
    return peak * np.exp(-0.5 * ((line - place[0]) ** 2 + (sample - place[1]) ** 2) / 3.0**2)


def sunlit(seed, plumes, shape=SHAPE):
    """Two materials, light changing pixel by pixel, sun overhead; {gas: (place, ppm m)}."""
    rng = np.random.default_rng(seed)
    where = np.linspace(0, 1, N_BANDS)
    share = rng.random((*shape, 1))
    ground = (4 + rng.normal(0, 0.3, (*shape, 1))) * (1 + share * where)
    depth = sum(
        columns(place, peak, shape)[..., None] * ABSORPTION[gas]
        for gas, (place, peak) in plumes.items()
    )
    return ground * np.exp(-2.0 * depth) + rng.normal(0, 0.02, (*shape, N_BANDS))


def look(values, absorption=ABSORPTION, centre_um=SUNLIT_UM, **changes):
    cube = Cube(
        name="made-up",
        shape=values.shape,
        bands=SpectralBands(centre_um, np.full(centre_um.size, np.ptp(centre_um) / 20)),
        band_valid=np.ones(centre_um.size, bool),
        source=ArrayLines(np.ascontiguousarray(values, dtype=np.float32)),
    )
    options = DetectSettings(air_mass_factor=2.0, **changes)
    store = MemoryPlanes(*values.shape[:2])
    return detect(cube, GasesOnBands(NAMES, absorption), options, store)


def check_close(scores, expected):
    """Within 0.03 but for pixels at a tie: thin or dense, partner or none may go either way."""
    assert (np.abs(scores - expected) < 0.03).mean() > 0.995


def strongest(found):
    return max(found.plumes, key=lambda p: p.snr_max)


def check_same(other, found, rel):
    """The same plumes of the same height and amount, pixel by pixel."""
    differ = (other.labels > 0) != (found.labels > 0)
    assert differ.sum() <= 2, "but for pixels at the rim, by rounding"
    assert [p.chemical for p in other.plumes] == [p.chemical for p in found.plumes]
    for one, two in zip(found.plumes, other.plumes, strict=True):
        assert two.snr_max == pytest.approx(one.snr_max, rel=rel)
        assert two.column_density_mean_ppm_m == pytest.approx(
            one.column_density_mean_ppm_m, rel=10 * rel
        )


places = st.tuples(st.integers(12, 47), st.integers(12, 37))


@given(seed=st.integers(0, 1000), place=places, factor=st.floats(1e-3, 1e3))
@settings(max_examples=effort(4, 10))
def test_a_constant_times_the_radiance_changes_nothing(seed, place, factor):
    """Units are a convention; heights within 1 %: float32 of ground 200 times the noise."""
    values = sunlit(seed, {1: (place, 600.0)})
    found, other = look(values), look(values * factor)
    assert strongest(found).chemical == "betane"
    check_same(other, found, rel=1e-2)
    for name in NAMES:
        check_close(*(f.planes.read(f"score/{name}") for f in (found, other)))


@given(seed=st.integers(0, 1000), place=places)
@settings(max_examples=effort(4, 10))
def test_the_order_of_bands_changes_nothing_at_all(seed, place):
    """With their wavelengths and absorptions: they are put in order before anything is made."""
    values = sunlit(seed, {1: (place, 600.0)})
    order = np.random.default_rng(seed).permutation(N_BANDS)
    found = look(values)
    other = look(values[:, :, order], ABSORPTION[:, order], SUNLIT_UM[order])
    np.testing.assert_array_equal(other.labels, found.labels)
    assert [p.snr_max for p in other.plumes] == [p.snr_max for p in found.plumes]
    for name in NAMES:
        np.testing.assert_array_equal(
            other.planes.read(f"score/{name}"), found.planes.read(f"score/{name}")
        )


@given(seed=st.integers(0, 1000), place=places, axis=st.sampled_from([0, 1]))
@settings(max_examples=effort(4, 10))
def test_a_scene_looked_at_in_a_mirror_has_its_plumes_there(seed, place, axis):
    """Samples in the other order, or lines: neighbours stay neighbours, the mean is global."""
    values = sunlit(seed, {1: (place, 600.0)})
    found = look(values, background_mean="global")
    other = look(np.flip(values, axis), background_mean="global")
    check_close(np.flip(other.planes.read("score/betane"), axis), found.planes.read("score/betane"))
    assert ((np.flip(other.labels, axis) > 0) != (found.labels > 0)).sum() <= 2
    assert strongest(other).snr_max == pytest.approx(strongest(found).snr_max, rel=1e-2)


@given(seed=st.integers(0, 1000))
@settings(max_examples=effort(4, 10))
def test_with_single_pixels_and_a_mean_a_scene_it_does_not_matter_where_pixels_lie(seed):
    """Samples permuted in a scene without stripes: 0.2 of a score is what a stripe of chance does.

    Stripes are taken from 60 pixels a column, so their error is 1/√60 of a pixel's deviation.
    """
    values = sunlit(seed, {1: ((30, 25), 600.0)})
    order = np.random.default_rng(seed).permutation(SHAPE[1])
    options = {"background_mean": "global", "averaging_width_px": 1}
    found, other = look(values, **options), look(values[:, order], **options)
    one = found.planes.read("score/betane")[:, order]
    two = other.planes.read("score/betane")
    assert np.sqrt(np.mean((two - one) ** 2)) < 2 / np.sqrt(60)


@pytest.mark.parametrize("seed", range(4))
def test_part_of_the_lines_tells_the_same_of_a_scene_as_all_of_them(seed):
    """A third, a tenth and a fiftieth of the lines in memory: the same plumes at the same places.

    The background is of fewer pixels: 24 bands of n separate squares spread scores by √(24/n),
    1 500 squares the least.
    """
    shape = (450, 90)
    plumes = {0: ((60, 30), 700.0), 2: ((300, 60), 700.0)}
    values = sunlit(seed, plumes, shape)
    found = look(values, background_mean="global")
    assert sorted(p.chemical for p in found.plumes if p.expected_by_chance < 0.01) == [
        "alphane",
        "gammane",
    ]
    for part in (3, 10, 25):
        n_bytes = 450 // part * 2 * 4 * 90 * N_BANDS
        few = look(values, background_mean="global", sample_bytes=n_bytes)
        for gas, (place, _) in plumes.items():
            (one,) = [p for p in found.plumes if p.chemical == NAMES[gas]]
            (two,) = [p for p in few.plumes if p.chemical == NAMES[gas]]
            assert abs(two.origin_line - place[0]) < 4
            assert abs(two.origin_sample - place[1]) < 4
            n_squares = 450 // part * 90 / (9 / min(part, 3))
            assert two.snr_max == pytest.approx(one.snr_max, rel=3 * np.sqrt(24 / n_squares))
            assert two.column_density_mean_ppm_m == pytest.approx(
                one.column_density_mean_ppm_m, abs=2 * one.column_density_sd_ppm_m
            )


def emissive(seed, extra, shape=SHAPE):
    """Black ground of 295 ± 1 K, noise, and radiance added in a 7 x 7 patch."""
    rng = np.random.default_rng(seed)
    values = planck_radiance(EMISSIVE_UM, 295 + rng.normal(0, 1.0, (*shape, 1)))
    values = values + rng.normal(0, 0.02, (*shape, N_BANDS))
    values[25:32, 20:27] += extra
    return values


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("share", [0.4, 0.5, 0.6])
def test_both_gases_of_a_mixture_stand_higher_than_without_the_partner_rule(
    seed, share, monkeypatch
):
    """Scores of both, in the middle of the patch: alone each has the other's angle against it."""
    mix = 2e4 * 0.15 * (share * ABSORPTION[0] + (1 - share) * ABSORPTION[1])
    values = emissive(seed, mix)
    with_partner = look(values, centre_um=EMISSIVE_UM)
    monkeypatch.setattr("cathartes.detect.pursuit.MAX_PARTNER_LIKENESS", 0.0)
    without = look(values, centre_um=EMISSIVE_UM)
    assert set(strongest(with_partner).chemicals) == {"alphane", "betane"}
    for gas in ("alphane", "betane"):
        one, other = (
            np.abs(f.planes.read(f"score/{gas}")[27:30, 22:25]) for f in (with_partner, without)
        )
        assert (one > 1.2 * other).all()


@pytest.mark.parametrize("seed", range(3))
def test_a_rare_surface_is_no_plume_and_a_gas_as_strong_is(seed):
    """The surface has the gas's feature and, as strong, four that no gas has."""
    gas = 2e4 * 0.1 * ABSORPTION[1]
    lines = np.exp(-0.5 * ((np.arange(N_BANDS) - np.array([[1], [7], [15], [22]])) / 0.8) ** 2)
    surface = gas + gas.max() * lines.sum(axis=0)
    plume = strongest(look(emissive(seed, gas), centre_um=EMISSIVE_UM))
    assert plume.chemical == "betane"
    assert not look(emissive(seed, surface), centre_um=EMISSIVE_UM).plumes
