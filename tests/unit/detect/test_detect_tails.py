"""False-alarm laws against laws that scores are drawn from."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.stats import expon, genpareto, norm

from cathartes.detect.tails import (
    LEAST_TAIL,
    TAIL_SHARE,
    FalseAlarmLaw,
    ParetoTail,
    _greatest,
    fit_tail,
)

NAN = np.nan
tails = st.builds(ParetoTail, st.floats(-5.0, 50.0), st.floats(1e-3, 20.0), st.floats(0.01, 0.5))


def tail_share(n):
    """Of n pixels, what the tail is fitted to."""
    return max(int(TAIL_SHARE * n), LEAST_TAIL) / n


@given(tail=tails, x=st.floats(0.0, 100.0))
def test_beyond_is_the_generalised_pareto_law(tail, x):
    """scipy's, with c = ξ; below u it is one."""
    expected = genpareto.sf(x, tail.shape, loc=tail.threshold, scale=tail.scale)
    assert tail.beyond(np.array(x)) == pytest.approx(expected, rel=1e-9, abs=1e-300)
    assert tail.beyond(np.array([[tail.threshold, tail.threshold - 3.0]])).tolist() == [[1.0, 1.0]]


@given(tail=tails, share=st.floats(1e-9, 1.0))
def test_the_quantile_of_a_tail_is_the_inverse_of_beyond(tail, share):
    """To 1e-6 where the excess isn't lost in u: scale over threshold is 1e-5 at least here."""
    assert tail.beyond(np.array(tail.quantile(share))) == pytest.approx(share, rel=1e-6)
    assert tail.quantile(1.0) == tail.threshold


def simple_moments(excess):
    """Hosking & Wallis' estimators, score by score: k = -ξ from α_s = E[X (1 - F)^s]."""
    ordered, n = sorted(excess), len(excess)
    a_0 = sum(ordered) / n
    a_1 = sum(x * (1 - (i - 0.35) / n) for i, x in enumerate(ordered, start=1)) / n
    k = a_0 / (a_0 - 2 * a_1) - 2
    return -k, 2 * a_0 * a_1 / (a_0 - 2 * a_1)


@given(seed=st.integers(0, 1000), n=st.integers(40, 500))
def test_the_fit_is_that_of_the_cited_equations(seed, n):
    """Their equation for α; ours, β = mean excess times 1 - ξ, is the same unless ξ is clipped."""
    excess = np.sort(genpareto.rvs(0.2, size=n, random_state=seed))
    shape, scale = simple_moments(excess.tolist())
    found = fit_tail(excess, 3.0, (0.0, 0))
    assert found.threshold == 3.0
    assert found.shape == pytest.approx(np.clip(shape, 0.01, 0.5), rel=1e-9)
    assert found.scale == pytest.approx(excess.mean() * (1 - found.shape), rel=1e-9)
    if 0.01 < shape < 0.5:
        assert found.scale == pytest.approx(scale, rel=1e-9)


def test_a_prior_counts_for_so_many_scores():
    excess = np.sort(genpareto.rvs(0.3, size=100, random_state=1))
    alone, drawn = fit_tail(excess, 0.0, (0.0, 0)), fit_tail(excess, 0.0, (0.1, 300))
    assert drawn.shape == pytest.approx((100 * alone.shape + 300 * 0.1) / 400)


def pwm_sd(shape, n):
    """Standard error of ξ from n excesses; Hosking & Wallis 1987, for k = -ξ."""
    k = -shape
    return np.sqrt((1 + k) * (2 + k) ** 2 * (1 + k + 2 * k**2) / ((1 + 2 * k) * (3 + 2 * k)) / n)


