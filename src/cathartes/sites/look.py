"""A look over one place: what could have been seen there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import isfinite

from cathartes.errors import InputError


@dataclass(frozen=True, slots=True)
class Look:
    """One observation's look over one place.

    Attributes
    ----------
    observation_id
    moment_utc
        None if not known.
    conclusive
        False if it can't say anything of this place: cloud, noise, sensor off.
    smallest_rate_kg_h : [kg h-1]
        For each chemical that was looked for, the emission that is found there with a probability
        of 0.95, at the wind and the contrast of the look; None where none could be (blind).
    sortie_id
        Looks of one sortie see a source work, or all of them see it rest. "": on its own.
    footprint_km2 : [km2]
        Ground that the observation covers: what chance had to fall on; None if not known.
    """

    observation_id: str
    moment_utc: datetime | None
    conclusive: bool
    smallest_rate_kg_h: Mapping[str, float | None]
    sortie_id: str = ""
    footprint_km2: float | None = None

    def __post_init__(self) -> None:
        if self.moment_utc is not None and self.moment_utc.tzinfo is None:
            raise InputError(f"look of {self.observation_id}: {self.moment_utc} has no time zone.")
        for chemical, rate in self.smallest_rate_kg_h.items():
            if rate is not None and not (isfinite(rate) and rate > 0):
                raise InputError(
                    f"look of {self.observation_id}: the smallest rate of {chemical} is {rate:g} "
                    "kg/h; a positive number is needed, or None where nothing could be seen."
                )
        if self.footprint_km2 is not None and not self.footprint_km2 > 0:
            raise InputError(
                f"look of {self.observation_id}: a footprint of {self.footprint_km2:g} km2; a "
                "positive area is needed, or None if it is not known."
            )
