"""A mandate: the written authority to collect. Nothing is analysed without one."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shapely import MultiPolygon, Polygon
from shapely.validation import explain_validity

from cathartes.errors import MandateError

MANDATE_ID = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
"""Pattern of a mandate's name, and of a plan's."""
_ID = re.compile(MANDATE_ID)
MOST_RETENTION_DAYS = 36_525
"""A hundred years."""


@dataclass(frozen=True, slots=True)
class Mandate:
    """Who allows what to be looked for, where and when.

    Attributes
    ----------
    id
        Short name that sorties refer to: letters, digits, ``. _ -``.
    authority, reference
        Who issued it, and under which file number.
    valid_from_utc, valid_until_utc
        The first moment, and the first moment after.
    area
        WGS 84, longitude first.
    retention_days
        How long what was collected is kept, after the observation.
    chemicals
        Of interest; empty: all of the library.
    partners
        Names of those that it may be shared with.
    revoked_utc, revoked_why
        None and "" unless it was revoked.

    Raises
    ------
    MandateError
        If any of this can't be.
    """

    id: str
    authority: str
    reference: str
    valid_from_utc: datetime
    valid_until_utc: datetime
    area: Polygon | MultiPolygon
    retention_days: int
    chemicals: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    revoked_utc: datetime | None = None
    revoked_why: str = ""

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise MandateError(
                f"mandate id {self.id!r}: up to 64 letters, digits and . _ - are needed."
            )
        for what in ("authority", "reference"):
            if not getattr(self, what).strip():
                raise MandateError(f"mandate {self.id}: no {what}; say who issued it, and where.")
        for moment in (self.valid_from_utc, self.valid_until_utc, self.revoked_utc):
            if moment is not None and moment.tzinfo is None:
                raise MandateError(f"mandate {self.id}: {moment} has no time zone; add Z.")
        if self.valid_until_utc <= self.valid_from_utc:
            raise MandateError(
                f"mandate {self.id}: valid until {self.valid_until_utc:%Y-%m-%d %H:%M}, which is "
                f"not after {self.valid_from_utc:%Y-%m-%d %H:%M}; correct the interval."
            )
        if not 1 <= self.retention_days <= MOST_RETENTION_DAYS:
            raise MandateError(
                f"mandate {self.id}: kept for {self.retention_days} days; 1 to "
                f"{MOST_RETENTION_DAYS} are needed."
            )
        self._check_area()

    def _check_area(self) -> None:
        if self.area.is_empty or not self.area.is_valid:
            what = "is empty" if self.area.is_empty else f"is no simple one: {_why(self.area)}"
            raise MandateError(
                f"mandate {self.id}: its area {what}; a polygon that does not cross itself is "
                "needed: correct the GeoJSON."
            )
        west, south, east, north = self.area.bounds
        if west < -180 or east > 180 or south < -90 or north > 90:
            raise MandateError(
                f"mandate {self.id}: its area reaches from ({west:g}, {south:g}) to ({east:g}, "
                f"{north:g}); longitude and latitude in degrees are needed, longitude first."
            )
        for part in getattr(self.area, "geoms", (self.area,)):
            west, _, east, _ = part.bounds
            if east - west > 180:
                raise MandateError(
                    f"mandate {self.id}: its area reaches from {west:g} to {east:g} degrees of "
                    "longitude, more than half around the earth; if it crosses the 180th meridian, "
                    "cut it there into a MultiPolygon of two parts."
                )

    def covers(self, moment_utc: datetime) -> bool:
        """Return whether a moment lies in the interval, and before it was revoked."""
        until = self.valid_until_utc
        if self.revoked_utc is not None:
            until = min(until, self.revoked_utc)
        return self.valid_from_utc <= moment_utc < until

    def check_in_force(self, now_utc: datetime) -> None:
        """Check that work may be done under it now: what was collected in its time, and is kept.

        A mandate that has ended still covers what was flown while it was valid; one that was
        revoked covers nothing any more.

        Raises
        ------
        MandateError
            If it was revoked, or has not begun.
        """
        if self.revoked_utc is not None and self.revoked_utc <= now_utc:
            why = f": {self.revoked_why}" if self.revoked_why else ""
            raise MandateError(
                f"mandate {self.id} was revoked on {self.revoked_utc:%Y-%m-%d %H:%M} UTC{why}. "
                "Nothing more may be analysed or released under it; a new mandate is needed."
            )
        if now_utc < self.valid_from_utc:
            raise MandateError(
                f"mandate {self.id} begins on {self.valid_from_utc:%Y-%m-%d %H:%M} UTC; it is not "
                "in force yet."
            )

    def keeps_until(self, seen_utc: datetime) -> datetime:
        """Return when what was seen at a moment must be removed."""
        try:
            return seen_utc + timedelta(days=self.retention_days)
        except OverflowError:  # past the year 9999
            return datetime.max.replace(tzinfo=UTC)


def _why(area: MultiPolygon | Polygon) -> str:
    """Return what is wrong with an area, and where."""
    what, _, where = explain_validity(area).rstrip("]").partition("[")
    if not where:
        return what
    longitude_deg, latitude_deg = map(float, where.split()[:2])
    return f"{what} at longitude {longitude_deg:.5f}, latitude {latitude_deg:.5f}"
