"""Places to start from where few sensors stand: by turned and widened plumes, each at its best.

A plume of the prior's width that is turned by the wind's error passes a standing sensor by, so that
the right place explains nothing and a refinement begins elsewhere and stays there.
"""

import numpy as np
from numpy.typing import NDArray

from cathartes.locate.problem import Problem
from cathartes.locate.state import State
from cathartes.locate.surface_plume import SurfacePlume

TURNS, WIDTHS = (-1.5, 0.0, 1.5), (0.0, 1.5, 3.0)
"""In standard deviations of their priors."""
LIKELY = 200
"""So many, the best by least squares, are held to the misfit."""
MOST, APART_M = 4, 10.0
"""So many are refined, so far apart."""


def wide_starts(air: SurfacePlume, problem: Problem, places_m: NDArray[np.float64]) -> list[State]:
    """Return explanations by one source each, the most probable first, at places that are apart.

    Parameters
    ----------
    air
        The problem's.
    problem
    places_m : (place, 3) [m]
    """
    misfit = problem.misfit
    scale = misfit.reading_sd_ppm
    trials: list[tuple[float, State, NDArray[np.float64]]] = []
    for turn in TURNS:
        empties = [State.turned(misfit.share, turn, width) for width in WIDTHS]
        shapes = [problem.prior.shape(empty.shared) for empty in empties]
        carried, widths = air.carried(shapes[0]), [shape.width for shape in shapes]
        for place in places_m:
            units = carried.unit_ppm_of_widths(place, widths)
            for empty, unit in zip(empties, units, strict=True):
                power = float(((unit / scale) ** 2).sum())
                along = float((unit * misfit.mean_ppm / scale**2).sum())
                if not (power > 0 and along > 0):
                    continue
                state = empty.with_source(place, along / power)
                fit = 0.5 * misfit.weight * along**2 / power
                trials.append((fit + problem.prior.log_density(state), state, unit))
    likely = sorted(trials, key=lambda trial: -trial[0])[:LIKELY]
    fits = [
        misfit.log_likelihood(state.rate_kg_h @ unit[None], misfit.share)
        + problem.prior.log_density(state)
        for _, state, unit in likely
    ]
    chosen: list[State] = []
    for k in np.argsort(-np.array(fits), kind="stable"):
        state = likely[k][1]
        if all(np.hypot(*(state.place_m - one.place_m)[0, :2]) > APART_M for one in chosen):
            chosen.append(state)
        if len(chosen) == MOST:
            break
    return chosen
