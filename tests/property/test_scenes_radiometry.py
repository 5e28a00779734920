"""Laws of radiometry, noise and sanity counts."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cathartes.scenes.instrument import NoiseModel
from cathartes.scenes.plausibility import to_fwhm_um, to_wavelength_um
from cathartes.scenes.radiometry import brightness_temperature_k, planck_radiance, planck_slope
from cathartes.scenes.sanity import SanityInspector
from cathartes.spectra.response import SpectralBands

wavelengths = st.floats(3.0, 14.0)
temperatures = st.floats(180.0, 600.0)


@given(wavelengths, temperatures)
def test_brightness_temperature_inverts_planck(wavelength, temperature) -> None:
    radiance = planck_radiance(wavelength, temperature)
    assert abs(brightness_temperature_k(wavelength, radiance) - temperature) < 1e-9 * temperature


@given(wavelengths, temperatures)
def test_slope_is_the_derivative(wavelength, temperature) -> None:
    step = 1e-3
    above, below = (planck_radiance(wavelength, temperature + s) for s in (step, -step))
    np.testing.assert_allclose(
        planck_slope(wavelength, temperature), (above - below) / (2 * step), rtol=1e-6
    )


@given(st.floats(0.0, 1.0), st.floats(0.0, 5.0), st.floats(1e-3, 1.0), st.floats(0.0, 50.0))
def test_noise_never_falls_with_radiance(a, b, c, level) -> None:
    noise = NoiseModel(np.array([a]), np.array([b]), np.array([c]))
    assert noise.nesr([level + 1.0]) >= noise.nesr([level]) >= c


@given(st.lists(st.floats(7.0, 14.0), min_size=1, max_size=20, unique=True))
def test_wavenumbers_and_wavelengths_are_the_same_bands(centres) -> None:
    centre = np.array(centres)
    same = to_wavelength_um(1e4 / centre, "cm-1")
    np.testing.assert_allclose(same, centre, rtol=1e-12)
    # A narrow band's width is the difference of its edges, whichever axis measures it.
    width_cm1 = 1e4 / (centre - 0.005) - 1e4 / (centre + 0.005)
    np.testing.assert_allclose(to_fwhm_um(width_cm1, "cm-1", centre), 0.01, rtol=1e-5)


@given(
    shape=st.tuples(st.integers(1, 12), st.integers(1, 10)),
    seed=st.integers(0, 2**16),
    cuts=st.integers(1, 12),
)
def test_sanity_counts_equal_the_slow_simple_way_in_any_blocks(shape, seed, cuts) -> None:
    rng = np.random.default_rng(seed)
    centre = np.array([2.3, 8.0, 9.5, 11.0])
    values = planck_radiance(centre, rng.uniform(120.0, 700.0, (*shape, 1))).astype(np.float32)
    values += rng.normal(0.0, 0.3, values.shape).astype(np.float32)
    values = np.minimum(values, np.float32(60.0))
    values[rng.random(values.shape) < 0.1] = np.nan
    values[rng.random(values.shape) < 0.02] = np.inf
    values[:, rng.random(shape[1]) < 0.1] = np.nan
    good = np.array([True, True, bool(seed % 2), True])
    inspector = SanityInspector(SpectralBands(centre, np.full(4, 0.1)), shape[1], band_valid=good)
    order = [values[i : i + cuts] for i in range(0, shape[0], cuts)]
    rng.shuffle(order)
    for block in order:
        inspector.inspect_block(block)
    report = inspector.report()
    judged, finite = values[..., good], np.isfinite(values[..., good])
    emissive = centre[good] > 5
    believed = brightness_temperature_k(centre[good], np.where(judged > 0, judged, np.nan))
    assert report.n_values == judged.size
    assert report.n_non_finite == np.count_nonzero(~finite)
    assert report.n_negative == np.count_nonzero(finite & (judged < 0))
    assert report.n_too_cold == np.count_nonzero(
        finite & emissive & ((believed < 150) | (judged == 0))
    )
    assert report.n_too_hot == np.count_nonzero(finite & emissive & (believed > 600))
    assert report.empty_columns == tuple(np.flatnonzero(~finite.any(axis=(0, 2))))
    saturated = 0
    for band in range(judged.shape[2]):
        numbers = judged[..., band][finite[..., band]]
        if numbers.size and numbers.min() < numbers.max() and numbers.max() > 0:
            count = np.count_nonzero(numbers == numbers.max())
            saturated += count if count >= 16 else 0
    assert report.n_saturated == saturated
