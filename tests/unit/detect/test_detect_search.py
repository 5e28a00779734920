"""The search over blocks of lines, against a loop over pixels."""

from dataclasses import replace

import numpy as np
import pytest

from cathartes.detect.amount_bank import AmountBank
from cathartes.detect.atmosphere import clear_air
from cathartes.detect.background import MeanKind
from cathartes.detect.bank import make_bank
from cathartes.detect.context import context_image
from cathartes.detect.contrast import Contrast
from cathartes.detect.light import LogLight
from cathartes.detect.planes import MemoryPlanes
from cathartes.detect.pursuit import STANDS_OUT, pursue
from cathartes.detect.scales import CleanScores
from cathartes.detect.search import Searcher, score_scene
from cathartes.detect.signature import emissive_signatures, reflective_signatures
from cathartes.detect.step import quiet
from cathartes.scenes.radiometry import planck_radiance

N_BANDS = 14
WAVELENGTH_UM = np.linspace(8.0, 12.0, N_BANDS)
GASES = ("alphane", "betane", "gammane")


def rows(n, seed):
    """Absorption of narrow bands, (n, band)."""
    centre = np.random.default_rng(seed).uniform(0, N_BANDS, (n, 1))
    return 1e-3 * np.exp(-0.5 * ((np.arange(N_BANDS) - centre) / 0.7) ** 2) + 1e-6


