"""Which gases an instrument can see, and why it can't see the others."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import SettingsError
from cathartes.spectra.library import Gas, GasLibrary, GasSpectrum
from cathartes.spectra.response import SpectralBands, response_matrix

EMISSIVE_FROM_UM = 5.0
"""Beyond this wavelength the ground's own glow is what an instrument sees, below it sunlight."""

_POINTS_PER_RESOLUTION = 4
_LEAST_STEP_CM1 = 0.05
_MOST_POINTS = 100
"""In a cell: 0.0005 cm-1 apart, half the width of a line without pressure at 1000 cm-1."""
_COVERED_SHARE = 0.99
_MIN_BANDS = 3
_NOTHING = 1e-7
"""Optical depths below this are the far tails of a band model's Gaussians."""


@dataclass(frozen=True, slots=True)
class VisibilitySettings:
    """When a gas counts as visible.

    Attributes
    ----------
    column_density_ppm_m : [ppm m]
        Column for which optical depths are stated.
    min_emissive, min_reflective
        Smallest useful contrast of optical depth at that column, in the thermal infrared and in
        sunlight. 0.005 at a thermal contrast of 10 K is 0.05 K in the strongest band. In sunlight
        nothing but the detector limits: plumes of several thousand ppm m are looked for there.

    Raises
    ------
    SettingsError
        If one is not positive.
    """

    column_density_ppm_m: float = 100.0
    min_emissive: float = 0.005
    min_reflective: float = 0.0003

    def __post_init__(self) -> None:
        for name in ("column_density_ppm_m", "min_emissive", "min_reflective"):
            value = getattr(self, name)
            if not value > 0.0:
                raise SettingsError(f"visibility: {name} is {value:g}; it must be positive.")


@dataclass(frozen=True, slots=True)
class Visibility:
    """What an instrument's bands show of one gas.

    Attributes
    ----------
    name
        The gas.
    visible
        True if its contrast over the bands is large enough.
    reason
        In words, for a person.
    wavenumber_cm1 : [cm-1]
        Centre of the band in which it stands out most; NaN if there is none.
    optical_depth
        In that band, at the settings' column density; NaN if there is none.
    contrast
        How far that is from the mean over the bands: what a filter can use. An absorption that
        is the same in all bands can't be told from a darker or colder ground.
    absorption_per_ppm_m : (band,) [ppm-1 m-1]
        As of `absorption_on_bands_per_ppm_m`; None for a gas that is not visible.
    """

    name: str
    visible: bool
    reason: str
    wavenumber_cm1: float
    optical_depth: float
    contrast: float
    absorption_per_ppm_m: NDArray[np.float64] | None = field(
        default=None, repr=False, compare=False
    )


def absorption_on_bands_per_ppm_m(
    spectrum: GasSpectrum, bands: SpectralBands
) -> NDArray[np.float64]:
    """Return a gas's absorption averaged over each band: the thin limit.

    Parameters
    ----------
    spectrum
        Measured, or a band model.
    bands : (band,)

    Returns
    -------
    (band,) [ppm-1 m-1]; NaN where more than a hundredth of a band's response lies outside the
    spectrum's coverage: nothing is known there.
    """
    absorption = np.full(len(bands), np.nan)
    low, high = _extent_cm1(bands)
    reached = np.zeros(len(bands), dtype=bool)
    for start, stop in spectrum.coverage_cm1:
        reached |= (high >= start) & (low <= stop)
    if not reached.any():
        return absorption
    inside = bands.select(reached)
    grid, alpha = fine_absorption(spectrum, inside)
    matrix = response_matrix(inside, grid)
    known = np.isfinite(alpha)
    share = matrix @ known.astype(np.float64)
    mean = (matrix @ np.where(known, alpha, 0.0)) / np.where(share > 0, share, 1.0)
    absorption[reached] = np.where(share >= _COVERED_SHARE, mean, np.nan)
    return absorption


