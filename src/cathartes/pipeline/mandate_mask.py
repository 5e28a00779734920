"""Only what a mandate covers is analysed: pixels and rows outside its area or time are left out."""

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon

from cathartes.casework.mandate import Mandate
from cathartes.errors import MandateError
from cathartes.products.outline import ground_outline, pixel_outlines
from cathartes.scenes.cube import Cube, LineSource
from cathartes.scenes.geometry import Geometry
from cathartes.scenes.logs.gas_log import GasLog
from cathartes.sites.observation import Masked

_BLOCK_LINES = 512


@dataclass(frozen=True, slots=True)
class AllowedLines:
    """Lines of which only some pixels are handed on; the others are NaN.

    Attributes
    ----------
    source
    allowed : (line, sample) bool
    """

    source: LineSource
    allowed: NDArray[np.bool_]

    def read_lines(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return lines start to stop, (line, sample, band), NaN where not allowed."""
        block = self.source.read_lines(start, stop)
        block[~self.allowed[start:stop]] = np.nan
        return block


@dataclass(frozen=True, slots=True)
class AllowedCube:
    """A cube of which only what the mandate covers can be read.

    Attributes
    ----------
    cube
    allowed : (line, sample) bool
    masked
        How many pixels were left out, and why.
    footprint
        Of the pixels that are left; None if none is.
    """

    cube: Cube
    allowed: NDArray[np.bool_]
    masked: Masked
    footprint: MultiPolygon | None


def cube_within(cube: Cube, mandate: Mandate, end_utc: datetime | None = None) -> AllowedCube:
    """Return a cube without the pixels that the mandate does not cover.

    A pixel is covered if it lies in the area with its centre and its four corners. Lines are
    spread evenly between the cube's start and its end; without an end all are of the start's time.

    Raises
    ------
    MandateError
        If the cube has no time or no geometry: then nobody can say that it is covered.
    """
    if cube.start_utc is None:
        raise MandateError(
            f"cube {cube.name}: does not say when it was taken, so that nobody can say whether "
            f"mandate {mandate.id} covers it; state start_utc in sortie.toml."
        )
    if cube.geometry is None:
        raise MandateError(
            f"cube {cube.name}: has no geometry, so that nobody can say whether it lies in the "
            f"area of mandate {mandate.id}; name igm or glt under [observation.open], or "
            "georeference it first."
        )
    in_time = _lines_in_time(cube.start_utc, end_utc, cube.n_lines, mandate)
    inside, placed = _pixels_inside(cube, cube.geometry, mandate)
    allowed = inside & in_time[:, None]
    masked = Masked(
        n_total=allowed.size,
        n_without_place=int(np.count_nonzero(~placed & in_time[:, None])),
        n_outside_time=int(np.count_nonzero(~in_time)) * cube.n_samples,
        n_outside_area=int(np.count_nonzero(~inside & placed & in_time[:, None])),
    )
    footprint = _footprint(allowed, cube.geometry)
    if not allowed.all():
        cube = replace(cube, source=AllowedLines(cube.source, allowed), looked=allowed)
    return AllowedCube(cube, allowed, masked, footprint)


def _lines_in_time(
    start_utc: datetime, end_utc: datetime | None, n_lines: int, mandate: Mandate
) -> NDArray[np.bool_]:
    """Return which lines were taken in the mandate's time, (line,)."""
    start_s = start_utc.timestamp()
    length_s = 0.0 if end_utc is None else end_utc.timestamp() - start_s
    if length_s < 0:
        raise MandateError(
            f"ends {end_utc:%Y-%m-%d %H:%M:%S}, before it starts; correct start_utc or end_utc."
        )
    time_s = start_s + (np.arange(n_lines) + 0.5) / n_lines * length_s
    return _in_time(time_s, mandate)


def _in_time(time_unix_s: NDArray[np.float64], mandate: Mandate) -> NDArray[np.bool_]:
    """Return which times lie in the mandate's, same shape."""
    until = mandate.valid_until_utc
    if mandate.revoked_utc is not None:
        until = min(until, mandate.revoked_utc)
    from_s, until_s = mandate.valid_from_utc.timestamp(), until.timestamp()
    return np.asarray((time_unix_s >= from_s) & (time_unix_s < until_s))


def _pixels_inside(
    cube: Cube, geometry: Geometry, mandate: Mandate
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which pixels lie whole in the area, and which have a place at all, (line, sample).

    A corner that has no place, beside a pixel that has none, is passed over.
    """
    inside = np.zeros((cube.n_lines, cube.n_samples), dtype=bool)
    placed = np.zeros_like(inside)
    sample = np.arange(cube.n_samples + 1.0)
    shapely.prepare(mandate.area)
    for start in range(0, cube.n_lines, _BLOCK_LINES):
        stop = min(start + _BLOCK_LINES, cube.n_lines)
        line = np.arange(start, stop + 1.0)[:, None]
        longitude, latitude = geometry.to_lon_lat(line[:-1] + 0.5, sample[:-1] + 0.5)
        placed[start:stop] = np.isfinite(longitude) & np.isfinite(latitude)
        centre = shapely.contains_xy(mandate.area, longitude, latitude)
        longitude, latitude = geometry.to_lon_lat(line, sample)
        corner = shapely.intersects_xy(mandate.area, longitude, latitude)
        corner |= ~(np.isfinite(longitude) & np.isfinite(latitude))
        whole = corner[:-1, :-1] & corner[:-1, 1:] & corner[1:, :-1] & corner[1:, 1:]
        inside[start:stop] = centre & whole
    return inside, placed


def _footprint(allowed: NDArray[np.bool_], geometry: Geometry) -> MultiPolygon | None:
    """Return the outline of the pixels that are left on the ground."""
    if not allowed.any():
        return None
    outlines = pixel_outlines(allowed.astype(np.int32))
    return ground_outline(outlines[1], geometry)


@dataclass(frozen=True, slots=True)
class AllowedLog:
    """A log of which only what the mandate covers is left; None if no row is."""

    log: GasLog | None
    masked: Masked


def log_within(log: GasLog, mandate: Mandate) -> AllowedLog:
    """Return a log without the rows that the mandate does not cover.

    A row is covered if its sensor lies in the area; of an open path both ends must.
    """
    in_time = _in_time(log.time_unix_s, mandate)
    shapely.prepare(mandate.area)
    inside = shapely.contains_xy(mandate.area, log.longitude_deg, log.latitude_deg)
    if log.path_end is not None:
        end = log.path_end
        inside &= shapely.contains_xy(mandate.area, end.longitude_deg, end.latitude_deg)
    allowed = in_time & inside
    masked = Masked(
        n_total=allowed.size,
        n_outside_time=int(np.count_nonzero(~in_time)),
        n_outside_area=int(np.count_nonzero(in_time & ~inside)),
    )
    if allowed.all():
        return AllowedLog(log, masked)
    return AllowedLog(log.chosen(allowed) if allowed.any() else None, masked)
