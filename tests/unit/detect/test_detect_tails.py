"""False-alarm probabilities against known laws, and against counting."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import expon, genpareto

from cathartes.detect.tails import LEAST_TAIL, TAIL_SHARE, FalseAlarmLaw, ParetoTail


@pytest.mark.parametrize("n", [3000, 3050, 12_345])
def test_the_tail_is_fitted_to_the_highest_hundredth(n):
    """Sorted: u the highest score that is not in it; the core every so many-th score."""
    scores = expon.rvs(size=n, random_state=4).astype(np.float32)
    law = FalseAlarmLaw.measure(scores)
    ordered, n_tail = np.sort(scores).astype(float), n // 100
    u = ordered[-n_tail - 1]
    assert law.tail == fit_tail(ordered[-n_tail:] - u, u, (0.0, 0))
    np.testing.assert_array_equal(law.core, np.sort(scores[:: max(1, n // 10_000)]))


@given(
    shape=st.floats(0.01, 0.5),
    scale=st.floats(0.1, 5.0),
    share=st.floats(1e-8, 1.0),
    x=st.floats(0.0, 50.0),
)
def test_the_tail_is_that_of_the_generalised_pareto_law(shape, scale, share, x):
    """scipy's genpareto(c=ξ), and its own inverse; below the threshold it is certain."""
    tail = ParetoTail(2.0, scale, shape)
    assert tail.beyond(2.0 + x) == pytest.approx(genpareto.sf(x, shape, scale=scale), rel=1e-9)
    assert tail.beyond(tail.quantile(share)) == pytest.approx(share, rel=1e-6)
    assert tail.beyond(-3.0) == 1.0


@pytest.mark.parametrize("probability", [0.3, 0.05, 5e-3, 1e-3, 1e-4])
def test_the_probability_stated_is_that_of_fresh_pixels(probability):
    """Scores of an exponential law: within 4 standard errors of the tail's 2 000 scores.

    Inside the tail a fitted quantile's log probability has, by shape and scale, less than
    (1 + ln(0.01/p)) √(2/n) for light tails; outside it counting's √(1/(n p)).
    """
    rng = np.random.default_rng(3)
    law = FalseAlarmLaw.measure(rng.exponential(1.0, 200_000).astype(np.float32))
    score = expon.isf(probability)
    depth = max(np.log(TAIL_SHARE / probability), 0.0)
    error = 4 * (1 + depth) * np.sqrt(2 / 2000) + 4 / np.sqrt(10_000 * max(probability, 0.01))
    assert np.log(law.probability(score) / probability) == pytest.approx(0.0, abs=error)
    assert law.strength_for(probability) == pytest.approx(score, abs=error)


@given(n=st.integers(0, 6000), seed=st.integers(0, 100))
def test_higher_scores_are_rarer_and_none_is_impossible(n, seed):
    rng = np.random.default_rng(seed)
    scores = rng.normal(0, 1, n).astype(np.float32)
    scores[rng.random(n) < 0.1] = np.nan
    law = FalseAlarmLaw.measure(scores)
    found = law.probability(np.linspace(-5, 40, 300))
    assert (np.diff(found) <= 1e-12).all()
    assert ((found > 0) & (found <= 1)).all()


def test_few_pixels_have_no_tail_and_claim_nothing_beyond_their_number():
    scores = np.linspace(0, 3, int(LEAST_TAIL / TAIL_SHARE) - 1).astype(np.float32)
    law = FalseAlarmLaw.measure(scores)
    assert law.tail is None
    assert law.probability(99.0) == pytest.approx(1 / scores.size)
    assert np.isnan(law.strength_for(1e-5))
    assert FalseAlarmLaw.measure(np.append(scores, np.float32([1.0, 2.0]))).tail is not None


def test_nothing_known_is_no_probability_but_one():
    law = FalseAlarmLaw.measure(np.full(7, np.nan, np.float32))
    assert law.probability(3.0) == 1.0
    assert np.isnan(law.strength_for(0.5))