def fine_absorption(
    spectrum: GasSpectrum, bands: SpectralBands
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a grid finer than spectrum and bands, (point,) [cm-1], and the absorption on it.

    Parameters
    ----------
    bands : (band,)

    Returns
    -------
    grid_cm1, absorption_per_ppm_m : (point,) [cm-1], [ppm-1 m-1]
        The second is NaN where nothing is known.
    """
    narrowest_cm1 = float((1e4 * bands.fwhm_um / bands.centre_um**2).min())
    step = min(spectrum.resolution_cm1, narrowest_cm1) / _POINTS_PER_RESOLUTION
    step = max(step, _LEAST_STEP_CM1)
    grid = bands.wavenumber_grid_cm1(step)
    return grid, _cell_mean_per_ppm_m(spectrum, grid, step)


def _cell_mean_per_ppm_m(
    spectrum: GasSpectrum, grid_cm1: NDArray[np.float64], step_cm1: float
) -> NDArray[np.float64]:
    """Return a spectrum averaged over the cells of a regular grid, (point,) [ppm-1 m-1].

    Lines narrower than a cell (gas at low pressure) would be hit or missed by single points: two
    points are taken for every resolution of the spectrum. NaN where a cell is not covered.
    """
    n = int(np.clip(np.ceil(2.0 * step_cm1 / spectrum.resolution_cm1), 1, _MOST_POINTS))
    offset_cm1 = step_cm1 * ((np.arange(n) + 0.5) / n - 0.5)
    points = (grid_cm1[:, np.newaxis] + offset_cm1).ravel()
    mean: NDArray[np.float64] = spectrum.absorption_per_ppm_m(points).reshape(-1, n).mean(axis=1)
    return mean


def search_visible(
    library: GasLibrary,
    bands: SpectralBands,
    *,
    settings: VisibilitySettings | None = None,
) -> tuple[Visibility, ...]:
    """Say of every gas whether an instrument with these bands can see it.

    Thermal and sunlit bands are judged apart, since they are searched apart.

    Parameters
    ----------
    library
        Its order is kept.
    bands : (band,)
        Leave bad bands out before.
    settings
        None takes the defaults.
    """
    chosen = VisibilitySettings() if settings is None else settings
    return tuple(_judge(gas, bands, chosen) for gas in library)


def _judge(gas: Gas, bands: SpectralBands, settings: VisibilitySettings) -> Visibility:
    if gas.spectrum is None:
        reason = gas.remark or "no usable spectrum of it in the library"
        return Visibility(gas.name, False, reason, np.nan, np.nan, np.nan)
    absorption = absorption_on_bands_per_ppm_m(gas.spectrum, bands)
    depth = settings.column_density_ppm_m * absorption
    emissive = bands.centre_um > EMISSIVE_FROM_UM
    parts = []
    for part, least in (
        (emissive, settings.min_emissive),
        (~emissive, settings.min_reflective),
    ):
        index = np.flatnonzero(part & np.isfinite(depth))
        if index.size >= _MIN_BANDS:
            parts.append(_judge_part(gas, bands, depth, index, least, settings))
    if not parts:
        return Visibility(gas.name, False, _uncovered(gas.spectrum, bands), np.nan, np.nan, np.nan)
    best = max(parts, key=lambda v: (v.visible, v.contrast))
    return replace(best, absorption_per_ppm_m=absorption) if best.visible else best


def _judge_part(
    gas: Gas,
    bands: SpectralBands,
    depth: NDArray[np.float64],
    index: NDArray[np.intp],
    least: float,
    settings: VisibilitySettings,
) -> Visibility:
    deviation = depth[index] - depth[index].mean()
    best = index[int(deviation.argmax())]
    contrast = float(deviation.max())
    wavelength_um = float(bands.centre_um[best])
    wavenumber_cm1 = 1e4 / wavelength_um
    column = f"{settings.column_density_ppm_m:g} ppm m"
    visible = contrast >= least and bool(depth[best] > _NOTHING)
    place = f"at {wavenumber_cm1:.0f} cm-1 ({wavelength_um:.2f} um)"
    if depth[best] <= _NOTHING:
        reason = "does not absorb in the instrument's bands"
        wavenumber_cm1 = np.nan
    elif contrast >= least:
        reason = f"optical depth {depth[best]:.2g} for {column} {place}"
    elif depth[best] >= least:
        reason = (
            f"optical depth {depth[best]:.2g} for {column} {place}, but nearly the same in all "
            f"bands: contrast {contrast:.1g}, below {least:g}"
        )
    else:
        reason = (
            f"too weak: optical depth {depth[best]:.1g} for {column} {place}, contrast "
            f"{contrast:.1g}, below {least:g}"
        )
    if not visible and gas.remark:
        reason = f"{reason}. {gas.remark}"
    return Visibility(gas.name, visible, reason, wavenumber_cm1, float(depth[best]), contrast)


def _uncovered(spectrum: GasSpectrum, bands: SpectralBands) -> str:
    if len(bands) == 0:
        return "there are no bands to see it with"
    ranges = ", ".join(f"{low:.0f}-{high:.0f}" for low, high in spectrum.coverage_cm1)
    low, high = _extent_cm1(bands)
    return (
        f"its spectrum is known in {ranges} cm-1 only, and fewer than {_MIN_BANDS} of the "
        f"instrument's bands, {low.min():.0f}-{high.max():.0f} cm-1, lie there"
    )


def _extent_cm1(bands: SpectralBands) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the wavenumbers at each band's half maximum, lower and upper, (band,) [cm-1]."""
    half_um = bands.fwhm_um / 2.0
    return 1e4 / (bands.centre_um + half_um), 1e4 / np.maximum(bands.centre_um - half_um, 1e-3)