@pytest.mark.parametrize("shape", [0.1, 0.25, 0.4])
def test_the_tail_of_a_pareto_law_has_its_shape(shape):
    """Scores whose squares have it. Above any u a Pareto law is one of the same ξ, β + ξu. 1000
    excesses, 4 standard errors of ξ; at ξ = 0.4 the limit is approached slowly: half as much
    again. The mean excess is exact to 4 of its own standard errors, β/((1-ξ)√(1-2ξ)), u to 4 of a
    quantile's, (1 + ξu)/√m."""
    squares = genpareto.rvs(shape, size=2_000_000, random_state=7)
    scores = np.sqrt(squares).astype(np.float32)
    tail = FalseAlarmLaw.measure(scores).tail
    assert tail is not None
    u = genpareto.isf(TAIL_SHARE, shape)
    assert tail.threshold == pytest.approx(u, abs=4 * (1 + shape * u) / np.sqrt(1000))
    assert tail.shape == pytest.approx(shape, abs=6 * pwm_sd(shape, 1000))
    true_excess = (1 + shape * tail.threshold) / (1 - shape)
    error = 4 / np.sqrt(1000 * (1 - 2 * shape))
    assert tail.scale / (1 - tail.shape) == pytest.approx(true_excess, rel=error)


LAWS = {"exponential": expon(), "normal": norm(), "pareto": genpareto(0.2)}


def relative_error(n, shape, probability):
    """Standard error of a stated probability: of the tail's number, scale and shape (delta method).

    ln P = -ln(1 + ξy)/ξ with y the excess over β. Asymptotic covariance of Hosking & Wallis is
    not repeated: ξ and β are taken for independent, which overstates it.
    """
    m = TAIL_SHARE * n
    growth = (TAIL_SHARE / probability) ** shape
    y = (growth - 1) / shape if shape else np.log(TAIL_SHARE / probability)
    by_shape = np.log(growth) / shape**2 - y / (shape * growth) if shape else y**2 / 2
    by_scale = y / growth
    return np.hypot(np.hypot(1, by_scale * np.sqrt(2)) / np.sqrt(m), by_shape * pwm_sd(shape, m))


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("probability", [0.3, 0.05, 1e-2, 1e-3, 1e-4, 1e-5])
def test_a_known_law_is_stated_as_it_is(name, probability):
    """200 000 pixels; in the core binomial errors of 100 000 scores, in the tail 4 of the fit's.

    A normal law's tail is lighter than exponential, which the law never believes: beyond the
    threshold probabilities come out too high, never too low, by less than the exponential with
    the same slope there has: exp((t - u)²/2).
    """
    law = LAWS[name]
    scores = law.rvs(size=200_000, random_state=np.random.default_rng(11)).astype(np.float32)
    t = law.isf(probability)
    found = float(FalseAlarmLaw.measure(scores).probability(t))
    if probability >= TAIL_SHARE:  # at the joint itself it is still the core's
        assert found == pytest.approx(probability, abs=4 * np.sqrt(probability / 100_000))
        return
    shape = 0.2 if name == "pareto" else 0.0
    error = 4 * relative_error(200_000, shape, probability)
    assert found > probability / (1 + error)
    heavier = np.exp((t - law.isf(TAIL_SHARE)) ** 2 / 2) if name == "normal" else 1.0
    assert found < probability * heavier * (1 + error)


