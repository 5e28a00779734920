"""What hides in a background that knows it from itself alone."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from cathartes.detect.background import whitening_matrix
from cathartes.detect.lone import FOOT, OWN_SHARE, PEAK, lone_plumes

N_BANDS, SHAPE = 40, (60, 50)
MEANS = {"per_column": False, "stripe_smoothing_samples": 15.0}
STRANGE = np.random.default_rng(5).normal(0, 1, N_BANDS)


def ground(seed):
    """Four smooth spectra whose shares change slowly from place to place, and noise."""
    rng = np.random.default_rng(seed)
    smooth = np.array([np.cos(np.pi * k * np.linspace(0, 1, N_BANDS)) for k in range(4)])
    shares = gaussian_filter(rng.normal(0, 1, (*SHAPE, 4)), (5, 5, 0)) * 15
    return 10 + shares @ smooth + rng.normal(0, 0.1, (*SHAPE, N_BANDS))


def hill(line, sample):
    """A hill of height 1 and 4 pixels wide."""
    lines, samples = np.ogrid[: SHAPE[0], : SHAPE[1]]
    return np.exp(-((lines - line) ** 2 + (samples - sample) ** 2) / (2 * 4.0**2))


def looked_at(make_sample, values):
    """Return the sample, its background, the core's, its greatest distance, and what is lone."""
    sample = make_sample(values.astype(np.float32), 3)
    core, greatest = sample.core(**MEANS)
    rough = sample.background(core, **MEANS)
    background = sample.background(sample.valid, **MEANS)
    lone = lone_plumes(sample, sample.valid, background, rough, greatest)
    return sample, background, rough, greatest, lone


@pytest.mark.parametrize("seed", range(5))
def test_nothing_is_lone_in_ground(make_sample, seed):
    *_, lone = looked_at(make_sample, ground(seed))
    assert not lone.any()


@pytest.mark.parametrize("sign", [1, -1])
def test_a_patch_of_its_own_is_left_out_and_no_longer_hides(make_sample, sign):
    """The background that holds it leaves it less than a tenth of its energy."""
    there = hill(30, 25)
    values = ground(7) + 2 * sign * there[:, :, None] * STRANGE
    sample, background, _, _, lone = looked_at(make_sample, values)
    assert lone[there > 0.5].all()
    assert not lone[there < 0.01].any()

    def energy(of):
        x = sample.about(of.mean - sample.shift)[30, 25] @ whitening_matrix(of).T
        return float(x @ x)

    without = sample.background(sample.valid & ~sample.widened(lone), **MEANS)
    assert energy(without) > 10 * energy(background)


def test_what_is_found_elsewhere_too_is_ground(make_sample):
    """Three of a kind know each other: none makes more than a part of what the scene knows."""
    kind = hill(12, 12) + hill(45, 14) + hill(28, 38)
    *_, lone = looked_at(make_sample, ground(7) + 2 * kind[:, :, None] * STRANGE)
    assert not lone.any()


@pytest.mark.parametrize("side", [7, 9, 13])
def test_a_patch_that_ends_at_a_border_is_ground(make_sample, side):
    """As odd, as large, and found nowhere else: but it fades no farther than squares blur."""
    roof = np.zeros(SHAPE)
    roof[24 : 24 + side, 18 : 18 + side] = 1.0
    *_, lone = looked_at(make_sample, ground(7) + 2 * roof[:, :, None] * STRANGE)
    assert not lone.any()


def test_a_patch_over_much_of_the_scene_stays(make_sample):
    """A fifth of the scene is ground, whatever it is like."""
    wide = np.exp(-((np.hypot(*np.ogrid[-30:30, -25:25]) / 16) ** 2))
    *_, lone = looked_at(make_sample, ground(7) + 2 * wide[:, :, None] * STRANGE)
    assert not lone.any()


def test_a_patch_smaller_than_a_square_stays(make_sample):
    values = ground(7)
    values[30, 25] += 3 * STRANGE
    sample, *_, lone = looked_at(make_sample, values)
    assert not lone.any()
    assert sample.width_px == 3


def test_the_share_says_how_much_more_the_patch_has_without_itself(make_sample):
    """The slow twin: a covariance without the patch. 1/(1 - h) is its least, and nearly true."""
    values = ground(9) + 0.5 * hill(30, 25)[:, :, None] * STRANGE
    sample, background, rough, greatest, _ = looked_at(make_sample, values)
    far = np.einsum("rsb,rsb->rs", *2 * [sample.about(rough.mean - sample.shift)
                                         @ whitening_matrix(rough).T])  # fmt: skip
    assert far.max() > PEAK * greatest
    patch = (far > FOOT * greatest) & (hill(30, 25) > 0.05)
    x = sample.about(background.mean - sample.shift) @ whitening_matrix(background).T
    mean = far[patch] @ x[patch]
    n = sample.valid.sum()
    share = ((x[patch] @ mean) ** 2).sum() / (mean @ mean) / n
    covariance = (n * np.eye(N_BANDS) - x[patch].T @ x[patch]) / (n - patch.sum())
    gain = mean @ np.linalg.solve(covariance, mean) / (mean @ mean)
    assert share > OWN_SHARE
    assert gain == pytest.approx(1 / (1 - share), rel=0.05)
