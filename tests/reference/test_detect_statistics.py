"""The detector's statistics against textbook laws and independently coded formulas."""

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import beta, kstest, norm

from cathartes.detect.background import BackgroundSums, shrinkage_weight
from cathartes.detect.bank import apply_bank, cosine_score, make_bank
from cathartes.detect.chance import average, clean_scale, find_peaks
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


def background_of(cube):
    sums = BackgroundSums(cube.shape[1], cube.shape[2])
    sums.add(cube, np.isfinite(cube).all(axis=2))
    return sums.finish(per_column=False, stripe_smoothing_samples=1e-6)


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


@pytest.mark.parametrize("snr", [2.0, 3.0, 4.0, 6.0])
def test_detection_probability_is_that_of_a_known_signal_in_gaussian_noise(snr):
    """Rationale: planted at s standard deviations, detected above t with P = 1 - Φ(t - s).

    Expected: Kay 1998, Detection Theory, eq. 4.14 with d = s. Tolerance: 4 binomial standard
    errors of 20 000 pixels, and 1 % for the covariance being estimated (30 bands from 20 000
    pixels: the score's variance is off by about 30 / 20 000).
    """
    rng = np.random.default_rng(41)
    clutter = gaussian_clutter(rng, (100, 200), 30)
    bank = make_bank(one_signature(30), background_of(clutter))
    fresh = gaussian_clutter(rng, (100, 200), 30)
    planted = fresh + (snr * bank.noise_equivalent[0] * one_signature(30).values[0]).astype("f4")
    scores, _ = apply_bank(planted, bank)
    for threshold in (2.0, 3.0, 4.0):
        expected = norm.sf(threshold - snr)
        error = 4 * np.sqrt(expected * (1 - expected) / 20_000) + 0.01
        assert (scores[0] > threshold).mean() == pytest.approx(expected, abs=error)


def test_false_alarms_on_gaussian_clutter_are_those_of_a_normal_law():
    """Expected: 1 - Φ(t) each side; tolerance 4 Poisson standard errors and 2 % of scale in t."""
    rng = np.random.default_rng(42)
    clutter = gaussian_clutter(rng, (200, 300), 30)
    bank = make_bank(one_signature(30), background_of(clutter))
    scores, _ = apply_bank(clutter, bank)
    for threshold in (1.0, 2.0, 3.0):
        for signed in (scores, -scores):
            count = (signed > threshold).sum()
            expected = 60_000 * norm.sf(threshold)
            slack = 60_000 * norm.pdf(threshold) * 0.02 * threshold
            assert abs(count - expected) < 4 * np.sqrt(expected) + slack


@pytest.mark.parametrize("n_bands", [10, 40])
def test_the_cosine_of_clutter_is_beta_distributed(n_bands):
    """Rationale: the angle between a fixed and a random direction in b dimensions.

    Expected: c² ~ Beta(1/2, (b-1)/2) (Kraut & Scharf 1999, doi 10.1109/78.782198, covariance
    known). Kolmogorov-Smirnov on 4000 of 100 000 pixels that made the covariance, p > 0.001.
    """
    rng = np.random.default_rng(43)
    clutter = gaussian_clutter(rng, (200, 500), n_bands)
    bank = make_bank(one_signature(n_bands), background_of(clutter))
    scores, distance = apply_bank(clutter[:8], bank)
    score = cosine_score(scores[0], distance, n_bands).astype(np.float64).ravel()
    cosine_squared = -np.expm1(-(score**2) / (n_bands - 1))
    assert kstest(cosine_squared, beta(0.5, 0.5 * (n_bands - 1)).cdf).pvalue > 1e-3
    assert abs((score > 0).mean() - 0.5) < 4 * 0.5 / np.sqrt(score.size)


def bank_with_decoys(clutter, absorption, level, per_gas):
    """Return the bank of gases and decoys against a clutter's own background."""
    background = background_of(clutter)

    def model(rows):
        return reflective_signatures(tuple("g" * len(rows)), rows, -level, 1.0)

    gases = make_bank(model(absorption), background)
    decoys = decoy_absorption(
        absorption, per_gas, lambda sham: model(sham).values @ gases.whitening.astype(float).T
    )
    return make_bank(model(np.vstack([absorption, decoys])), background)


def peaks_won(clutter, bank, n_gases):
    """Count the peaks above 3 standard deviations where gases and where decoys stand higher."""
    scores, distance = apply_bank(clutter, bank)
    heights = []
    for z in scores:
        cosine = average(cosine_score(z, distance, clutter.shape[2]), 3)
        heights.append(np.abs(cosine / clean_scale(cosine, two_sided=True)))
    gas, decoy = np.max(heights[:n_gases], axis=0), np.max(heights[n_gases:], axis=0)
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
def test_decoys_and_gases_win_alike_on_pure_clutter(decoys_per_gas):
    """Rationale: K decoys a gas stand for what chance does to the gas.

    Expected: gases win decoys / K. Tolerance: 3 Poisson standard errors of the difference.
    """
    rng = np.random.default_rng(44)
    centre_um, absorption = absorption_on_hytes()
    n_gases = len(absorption)
    gases = decoys = 0
    for _ in range(3):
        clutter = gaussian_clutter(rng, (120, 150), centre_um.size)
        bank = bank_with_decoys(clutter, absorption, np.ones(centre_um.size), decoys_per_gas)
        won = peaks_won(clutter, bank, n_gases)
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
def test_filters_on_measured_emissivities_are_those_of_an_independent_formula(data_dir):
    """Rationale: real spectra have nearly singular covariances (smooth emissivities, 130 bands).

    Expected: z and ACE with numpy's float64 inverse, coded from Manolakis et al. 2014
    (doi 10.1109/MSP.2013.2278915) with the shrinkage stated. Tolerance: 2e-3 of a pixel's norm:
    float32 products, condition numbers near 1e5 of the correlation.
    """
    rng = np.random.default_rng(45)
    wavelength_um, absorption = absorption_on_hytes()
    cube = measured_ground(data_dir, rng, (60, 80), wavelength_um)
    background = background_of(cube)
    signatures = emissive_signatures(
        GASES, absorption, wavelength_um, 295.0, np.ones(wavelength_um.size)
    )
    scores, distance = apply_bank(cube, make_bank(signatures, background))

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
def test_planted_gas_on_measured_emissivities_comes_back(data_dir):
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
    bank = make_bank(signatures, background_of(cube))
    before, _ = apply_bank(cube, bank)
    after, _ = apply_bank(seen.astype(np.float32), bank)
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
def test_decoys_and_gases_win_alike_on_measured_materials(data_dir):
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
        won = peaks_won(cube, bank_with_decoys(cube, absorption, level, 2), len(absorption))
        gases, decoys = gases + won[0], decoys + won[1]
    expected = decoys / 2
    error = 3 * np.sqrt(gases + decoys / 4)
    assert 0.5 * expected - error < gases < 2.0 * expected + error
