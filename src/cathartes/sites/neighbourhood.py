"""What has to be loaded so that a few detections get the sites that all of them would get."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cathartes.errors import InputError
from cathartes.sites.association import linked_pairs, reach_m
from cathartes.sites.detection import Detection
from cathartes.sites.offset import moved
from cathartes.sites.place import Place
from cathartes.sites.settings import AssociationSettings
from cathartes.sites.sighting import to_sightings


@dataclass(frozen=True, slots=True)
class Bounds:
    """Longitudes and latitudes from to, [deg]."""

    west_deg: float
    south_deg: float
    east_deg: float
    north_deg: float


def bounds_about(places: Sequence[Place], settings: AssociationSettings) -> Bounds:
    """Return the box of all that can be linked with sources at these places.

    Raises
    ------
    InputError
        If there is no place, or the box would cross the 180th meridian.
    """
    if not places:
        raise InputError("no place to load the neighbourhood of; at least one is needed.")
    reach = 1.01 * reach_m(settings)
    corners = [
        moved(one.longitude_deg, one.latitude_deg, side * reach, side * reach)
        for one in places
        for side in (-1, 1)
    ]
    longitudes, latitudes = zip(*corners, strict=True)
    if max(longitudes) - min(longitudes) > 180:
        raise InputError(
            "sources on both sides of the 180th meridian in one neighbourhood; give them apart."
        )
    return Bounds(min(longitudes), min(latitudes), max(longitudes), max(latitudes))


def neighbourhood(
    seeds: Sequence[Detection],
    detections_in: Callable[[Bounds], Sequence[Detection]],
    settings: AssociationSettings,
) -> tuple[Detection, ...]:
    """Return the seeds and every detection that can matter to their sites.

    `build_sites` of these gives the same sites as of all detections there are, those sites left
    out that none of these belongs to. Sources are linked to others, and these on, so the box
    grows until nothing new is linked; and with a detection come all its sources.

    Parameters
    ----------
    seeds
        New or changed detections.
    detections_in
        All that have a source in a box; more do no harm.
    settings
    """
    taken = {one.id: one for one in seeds}
    fresh = list(seeds)
    while fresh:
        seen: dict[str, Detection] = {}
        for one in fresh:
            for source in one.sources:
                found = detections_in(bounds_about([source.place], settings))
                seen.update({other.id: other for other in found})
        near = [*fresh, *(other for name, other in seen.items() if name not in taken)]
        fresh = _linked(near, {one.id for one in fresh}, settings)
        taken.update({one.id: one for one in fresh})
    return tuple(taken[name] for name in sorted(taken))


def _linked(
    near: Sequence[Detection], fresh: set[str], settings: AssociationSettings
) -> list[Detection]:
    """Return those of `near`, not fresh themselves, that are linked with a fresh one."""
    sightings = to_sightings(near)
    one, other = linked_pairs([s.source.place for s in sightings], settings)
    linked = {
        sightings[b].detection.id: sightings[b].detection
        for pair in zip(one.tolist(), other.tolist(), strict=True)
        for a, b in (pair, pair[::-1])
        if sightings[a].detection.id in fresh and sightings[b].detection.id not in fresh
    }
    return [linked[name] for name in sorted(linked)]
