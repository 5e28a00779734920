"""Laws of identification, on the built-in library's own shapes over white whitened noise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cathartes.detect.identify import Prior, _unknown_probability, identify
from cathartes.scenes.instrument import load_instrument
from cathartes.spectra.builtin import builtin_library
from cathartes.spectra.visibility import absorption_on_bands_per_ppm_m

GASES = (
    "ammonia", "acetone", "dichloromethane", "methanol", "chloroform", "SF6", "ethylene",
    "R-134a", "ethyl_acetate", "propylene",
)  # fmt: skip
PRIOR = Prior(max_gases=3, extra_gas=0.02, unknown=0.03, signature_error=0.1, sign=0)


@pytest.fixture(scope="module")
def signatures():
    """Unit-length whitened signatures, (gas, band): every second HyTES-like band, white clutter."""
    bands = load_instrument("hytes-like").bands
    chosen = bands.select(np.arange(0, len(bands), 2))
    library = builtin_library()
    rows = np.array([absorption_on_bands_per_ppm_m(library[g].spectrum, chosen) for g in GASES])
    # Clutter whitens broad shapes away: what changes from band to band is what remains.
    rows = np.diff(np.nan_to_num(rows), axis=1)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def look(signal, signatures, variance=1.0, prior=PRIOR):
    return identify(signal, signatures, variance, len(signatures), prior)


def noise(rng, signatures, n):
    return rng.normal(0, 1, (n, signatures.shape[1]))


@pytest.mark.parametrize("snr", [12.0, 40.0, 200.0])
def test_a_single_gas_is_named_and_no_other(signatures, snr):
    """Ten gases, 16 draws each, both signs: at 12 σ and more at most 3 % are named otherwise."""
    rng = np.random.default_rng(1)
    wrong = 0
    for g, row in enumerate(signatures):
        for k, n in enumerate(noise(rng, signatures, 16)):
            found = look((-1) ** k * snr * row + n, signatures)
            wrong += found.best_set != (g,) or found.probability[g] < 0.5
    assert wrong <= 0.03 * 160


def test_the_amount_of_a_single_gas_is_unbiased(signatures):
    """Unit signatures and noise: the mean of 200 amounts has a standard error of 0.07."""
    rng = np.random.default_rng(2)
    amounts = [
        look(25.0 * signatures[0] + n, signatures).single_amount[0]
        for n in noise(rng, signatures, 200)
    ]
    assert np.mean(amounts) == pytest.approx(25.0, abs=4 * 0.07)
    assert np.std(amounts) == pytest.approx(1.0, abs=4 / np.sqrt(400))


def test_a_mixture_of_two_is_named_with_both_amounts(signatures):
    """All 45 pairs, one twice as strong; the exact two in nine of ten, amounts within noise.

    Standard deviation of a joint amount: √(G⁻¹)_gg, from the pair's own Gram matrix.
    """
    rng = np.random.default_rng(3)
    right, pulls = 0, []
    pairs = [(a, b) for a in range(10) for b in range(a)]
    for (a, b), n in zip(pairs, noise(rng, signatures, len(pairs)), strict=True):
        found = look(80.0 * signatures[a] + 40.0 * signatures[b] + n, signatures)
        if set(found.best_set) == {a, b}:
            right += 1
            pair = signatures[[a, b]]
            sd = np.sqrt(np.diag(np.linalg.inv(pair @ pair.T)))
            pulls += ((found.amount[[a, b]] - [80.0, 40.0]) / sd).tolist()
            assert found.best_set[0] == a, "strongest first"
    assert right >= 0.9 * len(pairs)
    assert abs(np.mean(pulls)) < 4 / np.sqrt(len(pulls))
    assert np.std(pulls) == pytest.approx(1.0, abs=4 / np.sqrt(2 * len(pulls)))


def test_gases_of_one_plume_share_one_sign(signatures):
    """Emission of one gas with absorption of another is no plume: one contrast, one sign."""
    rng = np.random.default_rng(4)
    for n in noise(rng, signatures, 20):
        found = look(60.0 * signatures[0] - 30.0 * signatures[3] + n, signatures)
        used = found.amount[found.amount != 0]
        assert (used > 0).all() or (used < 0).all()


def test_a_sign_that_is_given_is_kept(signatures):
    """Sunlight is only taken away: an amount below zero is no gas."""
    prior = Prior(3, 0.02, 0.03, 0.1, sign=1)
    found = look(-60.0 * signatures[0], signatures, prior=prior)
    assert (found.amount >= 0).all()
    assert found.unknown > 0.9
    assert look(60.0 * signatures[0], signatures, prior=prior).best_set == (0,)


def test_turning_the_signal_turns_the_amounts_alone(signatures):
    rng = np.random.default_rng(5)
    for n in noise(rng, signatures, 10):
        signal = 30.0 * signatures[2] + 20.0 * signatures[6] + n
        plus, minus = look(signal, signatures), look(-signal, signatures)
        assert plus.best_set == minus.best_set
        np.testing.assert_allclose(plus.probability, minus.probability, atol=1e-9)
        np.testing.assert_allclose(plus.amount, -minus.amount, rtol=1e-9)


def test_the_order_of_gases_and_of_bands_does_not_matter(signatures):
    """The best set is the same; small probabilities may shift by 0.02.

    Of gases that alone would have the wrong sign some are tried as partners, by their order.
    """
    rng = np.random.default_rng(6)
    gases, bands = rng.permutation(10), rng.permutation(signatures.shape[1])
    for n in noise(rng, signatures, 10):
        signal = 18.0 * signatures[1] + 12.0 * signatures[4] + n
        found = look(signal, signatures)
        other = look(signal[bands], signatures[np.ix_(gases, bands)])
        np.testing.assert_allclose(other.probability, found.probability[gases], atol=0.02)
        assert [int(gases[g]) for g in other.best_set] == list(found.best_set)


def test_a_common_scale_of_signal_and_noise_does_not_matter(signatures):
    signal = 20.0 * signatures[1] + np.random.default_rng(7).normal(0, 1, signatures.shape[1])
    found, other = look(signal, signatures), look(3.0 * signal, signatures, variance=9.0)
    np.testing.assert_allclose(found.probability, other.probability, atol=1e-9)
    np.testing.assert_allclose(3.0 * found.amount, other.amount, rtol=1e-9)


def test_probabilities_are_probabilities(signatures):
    rng = np.random.default_rng(8)
    for strength in (0.0, 2.0, 6.0, 100.0):
        for n in noise(rng, signatures, 10):
            found = look(strength * signatures[3] + n, signatures)
            assert 0 <= found.unknown <= 1
            assert ((found.probability >= 0) & (found.probability <= 1)).all()
            assert found.probability.max() <= 1 - found.unknown + 1e-12
            assert np.isfinite(found.amount).all()


def test_known_gases_are_seldom_called_unknown(signatures):
    """With signatures 5 % wrong (half of what is allowed for): at most 3 % of 160."""
    rng = np.random.default_rng(9)
    called = 0
    for row in signatures:
        for n in noise(rng, signatures, 16):
            slip = rng.normal(0, 1, row.size)
            slip *= 0.05 / np.linalg.norm(slip)
            called += look(60.0 * (row + slip) + n, signatures).unknown > 0.5
    assert called <= 0.03 * 160


def test_chemicals_outside_the_library_are_mostly_called_unknown(signatures):
    """Three bands of random places and widths, 120 of them, each unlike any one gas.

    Some sets of three gases explain them by luck, so that not all can be told: two of three.
    """
    rng = np.random.default_rng(10)
    bands = np.arange(signatures.shape[1] + 1)
    called = tried = 0
    while tried < 120:
        shape = sum(
            rng.uniform(0.5, 1) * np.exp(-0.5 * ((bands - place) / rng.uniform(1.5, 5)) ** 2)
            for place in rng.uniform(5, bands.size - 5, 3)
        )
        row = np.diff(shape)
        row /= np.linalg.norm(row)
        if np.abs(signatures @ row).max() > 0.5:
            continue
        tried += 1
        found = look(60.0 * row + rng.normal(0, 1, row.size), signatures)
        called += found.unknown > 0.5
    assert called >= 2 / 3 * tried


def test_a_strong_plume_does_not_invent_gases(signatures):
    """A signature 10 % wrong at 1000 σ leaves 100 σ over: none of it may become a second gas."""
    rng = np.random.default_rng(11)
    extra = 0
    for row in signatures:
        for _ in range(10):
            slip = rng.normal(0, 1, row.size)
            slip *= 0.1 / np.linalg.norm(slip)
            signal = 1000.0 * (row + slip) + rng.normal(0, 1, row.size)
            extra += len(look(signal, signatures).best_set) > 1
    assert extra <= 5


def test_noise_alone_names_nothing_with_confidence(signatures):
    """Ten gases of about equal claim: over 0.9 needs some 3 σ, by chance 1 - 0.997^10 = 3 %.

    Of 200 draws at most 6 + 2 √6.
    """
    rng = np.random.default_rng(12)
    sure = sum(look(n, signatures).probability.max() > 0.9 for n in noise(rng, signatures, 200))
    assert sure <= 11


@pytest.mark.parametrize("max_gases", [1, 2, 3])
def test_one_gas_in_the_library_will_do(signatures, max_gases):
    prior = Prior(max_gases, 0.02, 0.03, 0.1, 0)
    found = look(30.0 * signatures[0], signatures[:1], prior=prior)
    assert found.best_set == (0,)
    assert found.amount[0] == pytest.approx(30.0)


def test_nothing_at_all_is_unknown(signatures):
    found = look(np.zeros(signatures.shape[1]), signatures)
    assert found.unknown == 1.0
    assert found.best_set == ()
    assert (found.probability == 0).all()


def test_a_dense_and_a_thin_signature_of_a_gas_are_one_gas(signatures):
    """Rows modulo the gases: probabilities add, and no set holds a gas twice."""
    rng = np.random.default_rng(13)
    dense = signatures + 0.3 * np.roll(signatures, 1, axis=1)
    dense /= np.linalg.norm(dense, axis=1, keepdims=True)
    both = np.vstack([signatures, dense])
    signal = 25.0 * (signatures[3] + dense[3]) + rng.normal(0, 1, signatures.shape[1])
    found = identify(signal, both, 1.0, 10, PRIOR)
    assert found.probability.shape == (10,)
    assert found.best_set == (3,)
    assert found.probability[3] > 0.9
    assert found.amount.shape == (20,)


MISFIT_PRIOR = Prior(max_gases=3, extra_gas=0.01, unknown=0.03, signature_error=0.1, sign=0)


@pytest.mark.parametrize(("n_gases", "left"), [(1, 0.0), (2, 0.0), (3, 1 / 2)])
def test_what_a_pair_leaves_of_equal_gases_apart_is_counted_by_hand(n_gases, left):
    """Orthogonal unit signatures as strong as each other: two of three explain two thirds."""
    signatures = np.eye(8)[:5]
    found = look(100.0 * signatures[:n_gases].sum(axis=0), signatures, variance=1e-6)
    assert found.pair_misfit == pytest.approx(left, abs=1e-6)
    assert look(np.zeros(8), signatures).pair_misfit == np.inf


ONLY_ONE = np.array([1.0, 0.0, 0.0])
"""As if mixtures were unheard of."""


def unknown_by(misfit, spread, *, n_gases=1, sizes=ONLY_ONE):
    """Of what so many gases explain, all but the misfit, and fewer don't explain at all."""
    strongest = np.where(np.arange(3) == n_gases - 1, 1.0, 0.0)
    return _unknown_probability(1.0 + misfit, 1.0, strongest, sizes, spread, MISFIT_PRIOR)


