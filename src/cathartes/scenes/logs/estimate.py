"""A number with its standard deviation, or the reason why it can't be known."""

import math
from dataclasses import dataclass

from cathartes.errors import InputError


@dataclass(frozen=True, slots=True)
class Estimate:
    """An estimated number.

    Attributes
    ----------
    value
        NaN if it can't be known.
    sd
        Standard deviation of its error; infinite if it can't be known.
    why_not
        Why it can't be known, in a sentence; "" if it can.
    at_most
        What it can't exceed (about two standard deviations), where that is known; else infinite.
    """

    value: float
    sd: float
    why_not: str = ""
    at_most: float = math.inf

    def __post_init__(self) -> None:
        if not self.why_not and not (math.isfinite(self.value) and self.sd >= 0):
            raise InputError(
                f"an estimate of {self.value:g} with sd {self.sd:g} needs a reason (why_not)."
            )

    @property
    def known(self) -> bool:
        """True if there is a value."""
        return not self.why_not


def unknown(why_not: str, at_most: float = math.inf) -> Estimate:
    """Return the estimate of what can't be known."""
    return Estimate(math.nan, math.inf, why_not, at_most)
