"""What a little gas does to the radiance, the decoys made of it, and the bands used."""

import numpy as np
import pytest

from cathartes.detect.signature import (
    MAX_DECOY_LIKENESS,
    decoy_absorption,
    emissive_signatures,
    reflective_signatures,
)
from cathartes.detect.window import Regime, choose_window
from cathartes.errors import InputError, NoSignatureError, SettingsError
from cathartes.scenes.radiometry import planck_radiance

WAVELENGTH_UM = np.linspace(8.0, 12.0, 40)


def bump(centre_um, width_um, height=1e-3):
    return height * np.exp(-0.5 * ((WAVELENGTH_UM - centre_um) / width_um) ** 2)


def test_emissive_signatures_are_the_derivative_of_the_three_layer_equation():
    """ΔL = τ_a (1 - e^-αu)(B(T_p) - B(T_g)) at 1e-3 ppm m and 1e-2 K; 2e-3: T_p - T_g and αu small.

    The Planck curve's own bend over 0.01 K is 1e-4 of its slope, αu 1e-6.
    """
    alpha, tau = bump(9.5, 0.2), np.linspace(0.7, 0.95, 40)
    found = emissive_signatures(("a",), alpha[None], WAVELENGTH_UM, 295.0, tau)
    small_ppm_m, contrast_k = 1e-3, 1e-2
    glow = planck_radiance(WAVELENGTH_UM, 295.0 + contrast_k) - planck_radiance(WAVELENGTH_UM, 295)
    change = -tau * np.expm1(-alpha * small_ppm_m) * glow
    np.testing.assert_allclose(
        found.values[0], change / small_ppm_m / contrast_k, rtol=2e-3, atol=1e-12
    )
    assert found.regime is Regime.EMISSIVE
    assert (found.values >= 0).all(), "a warmer plume glows"


def test_reflective_signatures_are_the_derivative_of_beer_and_lambert():
    alpha, mean = bump(9.5, 0.2), np.linspace(2.0, 5.0, 40)
    found = reflective_signatures(("a",), alpha[None], mean, 2.3)
    change = mean * np.expm1(-2.3 * alpha * 1e-3) / 1e-3
    np.testing.assert_allclose(found.values[0], change, rtol=1e-5)
    assert (found.values <= 0).all(), "gas takes sunlight away"


def test_no_gas_is_an_error_that_says_what_to_do():
    with pytest.raises(NoSignatureError, match=r"no gas .* bands used.*library import"):
        reflective_signatures((), np.zeros((0, 40)), np.ones(40), 2.0)


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.mark.parametrize("per_gas", [1, 2, 3])
def test_decoys_are_as_many_as_asked_and_like_no_gas(per_gas):
    """Three narrow bands leave free places in the window: every decoy must use them."""
    gases = np.array([bump(8.5, 0.08), bump(9.5, 0.1), bump(11.3, 0.06)])
    decoys = decoy_absorption(gases, per_gas, lambda rows: rows)
    assert decoys.shape == (3 * per_gas, 40)
    assert np.abs(unit(decoys) @ unit(gases).T).max() < MAX_DECOY_LIKENESS
    assert len(np.unique(decoys.round(12), axis=0)) == 3 * per_gas, "no decoy twice"


def test_a_decoy_is_its_gas_turned_round():
    gases = np.array([bump(8.5, 0.08), bump(9.5, 0.2)])
    decoys = decoy_absorption(gases, 2, lambda rows: rows)
    for k, decoy in enumerate(decoys):
        np.testing.assert_array_equal(np.sort(decoy), np.sort(gases[k // 2]))
        turns = [np.array_equal(np.roll(gases[k // 2], n), decoy) for n in range(1, 40)]
        assert any(turns)


def test_likeness_is_judged_after_whitening():
    """Whitening that sees only the first half of the bands makes gases of both halves alike."""
    gases = np.array([bump(8.5, 0.1), bump(9.6, 0.1)])
    weight = np.where(WAVELENGTH_UM < 10.0, 1.0, 1e-3)
    decoys = decoy_absorption(gases, 2, lambda rows: rows * weight)
    likeness = np.abs(unit(decoys * weight) @ unit(gases * weight).T)
    assert likeness.max() < MAX_DECOY_LIKENESS


def test_where_every_turn_looks_like_a_gas_the_least_alike_are_taken():
    """A broad band overlaps itself after any turn; the decoy must be the best there is."""
    gases = 1.0 + 0.3 * np.cos(2 * np.pi * np.arange(40) / 40)[None]
    decoy = decoy_absorption(gases, 1, lambda rows: rows)
    likeness = (unit(decoy) @ unit(gases).T).item()
    others = [(unit(np.roll(gases, n, axis=1)) @ unit(gases).T).item() for n in range(6, 35)]
    assert likeness > MAX_DECOY_LIKENESS
    assert likeness <= np.quantile(others, 0.15)


def bands(*ranges_um):
    return np.concatenate([np.linspace(low, high, n) for low, high, n in ranges_um])


def test_the_emissive_window_comes_first_then_short_waves_then_all_sunlight():
    both = bands((0.4, 2.5, 200), (7.5, 12.0, 50))
    window = choose_window(both, np.ones(250, bool), 8)
    assert window.regime is Regime.EMISSIVE
    assert window.index.tolist() == list(range(200, 250))

    sunlight = bands((0.4, 2.5, 200))
    window = choose_window(sunlight, np.ones(200, bool), 8)
    assert window.regime is Regime.REFLECTIVE
    assert sunlight[window.index].min() >= 1.4

    visible = bands((0.4, 1.0, 60))
    window = choose_window(visible, np.ones(60, bool), 8)
    assert window.index.size == 60


def test_reflectance_has_no_emissive_window():
    both = bands((0.4, 2.5, 200), (7.5, 12.0, 50))
    assert choose_window(both, np.ones(250, bool), 8, radiance=False).regime is Regime.REFLECTIVE


def test_bad_bands_are_not_used_and_may_close_a_window():
    both = bands((1.5, 2.5, 30), (7.5, 12.0, 10))
    usable = np.ones(40, bool)
    usable[30:33] = False
    assert choose_window(both, usable, 8).regime is Regime.REFLECTIVE
    assert choose_window(both, usable, 7).index.tolist() == list(range(33, 40))


@pytest.mark.parametrize("seed", [1, 2])
def test_bands_in_any_order_are_used_by_wavelength(seed):
    """Decoys are turned round the window, which needs it in order."""
    centre_um = np.random.default_rng(seed).permutation(bands((12.0, 6.0, 30)))
    index = choose_window(centre_um, np.ones(30, bool), 8).index
    assert (np.diff(centre_um[index]) > 0).all()
    assert set(index.tolist()) == set(np.flatnonzero(centre_um >= 7.0).tolist())


def test_too_few_bands_is_an_error_that_counts_them():
    with pytest.raises(
        InputError, match=r"5 bands from 8\.000 to 9\.000 um.*5 in 7\.0-14\.0 um.*at least 8"
    ):
        choose_window(bands((8.0, 9.0, 5)), np.ones(5, bool), 8)


def test_no_more_decoys_than_there_are_different_ones():
    """Chance is counted by how many there are: of eight bands there are seven turns at most."""
    absorption = np.random.default_rng(1).random((3, 8))
    with pytest.raises(SettingsError, match=r"decoys_per_gas is 10; 8 bands give 7 different"):
        decoy_absorption(absorption, 10, lambda rows: rows)
