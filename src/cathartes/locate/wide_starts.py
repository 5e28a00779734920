"""Places to start from where few sensors stand: by turned and widened plumes, each at its best.

A plume of the prior's width that is turned by the wind's error passes a standing sensor by, so that
the right place explains nothing and a refinement begins elsewhere and stays there.
"""

import numpy as np
from numpy.typing import NDArray

from cathartes.locate.refine import Problem
from cathartes.locate.state import N_SHARED, TURN, WIDTH, State

TURNS, WIDTHS = (-1.5, 0.0, 1.5), (0.0, 1.5, 3.0)
"""In standard deviations of their priors."""
MOST = 4
APART_M = 10.0


def wide_starts(problem: Problem, places_m: NDArray[np.float64]) -> list[State]:
    """Return explanations by one source each, the most probable first, at places that are apart.

    Parameters
    ----------
    problem
    places_m : (place, 3) [m]
    """
    misfit = problem.misfit
    scale = np.sqrt(misfit.sd_ppm**2 + (misfit.share * np.maximum(misfit.mean_ppm, 0.0)) ** 2)
    trials: list[tuple[float, State]] = []
    for turn in TURNS:
        for width in WIDTHS:
            shared = np.zeros(N_SHARED)
            shared[[TURN, WIDTH]] = turn, width
            carried = problem.air.carried(problem.prior.shape(shared))
            for place in places_m:
                unit = carried.unit_ppm(place)
                power = float(((unit / scale) ** 2).sum())
                along = float((unit * misfit.mean_ppm / scale**2).sum())
                if not (power > 0 and along > 0):
                    continue
                state = State(shared, place[None], np.array([along / power]), misfit.share)
                fit = misfit.log_likelihood(state.rate_kg_h @ unit[None], misfit.share)
                trials.append((fit + problem.prior.log_density(state), state))
    chosen: list[State] = []
    for _, state in sorted(trials, key=lambda trial: -trial[0]):
        if all(np.hypot(*(state.place_m - one.place_m)[0, :2]) > APART_M for one in chosen):
            chosen.append(state)
        if len(chosen) == MOST:
            break
    return chosen
