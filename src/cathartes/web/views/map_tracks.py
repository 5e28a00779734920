"""Where gas logs were flown, as far as their evidence says so: the middles of their blocks."""

from collections.abc import Sequence

from pydantic import JsonValue

from cathartes.errors import EvidenceError
from cathartes.products.concentration_series import read_concentration_series
from cathartes.store.evidence import EvidenceStore
from cathartes.store.interface import Box
from cathartes.web.desk import Desk
from cathartes.web.place_index import newest_meeting
from cathartes.web.places import Choice, Marked, Places
from cathartes.web.views.log_series import ROLE
from cathartes.web.views.map_features import Feature, MapFeatures, moment

MOST_TRACKS = 60
_Way = tuple[tuple[float, float], ...]


def tracks_view(desk: Desk, places: Places, boxes: Sequence[Box], choice: Choice) -> MapFeatures:
    """Return the tracks of the newest looks in some boxes that have any.

    A log has one if a source was kept of it. Evidence that can't be read has none here; the look's
    own page says so.
    """
    rows = newest_meeting(Places.chosen(places.placed(Marked.LOOKS), choice), boxes)
    shown = rows[:MOST_TRACKS].tolist()
    looks = {one.id: one for one in desk.casebook.look_marks(shown)}
    features = []
    for owned in desk.casebook.assets_of_looks(shown):
        look = looks.get(owned.observation_id)
        if look is None or owned.asset.role != ROLE:
            continue
        way = _way_of(desk.evidence, owned.asset.sha256)
        if len(way) < 2:
            continue
        told: dict[str, JsonValue] = {
            "what": "track",
            "name": look.name,
            "sortie_id": look.sortie_id,
            "began_utc": moment(look.began_utc),
        }
        features.append(Feature(look.id, {"type": "LineString", "coordinates": way}, told))
    return MapFeatures(features, are_left_out=rows.size > MOST_TRACKS)


def _way_of(evidence: EvidenceStore, sha256: str) -> _Way:
    """Return longitudes and latitudes [deg] of the gas with the most blocks, in time."""
    try:
        gases = read_concentration_series(evidence.read(sha256)).gases
    except EvidenceError:
        return ()
    gas = max(gases, key=lambda one: len(one.time_unix_s), default=None)
    if gas is None:
        return ()
    in_time = sorted(zip(gas.time_unix_s, gas.longitude_deg, gas.latitude_deg, strict=True))
    return tuple((longitude, latitude) for _, longitude, latitude in in_time)
