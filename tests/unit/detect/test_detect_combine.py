"""Two windows on one place: a slow twin over all hypotheses, and the laws of evidence."""

from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest
from scipy.stats import norm

from cathartes.detect.combine import Look, combine, shortfall_probability
from cathartes.detect.evidence import PlumeEvidence
from cathartes.detect.identify import Prior, identify
from cathartes.errors import InputError

N_BANDS = 30
PRIOR = Prior(max_gases=3, extra_gas=0.02, unknown=0.03, signature_error=0.1, sign=0)
HOW = {"still_there": 0.9, "unrest": 0.5}
THERMAL = ("ammonia", "methane", "SF6", "ethylene")
SHORT_WAVE = ("methane", "ammonia", "propane")


def signatures(names):
    """(2 gas, band) of unit length: a band for each gas, thin and then broader."""
    where = np.linspace(0, 1, N_BANDS)
    places = np.linspace(0.1, 0.9, len(names))
    thin = np.array([np.exp(-0.5 * ((where - p) / 0.07) ** 2) for p in places])
    rows = np.vstack([thin, np.sqrt(thin)])
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def evidence(names, amounts, rng=None, sign=0, variance=1.0, unknown=0.0):
    rows = signatures(names)
    signal = sum((a * rows[names.index(g)] for g, a in amounts.items()), start=np.zeros(N_BANDS))
    if rng is not None:
        signal = signal + rng.normal(0, np.sqrt(variance), N_BANDS)
    return PlumeEvidence(names, rows @ rows.T, rows @ signal, variance, 0.1, sign, unknown)


def look(names, amounts, *, contrast=1.0, error=0.1, thick=np.inf, **other):
    return Look(
        evidence(names, amounts, **other),
        dict.fromkeys(names, contrast),
        dict.fromkeys(names, 0.0),
        dict.fromkeys(names, thick),
        6.0,
        error,
    )


def freely(names):
    """Contrast, noise and thick columns of a look whose window shows these gases, however dense."""
    return tuple(dict.fromkeys(names, value) for value in (1.0, 0.0, np.inf))


def nothing(necl, threshold=6.0, thick=np.inf):
    """A look without a plume; column densities in units of the first look's amounts."""
    return Look(None, {}, necl, dict.fromkeys(necl, thick), threshold, 0.0)


def slow_fits(seen, gases):
    """(Γ, amounts) of each fit of a set with the right sign, one depth of each gas at a time."""
    if not gases:
        return [(0.0, {})]
    if seen.evidence is None or not set(gases) <= set(seen.evidence.names):
        return []
    e, fits = seen.evidence, []
    for depth in product((0, len(e.names)), repeat=len(gases)):
        rows = [e.names.index(g) + d for g, d in zip(gases, depth, strict=True)]
        fit = np.linalg.solve(e.gram[np.ix_(rows, rows)], e.product[rows])
        if (np.sign(fit) == e.direction).all():
            fits.append((e.product[rows] @ fit, dict(zip(gases, fit, strict=True))))
    return fits


def slow_variance(seen, pool, prior):
    """v0 and the part of the best fit's gain that signatures are wrong by."""
    if seen.evidence is None:
        return 1.0
    mine = [g for g in pool if g in seen.evidence.names]
    sets = [s for k in range(prior.max_gases + 1) for s in combinations(mine, k)]
    return 1.0 + 0.01 * max(gain for s in sets for gain, _ in slow_fits(seen, s)) / 8.0


def slow_shortfall(seen, variance, amounts, gas, column, error, still_there):
    """Log probability that a look shows so little of a gas that has a column density."""
    if seen.evidence is None:
        noise, z = seen.necl_ppm_m[gas], seen.score_threshold
    else:
        number = seen.evidence.names.index(gas)
        noise = np.sqrt(variance / seen.evidence.gram[number, number]) / abs(seen.contrast[gas])
        z = amounts.get(gas, 0.0) / seen.contrast[gas] / noise
    z0 = column / noise
    tail = norm.cdf((z - z0) / np.sqrt(1 + (error * z0) ** 2))
    return np.log(1 - still_there + still_there * min(1.0, 2 * tail))


