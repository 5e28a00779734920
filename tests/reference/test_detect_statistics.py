"""The detector's statistics against textbook laws and independently coded formulas."""

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import beta, kstest, norm

from cathartes.detect.background import shrinkage_weight
from cathartes.detect.bank import apply_bank, cosine_score, make_bank
from cathartes.detect.chance import find_peaks
from cathartes.detect.scales import CleanScores
from cathartes.detect.signature import (
    decoy_absorption,
    emissive_signatures,
    reflective_signatures,
)
from cathartes.scenes.instrument import load_instrument
from cathartes.scenes.radiometry import planck_radiance
from cathartes.simulate.measured import read_measured_surfaces
from cathartes.spectra.builtin import builtin_library
from cathartes.spectra.visibility import absorption_on_bands_per_ppm_m

GASES = (
    "ammonia", "acetone", "dichloromethane", "methanol", "chloroform", "SF6", "ethylene",
    "R-134a", "ethyl_acetate", "propylene", "sulfur_dioxide", "acetonitrile",
)  # fmt: skip


def background_of(sample):
    return sample.background(sample.valid, per_column=False, stripe_smoothing_samples=1e-6)


def scores_of(sample, background, bank):
    """Scores (signature, line, sample) and d² (line, sample) of a sample's squares."""
    shape = sample.valid.shape
    centred = sample.about(background.mean - sample.shift).reshape(-1, sample.shift.size)
    scores, distance = apply_bank(centred, bank)
    return scores.reshape(-1, *shape), distance.reshape(shape)


OVERLAP = {1: 1.0, 3: 4.5}
"""Squares of white noise that count as one, by their side: the sum of their squared correlations,
(1 + 2 (4/9 + 1/9))² for 3."""


def gaussian_clutter(rng, shape, n_bands, modes=5):
    """Correlated clutter: a few smooth directions a hundred times the noise's variance."""
    bands = np.linspace(0, 1, n_bands)
    smooth = np.array([np.cos(np.pi * k * bands) for k in range(modes)])
    clutter = rng.normal(0, 1.0, (*shape, modes)) @ smooth + rng.normal(0, 0.1, (*shape, n_bands))
    return (10.0 + clutter).astype(np.float32)


def one_signature(n_bands):
    """A gas of one narrow band, as it is: -A α μ with A = 1, μ = -1."""
    s = np.exp(-0.5 * ((np.arange(n_bands) - 0.4 * n_bands) / 1.5) ** 2)
    return reflective_signatures(("gas",), s[None], -np.ones(n_bands), 1.0)


@pytest.mark.parametrize("width", [1, 3])
@pytest.mark.parametrize("snr", [2.0, 3.0, 4.0, 6.0])
def test_detection_probability_is_that_of_a_known_signal_in_gaussian_noise(make_sample, snr, width):
    """Rationale: planted at s standard deviations, detected above t with P = 1 - Φ(t - s).

    Expected: Kay 1998, Detection Theory, eq. 4.14 with d = s. Tolerance: 4 binomial standard
    errors of 20 000 pixels, or of so many overlapping squares, and 1 % for the covariance being
    estimated (30 bands from 20 000 pixels: the score's variance is off by about 30 / 20 000; from
    squares 4.5 times that). Squares cut by the scene's edge have another variance: left out.
    """
    rng = np.random.default_rng(41)
    clutter = make_sample(gaussian_clutter(rng, (100, 200), 30), width)
    background = background_of(clutter)
    bank = make_bank(one_signature(30), background)
    fresh = gaussian_clutter(rng, (100, 200), 30)
    planted = fresh + (snr * bank.noise_equivalent[0] * one_signature(30).values[0]).astype("f4")
    scores, _ = scores_of(make_sample(planted, width), background, bank)
    inside = scores[0, 1:-1, 1:-1]
    for threshold in (2.0, 3.0, 4.0):
        expected = norm.sf(threshold - snr)
        error = 4 * np.sqrt(expected * (1 - expected) * OVERLAP[width] / 20_000) + 0.01
        assert (inside > threshold).mean() == pytest.approx(expected, abs=error)


