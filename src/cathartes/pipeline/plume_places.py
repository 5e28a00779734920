"""The places of a look's plumes in the casebook: where each source may be, seen or not.

A scan says where each plume begins. Here is put in what that leaves out: that its outline reaches
farther upwind, or its first part is not seen (`upwind_reach`), and that it is a piece of another
one upwind (`continuation`).
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import replace

from shapely import MultiPolygon, Point

from cathartes.sites.continuation import pieces_of
from cathartes.sites.detection import Detection, PlaceMethod, Source
from cathartes.sites.downwind import downwind_m, upwind_axes
from cathartes.sites.observation import Wind
from cathartes.sites.offset import moved
from cathartes.sites.place import Place
from cathartes.sites.upwind_reach import (
    EDGE_M,
    FAINT_PIXELS,
    FAINT_SNR,
    UNSEEN_AT_EDGE_M,
    UNSEEN_M,
    at_upwind_end,
    reaching_upwind,
)

CONTINUES = "continues a plume upwind"
"""Flag of a plume whose source is that of another plume of the look."""


def placed(
    detections: Sequence[Detection], wind: Wind, looked_at: MultiPolygon | None
) -> tuple[Detection, ...]:
    """Return a look's plumes with the places where their sources may be.

    Only places by wind and shape change. A piece has the place of the plume that it continues, and
    no rate, since the gas that it shows is not all.

    Parameters
    ----------
    detections
        Of one look, placed where they begin to show.
    wind
    looked_at
        Ground of the look, longitude first [deg]; None if not known.
    """
    detections = [_beginning(one, wind) for one in detections]
    reaching = {
        source.id: _reaching(source, detection, wind, looked_at)
        for detection in detections
        for source in detection.sources
    }
    numbers = {source.id: one.number for one in detections for source in one.sources}
    pieces = pieces_of(detections, wind)

    def of(source: Source) -> Source:
        if source.id not in pieces:
            return reaching[source.id]
        first = reaching[pieces[source.id]]
        reason = f"it continues plume {numbers[first.id]}"
        return replace(
            source, place=first.place, probability=first.probability, rate=None, rate_reason=reason
        )

    return tuple(
        replace(one, sources=_once(map(of, one.sources)), flags=_flags(one, pieces))
        for one in detections
    )


def _beginning(detection: Detection, wind: Wind) -> Detection:
    """Return a plume with its foremost source where the plume begins to show."""
    if detection.outline is None or any(
        one.method is not PlaceMethod.POSTERIOR for one in detection.sources
    ):
        return detection
    foremost = detection.sources[0]
    for one in detection.sources[1:]:
        if downwind_m(one.place, foremost.place, wind)[0] < 0:
            foremost = one
    begins = replace(foremost, place=at_upwind_end(foremost.place, detection.outline, wind))
    sources = tuple(begins if one is foremost else one for one in detection.sources)
    return replace(detection, sources=sources)


def _reaching(
    source: Source, detection: Detection, wind: Wind, looked_at: MultiPolygon | None
) -> Source:
    if source.method is not PlaceMethod.POSTERIOR:
        return source
    may_begin_beyond = looked_at is not None and _edge_is_upwind(source.place, wind, looked_at)
    unseen_m = UNSEEN_AT_EDGE_M if may_begin_beyond or _is_faint(detection) else UNSEEN_M
    return replace(source, place=reaching_upwind(source.place, wind, unseen_m))


def _is_faint(plume: Detection) -> bool:
    n_pixels = (plume.properties or {}).get("n_pixels")
    few = isinstance(n_pixels, int) and n_pixels < FAINT_PIXELS
    return few and plume.snr is not None and plume.snr < FAINT_SNR


def _edge_is_upwind(place: Place, wind: Wind, looked_at: MultiPolygon) -> bool:
    """Return True if the ground that was looked at ends just upwind of a place, or before it."""
    upwind, _ = upwind_axes(wind)
    ahead = moved(place.longitude_deg, place.latitude_deg, *(EDGE_M * upwind))
    here = (place.longitude_deg, place.latitude_deg)
    return not all(looked_at.contains(Point(point)) for point in (here, ahead))


def _flags(detection: Detection, pieces: Container[str]) -> tuple[str, ...]:
    """Return a plume's flags, and that it continues another one, if all of its sources do."""
    continues = all(source.id in pieces for source in detection.sources)
    return (*detection.flags, CONTINUES) if continues else detection.flags


def _once(sources: Iterable[Source]) -> tuple[Source, ...]:
    """Return sources without those at the same place as one before."""
    at: dict[Place, Source] = {}
    for one in sources:
        at.setdefault(one.place, one)
    return tuple(at.values())
