"""Which hills one or two signatures explain: what stands there may be a plume of known gases."""

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.bank import apply_bank
from cathartes.detect.cores import Core, CoreSignals
from cathartes.detect.pursuit import MAX_CORE_MISFIT, misfit
from cathartes.detect.scales import PatchNoise
from cathartes.detect.search import Heights, Searcher
from cathartes.detect.seeds import Peaks


def peak_cores(heights: Heights, peaks: Peaks) -> list[Core]:
    """Return the core of each peak that is high enough to be looked at closely."""
    both = np.fmax(heights.gas, heights.decoy)
    chosen = peaks.candidates
    places = zip(peaks.line[chosen].tolist(), peaks.sample[chosen].tolist(), strict=True)
    return [Core.around(both, line, sample) for line, sample in places]


def explained_peaks(
    searcher: Searcher, peaks: Peaks, cores: list[Core], read: CoreSignals, noise: PatchNoise
) -> NDArray[np.bool_]:
    """Return whether one or two signatures explain each peak's core, (peak,) bool.

    Gases are asked of gases' peaks, decoys of decoys'. What is smaller than a square is explained
    by accident, in one of the squares that hold it. Peaks too low to be plumes pass unasked.

    Parameters
    ----------
    cores, read
        From `peak_cores`, and their spectra.

    References
    ----------
    Own construction: docs/explanation/detection.md.
    """
    explained = np.ones(peaks.height.size, dtype=bool)
    if not cores:
        return explained
    chosen, bank = peaks.candidates, searcher.bank
    z, distance = apply_bank(read.signal.astype(np.float32), bank)
    expected = len(bank.whitening) * noise.variance(read.n_core, read.n_ring)
    n_gas_signatures = searcher.gas_family.scale.size
    left = np.where(
        peaks.gas_won[chosen],
        misfit(z[:n_gas_signatures], distance, expected, searcher.gas_family),
        misfit(z[n_gas_signatures:], distance, expected, searcher.decoy_family),
    )
    whole = np.array([core.n_pixels >= searcher.width_px**2 for core in cores])
    explained[chosen] = whole & (left <= MAX_CORE_MISFIT)
    return explained
