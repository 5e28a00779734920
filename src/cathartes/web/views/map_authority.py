"""What frames the map: mandates' areas, plans of flights, lawful emitters."""

from collections.abc import Sequence

from shapely import box as rectangle
from shapely import union_all
from shapely.geometry.base import BaseGeometry

from cathartes.store.interface import Box
from cathartes.web.desk import Desk
from cathartes.web.views.map_features import Feature, MapFeatures, moment, shape

MOST = 1000


def mandates_view(desk: Desk, boxes: Sequence[Box]) -> MapFeatures:
    """Return the areas of the mandates that meet some boxes."""
    window, now_utc = _window(boxes), desk.now()
    return _limited(
        [
            Feature(
                one.id,
                shape(one.area),
                {
                    "what": "mandate",
                    "authority": one.authority,
                    "valid_from_utc": moment(one.valid_from_utc),
                    "valid_until_utc": moment(one.valid_until_utc),
                    "is_valid": one.covers(now_utc),
                    "is_revoked": one.revoked_utc is not None,
                },
            )
            for one in desk.casebook.mandates()
            if one.area.intersects(window)
        ]
    )


def plans_view(desk: Desk, boxes: Sequence[Box]) -> MapFeatures:
    """Return the flight plans whose routes meet some boxes."""
    window = _window(boxes)
    return _limited(
        [
            Feature(
                one.id,
                shape(one.route),
                {
                    "what": "plan",
                    "mandate_id": one.mandate_id,
                    "platform": one.platform,
                    "begins_utc": moment(one.begins_utc),
                    "ends_utc": moment(one.ends_utc),
                    "note": one.note,
                },
            )
            for one in desk.casebook.plans()
            if one.route.intersects(window)
        ]
    )


def emitters_view(desk: Desk, boxes: Sequence[Box]) -> MapFeatures:
    """Return the lawful emitters in some boxes."""
    found = {one.id: one for box in boxes for one in desk.casebook.emitters_in(box)}
    return _limited(
        [
            Feature(
                one.id,
                shape(one.area),
                {
                    "what": "emitter",
                    "name": one.name,
                    "kind": one.kind,
                    "chemicals": list(one.chemicals),
                    "source": one.source,
                },
            )
            for one in found.values()
        ]
    )


def _window(boxes: Sequence[Box]) -> BaseGeometry:
    return union_all(
        [rectangle(one.west_deg, one.south_deg, one.east_deg, one.north_deg) for one in boxes]
    )


def _limited(features: list[Feature]) -> MapFeatures:
    """Return features, or word that there are too many."""
    if len(features) > MOST:
        return MapFeatures([], are_left_out=True)
    return MapFeatures(features)
