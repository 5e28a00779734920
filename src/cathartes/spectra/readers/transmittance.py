"""Old transmittance spectra: the baseline that was never taken off them."""

import numpy as np
from numpy.typing import NDArray

BLOCK_CM1 = 250.0
"""The baseline has one free value in so many wavenumbers."""

BASELINE_PERCENTILE = 95.0


def estimate_baseline(
    wavenumber_cm1: NDArray[np.float64], transmittance: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the transmittance that an empty cell seems to have had.

    Paper spectra of the 1960s run at 0.88 to 1.0 where the gas does not absorb. In blocks of
    250 cm-1 the 95th percentile is taken as clear, and straight lines join the blocks' middles.
    A band that fills a whole block loses its foot to this, which is one reason why such
    amounts are called semi-quantitative.

    Parameters
    ----------
    wavenumber_cm1 : (point,) [cm-1], ascending
    transmittance : (point,)

    Returns
    -------
    (point,), positive
    """
    low, high = float(wavenumber_cm1[0]), float(wavenumber_cm1[-1])
    blocks = max(1, round((high - low) / BLOCK_CM1))
    edges = np.linspace(low, high, blocks + 1)
    block = np.clip(np.searchsorted(edges, wavenumber_cm1, side="right") - 1, 0, blocks - 1)
    middles, clear = [], []
    for b in range(blocks):
        inside = transmittance[block == b]
        if inside.size:
            middles.append(0.5 * (edges[b] + edges[b + 1]))
            clear.append(np.percentile(inside, BASELINE_PERCENTILE))
    baseline = np.interp(wavenumber_cm1, middles, clear)
    positive: NDArray[np.float64] = np.maximum(baseline, 1e-3)
    return positive
