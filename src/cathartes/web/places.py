"""The places of a casebook, ready for the map: read in the background, and again when they change.

A page never waits long: what was read before is shown until what is new is read.
"""

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock
from typing import Annotated, TypeVar, cast

from fastapi import Depends, Request

from cathartes.errors import OutputError
from cathartes.store.interface import Casebook
from cathartes.store.interface_map import Placed
from cathartes.web.place_index import PlaceIndex, chosen, only

_T = TypeVar("_T")

_MOVES_PLACES = frozenset({"observation.record", "observation.remove", "sites.put"})
_PATIENCE_S = 0.3
_FIRST_PATIENCE_S = 60.0
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
    """The indexes of one casebook's places."""

    def __init__(self, casebook: Casebook) -> None:
        self._casebook = casebook
        self._lock = Lock()
        self._placed: dict[Marked, Placed] = {}
        self._indexes: OrderedDict[tuple[Marked, Choice], PlaceIndex] = OrderedDict()
        self._told: dict[Callable[[Places], object], object] = {}
        self._as_of = -1
        self._seen = -1
        self._reader = ThreadPoolExecutor(1, "cathartes-places")
        self._reading: Future[None] | None = None

    def prepare(self) -> None:
        """Begin to read, in the background, unless all is read."""
        with self._lock:
            is_reading = self._reading is not None and not self._reading.done()
            if not is_reading and self._is_old():
                self._reading = self._reader.submit(self._read)

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
            wait([self._reading], _PATIENCE_S if self._placed else _FIRST_PATIENCE_S)
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

    def _read(self) -> None:
        as_of = self._casebook.audit_number()
        placed = {
            Marked.DETECTIONS: self._casebook.placed_detections(),
            Marked.SITES: self._casebook.placed_sites(),
            Marked.LOOKS: self._casebook.placed_looks(),
        }
        index = PlaceIndex(placed[Marked.DETECTIONS])
        with self._lock:
            self._placed, self._as_of = placed, as_of
            self._seen = max(self._seen, as_of)
            self._indexes.clear()
            self._told.clear()
            self._indexes[Marked.DETECTIONS, ALL] = index


def places_of(request: Request) -> Places:
    """Return the places of the casebook that is served."""
    places: Places = request.app.state.places
    return places


OnPlaces = Annotated[Places, Depends(places_of)]
"""Type of a route's parameter that is the places."""
