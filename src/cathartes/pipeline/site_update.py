"""Sites brought up to date where something was looked at: what is elsewhere stays as it is."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import shapely
from pyproj import Geod

from cathartes.products.sensitivity import SMALLEST_RATE, SensitivityMap, read_sensitivity
from cathartes.sites.look import Look
from cathartes.sites.observation import LookOutcome, Observation
from cathartes.sites.place import Place
from cathartes.store.interface import Box
from cathartes.store.open import OpenedCasebook

SENSITIVITY_ROLE = "sensitivity"
_GEOD = Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True)
class SiteChanges:
    """Ids of sites that an update made, changed or took away."""

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Looks:
    """What the observations of a casebook could have seen at a place."""

    opened: OpenedCasebook
    maps: dict[str, SensitivityMap | None] = field(default_factory=dict)

    def at(self, place: Place) -> tuple[Look, ...]:
        """Return a look for each observation that covered a place, by time."""
        longitude, latitude = place.longitude_deg, place.latitude_deg
        point = Box(longitude, latitude, longitude, latitude)
        over = self.opened.casebook.observations_over(point)
        return tuple(
            self._look(one, longitude, latitude)
            for one in over
            if one.footprint is not None
            and shapely.intersects_xy(one.footprint, longitude, latitude)
        )

    def _look(self, one: Observation, longitude_deg: float, latitude_deg: float) -> Look:
        seen = self._map_of(one)
        rates = {} if seen is None else seen.at(longitude_deg, latitude_deg, SMALLEST_RATE)
        return Look(
            observation_id=one.id,
            moment_utc=one.began_utc,
            conclusive=one.outcome is not LookOutcome.INCONCLUSIVE,
            smallest_rate_kg_h={
                chemical: rate if np.isfinite(rate) and rate > 0 else None
                for chemical, rate in rates.items()
            },
            sortie_id=one.sortie_id,
            footprint_km2=_area_km2(one),
        )

    def _map_of(self, one: Observation) -> SensitivityMap | None:
        if one.id not in self.maps:
            own = [asset for asset in one.assets if asset.role == SENSITIVITY_ROLE]
            self.maps[one.id] = (
                read_sensitivity(self.opened.evidence.read(own[0].sha256)) if own else None
            )
        return self.maps[one.id]


def update_sites(
    opened: OpenedCasebook, observations: Iterable[Observation], actor: str
) -> SiteChanges:
    """Bring the sites up to date that observations touch, and tell what changed.

    It is done again after a kill, and changes nothing the second time.

    Parameters
    ----------
    opened
    observations
        New ones, or ones that were removed.
    actor
        For the audit.
    """
    book = opened.casebook
    touched = _touched(book, observations)
    if touched is None:
        return SiteChanges()
    found, before = _rebuilt(opened, touched)
    old = {site.id: site for site in before}
    new = {site.id: site for site in found.sites}
    added = tuple(sorted(set(new) - set(old)))
    changed = tuple(sorted(one for one in set(new) & set(old) if new[one] != old[one]))
    removed = tuple(sorted(set(old) - set(new)))
    if added or changed or removed:
        kept = [new[one] for one in sorted((*added, *changed))]
        book.put_sites(kept, removed, actor, datetime.now(UTC))
    return SiteChanges(added, changed, removed)