def scene(seed, shape=(30, 17), gaps=0.05, *, odd=True):
    """Ground at 295 K, stripes, thick gas and an odd surface here and there, gaps and a block."""
    rng = np.random.default_rng(seed)
    ground_k = 295 + rng.normal(0, 1.0, (*shape, 1))
    values = planck_radiance(WAVELENGTH_UM, ground_k) + rng.normal(0, 0.02, (*shape, N_BANDS))
    values += rng.normal(0, 0.05, (shape[1], N_BANDS))
    gas = rows(3, 1)
    for k, sign in enumerate((1, -1, 1)):
        i, j = rng.integers(shape[0]), rng.integers(shape[1])
        values[max(i - 2, 0) : i + 3, max(j - 2, 0) : j + 3] += odd * sign * 1.5e3 * gas[k]
    i, j = shape[0] // 2, shape[1] // 2
    values[i : i + 3, j : j + 3] += odd * 1e3 * (gas[0] + gas[1])  # a mixture
    values[-7:, :6] += odd * 1e3 * (gas[2] + 1e-3 * (np.arange(N_BANDS) % 6 == 0))  # a rare surface
    values[rng.random(shape) < gaps, rng.integers(N_BANDS)] = np.nan
    if gaps:
        values[: shape[0] // 5, : shape[1] // 4] = np.nan
    return values.astype(np.float32)


def searcher_of(values, make_sample, make_bandset, width, *, emissive=True, plume_k=305.0):
    """Return all that is looked for: three gases thin and dense, two decoys of each alike."""
    sample = make_sample(values, width)
    background = sample.background(sample.valid, per_column=False, stripe_smoothing_samples=15.0)
    thin, dense = rows(3, 1), rows(3, 1) + 0.3 * rows(3, 2)
    decoys = np.vstack([rows(6, 3), rows(6, 3) + 0.3 * rows(6, 4)])
    absorption = np.vstack([thin, dense, decoys])
    names = tuple(f"s{k}" for k in range(len(absorption)))
    mean = background.mean.mean(axis=0)

    def model(names, absorption):
        if emissive:
            return emissive_signatures(names, absorption, WAVELENGTH_UM, 295.0, np.ones(N_BANDS))
        return reflective_signatures(names, absorption, mean, 2.0)

    bank = make_bank(model(names, absorption), background)
    scores = CleanScores.measure(sample, sample.valid, background, bank)
    light = None if emissive else LogLight.about(mean)
    means = MeanKind(per_column=False, stripe_smoothing_samples=15.0)
    amounts = AmountBank.of_sample(sample, sample.valid, model(GASES, thin), light, means)
    contrast = Contrast(
        mean=mean,
        weight=np.abs(model(GASES, thin).values),
        emissive=emissive,
        plume_temperature_k=plume_k,
        plume_temperature_sd_k=2.0,
        ground_temperature_k=295.0,
        wavelength_um=WAVELENGTH_UM,
        atmosphere=clear_air(N_BANDS),
    )
    return Searcher(
        bandset=make_bandset(values),
        gases=GASES,
        width_px=width,
        bank=bank,
        gas_family=scores.family(bank, slice(0, 6), two_sided=emissive),
        decoy_family=scores.family(bank, slice(6, None), two_sided=emissive),
        amounts=amounts,
        contrast=contrast,
    )


def cosine_scores(z, d2):
    c2 = np.minimum(z**2 / max(d2, 1e-30), 1 - 1e-6)
    return np.sign(z) * np.sqrt(-(N_BANDS - 1) * np.log1p(-c2))


def simple_height(z, d2, family, n_owners):
    """Highest score, who has it, and all scores of one pixel."""
    scores = cosine_scores(z, d2) / family.scale
    strength = np.abs if family.two_sided else np.asarray
    first = int(np.argmax(strength(z / family.scale)))
    value, winner, hot = scores[first], first, strength(z / family.scale)[first] > STANDS_OUT
    if hot:
        found = pursue(z[:, None].astype("f4"), np.float32([d2]), np.array([first]), family)
        winner = int(np.argmax(strength(found.score[:, 0])))
        value = found.score[winner, 0] if found.gas_like[0] else 0.0
        scores = found.score[:, 0] if found.gas_like[0] else scores
    owner = winner % n_owners
    return strength(value), (-1 - owner if value < 0 else owner), scores, hot


def simple_search(values, searcher):
    """Pixel by pixel: the square's mean, every signature, the winner; gaps NaN."""
    n_lines, n_samples, _ = values.shape
    bank, half = searcher.bank, searcher.width_px // 2
    unit = bank.whitened / np.sqrt(np.diag(bank.gram))[:, None]
    whole = np.isfinite(values).all(axis=2)
    out = {name: np.full((n_lines, n_samples), np.nan) for name in ("gas", "decoy", "distance")}
    winner = {name: np.zeros((n_lines, n_samples), int) for name in ("gas", "decoy")}
    score, amount = np.full((2, 3, n_lines, n_samples), np.nan)
    for i, j in np.argwhere(whole).tolist():
        square = [
            values[a, b].astype(float) - bank.mean[b]
            for a in range(max(i - half, 0), min(i + half, n_lines - 1) + 1)
            for b in range(max(j - half, 0), min(j + half, n_samples - 1) + 1)
            if whole[a, b]
        ]
        x = bank.whitening @ np.mean(square, axis=0)
        z, d2 = unit @ x, x @ x
        gas, decoy = searcher.gas_family, searcher.decoy_family
        out["distance"][i, j] = d2
        out["gas"][i, j], winner["gas"][i, j], scores, hot = simple_height(z[:6], d2, gas, 3)
        out["decoy"][i, j], winner["decoy"][i, j], _, _ = simple_height(z[6:], d2, decoy, 6)
        for g in range(3):
            pair = scores[[g, 3 + g]]
            # Thin or dense: before pursuit the greater cosine, after it the greater score.
            rank = pair if hot else z[[g, 3 + g]] / gas.scale[[g, 3 + g]]
            score[g, i, j] = pair[np.argmax(np.abs(rank))]
        seen = values[i, j].astype(float)
        if searcher.amounts.light is not None:
            mean = searcher.amounts.light.mean
            seen = np.log(
                np.maximum(1 + (seen - mean) / np.maximum(mean, 0.02 * np.median(mean)), 0.02)
            )
        about = searcher.amounts.background.mean[j]
        amount[:, i, j] = searcher.amounts.bank.amount_filters @ (seen - about)
    return out, winner, score, amount


def searched(searcher, workers=1, shape=None):
    store = MemoryPlanes(*(shape or searcher.bandset.cube.shape[:2]))
    return score_scene(searcher, store, workers, quiet), store


@pytest.mark.parametrize("width", [1, 3, 5])
@pytest.mark.parametrize("emissive", [True, False])
def test_the_search_is_that_of_a_loop_over_pixels(make_sample, make_bandset, width, emissive):
    """Heights, winners with their sign, scores, amounts, distances, contrast, context and gaps.

    2e-2 of a score: float32 of radiances near 10 whose noise of 0.02 is a third of that over
    squares of 3; winners where the two best are farther apart than that.
    """
    values = scene(15)
    ground = np.where(np.isnan(values), values, scene(15, odd=False))
    searcher = searcher_of(ground, make_sample, make_bandset, width, emissive=emissive)
    searcher = replace(searcher, bandset=make_bandset(values))
    heights, store = searched(searcher)
    expected, winner, score, amount = simple_search(values, searcher)
    whole = np.isfinite(values).all(axis=2)
    for name in ("gas", "decoy"):
        height = getattr(heights, name)
        np.testing.assert_allclose(height, expected[name], atol=2e-2, rtol=2e-2)
        same = getattr(heights, f"{name}_winner") == winner[name]
        assert same[whole].mean() > 0.99
    assert (heights.gas > STANDS_OUT).any(), "some gas must show, or nothing was tested"
    if emissive:
        assert (heights.gas_winner[heights.gas > STANDS_OUT] < 0).any(), "in absorption too"
    assert (heights.gas == 0.0).any(), "something must stand out and be like no gas"
    np.testing.assert_allclose(store.read("distance"), expected["distance"], rtol=2e-2)
    for g, name in enumerate(GASES):
        found = store.read(f"score/{name}")
        gap = np.isnan(score[g])
        np.testing.assert_array_equal(np.isnan(found), gap)
        close = np.abs(found - score[g])[~gap] <= 2e-2 * (1 + np.abs(score[g][~gap]))
        assert close.mean() > 0.99, "but for ties of thin and dense"
        spread = np.nanstd(amount[g])
        np.testing.assert_allclose(
            store.read(f"amount/{name}"), amount[g], atol=1e-3 * spread, rtol=1e-3
        )
        contrast = searcher.contrast.of_block(values)[g]
        expected_contrast = np.where(whole, contrast, np.float32(np.nan))
        np.testing.assert_allclose(
            store.read(f"contrast/{name}"), expected_contrast, rtol=1e-4, atol=1e-4
        )
    context = context_image(values, WAVELENGTH_UM, emissive=emissive)
    np.testing.assert_array_equal(store.read("context"), context)


@pytest.mark.parametrize("width", [1, 3, 5])
@pytest.mark.parametrize("gaps", [0.0, 0.05])
def test_blocks_and_workers_change_nothing_at_all(make_sample, make_bandset, width, gaps):
    """Squares reach over the seams of blocks, down to single lines: every number within 1e-5.

    Sums of squares are made in the same order everywhere; only the matrix products may differ.
    """
    values = scene(7, gaps=gaps)
    searcher = searcher_of(values, make_sample, make_bandset, width)
    whole, planes = searched(searcher)
    line_bytes = 4 * values.shape[1] * N_BANDS
    for lines, workers in ((30, 2), (7, 1), (7, 3), (1, 1), (2, 4)):
        blocks = replace(searcher, bandset=make_bandset(values, lines * line_bytes))
        assert len(blocks.bandset.ranges()) == -(-30 // lines)
        again, parts = searched(blocks, workers)
        np.testing.assert_array_equal(again.gas_winner, whole.gas_winner)
        np.testing.assert_array_equal(again.decoy_winner, whole.decoy_winner)
        for one, other in ((whole.gas, again.gas), (whole.decoy, again.decoy)):
            np.testing.assert_allclose(other, one, atol=1e-5, rtol=1e-5)
        for kind in ("score", "amount", "contrast"):
            for name in GASES:
                one, other = planes.read(f"{kind}/{name}"), parts.read(f"{kind}/{name}")
                np.testing.assert_allclose(other, one, atol=1e-5 * np.nanstd(one), rtol=1e-4)
        for kind in ("distance", "context"):
            np.testing.assert_allclose(parts.read(kind), planes.read(kind), rtol=1e-4)


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_the_same_blocks_by_more_workers_are_the_same_to_the_bit(
    make_sample, make_bandset, workers
):
    values = scene(8)
    searcher = searcher_of(values, make_sample, make_bandset, 3)
    blocks = replace(searcher, bandset=make_bandset(values, 4 * 17 * N_BANDS * 4))
    one, other = searched(blocks, 1)[0], searched(blocks, workers)[0]
    for name in ("gas", "decoy", "gas_winner", "decoy_winner"):
        np.testing.assert_array_equal(getattr(other, name), getattr(one, name))


def test_chunks_of_pixels_leave_no_seam(make_sample, make_bandset, monkeypatch):
    values = scene(9)
    searcher = searcher_of(values, make_sample, make_bandset, 3)
    one = searched(searcher)[0]
    monkeypatch.setattr("cathartes.detect.search.PIXELS_AT_ONCE", 7)
    other = searched(searcher)[0]
    np.testing.assert_allclose(other.gas, one.gas, atol=1e-5, rtol=1e-5)
    np.testing.assert_array_equal(other.gas_winner, one.gas_winner)


@pytest.mark.parametrize("shape", [(1, 40), (2, 40), (40, 1), (40, 2), (4, 6)])
@pytest.mark.parametrize("width", [3, 5])
def test_scenes_narrower_than_the_square_are_searched(make_sample, make_bandset, shape, width):
    values = scene(10, shape, gaps=0.0)
    searcher = searcher_of(values, make_sample, make_bandset, width)
    heights, _ = searched(searcher)
    expected, _, _, _ = simple_search(values, searcher)
    np.testing.assert_allclose(heights.gas, expected["gas"], atol=2e-2, rtol=2e-2)
    np.testing.assert_allclose(heights.decoy, expected["decoy"], atol=2e-2, rtol=2e-2)


def test_a_pixel_among_gaps_is_searched_by_itself(make_sample, make_bandset):
    """All its neighbours are NaN: its own spectrum is the mean; theirs stay gaps."""
    values = scene(11, gaps=0.0)
    searcher = searcher_of(values, make_sample, make_bandset, 3)
    values[10:13, 5:8] = np.nan
    values[11, 6] = scene(11, gaps=0.0)[11, 6]
    lone = replace(searcher, bandset=make_bandset(values))
    found = searched(lone)[0].gas
    alone = searched(replace(lone, width_px=1))[0].gas
    assert found[11, 6] == pytest.approx(alone[11, 6], abs=1e-4)
    assert np.isnan(found[10:13, 5:8]).sum() == 8


def test_a_dead_column_is_a_gap_and_its_neighbours_are_searched(make_sample, make_bandset):
    values = scene(12, gaps=0.0)
    values[:, 6, 3] = np.nan
    searcher = searcher_of(values, make_sample, make_bandset, 3)
    heights, store = searched(searcher)
    dead = np.zeros(values.shape[:2], bool)
    dead[:, 6] = True
    for image in (heights.gas, heights.decoy, store.read("score/betane"), store.read("distance")):
        np.testing.assert_array_equal(np.isnan(image), dead)


def test_progress_is_told_line_by_line(make_sample, make_bandset):
    values = scene(14)
    searcher = searcher_of(values, make_sample, make_bandset, 3)
    blocks = replace(searcher, bandset=make_bandset(values, 4 * 17 * N_BANDS * 10))
    told = []
    score_scene(blocks, MemoryPlanes(30, 17), 2, lambda *what: told.append(what))
    assert told == [("search", pytest.approx(s)) for s in (1 / 3, 2 / 3, 1.0)]