def slow_combination(first, second, pool, prior, still_there, unrest):
    """Log weight of every set: all ways in which the looks may show its gases, one by one."""
    looks = (first, second)
    error = np.sqrt(unrest**2 + first.relative_error**2 + second.relative_error**2)
    v = [slow_variance(seen, pool, prior) for seen in looks]

    def weight(chosen, who):
        shown = [[g for g, w in zip(chosen, who, strict=True) if w[k]] for k in (0, 1)]
        fits = [slow_fits(looks[k], shown[k]) for k in (0, 1)]
        if not all(fits):
            return -np.inf
        total = (len(chosen) - 1) * np.log(prior.extra_gas)
        total += sum(np.log(sum(np.exp(g / (2 * v[k])) for g, _ in fits[k])) for k in (0, 1))
        best = [max(f, key=lambda pair: pair[0])[1] for f in fits]
        for k, other in ((0, 1), (1, 0)):
            for g in set(shown[other]) & set(looks[k].necl_ppm_m):
                column = best[other][g] / looks[other].contrast[g]
                column = min(column, looks[k].thick_ppm_m[g])
                total += slow_shortfall(looks[k], v[k], best[k], g, column, error, still_there)
        return total

    sets = [s for k in range(1, prior.max_gases + 1) for s in combinations(pool, k)]
    return {
        s: max(weight(s, who) for who in product([(1, 0), (0, 1), (1, 1)], repeat=len(s)))
        for s in sets
    }


@pytest.mark.parametrize("case", range(6))
def test_it_is_the_sum_over_all_hypotheses(case):
    rng = np.random.default_rng(case)
    amounts = {"ammonia": 9.0 * rng.uniform(0, 2), "SF6": 7.0 * rng.uniform(0, 2)}
    first = look(THERMAL, amounts, thick=8.0, rng=rng)
    second = (
        look(SHORT_WAVE, {"methane": 12 * rng.random(), "ammonia": 8 * rng.random()}, rng=rng,
             sign=1)
        if case % 3
        else nothing({"methane": 2.0, "ammonia": 0.5, "propane": 1.0})
    )  # fmt: skip
    found = combine(first, second, PRIOR, **HOW)
    pool = [gas for gas, _ in found.probability]
    slow = slow_combination(first, second, sorted(pool), PRIOR, **HOW)
    weight = np.exp(np.array(list(slow.values())) - max(slow.values()))
    weight /= weight.sum()
    for gas, p in found.probability:
        expected = sum(w for s, w in zip(slow, weight, strict=True) if gas in s)
        assert p == pytest.approx(min(expected, 1.0) * (1 - found.unknown), abs=1e-9)


def test_evidence_says_what_the_identification_said():
    """Alone, with a window that shows none of its gases, a plume's posterior is its own."""
    rng = np.random.default_rng(7)
    names = THERMAL[:3]  # six signatures, all of them candidates
    rows = signatures(names)
    for _ in range(10):
        signal = rng.choice([-1, 1]) * (rng.uniform(0, 15, 3) @ rows[:3]) + rng.normal(0, 1, 30)
        alone = identify(signal, rows, 1.0, 3, PRIOR)
        mine = PlumeEvidence(names, rows @ rows.T, rows @ signal, 1.0, 0.1, 0, alone.unknown)
        seen = Look(mine, *freely(names), 6.0, 0.1)
        found = combine(seen, nothing({"propane": 1.0}), PRIOR, **HOW)
        assert found.unknown == pytest.approx(alone.unknown, abs=1e-9)
        for gas, p in found.probability:
            assert p == pytest.approx(alone.probability[names.index(gas)], abs=1e-9)


def test_the_order_of_the_looks_changes_nothing():
    rng = np.random.default_rng(8)
    a = look(THERMAL, {"ammonia": 10.0}, rng=rng)
    b = look(SHORT_WAVE, {"ammonia": 8.0}, rng=rng, sign=1)
    here, there = combine(a, b, PRIOR, **HOW), combine(b, a, PRIOR, **HOW)
    assert dict(here.probability) == pytest.approx(dict(there.probability))
    assert here.best_set == there.best_set
    assert {(1 - e.look, e.gas, e.score) for e in here.expected} == {
        (e.look, e.gas, e.score) for e in there.expected
    }


