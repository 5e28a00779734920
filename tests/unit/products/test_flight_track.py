"""`flight_track.geojson` shows where something moved, and no way that it may not have taken."""

import json
from importlib.resources import files

import jsonschema
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from cathartes.errors import EvidenceError
from cathartes.products.evidence_json import evidence_text, json_schema
from cathartes.products.flight_track import (
    LEAST_TOLERANCE_M,
    MOST_CORNERS,
    FlightTrack,
    TrackFeature,
    TrackOf,
    read_flight_track,
    track_feature,
)
from cathartes.scenes.local_frame import LocalFrame

FRAME = LocalFrame(-103.0, 20.0)


def track(east_m, north_m, time_s=None) -> TrackFeature | None:
    east_m, north_m = np.broadcast_arrays(east_m, north_m)
    time_s = np.arange(float(east_m.size)) if time_s is None else time_s
    return track_feature(TrackOf.SENSOR, "nose", *FRAME.to_lon_lat(east_m, north_m), time_s)


def lines_m(feature: TrackFeature | None) -> list[np.ndarray]:
    assert feature is not None
    return [
        np.column_stack(FRAME.to_east_north(*np.transpose(line)))
        for line in feature.geometry.coordinates
    ]


def test_a_straight_flight_is_two_corners_and_comes_back_as_it_was() -> None:
    feature = track(np.arange(0, 500.0, 10.0), 3.0)
    (line,) = lines_m(feature)
    np.testing.assert_allclose(line, [[0, 3], [490, 3]], atol=0.2)
    told = FlightTrack(features=(feature,))
    assert read_flight_track(evidence_text(told).encode()) == told
    jsonschema.validate(json.loads(evidence_text(told)), json.loads(json_schema(FlightTrack)))


def test_nothing_is_drawn_where_nothing_is_known() -> None:
    east_m = np.arange(0, 1000.0, 10.0)
    time_s = np.arange(100.0)
    time_s[50:] += 60  # a pause in flight
    unknown = east_m.copy()
    unknown[20:30] = np.nan
    assert [round(line[-1, 0]) for line in lines_m(track(east_m, 0.0, time_s))] == [490, 990]
    assert [round(line[-1, 0]) for line in lines_m(track(unknown, 0.0))] == [190, 990]


def test_a_slow_sensor_is_not_taken_for_an_interrupted_one() -> None:
    assert len(lines_m(track(np.arange(0, 1000.0, 10.0), 0.0, 30.0 * np.arange(100)))) == 1


def test_what_stands_still_or_is_one_place_has_no_track() -> None:
    assert track(np.full(20, 5.0), 5.0) is None
    assert track(np.array([5.0]), 5.0) is None
    assert track(np.full(9, np.nan), 5.0) is None


def test_a_line_over_the_antimeridian_does_not_go_around_the_earth() -> None:
    longitude_deg = np.array([179.998, 179.999, -179.999, -179.998])
    feature = track_feature(TrackOf.CAMERA, "", longitude_deg, np.zeros(4), np.arange(4.0))
    assert [len(line) for line in feature.geometry.coordinates] == [2, 2]


@given(st.lists(st.tuples(st.floats(-4000, 4000), st.floats(-4000, 4000)), min_size=2, max_size=60))
def test_no_place_is_farther_from_the_line_than_told(places: list[tuple[float, float]]) -> None:
    place_m = np.array(places)
    feature = track(place_m[:, 0], place_m[:, 1])
    if feature is None:
        assert shapely.LineString(place_m).length < 2 * LEAST_TOLERANCE_M * len(places)
        return
    (line,) = lines_m(feature)
    off_m = shapely.distance(shapely.LineString(line), shapely.points(place_m))
    assert off_m.max() <= LEAST_TOLERANCE_M + 0.2  # degrees are rounded to 0.1 m


def test_a_long_and_restless_flight_is_drawn_coarsely_and_whole() -> None:
    place_m = np.random.default_rng(3).normal(0, 30, (20_000, 2)).cumsum(axis=0)
    (line,) = lines_m(track(*place_m.T))
    assert 2 < len(line) <= MOST_CORNERS
    np.testing.assert_allclose(line[[0, -1]], place_m[[0, -1]], atol=0.5)


def test_what_is_none_is_refused() -> None:
    with pytest.raises(EvidenceError, match="a flight track can't be read"):
        read_flight_track(b'{"type": "FeatureCollection"}')


def test_the_shipped_schema_is_the_models() -> None:
    shipped = files("cathartes.products") / "data" / "flight-track-1.schema.json"
    assert shipped.read_text(encoding="utf-8") == json_schema(FlightTrack), (
        "the models changed: write its json_schema to data/flight-track-1.schema.json"
    )
