"""Naming strong pixels: a slow twin, laws, and a plume of two vents with different gases."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest

from cathartes.detect.averaging import square_sums
from cathartes.detect.identify import Prior, identify
from cathartes.detect.known import Known, Scene
from cathartes.detect.naming import PARTS_FLAG, PixelNamer
from cathartes.detect.outline import ring_labels
from cathartes.detect.pixelwise import (
    PART_SQUARES,
    STRONG,
    candidate_gases,
    compare_with_name,
    pixel_posteriors,
    strong_pixels,
)
from cathartes.detect.scales import PatchNoise
from cathartes.detect.settings import DetectSettings

N_GASES, N_DEPTHS, N_BANDS = 5, 2, 24
PRIOR = Prior(max_gases=3, extra_gas=0.02, unknown=0.0, signature_error=0.1, sign=0)


@pytest.fixture(scope="module")
def signatures():
    """(signature, band): five gases, thin and then a little broader, some of them much alike."""
    where = np.linspace(0, 1, N_BANDS)
    places = (0.1, 0.3, 0.36, 0.6, 0.85)
    thin = np.array([np.exp(-0.5 * ((where - p) / 0.06) ** 2) for p in places])
    return np.vstack([thin, np.sqrt(thin)])


def pixels(signatures, rng, n=40):
    """(pixel, band): none, one, two or three gases of either sign, in unit noise."""
    amount = rng.uniform(4, 60, (n, N_GASES)) * (rng.random((n, N_GASES)) < 0.3)
    amount *= rng.choice([-1.0, 1.0], (n, 1))
    return amount @ signatures[:N_GASES] + rng.normal(0, 1, (n, N_BANDS))


def slow_posterior(signal, signatures, variance, prior, gases):
    """One pixel, one set at a time: (gas,) probabilities, as the docstring's formulas say."""
    product_of, gram = signatures @ signal, signatures @ signatures.T
    pool = [s for s in range(len(signatures)) if s % N_GASES in gases]
    best = max(pool, key=lambda s: product_of[s] ** 2 / gram[s, s])
    sign = prior.sign or np.sign(product_of[best])
    gains, sets = [], []
    for size in range(1, prior.max_gases + 1):
        for chosen in combinations(gases, size):
            for depth in product(range(N_DEPTHS), repeat=size):
                rows = [g + d * N_GASES for g, d in zip(chosen, depth, strict=True)]
                fit = np.linalg.lstsq(signatures[rows].T, signal, rcond=None)[0]
                if (fit * sign > 0).all():
                    left = signal - fit @ signatures[rows]
                    gains.append(signal @ signal - left @ left)
                    sets.append(chosen)
    if not sets:
        return np.zeros(N_GASES)
    v = variance + prior.signature_error**2 * max(gains) / 8.0
    weight = np.array(
        [
            np.exp((g - max(gains)) / (2 * v)) * prior.extra_gas ** (len(s) - 1)
            for g, s in zip(gains, sets, strict=True)
        ]
    )
    weight /= weight.sum()
    return np.array(
        [sum(w for w, s in zip(weight, sets, strict=True) if gas in s) for gas in range(N_GASES)]
    )


@pytest.mark.parametrize("sign", [0, 1])
@pytest.mark.parametrize("gases", [(0, 1, 2, 3, 4), (1, 2, 4), (3,)])
def test_all_pixels_at_once_are_each_pixel_alone(signatures, sign, gases):
    x = pixels(signatures, np.random.default_rng(1))
    prior = replace(PRIOR, sign=sign)
    gram = signatures @ signatures.T
    fast, _ = pixel_posteriors(x @ signatures.T, gram, 1.2, N_GASES, prior, gases)
    slow = [slow_posterior(one, signatures, 1.2, prior, gases) for one in x]
    np.testing.assert_allclose(fast, slow, atol=1e-9)


def test_it_is_the_identification_of_plumes_for_each_pixel(signatures):
    """Three gases, thin and denser, are all candidates there too: the unknown alone differs."""
    x = pixels(signatures, np.random.default_rng(2))
    x = x[(x @ signatures.T > 20).any(axis=1)]
    few = signatures[[0, 1, 3, 5, 6, 8]]
    fast, strength = pixel_posteriors(x @ few.T, few @ few.T, 1.0, 3, PRIOR, (0, 1, 2))
    for one, probability, shown in zip(x, fast, strength, strict=True):
        found = identify(one, few, 1.0, 3, PRIOR)
        if found.unknown == 1.0:  # the misfit is beyond all that is known
            continue
        assert found.unknown == 0.0
        np.testing.assert_allclose(probability, found.probability, atol=1e-9)
        if found.probability[found.best_set[0]] > 0.95:
            assert shown.argmax() == found.best_set[0]


