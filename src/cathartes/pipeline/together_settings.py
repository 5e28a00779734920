"""How plumes of two scans are compared."""

import math
from dataclasses import dataclass

from cathartes.errors import SettingsError


@dataclass(frozen=True, slots=True)
class TogetherSettings:
    """How plumes of two scans are compared; the only place of these defaults.

    Attributes
    ----------
    position_error_m : [m]
        How far a cube's pixels may lie from where its geometry says.
    drift_m_s : [m s-1]
        How fast a plume's edge may move between two looks.
    greatest_drift_m : [m]
        How far at most: a plume hangs on its source. Also where a time is not known.
    still_there
        Probability that a plume seen at the one look is there at the other, at the same time.
    half_life_s : [s]
        Time in which this halves. Where a time is not known it is halved once.
    unrest
        Relative change of a plume's column density between two looks.
    """

    position_error_m: float = 10.0
    drift_m_s: float = 0.5
    greatest_drift_m: float = 50.0
    still_there: float = 0.9
    half_life_s: float = 3600.0
    unrest: float = 0.5

    def __post_init__(self) -> None:
        lengths = (self.position_error_m, self.drift_m_s, self.greatest_drift_m, self.unrest)
        if not all(math.isfinite(value) and value >= 0 for value in lengths):
            raise SettingsError(
                f"position error, drift and unrest are {lengths}; numbers not below 0 are needed."
            )
        if not 0 < self.still_there < 1:
            raise SettingsError(
                f"still_there is {self.still_there}; between 0 and 1 is needed: nobody knows that "
                "a plume is still there."
            )
        if not self.half_life_s > 0:
            raise SettingsError(f"half_life_s is {self.half_life_s}; more than 0 is needed.")

    def tolerance_m(self, apart_s: float | None, *, same_gas: bool) -> float:
        """Return the distance up to which two plumes seen so long apart count as one, [m].

        Only plumes that share a gas may have moved apart: others that do not meet are two.
        """
        drift_m = self.greatest_drift_m if same_gas else 0.0
        if same_gas and apart_s is not None:
            drift_m = min(abs(apart_s) * self.drift_m_s, drift_m)
        return math.sqrt(2.0) * self.position_error_m + drift_m

    def still_there_after(self, apart_s: float | None) -> float:
        """Return the probability that a plume of one look is there at the other."""
        halvings = 1.0 if apart_s is None else abs(apart_s) / self.half_life_s
        return float(self.still_there * 0.5**halvings)
