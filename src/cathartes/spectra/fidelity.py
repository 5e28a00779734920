"""How well a band model gives back the measurement that it was fitted to."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import convolve1d

from cathartes.errors import InputError
from cathartes.spectra.absorption import AbsorptionSpectrum, is_covered
from cathartes.spectra.band_model import BandModel

STATED_WINDOWS_CM1: tuple[tuple[float, float], ...] = (
    (700.0, 1400.0),
    (740.0, 1340.0),
    (4000.0, 7000.0),
)
"""Windows in which fidelity is stated: the table's long-wave part, what an instrument of 7.5 to
13.5 um sees of it, and the short-wave part."""

STATED_RESOLUTIONS_CM1: tuple[float, ...] = (1.0, 4.0)

_BINS_PER_FWHM = 32
_POINTS_PER_FWHM = 4
_KERNEL_REACH_FWHM = 2.5
_BAND_FLOOR = 0.1
"""A band is where the spectrum at 4 cm-1 exceeds this share of the band's own peak."""
_BAND_MIN_PEAK = 0.2
"""Bands whose peak is below this share of the window's strongest are not stated singly."""
_SUPPORT_RESOLUTION_CM1 = 4.0
_SUPPORT_FLOOR = 0.01
"""The gas's bands, all together, are where the measurement at 4 cm-1 exceeds this share of its
peak: twice the greatest error of a baseline seen (acetonitrile's, 0.005)."""


@dataclass(frozen=True, slots=True)
class Fidelity:
    """Agreement of a model with its measurement in one window at one resolution.

    Attributes
    ----------
    low_cm1, high_cm1 : [cm-1]
        The window; only what was measured inside it counts.
    resolution_cm1 : [cm-1]
        Both were smoothed to this Gaussian full width.
    correlation
        Pearson's, over points a quarter of the resolution apart.
    largest_error
        Greatest difference as a share of the measured peak in the window.
    integral_ratio
        Model over measurement, whole window.
    absorbing_integral_ratio
        The same, with the measurement's values below zero counted as zero: a gas does not give
        light here, so they are errors of its baseline, which the model does not follow.
    bands_integral_ratio
        Model over measurement, over all bands together: where the measurement at 4 cm-1 exceeds a
        hundredth of its peak in the window. A baseline's error beyond the bands is not in it.
    beyond_bands_share
        (model, measurement) integrals over the rest of the window, as shares of the measured
        bands' integral. A negative one is an error of the baseline.
    band_integral_ratio
        (lowest, highest) of model over measurement over the single strong bands in the window.
    """

    low_cm1: float
    high_cm1: float
    resolution_cm1: float
    correlation: float
    largest_error: float
    integral_ratio: float
    absorbing_integral_ratio: float
    bands_integral_ratio: float
    beyond_bands_share: tuple[float, float]
    band_integral_ratio: tuple[float, float]


def smoothed_cross_section_cm2(
    spectrum: AbsorptionSpectrum, wavenumber_cm1: NDArray[np.float64], resolution_cm1: float
) -> NDArray[np.float64]:
    r"""Return a measured spectrum smoothed by a Gaussian of this full width.

    .. math:: \bar\sigma(\nu) = \int_M G(\nu-\nu')\sigma(\nu')d\nu' \Big/ \int_M G(\nu-\nu')d\nu'

    over the measured ranges M alone, so that the ends of a measurement don't fade to nought.
    Bins of 1/32 of the width are filled with exact averages first, so that lines narrower than a
    bin keep their area.

    Parameters
    ----------
    spectrum
        On its native grid, at least four times finer than the resolution asked.
    wavenumber_cm1 : (point,) [cm-1]
    resolution_cm1 : [cm-1]

    Returns
    -------
    (point,) [cm2 molecule-1]; NaN outside the measured ranges, and in one narrower than a bin.
    """
    step = resolution_cm1 / _BINS_PER_FWHM
    reach = int(np.ceil(_KERNEL_REACH_FWHM * _BINS_PER_FWHM))
    x = np.arange(-reach, reach + 1) / _BINS_PER_FWHM
    kernel = np.exp(-4.0 * np.log(2.0) * x * x)
    smoothed = np.full(wavenumber_cm1.shape, np.nan)
    for low, high in spectrum.coverage_cm1:
        inside = (spectrum.wavenumber_cm1 >= low) & (spectrum.wavenumber_cm1 <= high)
        nu, sigma = spectrum.wavenumber_cm1[inside], spectrum.cross_section_cm2[inside]
        area = np.concatenate([[0.0], np.cumsum(np.diff(nu) * (sigma[1:] + sigma[:-1]) / 2.0)])
        n_edges = int((high - low) / step) + 1
        if n_edges < 2:
            continue
        edges = np.linspace(low, low + step * (n_edges - 1), n_edges, dtype=np.float64)
        average = np.diff(_integral_at(edges, nu, sigma, area)) / step
        weight = convolve1d(np.ones(average.size), kernel, mode="constant")
        values = convolve1d(average, kernel, mode="constant") / weight
        wanted = (wavenumber_cm1 >= low) & (wavenumber_cm1 <= high)
        centres = edges[:-1] + step / 2.0
        smoothed[wanted] = np.interp(wavenumber_cm1[wanted], centres, values)
    return smoothed