def test_the_number_of_pixels_at_once_changes_nothing(signatures, monkeypatch):
    x = pixels(signatures, np.random.default_rng(3)) @ signatures.T
    gram = signatures @ signatures.T
    whole = pixel_posteriors(x, gram, 1.0, N_GASES, PRIOR, (0, 1, 3))
    monkeypatch.setattr("cathartes.detect.pixelwise.PIXELS_AT_ONCE", 7)
    for a, b in zip(whole, pixel_posteriors(x, gram, 1.0, N_GASES, PRIOR, (0, 1, 3)), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-12)


def test_turned_pixels_bear_the_same_names_and_noise_s_scale_does_not_matter(signatures):
    x = pixels(signatures, np.random.default_rng(4)) @ signatures.T
    gram = signatures @ signatures.T
    here, _ = pixel_posteriors(x, gram, 1.0, N_GASES, PRIOR, (0, 1, 2, 3, 4))
    for other, v in ((-x, 1.0), (3 * x, 9.0)):
        there, _ = pixel_posteriors(other, gram, v, N_GASES, PRIOR, (0, 1, 2, 3, 4))
        np.testing.assert_allclose(there, here, atol=1e-9)


def test_sunlight_with_the_wrong_sign_names_nothing(signatures):
    x = -50.0 * signatures[:1] @ signatures.T
    prior = replace(PRIOR, sign=1)
    gram = signatures @ signatures.T
    probability, strength = pixel_posteriors(x, gram, 1.0, N_GASES, prior, (0,))
    assert not probability.any()
    assert not strength.any()


def test_no_pixel_and_no_gas(signatures):
    gram = signatures @ signatures.T
    nothing = np.zeros((0, len(gram)))
    probability, _ = pixel_posteriors(nothing, gram, 1.0, N_GASES, PRIOR, (0, 1))
    assert probability.shape == (0, N_GASES)
    probability, _ = pixel_posteriors(np.ones((2, len(gram))), gram, 1.0, N_GASES, PRIOR, ())
    assert not probability.any()


def test_strong_is_six_deviations_of_the_noise(signatures):
    gram = signatures @ signatures.T
    unit = signatures[3] / np.linalg.norm(signatures[3])
    for variance in (1.0, 4.0):
        edge = STRONG * np.sqrt(variance)
        x = np.array([0.999 * edge * unit, 1.001 * edge * unit, -1.001 * edge * unit])
        assert strong_pixels(x @ signatures.T, gram, variance).tolist() == [False, True, True]


def test_candidates_are_the_plume_s_own_and_what_its_pixels_show(signatures):
    gram = signatures @ signatures.T
    x = np.vstack([30 * signatures[[0] * 3], 50 * signatures[[3] * 3]]) @ signatures.T
    assert candidate_gases((0,), x, gram, N_GASES, 0)[:2] == (0, 3)
    assert candidate_gases((4, 2), x, gram, N_GASES, 0)[:4] == (4, 2, 3, 0)
    assert candidate_gases((0,), -x[3:], gram, N_GASES, 1) == (0,), "sunlight is only taken away"


def square(side, at=0):
    """(line, sample) of a square of pixels."""
    line, sample = np.indices((side, side))
    return line.ravel() + at, sample.ravel()


def told(side, name, gas, sure=0.99):
    """Compare a square of pixels that all show one gas with a plume's name."""
    line, sample = square(side)
    probability = np.full((side * side, 3), 1e-3)
    probability[:, gas] = sure
    return compare_with_name(line, sample, np.full(side * side, gas), probability, name, 3)


def test_pixels_agree_with_their_plume_or_are_a_part_of_another_chemical():
    side = int(np.ceil(np.sqrt(PART_SQUARES * 9)))
    assert (told(side, 1, 1).share_agreeing, told(side, 1, 1).parts) == (1.0, ())
    assert (told(side, 1, 2).share_agreeing, told(side, 1, 2).parts) == (0.0, ((2, side**2),))
    assert told(side - 1, 1, 2).parts == (), "so small a part is one odd square"
    assert told(side, 1, 2, sure=0.9).parts == (), "not sure enough to contradict"


def test_a_mixture_contradicts_nobody():
    """Where the plume's own gas is probable too, the other one is its partner."""
    line, sample = square(10)
    probability = np.tile([0.99, 0.99, 0.0], (100, 1))
    found = compare_with_name(line, sample, np.ones(100, int), probability, 0, 3)
    assert (found.share_agreeing, found.parts) == (1.0, ())


def test_scattered_pixels_are_no_part():
    line, sample = (2 * k for k in square(10))
    probability = np.tile([0.0, 0.99, 0.0], (100, 1))
    found = compare_with_name(line, sample, np.ones(100, int), probability, 0, 3)
    assert (found.share_agreeing, found.parts) == (0.0, ())