def test_two_weak_looks_at_one_gas_are_one_strong_one():
    """At 4.5 deviations either alone leaves a doubt between look-alikes; both together less."""
    rng = np.random.default_rng(9)
    alone, both = [], []
    for _ in range(30):
        a = look(THERMAL, {"ammonia": 4.0}, rng=rng)
        b = look(SHORT_WAVE, {"ammonia": 4.0}, rng=rng, sign=1)
        both.append(dict(combine(a, b, PRIOR, **HOW).probability)["ammonia"])
        alone.append(dict(combine(a, nothing({}), PRIOR, **HOW).probability)["ammonia"])
    assert np.median(both) > np.median(alone)
    assert np.median(1 - np.array(both)) < 0.5 * np.median(1 - np.array(alone))


def test_a_gas_that_the_other_window_cannot_show_is_not_held_against():
    seen = look(THERMAL, {"SF6": 12.0})
    here = combine(seen, nothing({"methane": 0.1, "ammonia": 0.1}), PRIOR, **HOW)
    assert here.best_set == ("SF6",)
    assert here.expected == ()
    assert dict(here.probability)["SF6"] > 0.99


def test_a_gas_too_thin_for_the_other_window_is_not_held_against():
    """A tenth of its noise: it shows no more than that with a probability of 1."""
    seen = look(THERMAL, {"ammonia": 12.0})
    free = combine(seen, nothing({}), PRIOR, **HOW)
    blind = combine(seen, nothing({"ammonia": 120.0, "methane": 120.0}), PRIOR, **HOW)
    dark = combine(seen, nothing({"ammonia": np.inf, "methane": np.nan}), PRIOR, **HOW)
    for other in (blind, dark):
        assert dict(other.probability) == pytest.approx(dict(free.probability), abs=1e-6)
    (expected,) = blind.expected
    assert expected.probability == pytest.approx(1.0, abs=1e-6)


def test_a_gas_that_should_have_been_seen_and_was_not_counts_against():
    """Two rivals of equal claim, one of which the other window would have shown."""
    rows = signatures(THERMAL)
    signal = 6.0 * (rows[0] + rows[3])
    prior = replace(PRIOR, max_gases=1)
    mine = PlumeEvidence(THERMAL, rows @ rows.T, rows @ signal, 1.0, 0.1, 0, 0.0)
    seen = Look(mine, *freely(THERMAL), 6.0, 0.1)
    fair = dict(combine(seen, nothing({}), prior, **HOW).probability)
    assert fair["ammonia"] == pytest.approx(fair["ethylene"], rel=1e-6)
    told = combine(seen, nothing({"ammonia": 0.1}), prior, **HOW)
    after = dict(told.probability)
    assert told.best_set == ("ethylene",)
    # Some 60 deviations expected, 6 allowed, 50 % unrest: Φ(-1.75) twice, of 0.9, and 0.1.
    assert after["ammonia"] / after["ethylene"] == pytest.approx(0.1 + 0.9 * 0.08, abs=0.02)


def test_no_more_is_expected_than_an_optical_depth_of_one_shows():
    """A dense plume of 10 deviations in a window that saturates there; the other says 200."""
    dense = look(THERMAL, {"ammonia": 10.0}, thick=10.0)
    other = look(SHORT_WAVE, {"ammonia": 200.0}, sign=1)
    there = {e.look: e for e in combine(dense, other, PRIOR, **HOW).expected}
    assert there[0].score == pytest.approx(10.0, rel=0.1)
    assert there[0].probability > 0.9
    free = {e.look: e for e in combine(replace(dense, thick_ppm_m=other.thick_ppm_m | dict.fromkeys(
        THERMAL, np.inf)), other, PRIOR, **HOW).expected}  # fmt: skip
    assert free[0].probability < 0.3


def test_what_is_more_than_expected_is_never_held_against():
    for z0 in (0.1, 1.0, 10.0, 100.0):
        assert shortfall_probability(z0, z0, 0.5, 0.9) == pytest.approx(1.0)
        assert shortfall_probability(z0, 3 * z0, 0.5, 0.9) == 1.0


