"""Laws of the simulated radiative transfer, and the slow simple twin that judges the fast code."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cathartes.scenes.air import Air, thermal_path
from cathartes.scenes.instrument import load_instrument
from cathartes.scenes.radiometry import planck_radiance
from cathartes.simulate.emissive import EmissiveGround
from cathartes.simulate.gaslayer import GasLayer
from cathartes.simulate.ground import Ground
from cathartes.simulate.reflective import ReflectiveGround, air_mass_factor
from cathartes.simulate.surfaces import builtin_surfaces
from cathartes.spectra.response import response_matrix
from effort import THOROUGH, effort

INSTRUMENT = load_instrument("hytes-like")
NU = INSTRUMENT.bands.wavenumber_grid_cm1(0.5)
MATRIX = response_matrix(INSTRUMENT.bands, NU)
SURFACES = builtin_surfaces("all")
PATH = thermal_path(Air(1.8, 0.3, 293.0), 2500.0, NU)
ALPHA = {
    "one": 2e-3 * np.exp(-0.5 * ((NU - 950.0) / 2.0) ** 2),
    "two": 1e-3 * np.exp(-0.5 * ((NU - 1080.0) / 15.0) ** 2),
}


def some_ground(generator: np.random.Generator, shape: tuple[int, int]) -> Ground:
    kinds = len(SURFACES)
    return Ground(
        SURFACES,
        generator.integers(0, kinds, shape),
        generator.integers(0, kinds, shape),
        generator.uniform(0.0, 1.0, shape),
        generator.uniform(265.0, 390.0, shape),
        generator.uniform(265.0, 390.0, shape),
        generator.uniform(0.7, 1.2, shape),
    )


def twin(ground: Ground, line: int, sample: int, layers: list[GasLayer]) -> np.ndarray:
    """One pixel, wavenumber by wavenumber, straight from the physics page: no table, no chunks."""
    bands = INSTRUMENT.bands
    at_sensor = []
    for i, nu in enumerate(NU):
        lam = np.array([1e4 / nu])
        leaving = 0.0
        for material, kelvin, share in (
            (ground.first, ground.first_k, ground.first_share[line, sample]),
            (ground.second, ground.second_k, 1.0 - ground.first_share[line, sample]),
        ):
            eps = 1.0 - float(ground.surfaces[material[line, sample]].reflectance(lam)[0])
            black = float(planck_radiance(lam, kelvin[line, sample])[0])
            leaving += share * (eps * black + (1.0 - eps) * PATH.downwelling[i])
        for layer in layers:
            depth = sum(ALPHA[g][i] * c[line, sample] for g, c in layer.columns.items())
            tau = np.exp(-depth)
            leaving = tau * leaving + (1.0 - tau) * float(
                planck_radiance(lam, layer.temperature_k)[0]
            )
        at_sensor.append(PATH.transmittance[i] * leaving + PATH.path_radiance[i])
    weight = np.abs(np.gradient(1e4 / NU))
    out = []
    for centre, fwhm in zip(bands.centre_um, bands.fwhm_um, strict=True):
        offset = 1e4 / NU - centre
        shape = np.exp(-4.0 * np.log(2.0) * (offset / fwhm) ** 2) * weight
        shape[np.abs(offset) > 1.5 * fwhm] = 0.0
        out.append((shape * at_sensor).sum() / shape.sum())
    return np.array(out)


@pytest.mark.parametrize("seed", [1, 2] if THOROUGH else [1])
def test_fast_radiance_equals_the_slow_twin(seed):
    """Tolerance 1e-5 relative: a hundredth of the noise of the quietest instrument."""
    generator = np.random.default_rng(seed)
    ground = some_ground(generator, (2, 2))
    layers = [
        GasLayer({"one": generator.uniform(10.0, 2000.0, (2, 2))}, 301.0),
        GasLayer({"one": np.full((2, 2), 80.0), "two": np.full((2, 2), 700.0)}, 285.0),
    ]
    fast = EmissiveGround(ground, PATH, MATRIX)
    pixels = np.arange(4)
    clear, through = fast.radiance(pixels), fast.radiance_through(pixels, layers, ALPHA)
    for pixel in (0, 3):
        line, sample = divmod(pixel, 2)
        np.testing.assert_allclose(clear[pixel], twin(ground, line, sample, []), rtol=1e-5)
        np.testing.assert_allclose(through[pixel], twin(ground, line, sample, layers), rtol=1e-5)


@given(seed=st.integers(0, 10_000), column=st.floats(0.01, 5_000.0))
@settings(max_examples=effort(6, 15))
def test_a_plume_as_warm_as_the_ground_it_hides_vanishes(seed, column):
    """B(T_p) = L_g wherever ε = 1: no contrast, no change. Black ground is made by an isothermal
    sky: with L_d = B(T) every emissivity leaves B(T)."""
    generator = np.random.default_rng(seed)
    kelvin = float(generator.uniform(270.0, 320.0))
    flat = np.full((1, 3), kelvin)
    ground = Ground(
        SURFACES, generator.integers(0, len(SURFACES), (1, 3)),
        generator.integers(0, len(SURFACES), (1, 3)), np.full((1, 3), 0.4), flat, flat,
        np.ones((1, 3)),
    )  # fmt: skip
    sky = type(PATH)(
        PATH.wavenumber_cm1, PATH.transmittance, PATH.path_radiance,
        planck_radiance(1e4 / NU, kelvin),
    )  # fmt: skip
    fast = EmissiveGround(ground, sky, MATRIX)
    pixels = np.arange(3)
    layer = GasLayer({"one": np.full((1, 3), column)}, kelvin)
    np.testing.assert_allclose(
        fast.radiance_through(pixels, [layer], ALPHA), fast.radiance(pixels), rtol=1e-6
    )
    warmer = GasLayer({"one": np.full((1, 3), column)}, kelvin + 10.0)
    change = fast.radiance_through(pixels, [warmer], ALPHA) - fast.radiance(pixels)
    peak = int(np.argmin(np.abs(INSTRUMENT.bands.centre_um - 1e4 / 950.0)))
    assert (change[:, peak] > 0).all()
    colder = GasLayer({"one": np.full((1, 3), column)}, kelvin - 10.0)
    change = fast.radiance_through(pixels, [colder], ALPHA) - fast.radiance(pixels)
    assert (change[:, peak] < 0).all()


@given(seed=st.integers(0, 10_000))
@settings(max_examples=effort(4, 10))
def test_a_thin_plume_obeys_the_linear_law(seed):
    """ΔL → Σ u α τ_a (B(T_p) - L_g) averaged over the band, as the physics page says."""
    generator = np.random.default_rng(seed)
    ground = some_ground(generator, (1, 2))
    fast = EmissiveGround(ground, PATH, MATRIX)
    pixels = np.arange(2)
    column, kelvin = 1e-3, 308.0
    layer = GasLayer({"two": np.full((1, 2), column)}, kelvin)
    change = fast.radiance_through(pixels, [layer], ALPHA) - fast.radiance_through(
        pixels, [], ALPHA
    )
    contrast = planck_radiance(1e4 / NU, kelvin) - fast.leaving_radiance(pixels)
    linear = (MATRIX @ (column * ALPHA["two"] * PATH.transmittance * contrast).T).T
    np.testing.assert_allclose(change, linear, atol=2e-6 * np.abs(linear).max() + 1e-12)


@given(first=st.floats(0.0, 3000.0), second=st.floats(0.0, 3000.0), zenith=st.floats(0.0, 70.0))
@settings(max_examples=effort(4, 10))
def test_in_sunlight_columns_add(first, second, zenith):
    """e^{-A α (u1 + u2)}: two layers of a gas are one of their sum, and deeper is darker."""
    instrument = load_instrument("aviris-ng-like")
    bands = instrument.bands.select(instrument.bands.centre_um > 2.0)
    nu = bands.wavenumber_grid_cm1(1.0)
    alpha = {"gas": 1e-5 * np.exp(-0.5 * ((nu - 4400.0) / 15.0) ** 2)}
    ground = some_ground(np.random.default_rng(3), (1, 2))
    fast = ReflectiveGround(ground, Air(), 4000.0, zenith, nu, response_matrix(bands, nu))
    pixels = np.arange(2)

    def seen(*columns: float) -> np.ndarray:
        layers = [GasLayer({"gas": np.full((1, 2), c)}, 295.0) for c in columns]
        return fast.radiance_through(pixels, layers, alpha)

    np.testing.assert_allclose(seen(first, second), seen(first + second), rtol=1e-9)
    assert (seen(first + second) <= fast.radiance(pixels) * (1 + 1e-12)).all()
    # The thin limit in the band at the peak: d ln L / du = -A α.
    peak = int(np.argmin(np.abs(bands.centre_um - 1e4 / 4400.0)))
    slope = -np.log(seen(1.0)[:, peak] / fast.radiance(pixels)[:, peak])
    assert slope == pytest.approx(air_mass_factor(zenith) * 1e-5, rel=0.1)
