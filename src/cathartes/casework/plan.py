"""A flight plan: where one means to fly under a mandate, entered before the flight."""

from dataclasses import dataclass
from datetime import datetime

from shapely.geometry.base import BaseGeometry

from cathartes.errors import MandateError


@dataclass(frozen=True, slots=True)
class FlightPlan:
    """What was planned.

    Attributes
    ----------
    id
        Short name that sorties refer to.
    mandate_id
    entered_utc
        When it came into the casebook.
    begins_utc, ends_utc
        Planned.
    route
        Lines or areas, WGS 84, longitude first.
    platform
    note
    """

    id: str
    mandate_id: str
    entered_utc: datetime
    begins_utc: datetime
    ends_utc: datetime
    route: BaseGeometry
    platform: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if self.ends_utc <= self.begins_utc:
            raise MandateError(
                f"flight plan {self.id}: ends {self.ends_utc:%Y-%m-%d %H:%M}, which is not after "
                f"its beginning {self.begins_utc:%Y-%m-%d %H:%M}; correct the times."
            )
        if self.route.is_empty:
            raise MandateError(f"flight plan {self.id}: no route; lines or areas are needed.")