@pytest.mark.parametrize("width", [1, 3])
def test_false_alarms_on_gaussian_clutter_are_those_of_a_normal_law(make_sample, width):
    """Expected: 1 - Φ(t) each side; tolerance 4 Poisson standard errors and 2 % of scale in t.

    Squares that overlap come in clusters: their errors grow by the root of the overlap. The
    scene's edge, where squares are smaller, is 1.7 % of it and has 1.2 times the deviation.
    """
    rng = np.random.default_rng(42)
    clutter = make_sample(gaussian_clutter(rng, (200, 300), 30), width)
    background = background_of(clutter)
    scores, _ = scores_of(clutter, background, make_bank(one_signature(30), background))
    for threshold in (1.0, 2.0, 3.0):
        for signed in (scores, -scores):
            count = (signed > threshold).sum()
            expected = 60_000 * norm.sf(threshold)
            slack = 60_000 * norm.pdf(threshold) * 0.02 * threshold
            if width > 1:
                slack += 0.017 * 60_000 * (norm.sf(threshold / 1.25) - norm.sf(threshold))
            assert abs(count - expected) < 4 * np.sqrt(expected * OVERLAP[width]) + slack


@pytest.mark.parametrize("width", [1, 3])
@pytest.mark.parametrize("n_bands", [10, 40])
def test_the_cosine_of_clutter_is_beta_distributed(make_sample, n_bands, width):
    """Rationale: the angle between a fixed and a random direction in b dimensions.

    Expected: c² ~ Beta(1/2, (b-1)/2) (Kraut & Scharf 1999, doi 10.1109/78.782198, covariance
    known). Kolmogorov-Smirnov on 4000 of 100 000 pixels that made the covariance, p > 0.001; of
    squares on every third in both directions, which don't overlap, the scene's edge too: an angle
    does not know how many pixels were averaged.
    """
    rng = np.random.default_rng(43)
    clutter = make_sample(gaussian_clutter(rng, (200, 500), n_bands), width)
    background = background_of(clutter)
    scores, distance = scores_of(clutter, background, make_bank(one_signature(n_bands), background))
    few = (slice(0, 8 * width, width), slice(None, None, width))
    score = cosine_score(scores[0][few], distance[few], n_bands).astype(np.float64).ravel()
    cosine_squared = -np.expm1(-(score**2) / (n_bands - 1))
    assert kstest(cosine_squared, beta(0.5, 0.5 * (n_bands - 1)).cdf).pvalue > 1e-3
    assert abs((score > 0).mean() - 0.5) < 4 * 0.5 / np.sqrt(score.size)


def test_the_scene_s_edge_and_gaps_have_no_more_peaks_than_its_middle(make_sample):
    """Rationale: squares are cut there, and noise is averaged less; the angle must not show it.

    Expected: the share of |score| above 2.5 is the middle's, within 4 Poisson standard errors,
    overlap included, over 20 scenes.
    """
    rng = np.random.default_rng(48)
    gap = rng.random((60, 60)) < 0.3
    edge = np.ones((60, 60), bool)
    edge[1:-1, 1:-1] = False
    high = dict.fromkeys(("edge", "gaps", "middle"), 0)
    number = dict(high)
    for k in range(20):
        cube = gaussian_clutter(rng, (60, 60), 30)
        if k % 2:
            cube[gap] = np.nan
        sample = make_sample(cube, 3)
        background = background_of(sample)
        scores, distance = scores_of(sample, background, make_bank(one_signature(30), background))
        above = np.abs(cosine_score(scores[0], distance, 30)) > 2.5
        places = {"gaps": sample.valid} if k % 2 else {"edge": edge, "middle": ~edge}
        for place, chosen in places.items():
            high[place] += int(above[chosen].sum())
            number[place] += int(chosen.sum())
    rate = high["middle"] / number["middle"]
    for place in ("edge", "gaps"):
        expected = rate * number[place]
        assert abs(high[place] - expected) < 4 * np.sqrt(OVERLAP[3] * expected)


def bank_with_decoys(background, absorption, level, per_gas):
    """Return the bank of gases and decoys against a background."""

    def model(rows):
        return reflective_signatures(tuple("g" * len(rows)), rows, -level, 1.0)

    gases = make_bank(model(absorption), background)
    decoys = decoy_absorption(
        absorption, per_gas, lambda sham: model(sham).values @ gases.whitening.astype(float).T
    )
    return make_bank(model(np.vstack([absorption, decoys])), background)


