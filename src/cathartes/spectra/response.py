"""An instrument's bands, and what they make of a spectrum known at high resolution."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from cathartes.errors import HeaderError, InputError

REACH_FWHM = 1.5
"""A Gaussian response is cut at this many full widths from its centre: 4e-4 of its area is lost."""

_SIGMA_PER_FWHM = 1.0 / (2.0 * np.sqrt(2.0 * np.log(2.0)))


@dataclass(frozen=True, slots=True)
class TabulatedResponse:
    """The measured response of one band.

    Attributes
    ----------
    wavelength_um : (point,) [um], strictly ascending
    response : (point,) relative, not negative, not all zero
    """

    wavelength_um: NDArray[np.float64]
    response: NDArray[np.float64]

    def __post_init__(self) -> None:
        for name in ("wavelength_um", "response"):
            values = np.array(getattr(self, name), dtype=np.float64)
            values.setflags(write=False)
            object.__setattr__(self, name, values)
        rises = self.wavelength_um.size > 1 and bool((np.diff(self.wavelength_um) > 0).all())
        if self.wavelength_um.shape != self.response.shape or not rises:
            raise InputError(
                f"tabulated response: {self.wavelength_um.size} wavelengths and "
                f"{self.response.size} values; as many of each are needed, wavelengths ascending."
            )
        finite = bool(np.isfinite(self.response).all() and np.isfinite(self.wavelength_um).all())
        if not finite or (self.response < 0).any() or not (self.response > 0).any():
            raise InputError(
                "tabulated response: values must be finite, 0 or more and not all 0; cut the "
                "others out."
            )


@dataclass(frozen=True, slots=True)
class SpectralBands:
    """Centres and widths of an instrument's bands, in the order of the cube's band axis.

    Attributes
    ----------
    centre_um : (band,) [um], positive
    fwhm_um : (band,) [um], positive
    response
        Measured responses, one a band; without them the response is Gaussian in wavelength.

    Raises
    ------
    HeaderError
        If lengths differ, or a value is not finite and positive.
    """

    centre_um: NDArray[np.float64]
    fwhm_um: NDArray[np.float64]
    response: tuple[TabulatedResponse, ...] | None = None

    def __post_init__(self) -> None:
        for name in ("centre_um", "fwhm_um"):
            values = np.array(getattr(self, name), dtype=np.float64)
            values.setflags(write=False)
            object.__setattr__(self, name, values)
        if self.centre_um.ndim != 1 or self.centre_um.shape != self.fwhm_um.shape:
            raise HeaderError(
                f"{self.centre_um.size} band centres and {self.fwhm_um.size} band widths; as many "
                "of each are needed."
            )
        both = np.stack([self.centre_um, self.fwhm_um])
        unusable = np.flatnonzero(~(np.isfinite(both) & (both > 0)).all(axis=0))
        if unusable.size:
            i = int(unusable[0])
            raise HeaderError(
                f"band {i} is centred at {self.centre_um[i]:g} um and {self.fwhm_um[i]:g} um wide; "
                "band centres and widths must be finite and positive: correct the list."
            )
        if self.response is not None and len(self.response) != self.centre_um.size:
            raise HeaderError(
                f"{self.centre_um.size} bands and {len(self.response)} tabulated responses; one "
                "a band is needed, or none at all."
            )

    def __len__(self) -> int:
        return int(self.centre_um.size)

    def select(self, index: NDArray[np.intp] | NDArray[np.bool_]) -> "SpectralBands":
        """Return the bands of an index or a mask, (band,), in that order."""
        chosen = np.arange(len(self))[index]
        response = None if self.response is None else tuple(self.response[i] for i in chosen)
        return SpectralBands(self.centre_um[chosen], self.fwhm_um[chosen], response)

    @property
    def reach_um(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Where each band's response begins and ends, both (band,) [um]."""
        if self.response is None:
            reach_um = REACH_FWHM * self.fwhm_um
            return self.centre_um - reach_um, self.centre_um + reach_um
        ends = np.array([r.wavelength_um[[0, -1]] for r in self.response]).reshape(-1, 2)
        return ends[:, 0], ends[:, 1]

    def wavenumber_grid_cm1(self, step_cm1: float) -> NDArray[np.float64]:
        """Return a regular ascending grid that covers every band's response, (point,) [cm-1]."""
        lowest_um, highest_um = self.reach_um
        low_um = max(lowest_um.min(), 0.05)
        first = np.floor(1e4 / highest_um.max() / step_cm1) * step_cm1
        count = int(np.ceil((1e4 / low_um - first) / step_cm1)) + 1
        grid: NDArray[np.float64] = first + step_cm1 * np.arange(count)
        return grid


