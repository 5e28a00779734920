"""Systematic resampling: how often each particle is kept, with the least chance in it."""

import numpy as np
from numpy.typing import NDArray


def systematic(weight: NDArray[np.float64], n: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Return which particles are kept, (n,), each as often as its weight says to within one.

    Parameters
    ----------
    weight : (particle,)
        Not negative, and not all zero.
    n
    rng

    References
    ----------
    Kitagawa 1996, J. Comput. Graph. Stat. 5, 1, section 3.
    """
    summed = np.cumsum(weight)
    at = (rng.uniform() + np.arange(n)) / n * summed[-1]
    return np.asarray(np.minimum(np.searchsorted(summed, at), weight.size - 1), np.intp)
