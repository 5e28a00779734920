"""Gases beside their partners: against least squares, signature by signature."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cathartes.detect.bank import cosine_score
from cathartes.detect.pursuit import (
    MAX_MISMATCH,
    MAX_PARTNER_LIKENESS,
    STANDS_OUT,
    Family,
    pursue,
)

N_BANDS = 12


def unit_rows(rng, n, n_bands=N_BANDS):
    rows = rng.normal(0, 1, (n, n_bands))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def family_of(rows, scale=None, ordinary_energy=10.0, two_sided=True):
    scale = np.ones(len(rows)) if scale is None else scale
    return Family(
        cosine=(rows @ rows.T).astype(np.float32),
        scale=np.asarray(scale, np.float32),
        n_bands=rows.shape[1],
        ordinary_energy=ordinary_energy,
        two_sided=two_sided,
    )


def measured(rows, x):
    """Matched-filter scores, energy and best signature of whitened pixels (pixel, band)."""
    z = (rows @ x.T).astype(np.float32)
    distance = (x**2).sum(axis=1).astype(np.float32)
    return z, distance


def explained(rows, x):
    """Energy of a pixel that a least-squares fit of these signatures explains."""
    fit = np.linalg.lstsq(rows.T, x, rcond=None)[0]
    return (x**2).sum() - ((x - rows.T @ fit) ** 2).sum()


def projected_score(rows, x, g, h):
    """Score of signature g in pixel x, both with h projected out, among b - 1 directions left."""
    out = np.eye(rows.shape[1]) - np.outer(rows[h], rows[h])
    s, left = out @ rows[g], out @ x
    z = (s @ left) / np.linalg.norm(s)
    c2 = z**2 / max(left @ left, 1.0)
    return np.sign(z) * np.sqrt(-(rows.shape[1] - 2) * np.log1p(-min(c2, 1 - 1e-6))), z


def strongest(scores, two_sided):
    return np.argmax(np.abs(scores) if two_sided else scores)


def simple_pursuit(rows, x, scale, ordinary, two_sided):
    """Scores and gas-likeness of one pixel, projecting signature by signature in float64."""
    n = len(rows)
    z, d2 = rows @ x, x @ x
    c2 = np.minimum(z**2 / d2, 1 - 1e-6)
    score = np.sign(z) * np.sqrt(-(rows.shape[1] - 1) * np.log1p(-c2)) / scale
    first = strongest(z / scale, two_sided)

    def beside(h):
        apart = [abs(rows[g] @ rows[h]) < MAX_PARTNER_LIKENESS for g in range(n)]
        return np.array(
            [projected_score(rows, x, g, h)[0] / scale[g] if apart[g] else 0.0 for g in range(n)]
        )

    one = beside(first)
    second = strongest(one, two_sided)
    other = beside(second)
    for candidate in (one, other):
        better = np.abs(candidate) > np.abs(score) if two_sided else candidate > score
        score = np.where(better, candidate, score)
    is_pair = abs(rows[second] @ rows[first]) < MAX_PARTNER_LIKENESS
    pair = explained(rows[[first, second]] if is_pair else rows[[first]], x)
    return score, d2 - pair - ordinary - MAX_MISMATCH * pair


@given(
    seed=st.integers(0, 10_000),
    n=st.integers(1, 6),
    strength=st.floats(0.0, 30.0),
    two_sided=st.booleans(),
    twins=st.booleans(),
)
def test_pursuit_is_that_of_projections_and_least_squares(seed, n, strength, two_sided, twins):
    """1e-2 of a score and 1e-3 of the energy: float32, and pixels near the gate aren't judged.

    Where two signatures tie within rounding either may be first: such pixels are not judged.
    """
    rng = np.random.default_rng(seed)
    rows = unit_rows(rng, n)
    if twins and n > 1:
        rows[1] = rows[0] + 0.1 * rng.normal(0, 1, N_BANDS) / np.sqrt(N_BANDS)
        rows[1] /= np.linalg.norm(rows[1])
    x = rng.normal(0, 1, (40, N_BANDS)) + strength * rng.dirichlet(np.ones(n), 40) @ rows
    scale = rng.uniform(0.8, 1.3, n)
    family = family_of(rows, scale, 8.0, two_sided)
    z, distance = measured(rows, x)
    first = family.best(z)
    found = pursue(z, distance, first, family)
    for p in range(40):
        expected, margin = simple_pursuit(rows, x[p], scale, 8.0, two_sided)
        ranks = rows @ x[p] / scale
        ranks = np.sort(np.abs(ranks) if two_sided else ranks)
        if n > 1 and ranks[-1] - ranks[-2] < 1e-3:
            continue
        np.testing.assert_allclose(found.score[:, p], expected, atol=1e-2, rtol=1e-2)
        if abs(margin) > 1e-3 * x[p] @ x[p]:
            assert found.gas_like[p] == (margin <= 0)


@given(seed=st.integers(0, 10_000))
def test_two_steps_explain_what_least_squares_of_the_pair_does(seed):
    """Whatever the pair: z_h² + z²_{p|h} is the energy of the best fit of both, in either order."""
    rng = np.random.default_rng(seed)
    rows = unit_rows(rng, 2)
    x = rng.normal(0, 3, N_BANDS)
    for h, p in ((0, 1), (1, 0)):
        _, left = projected_score(rows, x, p, h)
        assert (rows[h] @ x) ** 2 + left**2 == pytest.approx(explained(rows, x), rel=1e-9)


def test_the_gate_opens_at_its_stated_energy():
    """One signature explains 100: gas-like if it leaves e₀ + 0.3 times that, and not a bit more."""
    rows = np.eye(1, N_BANDS)
    family = family_of(rows, ordinary_energy=12.0)
    z = np.full((1, 2), 10.0, np.float32)
    limit = 100.0 + 12.0 + MAX_MISMATCH * 100.0
    found = pursue(z, np.float32([limit - 0.01, limit + 0.01]), np.zeros(2, int), family)
    assert found.gas_like.tolist() == [True, False]


@pytest.mark.parametrize("strength", [5.0, 30.0, 1000.0])
def test_a_gas_passes_the_gate_at_any_strength_and_a_rare_surface_at_none(strength):
    """A gas leaves a twentieth of its energy by its spectrum's error; a surface nine tenths."""
    rng = np.random.default_rng(4)
    rows = unit_rows(rng, 4, 60)
    across = unit_rows(rng, 200, 60)
    clutter = rng.normal(0, 1, (200, 60))
    gas = strength * (rows[2] + np.sqrt(0.05) * across) + clutter
    surface = strength * (0.3 * rows[2] + across) + clutter
    family = family_of(rows, ordinary_energy=80.0)
    for x, expected in ((gas, True), (surface, False)):
        z, distance = measured(rows, x)
        found = pursue(z, distance, family.best(z), family)
        if expected or strength > 20:
            assert (found.gas_like == expected).mean() > 0.99


