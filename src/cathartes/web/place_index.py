"""All places of a kind in memory, ordered so that those of a square of the map lie together.

Each place has a number on the Z-order curve (Morton 1966) of the web map's square: the bits of its
column and of its row, in turns. All places of a square of the quadtree are then one run of the
sorted numbers, whose ends two binary searches find, and sums over it are differences of running
sums: how many there are in each of a thousand squares costs the same for any number of places.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log2, pi

import numpy as np
from numpy.typing import NDArray

from cathartes.store.interface import Box
from cathartes.store.interface_map import Placed

FINEST = 30
"""Depth of the quadtree: its squares are then 4 cm wide."""
LIMIT_DEG = 85.05112878
"""Latitude where the web map ends, [deg]."""
_MOST_ACROSS = 32
_SPREAD = (
    (16, 0x0000FFFF0000FFFF),
    (8, 0x00FF00FF00FF00FF),
    (4, 0x0F0F0F0F0F0F0F0F),
    (2, 0x3333333333333333),
    (1, 0x5555555555555555),
)


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """What lies in the squares of a box that are not empty.

    Attributes
    ----------
    count : (cell,)
    longitude_deg, latitude_deg : (cell,) [deg]
        Mean place of what lies there.
    highest : (cell,)
        Highest value; NaN if none has any.
    side_deg : [deg]
        Width of a square in longitude.
    """

    count: NDArray[np.int64]
    longitude_deg: NDArray[np.float64]
    latitude_deg: NDArray[np.float64]
    highest: NDArray[np.float64]
    side_deg: float


class PlaceIndex:
    """Places in Z-order, areas by their middle."""

    def __init__(self, placed: Placed) -> None:
        west, south, east, north = placed.box_deg.T
        middle_deg = np.column_stack(((west + east) / 2, (south + north) / 2))
        number = z_order(*on_the_square(*middle_deg.T))
        order = np.argsort(number, kind="stable")
        value = placed.value[order]
        self._number = number[order]
        self._row_id = placed.row_id[order]
        self._middle_deg = middle_deg[order]
        self._summed_deg = np.vstack((np.zeros(2), np.cumsum(self._middle_deg, axis=0)))
        self._value = np.append(np.where(np.isnan(value), -np.inf, value), -np.inf)

    @property
    def n(self) -> int:
        """How many there are."""
        return len(self._number)

    @property
    def n_bytes(self) -> int:
        """How much memory it takes."""
        arrays = (self._number, self._row_id, self._middle_deg, self._summed_deg, self._value)
        return sum(array.nbytes for array in arrays)

    def rows_in(self, box: Box, limit: int) -> NDArray[np.int64] | None:
        """Return the rows whose middle lies in a box; None if there are more than a limit."""
        (begin, end), _, is_inner = self._runs(box)
        if (end - begin)[is_inner].sum() > limit:
            return None
        where = _joined(begin, end)
        longitude_deg, latitude_deg = self._middle_deg[where].T
        inside = where[
            (longitude_deg >= box.west_deg)
            & (longitude_deg <= box.east_deg)
            & (latitude_deg >= box.south_deg)
            & (latitude_deg <= box.north_deg)
        ]
        return None if inside.size > limit else self._row_id[inside]

    def cells_in(self, box: Box) -> Cells:
        """Return what lies in the squares that a box meets: at most some 33 by 33."""
        (begin, end), side_deg, _ = self._runs(box)
        is_full = end > begin
        begin, end = begin[is_full], end[is_full]
        count = end - begin
        mean_deg = (self._summed_deg[end] - self._summed_deg[begin]) / count[:, None]
        runs_and_gaps = np.column_stack((begin, end)).ravel()
        highest = (
            np.maximum.reduceat(self._value, runs_and_gaps)[::2] if count.size else mean_deg[:, 0]
        )
        return Cells(
            count,
            mean_deg[:, 0],
            mean_deg[:, 1],
            np.where(np.isneginf(highest), np.nan, highest),
            side_deg,
        )

    def _runs(
        self, box: Box
    ) -> tuple[tuple[NDArray[np.int64], NDArray[np.int64]], float, NDArray[np.bool_]]:
        """Return where the run of each square that a box meets begins and ends.

        Further their width, and which of them surely lie wholly in the box.
        """
        depth = depth_of(box)
        corners_deg = np.array([(box.west_deg, box.north_deg), (box.east_deg, box.south_deg)]).T
        x, y = (axis >> (FINEST - depth) for axis in on_the_square(*corners_deg))
        column, row = (
            axis.ravel()
            for axis in np.meshgrid(*(np.arange(axis[0], axis[1] + 1) for axis in (x, y)))
        )
        square = z_order(column, row)
        shift = np.uint64(2 * (FINEST - depth))
        begin = np.searchsorted(self._number, square << shift)
        end = np.searchsorted(self._number, (square + np.uint64(1)) << shift)
        is_inner = (column > x[0]) & (column < x[1]) & (row > y[0]) & (row < y[1])
        return (begin, end), 360 / 2**depth, is_inner


def depth_of(box: Box) -> int:
    """Return the depth of the quadtree at which a box is at most so many squares wide and high."""
    (west, east), (north, south) = on_the_square(
        np.array([box.west_deg, box.east_deg]), np.array([box.north_deg, box.south_deg])
    )
    side = max(east - west, south - north, 1)
    return int(np.clip(floor(log2(_MOST_ACROSS * 2**FINEST / side)), 0, FINEST))


def on_the_square(
    longitude_deg: NDArray[np.float64], latitude_deg: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return column and row on the web map's square, from 0 to 2**FINEST - 1, north-west first."""
    phi = np.radians(np.clip(latitude_deg, -LIMIT_DEG, LIMIT_DEG))
    x = longitude_deg / 360 + 0.5
    y = 0.5 - np.arcsinh(np.tan(phi)) / (2 * pi)
    column, row = (
        np.clip((axis * 2**FINEST).astype(np.int64), 0, 2**FINEST - 1) for axis in (x, y)
    )
    return column, row


