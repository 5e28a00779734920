"""A gas that lies over so much of a scene that it is a part of its background."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from cathartes.detect.background import whitening_matrix
from cathartes.detect.outcome import remarks_of, spread_words
from cathartes.detect.signature import reflective_signatures
from cathartes.detect.spread import find_spread

N_BANDS, N_GASES, SHAPE = 60, 12, (70, 60)
MEANS = {"per_column": False, "stripe_smoothing_samples": 15.0}
GAS = 4


@pytest.fixture
def signatures():
    """Of gases of three narrow bands each, at places of their own, and of as many denser ones."""
    rng, where = np.random.default_rng(1), np.arange(N_BANDS)
    places = rng.uniform(3, N_BANDS - 3, (N_GASES, 3, 1))
    values = np.exp(-0.5 * ((where - places) / 1.5) ** 2).sum(axis=1)
    both = np.vstack([values, 1 - np.exp(-values)])
    names = tuple(f"gas {number}" for number in range(len(both)))
    return reflective_signatures(names, both, -np.ones(N_BANDS), 1.0)


def ground(seed):
    """Smooth spectra whose shares change slowly from place to place, and noise."""
    rng = np.random.default_rng(seed)
    smooth = np.array([np.cos(np.pi * k * np.linspace(0, 1, N_BANDS)) for k in range(4)])
    shares = gaussian_filter(rng.normal(0, 1, (*SHAPE, 4)), (5, 5, 0)) * 15
    return 10 + shares @ smooth + rng.normal(0, 0.1, (*SHAPE, N_BANDS))


def column():
    """A flat hill of gas: two fifths of the scene have half of its height and more."""
    line, sample = np.ogrid[: SHAPE[0], : SHAPE[1]]
    away = np.hypot(line / SHAPE[0] - 0.4, sample / SHAPE[1] - 0.5)
    return np.exp(-np.log(2) * (away / 0.36) ** 6)


def found(make_sample, signatures, values, decoys_per_gas=2):
    sample = make_sample(values.astype(np.float32), 3)
    rough = sample.background(sample.valid, **MEANS)
    return sample, find_spread(
        sample,
        rough,
        signatures,
        N_GASES,
        decoys_per_gas,
        lambda clean: sample.background(clean, **MEANS),
    )


@pytest.mark.parametrize("seed", range(6))
def test_slow_ground_is_no_gas(make_sample, signatures, seed):
    assert found(make_sample, signatures, ground(seed))[1] is None


@pytest.mark.parametrize("sign", [1, -1])
def test_a_gas_over_half_of_the_scene_is_told_and_kept_out_of_the_background(
    make_sample, signatures, sign
):
    """The whole scene's background, which has learnt the gas, hides all but a 400th of it; the new
    one, with some of the hill's edge, at least 20 times less, and no pixel without gas is lost."""
    gas = 0.8 * sign * column()[:, :, None] * signatures.values[GAS]
    sample, spread = found(make_sample, signatures, ground(7) + gas)
    assert spread is not None
    assert spread.gas == GAS
    assert not spread.clear[column() > 0.5].any()
    assert spread.clear[column() < 0.05].all()

    def answer(background):
        return float(((whitening_matrix(background) @ signatures.values[GAS]) ** 2).sum())

    whole = answer(sample.background(sample.valid, **MEANS))
    assert answer(spread.background) > 20 * whole


def test_one_whose_signature_is_a_tenth_wrong_is_told_too(make_sample, signatures):
    """Such a gas hides from the filter that the scene's covariance makes of its signature."""
    other = np.random.default_rng(3).normal(0, 1, N_BANDS)
    right = signatures.values[GAS]
    wrong = right + 0.1 * np.linalg.norm(right) * other / np.linalg.norm(other)
    gas = 0.8 * column()[:, :, None] * wrong
    _, spread = found(make_sample, signatures, ground(8) + gas)
    assert spread is not None
    assert spread.gas == GAS
    assert spread.clear[column() > 0.7].mean() < 0.1


def test_few_shams_say_nothing(make_sample, signatures):
    gas = 0.8 * column()[:, :, None] * signatures.values[GAS]
    assert found(make_sample, signatures, ground(7) + gas, decoys_per_gas=1)[1] is None


def test_it_is_said_once(make_emissive):
    plumes = make_emissive(203, [("betane", 60, 60, 500.0)]).detect().plumes
    assert plumes
    assert remarks_of(plumes, "") == ()
    assert remarks_of((), "betane") == ()  # then it is the reason
    (remark,) = remarks_of(plumes, "betane")
    assert remark.lower() == spread_words("betane").lower()
    assert "spectrum of betane" in remark
