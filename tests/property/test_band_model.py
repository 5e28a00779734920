"""Laws of the band model, against a slow simple twin."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from cathartes.spectra.band_model import BandModel
from effort import effort

COVERAGE = ((500.0, 1500.0),)

bands = st.lists(
    st.tuples(st.floats(800.0, 1200.0), st.floats(1.0, 60.0), st.floats(0.0, 1e-17)),
    min_size=1,
    max_size=12,
)


def model_of(rows: list[tuple[float, float, float]]) -> BandModel:
    table = np.array(rows)
    return BandModel(table[:, 0], table[:, 1], table[:, 2], COVERAGE)


def slow_sum(model: BandModel, nu: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return every band at every point, one by one, straight from the formula."""
    total = np.zeros(nu.size)
    for c, w, s in zip(model.centre_cm1, model.fwhm_cm1, model.strength_cm, strict=True):
        sigma = w / (2.0 * np.sqrt(2.0 * np.log(2.0)))
        total += s / (sigma * np.sqrt(2.0 * np.pi)) * np.exp(-((nu - c) ** 2) / (2.0 * sigma**2))
    return total


@settings(max_examples=effort(16, 40))
@given(bands, st.integers(0, 2**31))
def test_fast_sum_is_the_slow_one_in_any_order(
    rows: list[tuple[float, float, float]], seed: int
) -> None:
    model = model_of(rows)
    nu = np.random.default_rng(seed).uniform(600.0, 1400.0, 300)
    slow = slow_sum(model, nu)
    # A band is cut where it has fallen to 3e-8 of its peak: that is the error each may add.
    peaks = slow_sum(model, model.centre_cm1).sum()
    np.testing.assert_allclose(model.cross_section_cm2(nu), slow, rtol=1e-9, atol=3e-8 * peaks)


@settings(max_examples=effort(12, 30))
@given(bands, st.floats(1.0, 40.0))
def test_area_is_the_sum_of_strengths_at_every_resolution(
    rows: list[tuple[float, float, float]], resolution_cm1: float
) -> None:
    model = model_of(rows).at_resolution(resolution_cm1)
    nu = np.arange(500.0, 1500.0, 0.1)
    area = model.cross_section_cm2(nu).sum() * 0.1
    np.testing.assert_allclose(area, model.strength_cm.sum(), rtol=1e-6, atol=1e-30)


@settings(max_examples=effort(12, 30))
@given(bands, st.floats(1.0, 8.0), st.floats(0.0, 8.0))
def test_coarsening_twice_is_coarsening_once(
    rows: list[tuple[float, float, float]], first_cm1: float, more_cm1: float
) -> None:
    model = model_of(rows)
    last_cm1 = first_cm1 + more_cm1
    twice = model.at_resolution(first_cm1).at_resolution(last_cm1)
    np.testing.assert_allclose(twice.fwhm_cm1, model.at_resolution(last_cm1).fwhm_cm1, rtol=1e-9)


@settings(max_examples=effort(8, 20))
@given(bands, st.floats(2.0, 12.0))
def test_coarsening_is_convolution_with_the_missing_gaussian(
    rows: list[tuple[float, float, float]], resolution_cm1: float
) -> None:
    model = model_of(rows)
    step = 0.1
    nu = np.arange(500.0, 1500.0, step)
    x = np.arange(-400, 401) * step
    missing = np.sqrt(resolution_cm1**2 - 1.0)
    kernel = np.exp(-4.0 * np.log(2.0) * (x / missing) ** 2)
    convolved = np.convolve(model.cross_section_cm2(nu), kernel / kernel.sum(), mode="same")
    coarse = model.at_resolution(resolution_cm1).cross_section_cm2(nu)
    inner = (nu > 600.0) & (nu < 1400.0)
    scale = max(float(coarse.max()), 1e-40)
    np.testing.assert_allclose(coarse[inner] / scale, convolved[inner] / scale, atol=1e-5)