def _integral_at(
    edges: NDArray[np.float64],
    nu: NDArray[np.float64],
    sigma: NDArray[np.float64],
    area: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the integral of a piecewise linear spectrum up to each edge, exactly."""
    i = np.clip(np.searchsorted(nu, edges, side="right") - 1, 0, nu.size - 2)
    d = edges - nu[i]
    slope = (sigma[i + 1] - sigma[i]) / (nu[i + 1] - nu[i])
    return np.asarray(area[i] + d * (sigma[i] + 0.5 * slope * d))


def measure_fidelity(
    model: BandModel,
    spectrum: AbsorptionSpectrum,
    window_cm1: tuple[float, float],
    resolution_cm1: float,
) -> Fidelity:
    """Compare a model with the measurement in a window, both at one resolution.

    Raises
    ------
    InputError
        If nothing was measured in the window.
    """
    low, high = window_cm1
    step = resolution_cm1 / _POINTS_PER_FWHM
    grid = np.asarray(low + step * np.arange(round((high - low) / step) + 1), dtype=np.float64)
    grid = grid[is_covered(grid, spectrum.coverage_cm1) & is_covered(grid, model.measured_cm1)]
    if grid.size < 8:
        raise InputError(
            f"fidelity of {spectrum.gas}: {grid.size} measured points from {low:g} to {high:g} "
            "cm-1; choose a window that was measured."
        )
    measured = smoothed_cross_section_cm2(spectrum, grid, resolution_cm1)
    modelled = model.at_resolution(resolution_cm1).cross_section_cm2(grid)
    peak = float(measured.max())
    bands = _support(spectrum, grid)
    in_bands = float(measured[bands].sum())
    ratios = [
        float(modelled[band].sum() / measured[band].sum()) for band in _strong_bands(grid, measured)
    ]
    return Fidelity(
        low,
        high,
        resolution_cm1,
        correlation=float(np.corrcoef(modelled, measured)[0, 1]),
        largest_error=float(np.abs(modelled - measured).max() / peak),
        integral_ratio=float(modelled.sum() / measured.sum()),
        absorbing_integral_ratio=float(modelled.sum() / np.maximum(measured, 0.0).sum()),
        bands_integral_ratio=float(modelled[bands].sum()) / in_bands,
        beyond_bands_share=(
            float(modelled[~bands].sum()) / in_bands,
            float(measured[~bands].sum()) / in_bands,
        ),
        band_integral_ratio=(min(ratios), max(ratios)),
    )


def state_fidelity(model: BandModel, spectrum: AbsorptionSpectrum) -> tuple[Fidelity, ...]:
    """Return the fidelity in every stated window that was measured, at every stated resolution."""
    stated = []
    for low, high in STATED_WINDOWS_CM1:
        if any(a < high and b > low for a, b in model.measured_cm1):
            stated += [
                measure_fidelity(model, spectrum, (low, high), r) for r in STATED_RESOLUTIONS_CM1
            ]
    return tuple(stated)


def _support(spectrum: AbsorptionSpectrum, grid: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return True at the points of a gas's bands, (point,)."""
    level = smoothed_cross_section_cm2(spectrum, grid, _SUPPORT_RESOLUTION_CM1)
    return np.asarray(level > _SUPPORT_FLOOR * level.max())


def _strong_bands(
    grid: NDArray[np.float64], measured: NDArray[np.float64]
) -> list[NDArray[np.intp]]:
    """Return the points of each strong band, strongest first; they don't overlap."""
    free = np.ones(grid.size, dtype=bool)
    floor = _BAND_MIN_PEAK * measured.max()
    bands: list[NDArray[np.intp]] = []
    while True:
        level = np.where(free, measured, -np.inf)
        top = int(level.argmax())
        if level[top] < floor:
            return bands
        inside = free & (measured > _BAND_FLOOR * measured[top])
        # A jump of the grid ends a band as a fall below the floor does.
        breaks = np.flatnonzero(~inside[1:] | (np.diff(grid) > 1.5 * np.diff(grid).min()))
        start = int(breaks[breaks < top].max() + 1) if (breaks < top).any() else 0
        stop = int(breaks[breaks >= top].min() + 1) if (breaks >= top).any() else grid.size
        members = np.arange(start, stop)
        free[members] = False
        # Flanks of a band already taken are no bands of their own.
        if not (start > 0 and not free[start - 1]) and not (stop < grid.size and not free[stop]):
            bands.append(members)