def z_order(column: NDArray[np.int64], row: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return the numbers on the Z-order curve: bits of the column, and of the row one higher."""
    return _spread(column) | (_spread(row) << np.uint64(1))


def _spread(axis: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return numbers with a zero after each of their bits."""
    bits = axis.astype(np.uint64)
    for shift, mask in _SPREAD:
        bits = (bits | (bits << np.uint64(shift))) & np.uint64(mask)
    return bits


def chosen(
    placed: Placed, since_s: float | None, until_s: float | None, chemical: str
) -> NDArray[np.bool_]:
    """Return which were there in an interval, and have a chemical.

    Parameters
    ----------
    since_s, until_s : [s]
        From, and before; None: whenever. What has no time is left out if any is asked for.
    chemical
        "": any.
    """
    kept = np.ones(len(placed.row_id), dtype=bool)
    if since_s is not None:
        kept &= placed.time_s[:, 1] >= since_s
    if until_s is not None:
        kept &= placed.time_s[:, 0] < until_s
    if chemical:
        kept &= np.array([chemical in one for one in placed.sets], dtype=bool)[placed.set_code]
    return kept


def only(placed: Placed, kept: NDArray[np.bool_]) -> Placed:
    """Return those that are kept."""
    return Placed(
        placed.row_id[kept],
        placed.box_deg[kept],
        placed.time_s[kept],
        placed.value[kept],
        placed.set_code[kept],
        placed.sets,
    )


def rows_meeting(placed: Placed, box: Box, limit: int) -> NDArray[np.int64] | None:
    """Return the rows whose box meets a box; None if there are more than a limit."""
    meets = _meets(placed, box)
    return None if np.count_nonzero(meets) > limit else placed.row_id[meets]


def newest_meeting(placed: Placed, boxes: Sequence[Box]) -> NDArray[np.int64]:
    """Return the rows whose box meets any of some boxes, the newest first, without a time last."""
    meets = np.flatnonzero(np.any([_meets(placed, box) for box in boxes], axis=0))
    return placed.row_id[meets[np.argsort(-placed.time_s[meets, 0], kind="stable")]]


def _meets(placed: Placed, box: Box) -> NDArray[np.bool_]:
    west, south, east, north = placed.box_deg.T
    meets = (west <= box.east_deg) & (east >= box.west_deg)
    return np.asarray(meets & (south <= box.north_deg) & (north >= box.south_deg))


def _joined(begin: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the numbers of all runs, one after the other."""
    count = end - begin
    starts = np.cumsum(count) - count
    within = np.arange(count.sum(), dtype=np.int64) - np.repeat(starts, count)
    return np.asarray(within + np.repeat(begin, count), np.int64)
