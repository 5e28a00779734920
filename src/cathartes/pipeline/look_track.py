"""Where a look was taken from, as far as its mandate covers what it saw, as a piece of evidence."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cathartes.pipeline.mandate_mask import AllowedCube
from cathartes.pipeline.observed import EvidenceFile
from cathartes.products.evidence_json import evidence_text
from cathartes.products.flight_track import (
    FLIGHT_TRACK,
    FlightTrack,
    TrackFeature,
    TrackOf,
    track_feature,
)
from cathartes.scenes.geometry import AffineGeometry
from cathartes.scenes.logs.gas_log import GasLog


def log_track(folder: Path, logs: Iterable[GasLog]) -> tuple[EvidenceFile, ...]:
    """Write where the sensors of logs moved; nothing if all stood still.

    Parameters
    ----------
    folder
        To write into.
    logs
        What the mandate covers of them.
    """
    features = []
    for log in logs:
        for k, sensor in enumerate(log.sensors):
            row = log.sensor_index == k
            place = log.longitude_deg[row], log.latitude_deg[row]
            name = sensor or log.name
            features.append(track_feature(TrackOf.SENSOR, name, *place, log.time_unix_s[row]))
    return _written(folder, features)


def cube_track(
    folder: Path, allowed: AllowedCube, camera_deg: NDArray[np.float64] | None
) -> tuple[EvidenceFile, ...]:
    """Write where the camera was, or if that is not known the middle of what its lines look at.

    A cube on a map's grid has lines of the map, not of the flight: nothing is written.

    Parameters
    ----------
    folder
        To write into.
    allowed
        A line of which nothing is, is left out.
    camera_deg : (line, 2) [deg]
        Longitude and latitude of the camera; None if not known.
    """
    cube, line = allowed.cube, np.arange(allowed.cube.n_lines, dtype=np.float64)
    if camera_deg is not None:
        of, place_deg = TrackOf.CAMERA, np.array(camera_deg)
        place_deg[~allowed.allowed.any(axis=1)] = np.nan
    elif cube.geometry is None or isinstance(cube.geometry, AffineGeometry):
        return ()
    else:
        of, middle = TrackOf.SWATH, cube.n_samples // 2
        place = cube.geometry.to_lon_lat(line + 0.5, np.float64(middle + 0.5))
        place_deg = np.column_stack(place)
        place_deg[~allowed.allowed[:, middle]] = np.nan
    longitude_deg, latitude_deg = place_deg.T
    return _written(folder, [track_feature(of, cube.name, longitude_deg, latitude_deg, line)])


def _written(folder: Path, features: Iterable[TrackFeature | None]) -> tuple[EvidenceFile, ...]:
    told = tuple(feature for feature in features if feature is not None)
    if not told:
        return ()
    path = folder / FLIGHT_TRACK
    path.write_text(evidence_text(FlightTrack(features=told)), encoding="utf-8")
    return (EvidenceFile(path, "flight_track"),)
