"""Where looks were taken from, as far as their evidence says so."""

from collections.abc import Sequence

from pydantic import JsonValue

from cathartes.errors import EvidenceError
from cathartes.products.flight_track import TrackFeature, read_flight_track
from cathartes.store.evidence import EvidenceStore
from cathartes.store.interface import Box
from cathartes.web.desk import Desk
from cathartes.web.place_index import newest_meeting
from cathartes.web.places import Choice, Marked, Places
from cathartes.web.views.map_features import Feature, MapFeatures, moment

MOST_TRACKS = 60
ROLE = "flight_track"
"""Of the piece of evidence that holds it."""


def tracks_view(desk: Desk, places: Places, boxes: Sequence[Box], choice: Choice) -> MapFeatures:
    """Return the tracks of the newest looks in some boxes that have any.

    Evidence that can't be read has none here; the look's own page says so.
    """
    rows = newest_meeting(Places.chosen(places.placed(Marked.LOOKS), choice), boxes)
    shown = rows[:MOST_TRACKS].tolist()
    looks = {one.id: one for one in desk.casebook.look_marks(shown)}
    features = []
    for owned in desk.casebook.assets_of_looks(shown):
        look = looks.get(owned.observation_id)
        if look is None or owned.asset.role != ROLE:
            continue
        for track in _read(desk.evidence, owned.asset.sha256):
            told: dict[str, JsonValue] = {
                "what": "track",
                "of": track.properties.of.value,
                "name": look.name,
                "sortie_id": look.sortie_id,
                "began_utc": moment(look.began_utc),
            }
            features.append(Feature(look.id, track.geometry.model_dump(), told))
    return MapFeatures(features, are_left_out=rows.size > MOST_TRACKS)


def _read(evidence: EvidenceStore, sha256: str) -> tuple[TrackFeature, ...]:
    try:
        return read_flight_track(evidence.read(sha256)).features
    except EvidenceError:
        return ()
