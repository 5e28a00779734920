"""Sources above or below sensors of one height: near by they show nearly the same.

A plume that passes as far above the sensors as another below is as strong there, but holds more
gas, so that the rate hangs on which it is. Refinements go to the one that is nearer to where they
start, and do not come back.
"""

from dataclasses import replace

import numpy as np

from cathartes.locate.blocks import Blocks
from cathartes.locate.dictionary import STEPS
from cathartes.locate.problem import Problem
from cathartes.locate.refine import Refined, refine
from cathartes.locate.state import UP

LEAST_HEIGHT_M = 0.1
"""Where a source begins whose mirrored height is below the ground."""


def mirrored(problem: Problem, blocks: Blocks, best: Refined) -> tuple[Refined, ...]:
    """Return the explanations with one source each beyond the sensors' height, refined.

    One that comes back to where it was is left out: farther away the height hardly shows.

    Parameters
    ----------
    problem
    blocks
        Of sensors that stand.
    best
    """
    state = best.state
    sensor_m = float(np.median(blocks.place_m[:, UP]))
    found = []
    for k in range(state.n_sources):
        place_m = state.place_m.copy()
        place_m[k, UP] = max(2 * sensor_m - abs(place_m[k, UP]), LEAST_HEIGHT_M)
        other = refine(problem, replace(state, place_m=place_m), STEPS)
        was_above, is_above = (abs(one.place_m[k, UP]) > sensor_m for one in (state, other.state))
        if is_above != was_above:
            found.append(other)
    return tuple(found)