def test_an_unknown_plume_and_one_without_strong_pixels_have_no_share():
    assert np.isnan(told(8, None, 1).share_agreeing)
    assert told(8, None, 1).n_strong == 64
    nothing = np.zeros(0, int)
    found = compare_with_name(nothing, nothing, nothing, np.zeros((0, 3)), 0, 3)
    assert (found.n_strong, found.parts) == (0, ())
    assert np.isnan(found.share_agreeing)


def strongest(found):
    return max(found.plumes, key=lambda p: p.snr_max)


def test_a_plume_of_one_gas_agrees_with_itself(make_emissive):
    found = make_emissive(1, [("deltane", 45, 40, 200.0)]).detect()
    plume = strongest(found)
    assert plume.n_strong_pixels >= 20
    assert plume.share_agreeing == 1.0
    assert plume.parts == ()
    mine = found.labels[found.named.line, found.named.sample] == plume.id
    assert mine.sum() == plume.n_strong_pixels
    assert {found.gases[g].name for g in found.named.gas[mine]} == {"deltane"}
    assert (found.named.probability[mine] > 0.9).all()


@pytest.mark.parametrize("block_lines", [150, 17])
def test_products_are_those_of_each_pixel_s_own_square(make_emissive, block_lines):
    """Blocks of lines and cropped columns against the whole scene at once; one pixel is dead."""
    scene = make_emissive(1, [("deltane", 45, 40, 200.0), ("alphane", 100, 90, 200.0)])
    values = scene.values.astype(np.float32)
    values[44, 41] = np.nan
    cube = replace(scene.cube(), source=type(scene.cube().source)(values))
    settings = DetectSettings(block_bytes=4 * 120 * 48 * block_lines)
    prepared = Scene.of_cube(cube, settings, lambda *_: None)
    with ThreadPoolExecutor(1) as beside:
        known = Known.of_scene(prepared, scene.gases, None, beside)
    bank, n = known.searcher.bank, len(known.signatures.values)
    noise = PatchNoise.measure(prepared.sample, known.clean, known.background, bank)
    namer = PixelNamer(prepared.bandset, bank, known.gases.names, n, noise, PRIOR, 3, 2, 6)
    labels = np.zeros(values.shape[:2], np.int32)
    labels[40:51, 35:46], labels[95:106, 85:96] = 1, 2
    line, sample, products, n_ring = namer._products(labels, 2, lambda *_: None)

    usable = np.isfinite(values).all(axis=2)
    centred = values - bank.mean
    rings = ring_labels(labels, 2, 6)
    around = {k: centred[usable & (rings == k)].mean(axis=0) for k in (1, 2)}
    sums, count = square_sums(centred.copy(), usable, 3)
    towards = bank.whitened[:n] @ bank.whitening.astype(float)
    wanted = np.argwhere(usable & (labels > 0))
    assert (44, 41) not in set(zip(line.tolist(), sample.tolist(), strict=True))
    order = np.lexsort((sample, line))
    np.testing.assert_array_equal(np.column_stack([line, sample])[order], wanted)
    slow = [
        towards @ (sums[i, j] / count[i, j] - around[labels[i, j]]).astype(float) for i, j in wanted
    ]
    scale = np.sqrt(np.diag(bank.gram)[:n])
    np.testing.assert_allclose(products[order] / scale, np.array(slow) / scale, atol=2e-3)
    assert n_ring[1:].tolist() == [(usable & (rings == k)).sum() for k in (1, 2)]


def test_two_vents_of_different_gases_in_one_outline_are_told(make_emissive):
    """Four vents of each gas make two fields that touch: one outline, named by one of them.

    Gases that share bands make the one outline, as look-alikes do; the pixels tell them apart.
    """
    vents = [
        (gas, 40 + dy, column + dx, 160.0)
        for gas, column in (("gammane", 40), ("deltane", 52))
        for dy in (0, 5) for dx in (0, 5)
    ]  # fmt: skip
    scene = make_emissive(5, vents, alike=0.45)
    plume = strongest(found := scene.detect())
    inside = found.labels == plume.id
    for gas in ("gammane", "deltane"):
        assert scene.truth_ppm_m[gas][inside].max() > 100.0, "one outline holds both"
    assert PARTS_FLAG in plume.flags
    other = {"gammane": "deltane", "deltane": "gammane"}[plume.chemical]
    assert plume.parts[0][0] == other
    assert plume.share_agreeing < 0.8
    mine = found.labels[found.named.line, found.named.sample] == plume.id
    line, sample = found.named.line[mine], found.named.sample[mine]
    said = np.array([found.gases[g].name for g in found.named.gas[mine]])
    one, two = (scene.truth_ppm_m[g][line, sample] for g in ("gammane", "deltane"))
    clear = (one > 8 * two) | (two > 8 * one)
    assert clear.sum() > 60
    right = said[clear] == np.where(one > two, "gammane", "deltane")[clear]
    assert right.mean() > 0.95
