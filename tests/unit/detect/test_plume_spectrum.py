"""What is kept of a plume's spectrum must be what the identification saw, and add up."""

import numpy as np
import pytest

from cathartes.detect.background import Background
from cathartes.detect.bank import make_bank
from cathartes.detect.identify import Prior, identify
from cathartes.detect.plume_spectrum import Relation, SpectrumReader, clear_of_ground
from cathartes.detect.signature import Signatures
from cathartes.detect.window import Regime

N_BANDS = 60
WAVELENGTH_UM = np.linspace(8.0, 12.0, N_BANDS)
NAMES = ("a", "like_a", "b", "c")
PRIOR = Prior(max_gases=3, extra_gas=0.02, unknown=0.02, signature_error=0.05, sign=1)
VARIANCE = 0.02


def line(centre_um: float, width_um: float = 0.15) -> np.ndarray:
    return np.exp(-0.5 * ((WAVELENGTH_UM - centre_um) / width_um) ** 2)


THIN = np.array([line(9.0), line(9.0) + 0.35 * line(9.6), line(10.4), line(11.3)])
DENSE = np.array([np.sqrt(one) * one.max() * 0.8 for one in THIN])
VALUES = np.vstack([THIN, DENSE])


def background() -> Background:
    """Ground that is alike in neighbouring bands, with some noise in each."""
    distance = np.abs(np.subtract.outer(np.arange(N_BANDS), np.arange(N_BANDS)))
    covariance = 4.0 * np.exp(-distance / 25.0) + 0.05 * np.eye(N_BANDS)
    return Background(np.zeros((1, N_BANDS)), covariance, 100_000)


@pytest.fixture(scope="module")
def reader() -> SpectrumReader:
    signatures = Signatures(NAMES * 2, Regime.REFLECTIVE, VALUES, np.ones(N_BANDS))
    bank = make_bank(signatures, background())
    return SpectrumReader(NAMES, np.arange(5, 5 + N_BANDS), WAVELENGTH_UM, VALUES, bank, PRIOR)


def read(reader: SpectrumReader, measured: np.ndarray):
    whitened = reader.whitening @ measured
    found = identify(whitened, reader.bank.whitened, VARIANCE, len(NAMES), PRIOR)
    main = int(np.argmax(found.probability))
    unknown = not found.best_set or found.unknown > found.probability[main]
    return found, reader.read(measured, VARIANCE, found, main, unknown=unknown)


def noise(seed: int) -> np.ndarray:
    spread = np.linalg.cholesky(VARIANCE * background().covariance)
    return spread @ np.random.default_rng(seed).standard_normal(N_BANDS)


def test_the_background_has_the_standard_deviation_that_it_was_made_with(reader):
    _, spectrum = read(reader, noise(1))
    expected = np.sqrt(np.diag(background().covariance))
    np.testing.assert_allclose(spectrum.background_sd, expected, rtol=1e-4)  # W is float32
    np.testing.assert_allclose(spectrum.measured_sd, np.sqrt(VARIANCE) * expected, rtol=1e-4)


def test_the_named_fit_is_the_identifications_and_leaves_noise_alone(reader):
    misfits = []
    for seed in range(40):
        found, spectrum = read(reader, 3.0 * THIN[0] + noise(seed))
        named = spectrum.best
        assert named is spectrum.fits[0]
        assert (named.relation, named.chemicals[0], named.likeness) == (
            Relation.NAMED, "a", pytest.approx(1.0),
        )  # fmt: skip
        np.testing.assert_allclose(named.fit, found.amount @ VALUES, rtol=1e-9)
        assert named.probability == found.probability[0]
        misfits.append(named.misfit)
    # A mean square of 60 whitened bands: 1 ± sqrt(2 / 60 / 40) = 0.03; a fit takes some off.
    assert 0.9 < np.mean(misfits) < 1.07


def test_every_residual_is_what_the_other_bands_do_not_say_of_the_ground(reader):
    """The slow way: each band's conditional mean given all the others, by the covariance."""
    measured = 3.0 * THIN[0] + 0.4 * THIN[2] + noise(3)
    _, spectrum = read(reader, measured)
    inverse = np.linalg.inv(reader.whitening)
    covariance = inverse @ inverse.T
    for one in spectrum.fits:
        left = measured - one.fit
        for band in (0, 17, N_BANDS - 1):
            others = np.delete(np.arange(N_BANDS), band)
            weight = np.linalg.solve(covariance[np.ix_(others, others)], covariance[others, band])
            expected = left[band] - weight @ left[others]
            assert one.residual[band] == pytest.approx(expected, rel=1e-4, abs=1e-6)
            sd = np.sqrt(VARIANCE * (covariance[band, band] - weight @ covariance[others, band]))
            assert spectrum.signal_sd[band] == pytest.approx(sd, rel=1e-4)
    np.testing.assert_allclose(spectrum.signal, spectrum.best.fit + spectrum.best.residual)


def test_a_runner_up_stands_in_the_place_of_the_main_one_and_explains_less(reader):
    for seed in range(10):
        _, spectrum = read(reader, 3.0 * THIN[0] + noise(seed))
        runner_up = spectrum.runner_up
        assert runner_up.chemicals[0] == "like_a"
        assert "a" not in runner_up.chemicals
        assert runner_up.misfit > spectrum.best.misfit
        assert runner_up.likeness > 0.5
        assert (runner_up.amount > 0).all(), "sunlight is absorbed, never emitted"


def test_of_a_mixture_both_are_fitted_together_and_stay_beside_a_runner_up(reader):
    _, spectrum = read(reader, 3.0 * THIN[2] + 2.0 * THIN[3] + noise(5))
    assert set(spectrum.best.chemicals) == {"b", "c"}
    by_name = dict(zip(spectrum.best.chemicals, spectrum.best.amount, strict=True))
    assert by_name["b"] == pytest.approx(3.0, rel=0.25)
    main, partner = spectrum.best.chemicals
    for one in spectrum.fits[1:]:
        assert one.chemicals[0] not in {main, partner}
        if one.relation is Relation.RUNNER_UP:
            assert one.chemicals[1:] == (partner,)


def test_a_gas_that_may_be_there_too_is_shown_beside_the_named_one(reader):
    """A weak second gas, neither sure nor excluded."""
    for seed in range(30):
        found, spectrum = read(reader, 3.0 * THIN[0] + 0.25 * THIN[3] + noise(seed))
        partners = [one for one in spectrum.fits if one.relation is Relation.PARTNER]
        for one in partners:
            assert "a" in one.chemicals[1:]
            assert found.probability[NAMES.index(one.chemicals[0])] >= 0.05
        if partners:
            return
    pytest.fail("no seed left the second gas in doubt")


def test_where_no_gas_fits_nothing_is_said_to_be_the_best(reader):
    found, spectrum = read(reader, -3.0 * THIN.sum(axis=0))
    assert not found.best_set
    assert spectrum.best is None
    assert spectrum.runner_up is None
    whitened = reader.whitening @ spectrum.measured
    np.testing.assert_allclose(spectrum.signal, clear_of_ground(whitened, reader.whitening)[0])
