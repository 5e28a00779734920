"""What is said of where a plume of a scan comes from, and how much an hour."""

from dataclasses import dataclass

from cathartes.locate.column_map import ColumnMap
from cathartes.locate.origin import OriginPosterior
from cathartes.locate.rate import MapRate
from cathartes.scenes.local_frame import LocalFrame

MAY_BE_HIDDEN = "source may lie where gas can't be seen"
"""Flag of a plume that begins beside ground without contrast."""
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
    may_be_hidden
        True if the ground upwind of the first origin would hide gas.
    seen
        What the origins were found in; None without origins.
    """

    plume_id: int
    frame: LocalFrame | None
    origins: tuple[OriginPosterior, ...]
    rate: MapRate
    height_m: float | None
    may_be_hidden: bool = False
    seen: ColumnMap | None = None

    @property
    def flags(self) -> tuple[str, ...]:
        """Words that a reviewer must see."""
        hidden = (MAY_BE_HIDDEN,) if self.may_be_hidden else ()
        return hidden if self.rate.agree else (*hidden, METHODS_DISAGREE)
