"""What a log could have seen about its track, on the ground that the mandate covers."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, MultiPoint, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from cathartes.locate.log_reach import smallest_rates_kg_h
from cathartes.products.location import Located
from cathartes.products.outline import polygons_of
from cathartes.products.sensitivity import SMALLEST_RATE, map_of_places, write_sensitivity
from cathartes.scenes.local_frame import LocalFrame
from cathartes.scenes.logs.gas_log import GasLog

REACH_M = 300.0
"""So far about the track a log is asked what it could have seen: puffs are followed no farther."""
MOST_PLACES = 400
LEAST_SPACING_M = 10.0


@dataclass(frozen=True, slots=True)
class LogLook:
    """Ground about a track, and what could have been seen there.

    Attributes
    ----------
    footprint
        Where a source of some rate would have been seen; None if nowhere.
    longitude_deg, latitude_deg : (place,) [deg]
    spacing_m : [m]
        Between places.
    rate_kg_h : chemical → (place,) [kg h-1]
        Smallest that would have been seen; infinite where none.
    """

    footprint: MultiPolygon | None
    longitude_deg: NDArray[np.float64]
    latitude_deg: NDArray[np.float64]
    spacing_m: float
    rate_kg_h: dict[str, NDArray[np.float64]]

    @classmethod
    def of(
        cls, located: Located, logs: Sequence[GasLog], area: Polygon | MultiPolygon
    ) -> "LogLook":
        """Return what logs could have seen in an area, within reach of their tracks."""
        frame = located.frame
        near = _near_tracks(logs, frame)
        west, south, east, north = near.bounds
        spacing = max(LEAST_SPACING_M, np.sqrt((east - west) * (north - south) / MOST_PLACES))
        x, y = np.meshgrid(
            np.arange(west, east, spacing) + spacing / 2,
            np.arange(south, north, spacing) + spacing / 2,
        )
        place_m = np.column_stack([x.ravel(), y.ravel()])
        longitude, latitude = frame.to_lon_lat(place_m[:, 0], place_m[:, 1])
        asked = shapely.contains_xy(near, place_m[:, 0], place_m[:, 1])
        asked &= shapely.contains_xy(area, longitude, latitude)
        place_m = place_m[asked]
        rates = {
            gas.chemical: smallest_rates_kg_h(gas.evidence, place_m)
            for gas in located.gases
            if gas.evidence is not None
        }
        seen = np.any([np.isfinite(rate) for rate in rates.values()], axis=0) if rates else []
        cells = [shapely.box(*(p - spacing / 2), *(p + spacing / 2))
                 for p in place_m[np.asarray(seen, bool)]] if rates else []  # fmt: skip
        footprint = _on_ground(cells, frame, area)
        return cls(footprint, longitude[asked], latitude[asked], float(spacing), rates)

    def write(self, path: Path) -> bool:
        """Write the sensitivity map; False if there is nothing to write."""
        if not self.rate_kg_h or not self.longitude_deg.size:
            return False
        values = {
            (SMALLEST_RATE, chemical): rate.astype(np.float32)
            for chemical, rate in self.rate_kg_h.items()
        }
        seen = map_of_places(self.longitude_deg, self.latitude_deg, self.spacing_m, values)
        write_sensitivity(path, seen)
        return True


def ground_about(logs: Sequence[GasLog], area: Polygon | MultiPolygon) -> MultiPolygon | None:
    """Return the ground of an area within reach of logs of which nothing can be said."""
    if not logs:
        return None
    frame = LocalFrame(float(logs[0].longitude_deg[0]), float(logs[0].latitude_deg[0]))
    return _on_ground(polygons_of(_near_tracks(logs, frame)), frame, area)


def _near_tracks(logs: Sequence[GasLog], frame: LocalFrame) -> BaseGeometry:
    tracks = [
        np.column_stack(frame.to_east_north(log.longitude_deg, log.latitude_deg)) for log in logs
    ]
    near: BaseGeometry = shapely.union_all([_near(track) for track in tracks])
    return near


def _near(track_m: NDArray[np.float64]) -> BaseGeometry:
    """Return the ground within reach of a track, (row, 2) [m]."""
    rows = np.unique(track_m.round(), axis=0)
    shape = LineString(track_m) if len(rows) > 1 else MultiPoint(rows)
    near: BaseGeometry = shapely.buffer(shapely.simplify(shape, REACH_M / 20), REACH_M)
    return near


def _on_ground(
    cells: Sequence[Polygon], frame: LocalFrame, area: Polygon | MultiPolygon
) -> MultiPolygon | None:
    """Return cells in metres as ground in an area, longitude first; None if that is nothing."""

    def to_lon_lat(place_m: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(frame.to_lon_lat(place_m[:, 0], place_m[:, 1])).round(7)

    whole = shapely.simplify(shapely.union_all(cells), 1e-6)
    ground = shapely.make_valid(shapely.transform(whole, to_lon_lat))
    inside = polygons_of(shapely.intersection(ground, area))
    return MultiPolygon(inside) if inside else None
