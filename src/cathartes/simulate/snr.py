"""How well the best linear detector could see a change of radiance against a scene."""

import numpy as np
from numpy.typing import NDArray

SAMPLE_PIXELS = 60_000
"""Pixels that the covariance is taken from: its error is then below that of any detector's."""
LEAST_NOISE_SHARE = 0.5
"""Least share of the noise variance that a direction has: fewer than some 12 pixels a band find
less by chance, and fewer pixels than bands none at all."""


def clutter_inverse_root(
    radiance: NDArray[np.floating], noise: NDArray[np.float64]
) -> NDArray[np.float64]:
    r"""Return a matrix R with :math:`R R^T = K^{-1}`, K the covariance over pixels.

    No direction is quieter than the detector: where the sample says so, since it is small,
    `LEAST_NOISE_SHARE` of the noise variance stands in.

    Parameters
    ----------
    radiance : (pixel, band) [W m-2 sr-1 um-1]
        Noisy and without plume; every n-th pixel is used so that at most `SAMPLE_PIXELS` are.
    noise : (band,) [W m-2 sr-1 um-1], positive
        Standard deviation of the detector's noise at the scene's mean radiance.

    Returns
    -------
    (band, band) [W-1 m2 sr um]
    """
    every = max(1, int(np.ceil(radiance.shape[0] / SAMPLE_PIXELS)))
    sample = np.asarray(radiance[::every], dtype=np.float64)
    centred = (sample - sample.mean(axis=0)) / noise
    covariance = centred.T @ centred / max(sample.shape[0] - 1, 1)
    variance, vectors = np.linalg.eigh(covariance)
    whitened = vectors / np.sqrt(np.maximum(variance, LEAST_NOISE_SHARE))
    return np.asarray(whitened / noise[:, None])


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
