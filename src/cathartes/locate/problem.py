"""What is to be explained, and with what: air, prior and readings of a log."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cathartes.locate.air import Air
from cathartes.locate.misfit import Misfit
from cathartes.locate.prior import Prior
from cathartes.locate.state import State


@dataclass(frozen=True, slots=True)
class Problem:
    """What is to be explained, and with what.

    Attributes
    ----------
    air
        How gas is carried.
    prior, misfit
        Of the explanation, and of the readings.
    """

    air: Air
    prior: Prior
    misfit: Misfit

    def about(self, state: State, margin_m: float) -> "Problem":
        """Return the same for sources within a margin of an explanation's: it is faster."""
        shape = self.prior.shape(state.shared)
        return replace(self, air=self.air.about(shape, state.place_m, margin_m))

    def unit_ppm(self, state: State) -> NDArray[np.float64]:
        """Return block means for 1 kg/h of each source, (source, block) [ppm]."""
        carried = self.air.carried(self.prior.shape(state.shared))
        return np.stack([carried.unit_ppm(place) for place in state.place_m])

    def model_ppm(self, state: State) -> NDArray[np.float64]:
        """Return block means of an explanation, (block,) [ppm]."""
        if not state.n_sources:
            return np.zeros(self.misfit.mean_ppm.size)
        return state.rate_kg_h @ self.unit_ppm(state)

    def shown_ppm(self, state: State) -> NDArray[np.float64]:
        """Return the same, and what ways that are left open change, (1 + way, block) [ppm]."""
        if not state.n_sources:
            return np.zeros((1, self.misfit.mean_ppm.size))
        carried = self.air.carried(self.prior.shape(state.shared))
        units = np.stack([carried.displaced_ppm(place) for place in state.place_m])
        return np.asarray(
            (state.rate_kg_h @ units.reshape(state.n_sources, -1)).reshape(units[0].shape)
        )

    def log_posterior(self, state: State) -> float:
        """Return log likelihood + log prior, but for a constant."""
        before = self.prior.log_density(state) + self.misfit.log_prior(state.share)
        if not np.isfinite(before):
            return before
        return before + self.misfit.log_likelihood(self.shown_ppm(state), state.share)