@pytest.mark.parametrize("rho", [-0.3, 0.0, 0.3])
@pytest.mark.parametrize("n_bands", [20, 48, 200])
def test_both_gases_of_a_mixture_score_higher_beside_each_other(rho, n_bands):
    """Alone each is at 45 degrees or more; what its partner leaves is all of it.

    However few bands there are the mixture stands out, though neither's cosine score need.
    """
    rng = np.random.default_rng(7)
    a = np.eye(3, n_bands)
    rows = np.array([a[0], rho * a[0] + np.sqrt(1 - rho**2) * a[1], a[2]])
    x = 30.0 * (rows[0] + rows[1]) + rng.normal(0, 1, (100, n_bands))
    family = family_of(rows, ordinary_energy=1.3 * n_bands)
    z, distance = measured(rows, x)
    first = family.best(z)
    assert family.stands_out(z, first).all()
    if n_bands < 50 and rho < 0:
        assert (family.score(z, distance, first) < STANDS_OUT).all(), "why it is not asked"
    found = pursue(z, distance, first, family)
    alone = cosine_score(z, distance, n_bands)
    assert (found.score[:2] > 1.2 * alone[:2]).all()
    assert found.gas_like.all()
    # The third gas, not there, gains no more than noise does: within 5 of the nothing it is.
    assert np.abs(found.score[2]).max() < 5


def test_a_signature_s_double_is_no_partner():
    """Beside its twin a signature would be judged by their difference, which is noise."""
    a = np.eye(2, N_BANDS)
    rows = np.array([a[0], 0.95 * a[0] + np.sqrt(1 - 0.95**2) * a[1]])
    family = family_of(rows)
    z, distance = measured(rows, np.array([20.0 * rows[0]]))
    found = pursue(z, distance, family.best(z), family)
    np.testing.assert_allclose(found.score, cosine_score(z, distance, N_BANDS), rtol=1e-5)


def test_where_one_sign_alone_is_gas_a_negative_partner_is_none():
    """Sunlight is only taken away: what is bright in a second gas's bands is not that gas."""
    rows = np.eye(2, N_BANDS)
    x = np.array([[10.0, -8.0, *([1.0] * (N_BANDS - 2))]])
    z, distance = measured(rows, x)
    both, one = (family_of(rows, two_sided=t, ordinary_energy=10.0) for t in (True, False))
    assert pursue(z, distance, both.best(z), both).gas_like.all()
    found = pursue(z, distance, one.best(z), one)
    assert not found.gas_like.any()
    assert found.score[1] < 0


def test_the_best_is_judged_by_each_signature_s_own_scale():
    family = family_of(np.eye(2, N_BANDS), scale=[2.0, 1.0])
    z = np.float32([[10.0, -10.0], [6.0, 4.0]])
    assert family.best(z).tolist() == [1, 0]
    one_sided = family_of(np.eye(2, N_BANDS), scale=[2.0, 1.0], two_sided=False)
    assert one_sided.best(z).tolist() == [1, 1]
    assert family.stands_out(np.float32([[9.9], [0.0]]), np.zeros(1, int)).tolist() == [False]
    assert family.stands_out(np.float32([[-10.1], [0.0]]), np.zeros(1, int)).tolist() == [True]
    assert not one_sided.stands_out(np.float32([[-10.1], [0.0]]), np.zeros(1, int)).any()