def peaks_won(sample, absorption, level, per_gas):
    """Count the peaks above 3 standard deviations where gases and where decoys stand higher."""
    background = background_of(sample)
    bank = bank_with_decoys(background, absorption, level, per_gas)
    scores, distance = scores_of(sample, background, bank)
    clean = CleanScores.measure(sample, sample.valid, background, bank)
    cosine = cosine_score(scores, distance[None], level.size)
    height = np.abs(cosine / clean.scale[:, None, None])
    n_gases = len(absorption)
    gas, decoy = height[:n_gases].max(axis=0), height[n_gases:].max(axis=0)
    peak = find_peaks(np.maximum(gas, decoy))
    high = np.maximum(gas, decoy)[peak] > 3.0
    gas_won = gas[peak] >= decoy[peak]
    return int((high & gas_won).sum()), int((high & ~gas_won).sum())


def absorption_on_hytes():
    bands = load_instrument("hytes-like").bands
    chosen = bands.select(np.flatnonzero(bands.centre_um > 8.0)[::3])
    library = builtin_library()
    rows = [absorption_on_bands_per_ppm_m(library[g].spectrum, chosen) for g in GASES]
    return chosen.centre_um, np.nan_to_num(np.array(rows))


@pytest.mark.parametrize("decoys_per_gas", [1, 2])
def test_decoys_and_gases_win_alike_on_pure_clutter(make_sample, decoys_per_gas):
    """Rationale: K decoys a gas stand for what chance does to the gas.

    Expected: gases win decoys / K. Tolerance: 3 Poisson standard errors of the difference.
    """
    rng = np.random.default_rng(44)
    centre_um, absorption = absorption_on_hytes()
    gases = decoys = 0
    for _ in range(3):
        clutter = make_sample(gaussian_clutter(rng, (120, 150), centre_um.size), 3)
        won = peaks_won(clutter, absorption, np.ones(centre_um.size), decoys_per_gas)
        gases, decoys = gases + won[0], decoys + won[1]
    assert gases + decoys > 300
    error = np.sqrt(gases + decoys / decoys_per_gas**2)
    assert abs(gases - decoys / decoys_per_gas) < 3 * error


