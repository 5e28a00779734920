"""What lies on the map's ground: sites, detections and their sources, looks.

Nothing here depends on what reviewers said, so that the map sways nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.store.interface import Box
from cathartes.store.map_part import OUTCOMES
from cathartes.web.desk import Desk
from cathartes.web.place_index import rows_meeting
from cathartes.web.places import Choice, Marked, Places
from cathartes.web.views.ellipses import ellipses_deg
from cathartes.web.views.map_features import (
    Feature,
    MapFeatures,
    moment,
    point,
    shape,
    together,
)

MOST_POINTS = 1000
"""Points that are drawn one by one."""
MOST_ELLIPSES = 300
"""Ellipses."""
MOST_FOOTPRINTS = 100


def sites_view(desk: Desk, places: Places, boxes: Sequence[Box], choice: Choice) -> MapFeatures:
    """Return the sites of some boxes, or counts of them with the highest probability."""
    rows = _points_in(places, Marked.SITES, boxes, choice)
    if rows is None:
        return _together(places, Marked.SITES, "sites", boxes, choice)
    return MapFeatures(
        [
            Feature(
                one.id,
                point(one.longitude_deg, one.latitude_deg),
                {
                    "what": "site",
                    "probability": one.probability,
                    "probability_low": one.probability_low,
                    "probability_high": one.probability_high,
                    "chemicals": list(one.chemicals),
                    "n_detections": one.n_detections,
                    "n_looks": one.n_looks,
                    "last_seen_utc": moment(one.last_seen_utc),
                    "explained_by": one.explained_by,
                },
            )
            for one in desk.casebook.site_marks(rows.tolist())
        ]
    )


def detections_view(
    desk: Desk, places: Places, boxes: Sequence[Box], choice: Choice
) -> MapFeatures:
    """Return the detections of some boxes, or counts of them with the highest SNR."""
    rows = _points_in(places, Marked.DETECTIONS, boxes, choice)
    if rows is None:
        return _together(places, Marked.DETECTIONS, "detections", boxes, choice)
    return MapFeatures(
        [
            Feature(
                one.id,
                point(one.longitude_deg, one.latitude_deg),
                {
                    "what": "detection",
                    "chemical": one.chemical,
                    "snr": one.snr,
                    "seen_utc": moment(one.seen_utc),
                    "observation_id": one.observation_id,
                },
            )
            for one in desk.casebook.detection_marks(rows.tolist())
        ]
    )


def sources_view(desk: Desk, places: Places, boxes: Sequence[Box], choice: Choice) -> MapFeatures:
    """Return the ellipses of 90 % of the sources of the detections in some boxes."""
    rows = _points_in(places, Marked.DETECTIONS, boxes, choice, MOST_ELLIPSES)
    if rows is None:
        return MapFeatures([], are_left_out=True)
    marks = desk.casebook.source_marks(rows.tolist())
    outlines = np.round(ellipses_deg([one.place for one in marks]), 7).tolist()
    return MapFeatures(
        [
            Feature(
                one.id,
                {"type": "Polygon", "coordinates": [outline]},
                {
                    "what": "source",
                    "detection_id": one.detection_id,
                    "chemical": one.chemical,
                    "probability": one.probability,
                    "seen_utc": moment(one.seen_utc),
                },
            )
            for one, outline in zip(marks, outlines, strict=True)
        ]
    )


def looks_view(desk: Desk, places: Places, boxes: Sequence[Box], choice: Choice) -> MapFeatures:
    """Return the footprints of all looks in some boxes with what came of them, or counts."""
    rows = look_rows(places, boxes, choice, MOST_FOOTPRINTS)
    if rows is None:
        return _together(places, Marked.LOOKS, "looks", boxes, choice)
    return MapFeatures(
        [
            Feature(
                one.id,
                shape(one.footprint),
                {
                    "what": "look",
                    "name": one.name,
                    "sortie_id": one.sortie_id,
                    "kind": one.kind.value,
                    "began_utc": moment(one.began_utc),
                    "outcome": one.outcome.value,
                    "reason": one.reason,
                },
            )
            for one in desk.casebook.look_marks(rows.tolist())
        ]
    )


def look_rows(
    places: Places, boxes: Sequence[Box], choice: Choice, limit: int
) -> NDArray[np.int64] | None:
    """Return the rows of the looks whose footprint's box meets any of some boxes."""
    placed = Places.chosen(places.placed(Marked.LOOKS), choice)
    return _within([rows_meeting(placed, box, limit) for box in boxes], limit)


@dataclass(frozen=True, slots=True)
class MapStart:
    """What a map needs to know first.

    Attributes
    ----------
    n_sites, n_detections, n_looks
    n_of_outcome
        Looks of each outcome.
    bounds_deg
        West, south, east, north of all sites, detections and looks, [deg]; None if there are none.
    chemicals
        Those seen, sorted.
    looked_for
        Those looked for, sorted.
    first_utc, last_utc
        Of looks and detections, as dates; None if no time is known.
    """

    n_sites: int
    n_detections: int
    n_looks: int
    n_of_outcome: dict[str, int]
    bounds_deg: tuple[float, float, float, float] | None
    chemicals: list[str]
    looked_for: list[str]
    first_utc: str | None
    last_utc: str | None


def start_view(places: Places) -> MapStart:
    """Return what a map needs to know first."""
    placed = {marked: places.placed(marked) for marked in Marked}
    looks = placed[Marked.LOOKS]
    every_deg = np.concatenate([one.box_deg for one in placed.values()])
    times_s = np.concatenate([one.time_s.ravel() for one in placed.values()])
    times_s = times_s[np.isfinite(times_s)]
    bounds = None
    if every_deg.size:
        west, south = every_deg[:, :2].min(axis=0).tolist()
        east, north = every_deg[:, 2:].max(axis=0).tolist()
        bounds = (west, south, east, north)
    seen = {name for one in placed[Marked.DETECTIONS].sets for name in one}
    seen |= {name for one in placed[Marked.SITES].sets for name in one}
    return MapStart(
        n_sites=len(placed[Marked.SITES].row_id),
        n_detections=len(placed[Marked.DETECTIONS].row_id),
        n_looks=len(looks.row_id),
        n_of_outcome={
            one.value: int(np.count_nonzero(looks.value == n)) for n, one in enumerate(OUTCOMES)
        },
        bounds_deg=bounds,
        chemicals=sorted(seen),
        looked_for=sorted({name for one in looks.sets for name in one}),
        first_utc=str(np.datetime64(int(times_s.min()), "s"))[:10] if times_s.size else None,
        last_utc=str(np.datetime64(int(times_s.max()), "s"))[:10] if times_s.size else None,
    )


def _points_in(
    places: Places, marked: Marked, boxes: Sequence[Box], choice: Choice, limit: int = MOST_POINTS
) -> NDArray[np.int64] | None:
    index = places.index(marked, choice)
    return _within([index.rows_in(box, limit) for box in boxes], limit)


def _within(found: Sequence[NDArray[np.int64] | None], limit: int) -> NDArray[np.int64] | None:
    """Return the rows of all boxes; None if there are more than a limit."""
    rows = [one for one in found if one is not None]
    if len(rows) < len(found) or sum(one.size for one in rows) > limit:
        return None
    return np.unique(np.concatenate(rows))


def _together(
    places: Places, marked: Marked, what: str, boxes: Sequence[Box], choice: Choice
) -> MapFeatures:
    index = places.index(marked, choice)
    return MapFeatures(together(what, [index.cells_in(box) for box in boxes]), are_together=True)
