"""The places of a casebook, ready for the map: read in the background, and again when they change.

A page never waits long: what was read before is shown until what is new is read. The places of a
large casebook are also kept in a file, for the next start.
"""

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Annotated, TypeVar, cast

from fastapi import Depends, Request

from cathartes.errors import OutputError
from cathartes.store.interface import Casebook
from cathartes.store.interface_map import Placed
from cathartes.web.place_index import PlaceIndex, chosen, only
from cathartes.web.places_file import read_places, write_places

_T = TypeVar("_T")

_MOVES_PLACES = frozenset({"observation.record", "observation.remove", "sites.put"})
_PATIENCE_S = 0.3
_FIRST_PATIENCE_S = 60.0
_MANY = 50_000
"""Places; to read more takes longer than anybody is to wait, and is worth a file."""
_WRITTEN_EACH_S = 600.0
"""A file is written anew at most so often."""
_KEPT = 8
"""Choices whose indexes are kept: those of a few people at work."""


class Marked(StrEnum):
    """What there are places of."""

    DETECTIONS = "detections"
    SITES = "sites"
    LOOKS = "looks"


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to be shown.

    Attributes
    ----------
    since_s, until_s : [s]
        Since 1970, from and before; None: whenever.
    chemical
        "": any.
    """

    since_s: float | None = None
    until_s: float | None = None
    chemical: str = ""


ALL = Choice()


class Places:
    """The indexes of one casebook's places.

    Parameters
    ----------
    casebook
    file
        Where the places of a large one are kept; None: nowhere.
    """

    def __init__(self, casebook: Casebook, file: Path | None = None) -> None:
        self._casebook = casebook
        self._file = file
        self._written_s = -_WRITTEN_EACH_S
        self._lock = Lock()
        self._placed: dict[Marked, Placed] = {}
        self._indexes: OrderedDict[tuple[Marked, Choice], PlaceIndex] = OrderedDict()
        self._told: dict[Callable[[Places], object], object] = {}
        self._as_of = -1
        self._seen = -1
        self._reader = ThreadPoolExecutor(1, "cathartes-places")
        self._reading: Future[None] | None = None

    def close(self) -> None:
        """Read to the end what is being read, and nothing after it."""
        self._reader.shutdown()

    def prepare(self) -> None:
        """Begin to read, in the background, unless all is read."""
        with self._lock:
            is_reading = self._reading is not None and not self._reading.done()
            if not is_reading and self._is_old():
                task = self._read if self._placed else self._begin
                self._reading = self._reader.submit(task)

    def placed(self, marked: Marked) -> Placed:
        """Return all places of a kind as they are now, or were just before.

        Raises
        ------
        CathartesError
            If they can't be read.
        OutputError
            If there are so many that they are not all read yet.
        """
        self.prepare()
        if self._reading is not None:
            wait([self._reading], self._patience_s())
            if self._reading.done():
                self._reading.result()  # what went wrong is the asker's to know
        if not self._placed:
            raise OutputError("the map's places are still being read; try again in a minute.")
        return self._placed[marked]

    def index(self, marked: Marked, choice: Choice = ALL) -> PlaceIndex:
        """Return the index of the places of a kind that are chosen."""
        placed = self.placed(marked)
        with self._lock:
            found = self._indexes.get((marked, choice))
            if found is not None:
                self._indexes.move_to_end((marked, choice))
                return found
        made = PlaceIndex(self.chosen(placed, choice))
        with self._lock:
            if placed is self._placed[marked]:
                self._indexes[marked, choice] = made
                while len(self._indexes) > _KEPT:
                    self._indexes.popitem(last=False)
        return made

    def told(self, by: Callable[["Places"], _T]) -> _T:
        """Return what a function tells of all places, which is asked again when they moved."""
        as_of = self.placed(Marked.DETECTIONS)
        with self._lock:
            if by in self._told:
                return cast("_T", self._told[by])
        told = by(self)
        with self._lock:
            if as_of is self._placed[Marked.DETECTIONS]:
                self._told[by] = told
        return told

    @staticmethod
    def chosen(placed: Placed, choice: Choice) -> Placed:
        """Return those places that are chosen."""
        if choice == ALL:
            return placed
        return only(placed, chosen(placed, choice.since_s, choice.until_s, choice.chemical))

    def _is_old(self) -> bool:
        """Return whether places may have moved since they were read."""
        if self._as_of < 0:
            return True
        for entry in self._casebook.audit_entries(self._seen):
            if entry.action in _MOVES_PLACES:
                return True
            self._seen = entry.number
        return False

    def _patience_s(self) -> float:
        """Return how long to wait for what is being read."""
        if not self._placed:
            return _FIRST_PATIENCE_S
        return 0.0 if _n_of(self._placed) > _MANY else _PATIENCE_S

    def _begin(self) -> None:
        """Take what a file has, which may be old; else read."""
        kept = None if self._file is None else read_places(self._file, self._casebook)
        if kept is None or kept[0].keys() != set(Marked):
            self._read()
            return
        placed, number = kept
        self._take({marked: placed[marked] for marked in Marked}, number)

    def _read(self) -> None:
        head = self._casebook.audit_head()
        placed = {
            Marked.DETECTIONS: self._casebook.placed_detections(),
            Marked.SITES: self._casebook.placed_sites(),
            Marked.LOOKS: self._casebook.placed_looks(),
        }
        self._take(placed, head.number)
        is_due = monotonic() - self._written_s >= _WRITTEN_EACH_S
        if self._file is not None and _n_of(placed) > _MANY and is_due:
            self._written_s = monotonic()
            write_places(self._file, {str(one): placed[one] for one in placed}, head)

    def _take(self, placed: dict[Marked, Placed], as_of: int) -> None:
        index = PlaceIndex(placed[Marked.DETECTIONS])
        with self._lock:
            self._placed, self._as_of = placed, as_of
            self._seen = max(self._seen, as_of)
            self._indexes.clear()
            self._told.clear()
            self._indexes[Marked.DETECTIONS, ALL] = index


def _n_of(placed: dict[Marked, Placed]) -> int:
    return sum(len(one.row_id) for one in placed.values())


def places_of(request: Request) -> Places:
    """Return the places of the casebook that is served."""
    places: Places = request.app.state.places
    return places


OnPlaces = Annotated[Places, Depends(places_of)]
"""Type of a route's parameter that is the places."""
