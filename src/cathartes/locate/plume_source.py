"""What is said of where a plume of a scan comes from, and how much an hour."""

from dataclasses import dataclass

from cathartes.locate.origin import OriginPosterior
from cathartes.locate.rate import MapRate
from cathartes.scenes.local_frame import LocalFrame

METHODS_DISAGREE = "rate methods disagree"
"""Flag of a plume whose two rates are farther apart than made-up plumes' are."""


@dataclass(frozen=True, slots=True)
class PlumeSource:
    """Origins and rate of one plume.

    Attributes
    ----------
    plume_id
        As in the detections.
    frame
        Where the origins' metres are counted from; None without origins.
    origins
        Likeliest first; empty if none can be told, and the rate then says why.
    rate
        Of all of them together, or the reason why there is none.
    height_m : [m]
        Of the source above ground as it was taken; None if any up to a building's.
    """

    plume_id: int
    frame: LocalFrame | None
    origins: tuple[OriginPosterior, ...]
    rate: MapRate
    height_m: float | None

    @property
    def flags(self) -> tuple[str, ...]:
        """Words that a reviewer must see."""
        return () if self.rate.agree else (METHODS_DISAGREE,)