def measured_ground(data_dir: Path, rng, shape, wavelength_um):
    """Radiance of measured materials in mixed parcels at 285-305 K, with HyTES-like noise."""
    header = data_dir / "emissivity_noise" / "ecostress_library_with_mixtures.hdr"
    if not header.is_file():
        pytest.skip(f"measured emissivities not found: {header}")
    surfaces = read_measured_surfaces(header, "all", 300, 5).surfaces
    emissivity = np.array([1 - np.interp(wavelength_um, s.wavelength_um, s.values)
                           for s in surfaces])  # fmt: skip
    n_lines, n_samples = shape
    parcels = rng.integers(len(surfaces), size=(n_lines // 6 + 1, n_samples // 6 + 1, 2))
    parcels = parcels.repeat(6, axis=0).repeat(6, axis=1)[:n_lines, :n_samples]
    share = rng.random((n_lines, n_samples, 1))
    mixed = share * emissivity[parcels[:, :, 0]] + (1 - share) * emissivity[parcels[:, :, 1]]
    ground_k = rng.uniform(285, 305, parcels.shape[:2]).repeat(1, axis=0)
    radiance = mixed * planck_radiance(wavelength_um, ground_k[:, :, None])
    return (radiance + rng.normal(0, 0.01, radiance.shape)).astype(np.float32)


@pytest.mark.data
def test_filters_on_measured_emissivities_are_those_of_an_independent_formula(
    data_dir, make_sample
):
    """Rationale: real spectra have nearly singular covariances (smooth emissivities, 130 bands).

    Expected: z and ACE with numpy's float64 inverse, coded from Manolakis et al. 2014
    (doi 10.1109/MSP.2013.2278915) with the shrinkage stated. Tolerance: 2e-3 of a pixel's norm:
    float32 products, condition numbers near 1e5 of the correlation.
    """
    rng = np.random.default_rng(45)
    wavelength_um, absorption = absorption_on_hytes()
    cube = measured_ground(data_dir, rng, (60, 80), wavelength_um)
    sample = make_sample(cube)
    background = background_of(sample)
    signatures = emissive_signatures(
        GASES, absorption, wavelength_um, 295.0, np.ones(wavelength_um.size)
    )
    scores, distance = scores_of(sample, background, make_bank(signatures, background))

    pixels = cube.reshape(-1, wavelength_um.size).astype(np.float64)
    x = pixels - pixels.mean(axis=0)
    covariance = x.T @ x / (len(x) - 1)
    sd = x.std(axis=0, ddof=1)
    weight = shrinkage_weight(
        np.clip(np.linalg.eigvalsh(covariance / np.outer(sd, sd)), 0, None), len(x) - 1
    )
    inverse = np.linalg.inv((1 - weight) * covariance + weight * np.diag(sd**2))
    d2 = np.einsum("pb,bc,pc->p", x, inverse, x)
    np.testing.assert_allclose(distance.ravel(), d2, rtol=4e-3)
    for g, s in enumerate(signatures.values):
        z = x @ inverse @ s / np.sqrt(s @ inverse @ s)
        assert np.abs(scores[g].ravel() - z).max() < 2e-3 * np.sqrt(d2.max())
        ace = (x @ inverse @ s) ** 2 / ((s @ inverse @ s) * d2)
        score = cosine_score(scores[g], distance, wavelength_um.size).ravel().astype(np.float64)
        found = -np.expm1(-(score**2) / (wavelength_um.size - 1))
        np.testing.assert_allclose(found, ace, atol=5e-3)


@pytest.mark.data
def test_planted_gas_on_measured_emissivities_comes_back(data_dir, make_sample):
    """Rationale: exact three-layer radiance over real materials, judged by the linear filter.

    The ground is taken colder than the plume by 12 K on average. Expected: û = u ΔT with each
    pixel's own contrast to within 5 %: the linearisation of Planck's law over a spread of 10 K
    and emissivities of 0.9 to 1. Optical depth 0.02: saturation 1 %.
    """
    rng = np.random.default_rng(46)
    wavelength_um, absorption = absorption_on_hytes()
    cube = measured_ground(data_dir, rng, (60, 80), wavelength_um)
    alpha = absorption[GASES.index("ammonia")]
    column = 0.02 / alpha.max()
    plume_k = 307.0
    passed = np.exp(-alpha * column)
    seen = cube * passed + (1 - passed) * planck_radiance(wavelength_um, plume_k)
    ground_k = 295.0
    signatures = emissive_signatures(
        GASES, absorption, wavelength_um, ground_k, np.ones(wavelength_um.size)
    )
    sample = make_sample(cube)
    background = background_of(sample)
    bank = make_bank(signatures, background)
    before, _ = scores_of(sample, background, bank)
    after, _ = scores_of(make_sample(seen.astype(np.float32)), background, bank)
    g = GASES.index("ammonia")
    amount = float((after[g] - before[g]).mean()) * bank.noise_equivalent[g]
    weight = np.abs(signatures.values[g])
    slope = planck_radiance(wavelength_um, ground_k + 0.5) - planck_radiance(
        wavelength_um, ground_k - 0.5
    )
    lift = planck_radiance(wavelength_um, plume_k) - cube.mean(axis=(0, 1))
    contrast_k = (weight @ lift) / (weight @ slope)
    assert contrast_k > 5
    assert amount == pytest.approx(column * contrast_k, rel=0.05)


@pytest.mark.data
def test_decoys_and_gases_win_alike_on_measured_materials(data_dir, make_sample):
    """Rationale: on real clutter a decoy must stand for its gas, or the chance count misleads.

    Expected: gases win decoys / K. Tolerance: a factor of two, within which a stated number of
    false plumes is still of use, and 3 Poisson standard errors.
    """
    rng = np.random.default_rng(47)
    wavelength_um, absorption = absorption_on_hytes()
    gases = decoys = 0
    level = planck_radiance(wavelength_um, 295.5) - planck_radiance(wavelength_um, 294.5)
    for _ in range(3):
        cube = measured_ground(data_dir, rng, (120, 120), wavelength_um)
        won = peaks_won(make_sample(cube, 3), absorption, level, 2)
        gases, decoys = gases + won[0], decoys + won[1]
    expected = decoys / 2
    error = 3 * np.sqrt(gases + decoys / 4)
    assert 0.5 * expected - error < gases < 2.0 * expected + error
