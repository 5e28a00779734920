"""How far one or two signatures explain a hill: what stands there may be a plume of known gases."""

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.bank import apply_bank
from cathartes.detect.cores import Core, CoreSignals
from cathartes.detect.pursuit import misfit
from cathartes.detect.scales import PatchNoise
from cathartes.detect.search import Heights, Searcher
from cathartes.detect.seeds import Peaks


def peak_cores(heights: Heights, peaks: Peaks) -> list[Core]:
    """Return the core of each peak that is high enough to be looked at closely."""
    both = np.fmax(heights.gas, heights.decoy)
    chosen = peaks.candidates
    places = zip(peaks.line[chosen].tolist(), peaks.sample[chosen].tolist(), strict=True)
    return [Core.around(both, line, sample) for line, sample in places]


def peak_misfits(
    searcher: Searcher, peaks: Peaks, cores: list[Core], read: CoreSignals, noise: PatchNoise
) -> NDArray[np.float64]:
    """Return what one or two signatures leave of each peak's core, (peak,): see `pursuit.misfit`.

    Gases are asked of gases' peaks, decoys of decoys'. What is smaller than a square is explained
    by accident, in one of the squares that hold it, and leaves infinitely much. Peaks too low to be
    plumes are not asked, and leave nothing.

    Parameters
    ----------
    cores, read
        From `peak_cores`, and their spectra.

    References
    ----------
    Own construction: docs/explanation/detection.md.
    """
    left = np.zeros(peaks.height.size)
    if not cores:
        return left
    chosen, bank = peaks.candidates, searcher.bank
    z, distance = apply_bank(read.signal.astype(np.float32), bank)
    expected = len(bank.whitening) * noise.variance(read.n_core, read.n_ring)
    n_gas_signatures = searcher.gas_family.scale.size
    of_core = np.where(
        peaks.gas_won[chosen],
        misfit(z[:n_gas_signatures], distance, expected, searcher.gas_family),
        misfit(z[n_gas_signatures:], distance, expected, searcher.decoy_family),
    )
    whole = np.array([core.n_pixels >= searcher.width_px**2 for core in cores])
    left[chosen] = np.where(whole, of_core, np.inf)
    return left
