r"""Ground that gases imitate: how many plumes a scene would give that are none, as its hills tell.

A decoy is as sharp as its gas, but lies elsewhere in the spectrum, and some ground is like a few
broad gases and no decoy. It comes several to a scene. Hills that gases explain in part are this
ground, for plumes leave less; and of such hills

.. math:: P(\text{less than}\ \rho\ \text{is left}) = p\,\rho

is a plume by accident, with ρ what the best two gases leave of a piece's spectrum as a part of what
they explain. So N other such hills in the scene give :math:`p\,\rho N` as good as it.
"""

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.seeds import Peaks, near_plumes

LEFT_BY_GASES = 0.08
"""What the best two gases leave of a plume's spectrum, as a part of what they explain, from which
it may be ground: of 315 plumes of tuning scenes with a score above 9 15 left so much (none of 67 by
other spectra than the detector's), of 27 patches of ground that had a gas's name 25."""
MOST_LEFT = 1.0
"""What leaves more is like no gas."""
LEAST_HILL = 7.0
"""Of lower hills noise tells too little, [clean standard deviation]."""
IMITATED = 0.05
"""Plumes that leave `LEFT_BY_GASES` and don't fade, by chance in a scene without another such hill:
22 in 400 empty ones, whatever their height, where peaks of decoys gave 1e-6 to 0.01."""
IMITATED_PER_HILL = 0.4
"""p: 80 empty tuning scenes with 80 bands had 3.9 such hills each, and 0.34 plumes that left 0.08
to 0.25, 0.09 that left less; 60 of the same sizes with 256 bands 1.3, and 0.12."""


def hills_of_ground(peaks: Peaks, left: NDArray[np.float64], outlined: NDArray[np.int32]) -> int:
    """Return the number of gases' hills, away from all outlined pieces, that gases explain in part.

    Parameters
    ----------
    left : (peak,)
        See `explained.peak_misfits`.
    outlined : (line, sample) int32
        0 outside pieces.
    """
    high = peaks.gas_won & (peaks.height >= LEAST_HILL)
    partly = high & (left >= LEFT_BY_GASES) & (left < MOST_LEFT)
    return int(np.count_nonzero(partly & ~near_plumes(outlined)[peaks.line, peaks.sample]))


def imitations(left: float, n_hills: int) -> float:
    """Return the plumes that ground gives by accident, of which gases leave as little.

    Parameters
    ----------
    left
        Of a piece that does not fade.
    n_hills
        Other hills in the scene that gases explain in part.
    """
    some = IMITATED if left >= LEFT_BY_GASES else 0.0
    return some + IMITATED_PER_HILL * max(left, 0.0) * n_hills
