"""Laws of evidence that hold for any numbers: of pixels named one by one, and of two looks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cathartes.detect.combine import Look, combine, shortfall_probability
from cathartes.detect.evidence import PlumeEvidence
from cathartes.detect.identify import Prior
from cathartes.detect.pixelwise import compare_with_name, pixel_posteriors

N_GASES = 4
PRIOR = Prior(max_gases=3, extra_gas=0.02, unknown=0.03, signature_error=0.1, sign=0)
NAMES = ("alphane", "betane", "gammane", "deltane")
seeds = st.integers(0, 2**32 - 1)


def whitened(seed, n_pixels=6):
    """(signature, band) of four gases at two depths, and (pixel, band) of signals up to 40 σ."""
    rng = np.random.default_rng(seed)
    thin = rng.normal(size=(N_GASES, 12))
    rows = np.vstack([thin, thin + 0.2 * rng.normal(size=thin.shape)])
    amount = rng.uniform(-10, 10, (n_pixels, N_GASES)) * (rng.random((n_pixels, N_GASES)) < 0.5)
    return rows, amount @ thin + rng.normal(size=(n_pixels, 12))


@given(seeds, st.sampled_from([0, 1]), st.floats(0.5, 4.0))
def test_probabilities_of_pixels_are_probabilities(seed, sign, variance):
    """A pixel that some set fits holds one gas at least, and three at most."""
    rows, x = whitened(seed)
    prior = Prior(3, 0.02, 0.03, 0.1, sign)
    p, strength = pixel_posteriors(
        x @ rows.T, rows @ rows.T, variance, N_GASES, prior, (0, 1, 2, 3)
    )
    assert ((p >= 0) & (p <= 1)).all()
    total = p.sum(axis=1)
    assert ((total == 0) | ((total > 1 - 1e-9) & (total < 3 + 1e-9))).all()
    assert ((strength > 0) <= (p > 0)).all()


@given(seeds, st.permutations(range(N_GASES)))
def test_the_order_of_gases_and_pixels_does_not_matter(seed, order):
    rows, x = whitened(seed)
    turned = rows.reshape(2, N_GASES, -1)[:, order].reshape(2 * N_GASES, -1)
    here, _ = pixel_posteriors(x @ rows.T, rows @ rows.T, 1.0, N_GASES, PRIOR, (0, 1, 2, 3))
    there, _ = pixel_posteriors(
        x[::-1] @ turned.T, turned @ turned.T, 1.0, N_GASES, PRIOR, (0, 1, 2, 3)
    )
    np.testing.assert_allclose(there[::-1], here[:, order], atol=1e-8)


@given(seeds, st.integers(0, N_GASES - 1))
def test_shares_and_parts_count_pixels(seed, named):
    """Parts are apart from each other and from the pixels that agree."""
    rng = np.random.default_rng(seed)
    line, sample = np.nonzero(rng.random((30, 30)) < 0.9)
    region = (line // 10 + sample // 10) % N_GASES
    probability = np.full((line.size, N_GASES), 1e-3)
    probability[np.arange(line.size), region] = 0.999
    found = compare_with_name(line, sample, region, probability, named, 3)
    assert found.n_strong == line.size
    assert found.share_agreeing == pytest.approx((region == named).mean())
    assert named not in {gas for gas, _ in found.parts}
    assert sum(n for _, n in found.parts) <= (region != named).sum()
    assert list(found.parts) == sorted(found.parts, key=lambda part: -part[1])


def a_look(seed, necl=0.0):
    rows, x = whitened(seed, 1)
    evidence = PlumeEvidence(NAMES, rows @ rows.T, rows @ x[0], 1.0, 0.1, 0, 0.2)
    contrast = dict.fromkeys(NAMES, float(evidence.direction))
    everywhere = (dict.fromkeys(NAMES, value) for value in (necl, np.inf))
    return Look(evidence, contrast, *everywhere, 6.0, 0.2)


@given(seeds, seeds, st.floats(0.05, 0.95))
def test_looks_may_come_in_either_order(one, other, still_there):
    a, b = a_look(one), a_look(other)
    here = combine(a, b, PRIOR, still_there=still_there, unrest=0.5)
    there = combine(b, a, PRIOR, still_there=still_there, unrest=0.5)
    assert dict(here.probability) == pytest.approx(dict(there.probability), abs=1e-7)
    assert here.unknown == pytest.approx(there.unknown, abs=1e-7)
    total = here.unknown + max((p for _, p in here.probability), default=0.0)
    assert total <= 1 + 1e-9


@given(seeds)
def test_a_blind_look_changes_nothing(seed):
    """Noise beyond all columns, no contrast, or a window that shows none of the gases: the same."""
    seen = a_look(seed)
    blind = [
        Look(None, {}, necl, dict.fromkeys(NAMES, np.inf), 6.0, 0.0)
        for necl in ({}, dict.fromkeys(NAMES, np.inf), dict.fromkeys(NAMES, 1e9))
    ]
    first, *others = (combine(seen, b, PRIOR, still_there=0.9, unrest=0.5) for b in blind)
    for other in others:
        assert dict(other.probability) == pytest.approx(dict(first.probability), abs=1e-6)
        assert other.unknown == pytest.approx(first.unknown, abs=1e-6)


@given(st.floats(0, 1e6), st.floats(-10, 1e6), st.floats(0, 2), st.floats(0.01, 0.99))
def test_a_shortfall_costs_at_most_what_the_plume_s_absence_allows(z0, z, error, still_there):
    p = shortfall_probability(z0, z, error, still_there)
    assert 1 - still_there - 1e-12 <= p <= 1
    if z >= z0:
        assert p == pytest.approx(1.0)
