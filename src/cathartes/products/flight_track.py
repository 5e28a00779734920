"""`flight_track.geojson`: where a look was taken from, as lines over the ground.

The models are the schema. `data/flight-track-1.schema.json` is made from them. Within the major
version 1 members may be added, none removed or given another meaning.
"""

from collections.abc import Iterable
from enum import StrEnum
from itertools import pairwise
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from pydantic import ConfigDict, Field

from cathartes.products.evidence_json import EvidencePart, read_evidence
from cathartes.scenes.local_frame import LocalFrame

FLIGHT_TRACK = "flight_track.geojson"
FLIGHT_TRACK_SCHEMA: Literal["cathartes-flight-track/1"] = "cathartes-flight-track/1"

LONGEST_GAP_S = 10.0
"""A line is broken where nothing is known for longer, if that is much longer than the usual."""
USUAL_STEPS = 5.0
"""That many times the usual time between places is much longer."""
LEAST_TOLERANCE_M = 2.0
"""A line may be so far off the places it is made of."""
MOST_CORNERS = 2_000
"""Of a track: a finer one is drawn more coarsely."""


class TrackOf(StrEnum):
    """What moved along a track."""

    SENSOR = "sensor"
    """A gas sensor: its readings' places."""
    CAMERA = "camera"
    """Where the camera was when each line of a cube was taken, by the navigation."""
    SWATH = "swath"
    """The middle of what a cube's lines look at: where the camera was is not known."""


class TrackLines(EvidencePart):
    """Lines, longitude first."""

    type: Literal["MultiLineString"] = "MultiLineString"
    coordinates: tuple[tuple[tuple[float, float], ...], ...] = Field(min_length=1)


class TrackProperties(EvidencePart):
    """Whose lines they are."""

    of: TrackOf
    name: str = Field(description="the sensor's in its log, the cube's; may be empty")


class TrackFeature(EvidencePart):
    """One track, in pieces where it was interrupted."""

    type: Literal["Feature"] = "Feature"
    properties: TrackProperties
    geometry: TrackLines


class FlightTrack(EvidencePart):
    """The whole of `flight_track.geojson`."""

    model_config = ConfigDict(title="Cathartes flight track, version 1")

    schema_version: Literal["cathartes-flight-track/1"] = Field(
        default=FLIGHT_TRACK_SCHEMA, alias="schema"
    )
    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: tuple[TrackFeature, ...]


def track_feature(
    of: TrackOf,
    name: str,
    longitude_deg: NDArray[np.float64],
    latitude_deg: NDArray[np.float64],
    time_s: NDArray[np.float64],
) -> TrackFeature | None:
    """Return what moved through some places; None if nothing moved.

    Parameters
    ----------
    of, name
    longitude_deg, latitude_deg : (place,) [deg]
        In the order of time; a place that is NaN interrupts.
    time_s : (place,) [s]
        From any zero; counted lines serve where their times are not known.
    """
    known = np.flatnonzero(np.isfinite(longitude_deg) & np.isfinite(latitude_deg))
    if known.size < 2:
        return None
    longitude, latitude = longitude_deg[known], latitude_deg[known]
    step_s = np.diff(time_s[known])
    gap_s = max(LONGEST_GAP_S, USUAL_STEPS * float(np.median(step_s)))
    broken = (np.diff(known) > 1) | (step_s > gap_s) | (np.abs(np.diff(longitude)) > 180)
    ends = [0, *(np.flatnonzero(broken) + 1), known.size]
    frame = LocalFrame(float(longitude[0]), float(latitude[0]))
    place_m = np.column_stack(frame.to_east_north(longitude, latitude))
    pieces_m = [place_m[begin:end] for begin, end in pairwise(ends)]
    lines = [frame.to_lon_lat(*line_m.T) for line_m in _simplified(pieces_m)]
    if not lines:
        return None
    return TrackFeature(
        properties=TrackProperties(of=of, name=name),
        geometry=TrackLines(
            coordinates=tuple(
                tuple((round(float(x), 6), round(float(y), 6)) for x, y in zip(*one, strict=True))
                for one in lines
            )
        ),
    )


def _simplified(pieces_m: Iterable[NDArray[np.float64]]) -> list[NDArray[np.float64]]:
    """Return lines (corner, 2) [m] with no more corners than are kept; what stood still is none."""
    lines = [shapely.LineString(piece) for piece in pieces_m if len(piece) > 1]
    tolerance_m = LEAST_TOLERANCE_M
    while True:
        coarser = shapely.simplify(lines, tolerance_m, preserve_topology=False)
        told = [line for line in coarser if line.length > LEAST_TOLERANCE_M]
        if sum(shapely.get_num_coordinates(told)) <= max(MOST_CORNERS, 2 * len(told)):
            return [shapely.get_coordinates(line) for line in told]
        tolerance_m *= 2


def read_flight_track(content: bytes) -> FlightTrack:
    """Return what a piece of evidence of role ``flight_track`` holds.

    Raises
    ------
    EvidenceError
        If it is none, or of another major version.
    """
    return read_evidence(content, FlightTrack, "a flight track")