def test_a_shortfall_is_a_probability_that_falls_with_what_was_expected():
    last = 1.0
    for z0 in (0.0, 1.0, 5.0, 8.0, 12.0, 40.0, 1e6):
        p = shortfall_probability(z0, 5.0, 0.5, 0.9)
        assert 0.1 - 1e-12 <= p <= last
        last = p
    assert shortfall_probability(50.0, 0.0, 0.0, 0.9) == pytest.approx(0.1), "it may be gone"
    assert shortfall_probability(np.inf, 0.0, 0.0, 0.9) == 1.0
    assert shortfall_probability(8.0, 5.0, 0.0, 1.0) == pytest.approx(2 * norm.cdf(-3.0))


def test_two_plumes_of_different_gases_over_each_other_are_both_named():
    a, b = look(THERMAL, {"SF6": 15.0}), look(SHORT_WAVE, {"propane": 15.0}, sign=1)
    found = combine(a, b, PRIOR, **HOW)
    assert set(found.best_set) == {"SF6", "propane"}
    assert not found.in_both
    assert combine(look(THERMAL, {"methane": 15.0}), look(SHORT_WAVE, {"methane": 15.0}, sign=1),
                   PRIOR, **HOW).in_both  # fmt: skip


def test_the_odds_of_the_unknown_multiply_and_its_prior_counts_once():
    """By hand: prior odds 3/97; each look says 1/2, odds 1: (97/3)^2 * 3/97 = 97/3."""
    a = look(THERMAL, {"SF6": 15.0}, unknown=0.5)
    b = look(SHORT_WAVE, {"propane": 15.0}, sign=1, unknown=0.5)
    assert combine(a, b, PRIOR, **HOW).unknown == pytest.approx(97 / 100)
    assert combine(a, nothing({}), PRIOR, **HOW).unknown == pytest.approx(0.5)
    indifferent = look(SHORT_WAVE, {"propane": 15.0}, sign=1, unknown=0.03)
    assert combine(a, indifferent, PRIOR, **HOW).unknown == pytest.approx(0.5)


def test_what_is_not_borne_out_may_be_no_gas_of_the_library():
    """One gas alone, at even odds with the unknown; P that it shows so little is 0.1: 10 to 1."""
    seen = look(THERMAL, {"ammonia": 60.0}, unknown=0.5)
    found = combine(seen, nothing({"ammonia": 1e-9}), PRIOR, still_there=0.9, unrest=0.0)
    (expected,) = found.expected
    assert expected.probability == pytest.approx(0.1, abs=1e-6)
    assert found.unknown == pytest.approx(10 / 11, abs=1e-3)
    assert sum(p for _, p in found.probability if p > 0.01) == pytest.approx(1 / 11, abs=1e-2)


def test_an_amount_against_the_contrast_says_nothing_of_the_other_look():
    """Emission where the contrast asks for absorption: the column density is not known."""
    seen = look(THERMAL, {"ammonia": 12.0}, contrast=-2.0)
    assert combine(seen, nothing({"ammonia": 0.1}), PRIOR, **HOW).expected == ()


def test_no_plume_at_all_is_an_error():
    with pytest.raises(InputError, match="neither look shows a plume"):
        combine(nothing({}), nothing({}), PRIOR, **HOW)


def test_evidence_of_no_gas_and_of_the_wrong_sign():
    mine = evidence(SHORT_WAVE, {"methane": -9.0}, sign=1)
    assert mine.fit(frozenset()).gains == (0.0,)
    assert mine.fit(frozenset({"methane"})).greatest_gain == -np.inf
    assert evidence(THERMAL, {"methane": -9.0}).direction == -1
    fit = evidence(THERMAL, {"methane": -9.0}).fit(frozenset({"methane"}))
    assert (fit.greatest_gain, fit.amount["methane"]) == pytest.approx((81.0, -9.0))


@pytest.mark.parametrize(
    ("make", "factor"),
    [("make_emissive", 1.0), ("make_reflective", 1 / np.cos(np.radians(30)) + 1)],
)
def test_each_gas_says_where_it_gets_dense(request, make, factor):
    """An optical depth of one in the strongest band; sunlight goes down and up through it."""
    scene = request.getfixturevalue(make)(201, shape=(40, 40))
    strongest_band = factor * scene.gases.absorption_per_ppm_m.max(axis=1)
    assert [g.thick_ppm_m for g in scene.detect().gases] == pytest.approx(1 / strongest_band)
