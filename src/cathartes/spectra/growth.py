"""How much less than in proportion a band's optical depth grows with the column."""

import numpy as np
from numpy.typing import NDArray

from cathartes.spectra.library import GasSpectrum
from cathartes.spectra.response import SpectralBands, response_matrix
from cathartes.spectra.visibility import fine_absorption


def band_growth(
    spectrum: GasSpectrum,
    bands: SpectralBands,
    absorption_per_ppm_m: NDArray[np.float64],
    column_ppm_m: NDArray[np.float64],
) -> NDArray[np.float64]:
    r"""Return optical depths of bands as parts of what their mean absorption gives.

    .. math:: g_b(u) = \frac{-\ln \sum_\nu R_{b\nu}\,e^{-\alpha_\nu u}}{\bar\alpha_b\,u}

    An instrument averages transmittance over each band's response R. With a convex exponential the
    depth is never more than that of the mean absorption. As fine as the spectrum is: lines that it
    does not resolve saturate unseen.

    Parameters
    ----------
    spectrum
        Measured, or a band model.
    bands : (band,)
    absorption_per_ppm_m : (band,) [ppm-1 m-1]
        Mean of each band.
    column_ppm_m : (column,) [ppm m]

    Returns
    -------
    (column, band); 1 where the gas does not absorb, or nothing is known of it.
    """
    share = np.ones((column_ppm_m.size, len(bands)))
    absorbing = absorption_per_ppm_m > _LEAST_PART * absorption_per_ppm_m.max()
    if not absorbing.any():
        return share
    inside = bands.select(absorbing)
    grid_cm1, alpha = fine_absorption(spectrum, inside)
    alpha = np.nan_to_num(alpha)
    matrix = response_matrix(inside, grid_cm1)
    mean = np.asarray(matrix @ alpha)
    for row, column in zip(share, column_ppm_m, strict=True):
        if column > 0:
            passed = np.asarray(matrix @ np.exp(-alpha * column))
            row[absorbing] = -np.log(np.maximum(passed, 1e-12)) / np.maximum(mean * column, 1e-12)
    return np.clip(share, 0.0, 1.0)


_LEAST_PART = 1e-3
"""Bands that absorb less than this part of the strongest never saturate before it is opaque."""
