"""Which hills one or two signatures explain: what stands there may be a plume of known gases."""

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.bandset import Tick
from cathartes.detect.bank import apply_bank
from cathartes.detect.cores import Core, read_cores
from cathartes.detect.pursuit import MAX_CORE_MISFIT, misfit
from cathartes.detect.scales import PatchNoise
from cathartes.detect.search import Heights, Searcher
from cathartes.detect.seeds import Peaks


def explained_peaks(
    searcher: Searcher, heights: Heights, peaks: Peaks, noise: PatchNoise, tick: Tick
) -> NDArray[np.bool_]:
    """Return whether one or two signatures explain each peak's core, (peak,) bool.

    Gases are asked of gases' peaks, decoys of decoys'. What is smaller than a square is explained
    by accident, in one of the squares that hold it. Peaks too low to be plumes pass unasked.

    References
    ----------
    Own construction: docs/explanation/detection.md.
    """
    explained = np.ones(peaks.height.size, dtype=bool)
    chosen = peaks.candidates
    if chosen.size == 0:
        return explained
    both = np.fmax(heights.gas, heights.decoy)
    places = zip(peaks.line[chosen].tolist(), peaks.sample[chosen].tolist(), strict=True)
    cores = [Core.around(both, line, sample) for line, sample in places]
    bank = searcher.bank
    read = read_cores(searcher.bandset, bank.mean, cores, "cores", tick)
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