@pytest.mark.parametrize("n", [6000, 6050, 212_345])
def test_the_tail_is_fitted_to_the_highest_scores(n):
    """Sorted: u the highest score that is not in it; the core every so many-th score."""
    scores = expon.rvs(size=n, random_state=4).astype(np.float32)
    law = FalseAlarmLaw.measure(scores)
    ordered, n_tail = np.sort(scores).astype(float), max(n // 2000, 60)
    u = ordered[-n_tail - 1] ** 2
    assert law.tail == fit_tail(ordered[-n_tail:] ** 2 - u, u, (0.0, 0))
    np.testing.assert_array_equal(law.core, np.sort(scores[:: max(1, n // 100_000)]))


@given(
    seed=st.integers(0, 500),
    n=st.sampled_from([0, 1, 20, 5999, 6000, 20_000, 60_000]),
    name=st.sampled_from(sorted(LAWS)),
)
def test_stronger_scores_are_rarer_and_there_is_no_step_at_the_tail(seed, n, name):
    """Between core and tail, the greatest step allowed is that of one score."""
    scores = LAWS[name].rvs(size=n, random_state=seed).astype(np.float32)
    law = FalseAlarmLaw.measure(scores)
    t = np.linspace(-5.0, 30.0, 4001)
    probability = law.probability(t)
    assert (np.diff(probability) <= 0).all()
    assert ((probability > 0) & (probability <= 1)).all()
    if law.tail is None:
        return
    u = np.sqrt(law.tail.threshold)
    below, at, above = (float(law.probability(x)) for x in (u * (1 - 1e-9), u, u * (1 + 1e-9)))
    share = tail_share(n)
    assert above == pytest.approx(share, rel=1e-6)
    assert share * (1 - 1e-6) <= at <= below <= share + 2 / n


@given(
    seed=st.integers(0, 500),
    n=st.sampled_from([6000, 20_000, 60_000]),
    name=st.sampled_from(sorted(LAWS)),
    probability=st.floats(1e-8, 0.9),
)
def test_the_score_for_a_probability_has_that_probability(seed, n, name, probability):
    """In the tail exactly; in the core, and at their joint, to two of its scores."""
    law = FalseAlarmLaw.measure(LAWS[name].rvs(size=n, random_state=seed).astype(np.float32))
    back = float(law.probability(law.strength_for(probability)))
    if probability <= 0.999 * tail_share(n):
        assert back == pytest.approx(probability, rel=1e-6)
    else:
        assert back == pytest.approx(probability, abs=2 / n)


@given(seed=st.integers(0, 500), a=st.floats(1e-8, 0.999), b=st.floats(1e-8, 0.999))
def test_rarer_asks_for_a_higher_score(seed, a, b):
    law = FalseAlarmLaw.measure(expon.rvs(size=20_000, random_state=seed).astype(np.float32))
    rare, often = sorted((a, b))
    assert law.strength_for(rare) >= law.strength_for(often)


def test_with_few_pixels_nothing_rarer_than_one_of_them_is_stated():
    scores = np.arange(1.0, 101.0, dtype=np.float32)
    law = FalseAlarmLaw.measure(scores)
    assert (law.tail, law.n_pixels) == (None, 100)
    assert law.probability(np.array([0.0, 1.0, 51.0, 100.0, 1e9])).tolist() == pytest.approx(
        [1.0, 1.0, 0.5, 0.01, 0.01]
    )
    assert np.isnan(law.strength_for(1e-3))
    assert law.strength_for(0.5) == 50.5


def test_the_tail_begins_with_a_hundred_times_its_scores():
    n = 100 * LEAST_TAIL
    scores = expon.rvs(size=n, random_state=1).astype(np.float32)
    assert FalseAlarmLaw.measure(scores).tail is not None
    assert FalseAlarmLaw.measure(scores[1:]).tail is None


@pytest.mark.parametrize("n_gaps", [0, 5, 50])
def test_scenes_of_gaps_know_nothing(n_gaps):
    law = FalseAlarmLaw.measure(np.full(n_gaps, NAN, np.float32))
    assert (law.tail, law.n_pixels) == (None, 0)
    assert float(law.probability(3.0)) == 1.0
    assert np.isnan(law.strength_for(1e-3))
    assert np.isnan(law.strength_for(0.5))


def test_gaps_among_the_scores_change_nothing():
    scores = expon.rvs(size=(200, 100), random_state=2).astype(np.float32)
    with_gaps = np.full((200, 150), NAN, np.float32)
    with_gaps[:, ::3], with_gaps[:, 1::3] = scores[:, ::2], scores[:, 1::2]
    a, b = FalseAlarmLaw.measure(scores), FalseAlarmLaw.measure(with_gaps)
    assert (a.n_pixels, a.tail) == (b.n_pixels, b.tail)
    np.testing.assert_array_equal(a.core, b.core)


def test_equal_scores_have_a_law():
    """A dead gas's scores: at them everything, above them nothing but a little."""
    law = FalseAlarmLaw.measure(np.full(10_000, 2.0, np.float32))
    assert float(law.probability(2.0)) == 1.0
    assert 0 <= float(law.probability(3.0)) < 1e-6
    assert law.strength_for(1e-5) == pytest.approx(2.0, abs=1e-3)


@given(
    values=arrays(np.float32, st.integers(60, 400), elements=st.floats(-9, 9, width=32)),
    number=st.integers(1, 60),
    step=st.integers(1, 9),
)
def test_the_greatest_are_those_that_sorting_gives(
    values: NDArray[np.float32], number: int, step: int
) -> None:
    """The slow simple twin: sort all. However ill the thinned values tell the bound."""
    found = np.sort(_greatest(values, np.sort(values[::step]), number))
    np.testing.assert_array_equal(found, np.sort(values)[-number:])