def response_matrix(
    bands: SpectralBands, wavenumber_cm1: NDArray[np.float64]
) -> sparse.csr_array[np.float64]:
    r"""Return the matrix that turns a spectrum on a wavenumber grid into band averages.

    .. math:: \bar f_b = \int R_b(\lambda) f(\lambda)\,d\lambda \Big/ \int R_b(\lambda)\,d\lambda

    by the trapezoidal rule in wavelength. Rows sum to one.

    Parameters
    ----------
    bands : (band,)
    wavenumber_cm1 : (point,) [cm-1], ascending, covering every band

    Returns
    -------
    (band, point), sparse.

    Raises
    ------
    InputError
        If a band has fewer than three grid points inside its response: the grid is too coarse, or
        does not reach it.
    """
    wavelength_um = 1e4 / wavenumber_cm1
    weight_um = np.abs(np.gradient(wavelength_um))
    low_um, high_um = bands.reach_um
    # The wavenumber axis ascends, so wavelength descends.
    start = np.searchsorted(wavenumber_cm1, 1e4 / high_um)
    count = np.searchsorted(wavenumber_cm1, 1e4 / np.maximum(low_um, 1e-3)) - start
    for b in np.flatnonzero(count < 3)[:1]:
        raise InputError(
            f"band at {bands.centre_um[b]:.4f} um (width {bands.fwhm_um[b]:.4f} um) has {count[b]} "
            "points of the spectrum's grid inside it; at least 3 are needed: use a finer or wider "
            "grid."
        )
    # The bands' points stand one behind the other.
    end = np.cumsum(count)
    first = end - count
    band = np.repeat(np.arange(len(bands)), count)
    point = np.arange(band.size) + np.repeat(start - first, count)
    x = wavelength_um[point]
    if bands.response is None:
        sigma_um = _SIGMA_PER_FWHM * bands.fwhm_um
        shape = np.exp(-0.5 * ((x - bands.centre_um[band]) / sigma_um[band]) ** 2)
    else:
        shape = np.concatenate([
            np.interp(x[i:j], table.wavelength_um, table.response)
            for i, j, table in zip(first, end, bands.response, strict=True)
        ])  # fmt: skip
    shape *= weight_um[point]
    area = np.add.reduceat(shape, first)
    for b in np.flatnonzero(~(area > 0))[:1]:
        raise InputError(
            f"band at {bands.centre_um[b]:.4f} um: its response is 0 at all {count[b]} points of "
            "the spectrum's grid; use a finer grid."
        )
    return sparse.csr_array(
        (shape / area[band], point, np.concatenate([[0], end])),
        shape=(len(bands), wavenumber_cm1.size),
    )


def band_absorption_per_ppm_m(
    matrix: sparse.csr_array[np.float64],
    absorption_per_ppm_m: NDArray[np.float64],
    column_density_ppm_m: float,
) -> NDArray[np.float64]:
    r"""Return each band's effective absorption at a stated column density.

    An instrument averages transmittance, not absorption, so Beer's law does not hold for a band:

    .. math:: \alpha_b(u) = -\frac{1}{u}\ln\int R_b\,e^{-\alpha u}\,d\lambda

    which falls with u where lines are narrower than the band. u → 0 gives the plain average of
    α, and the difference to it is the error made by convolving the absorption.

    Parameters
    ----------
    matrix : (band, point), from `response_matrix`
    absorption_per_ppm_m : (point,) [ppm-1 m-1], on the matrix's grid
    column_density_ppm_m : [ppm m]
        0 gives the thin limit.

    Returns
    -------
    (band,) [ppm-1 m-1]
    """
    if column_density_ppm_m == 0.0:
        return np.asarray(matrix @ absorption_per_ppm_m)
    # Each band's least absorption is taken out first: a dense column's transmittance is 0 in
    # double precision.
    alpha = absorption_per_ppm_m[matrix.indices]
    least = np.minimum.reduceat(alpha, matrix.indptr[:-1])
    beyond = alpha - np.repeat(least, np.diff(matrix.indptr))
    weighted = matrix.data * np.exp(-beyond * column_density_ppm_m)
    transmittance = np.add.reduceat(weighted, matrix.indptr[:-1])
    return np.asarray(least - np.log(transmittance) / column_density_ppm_m)
