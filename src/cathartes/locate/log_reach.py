"""What a log could have seen where: the smallest rate that would have stood out of clean air."""

import numpy as np
from numpy.typing import NDArray

from cathartes.locate.log_silence import MARGIN_M, LogEvidence
from cathartes.locate.reasons import CLEAR_BLOCKS, CLEAR_SD, MOST_KG_H


def smallest_rates_kg_h(evidence: LogEvidence, place_m: NDArray[np.float64]) -> NDArray[np.float64]:
    r"""Return the rate at each place that would have shown clearly, (place,) [kg h-1].

    .. math:: Q = c \, / \, \Big( \frac{m}{\sigma} \Big)_{(n)}

    with m the block means of 1 kg/h, σ a block's standard deviation, (n) the n-th largest, c and n
    what gas must be in to stand out (`gas_stands_out`). Median over the airs; infinite where the
    wind carried nothing to the track.

    Parameters
    ----------
    evidence
        Of the log.
    place_m : (place, 2) [m]
        East, north in the log's frame; the source's height is the prior's.
    """
    problem = evidence.problem
    sd_ppm = problem.misfit.sd_ppm
    if sd_ppm.size < CLEAR_BLOCKS or not place_m.size:
        return np.full(place_m.shape[0], np.inf)
    places = np.column_stack([place_m, np.full(place_m.shape[0], problem.prior.up_m)])
    middle = places.mean(axis=0, keepdims=True)
    reach_m = float(np.hypot(*(place_m - middle[0, :2]).T).max()) + MARGIN_M
    air = problem.air.about(evidence.shapes[0], middle, reach_m)
    rates = np.empty((len(evidence.shapes), places.shape[0]))
    for k, shape in enumerate(evidence.shapes):
        carried = air.carried(shape)
        for i, place in enumerate(places):
            clear = np.partition(carried.unit_ppm(place) / sd_ppm, -CLEAR_BLOCKS)[-CLEAR_BLOCKS]
            rates[k, i] = CLEAR_SD / max(float(clear), CLEAR_SD / MOST_KG_H)
    median = np.median(rates, axis=0)
    return np.where(median < MOST_KG_H, median, np.inf)
