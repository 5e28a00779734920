"""How well the best linear detector could see a change of radiance against a scene."""

import numpy as np
from numpy.typing import NDArray

SAMPLE_PIXELS = 60_000
"""Pixels that the covariance is taken from: its error is then below that of any detector's."""


def clutter_inverse_root(radiance: NDArray[np.floating]) -> NDArray[np.float64]:
    r"""Return a matrix R with :math:`R R^T = K^{-1}`, K the covariance over pixels.

    Parameters
    ----------
    radiance : (pixel, band) [W m-2 sr-1 um-1]
        Noisy and without plume; every n-th pixel is used so that at most `SAMPLE_PIXELS` are.

    Returns
    -------
    (band, band) [W-1 m2 sr um]; for directions without variance (fewer pixels than bands) a floor
    of 1e-12 of the greatest variance is used.
    """
    every = max(1, int(np.ceil(radiance.shape[0] / SAMPLE_PIXELS)))
    sample = np.asarray(radiance[::every], dtype=np.float64)
    centred = sample - sample.mean(axis=0)
    covariance = centred.T @ centred / max(sample.shape[0] - 1, 1)
    variance, vectors = np.linalg.eigh(covariance)
    floor = max(float(variance[-1]) * 1e-12, np.finfo(float).tiny)
    return np.asarray(vectors / np.sqrt(np.maximum(variance, floor)))


def optimal_snr(
    change: NDArray[np.float64], inverse_root: NDArray[np.float64]
) -> NDArray[np.float64]:
    r"""Return :math:`\sqrt{\Delta L^T K^{-1} \Delta L}`.

    Parameters
    ----------
    change : (pixel, band) [W m-2 sr-1 um-1]
        True, noise-free change of radiance.
    inverse_root : (band, band)
        From `clutter_inverse_root`.

    Returns
    -------
    (pixel,)
    """
    return np.asarray(np.linalg.norm(change @ inverse_root, axis=1))