@given(misfit=st.floats(0.11, 9.0))
def test_without_noise_the_misfit_s_law_is_exponential(misfit):
    """By hand: odds of 1/(t ln 100), a third of it for one gas, against exp(-t/0.03)/0.03."""
    strange = 0.03 / (3 * misfit * np.log(100.0))
    known = 0.97 * np.exp(-misfit / 0.03) / 0.03
    found = unknown_by(misfit, 1e-6)
    assert found == pytest.approx(strange / (strange + known), rel=1e-3)


@given(
    misfit=st.floats(0.2, 3.0),
    more=st.floats(0.05, 3.0),
    noise=st.floats(0.001, 0.05),
)
def test_what_leaves_more_is_stranger_and_noise_excuses_it(misfit, more, noise):
    assert unknown_by(misfit + more, noise) >= unknown_by(misfit, noise) - 1e-9
    assert unknown_by(misfit, 0.5) <= unknown_by(misfit, noise) + 1e-9
    assert unknown_by(-misfit, noise) == 0.0, "less than nothing left is noise"


def test_sets_of_each_size_are_as_likely_as_they_are_many():
    """Forty gases: 40 alone, 780 pairs at 0.01 each, 9880 triples at 0.0001."""
    assert MISFIT_PRIOR.of_sizes(40) == pytest.approx(np.array([40, 7.8, 0.988]) / 48.788)
    assert MISFIT_PRIOR.of_sizes(1) == pytest.approx([1, 0, 0])


@given(misfit=st.floats(0.12, 0.3), noise=st.floats(0.001, 0.05))
def test_three_gases_that_explain_it_are_less_believed_than_one(misfit, noise):
    """The odds of the unknown differ by how much rarer sets of three are than single gases."""
    sizes = MISFIT_PRIOR.of_sizes(40)
    one, three = (unknown_by(misfit, noise, n_gases=n, sizes=sizes) for n in (1, 3))
    odds = (three / (1 - three)) / (one / (1 - one)) if one < 1 - 1e-6 else None
    assert three > one or one > 1 - 1e-6
    assert odds is None or odds == pytest.approx(sizes[0] / sizes[2], rel=1e-3)


def test_a_gas_that_explains_nearly_all_alone_speaks_for_three_with_it():
    """A library's error of 0.16: two more gases are its disguise, and the plume is known."""
    sizes = MISFIT_PRIOR.of_sizes(40)

    def unknown(alone):
        strongest = np.array([1.12 / (1 + alone), 0.0, 1.0])
        return _unknown_probability(1.12, 1.0, strongest, sizes, 0.003, MISFIT_PRIOR)

    assert unknown(0.16) < 0.3
    assert unknown(0.6) > 0.6, "no gas alone comes near"
