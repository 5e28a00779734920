"""One thread looks for what is new, once a second, for all visitors who look on."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Event, Lock, Thread

from cathartes.casework.user import Session
from cathartes.errors import AccessError, CathartesError
from cathartes.store.interface import JobTally
from cathartes.web.desk import Desk
from cathartes.web.event_names import EventNames
from cathartes.web.live_events import RESET, Eyes, LiveEvent, events_of, jobs_event
from cathartes.web.visitor import Visitor

_LOG = logging.getLogger("cathartes.web")

POLL_S = 1.0
HEARTBEAT_S = 15.0
MOST_OF_ONE = 6
"""Streams of one visitor; a browser needs one for all its tabs."""
MOST = 100
"""Streams of all; the server takes 200 connections."""
MOST_BEHIND = 1000
"""Entries of the audit told one by one to who was away."""
_CHECK_EVERY = 5
"""Polls after which is looked whether visitors are still signed in."""

Told = tuple[int, LiveEvent]
"""The audit's number, and what is new."""


class TooManyStreamsError(AccessError):
    """A visitor, or all of them, look on too often at once."""


@dataclass(slots=True, eq=False)
class Onlooker:
    """A visitor who looks on: what is new comes out of the queue, None at the end."""

    visitor: Visitor
    session: Session
    loop: asyncio.AbstractEventLoop
    number: int
    queue: asyncio.Queue[Told | None] = field(default_factory=lambda: asyncio.Queue(MOST_BEHIND))

    def tell(self, told: Told | None) -> None:
        """Put something into the queue, from any thread."""
        try:
            self.loop.call_soon_threadsafe(self._put, told)
        except RuntimeError:  # its loop has ended, and so has it
            return

    def _put(self, told: Told | None) -> None:
        if self.queue.full():  # it reads too slowly: it ends, and will ask for the rest
            while not self.queue.empty():
                self.queue.get_nowait()
            told = None
        self.queue.put_nowait(told)


class LiveFeed:
    """Who looks on, and the thread that works for them while there is anybody."""

    def __init__(self, desk: Desk, poll_s: float = POLL_S) -> None:
        self._desk = desk
        self._poll_s = poll_s
        self._onlookers: list[Onlooker] = []
        self._number = 0
        self._jobs: dict[str, JobTally] = {}
        self._thread: Thread | None = None
        self._lock = Lock()
        self._closing = Event()
        self.names = EventNames()

    def join(self, visitor: Visitor, loop: asyncio.AbstractEventLoop) -> Onlooker:
        """Let a visitor look on from now.

        Raises
        ------
        AccessError
            If a program's token asks, which is to read the API instead.
        TooManyStreamsError
            If too many look on.
        """
        if visitor.session is None:
            raise AccessError("a program asks /api/v1; what is new is told to browsers alone.")
        with self._lock:
            n_own = sum(one.visitor.id == visitor.id for one in self._onlookers)
            if n_own >= MOST_OF_ONE or len(self._onlookers) >= MOST:
                raise TooManyStreamsError(
                    f"{n_own} pages of yours look on already; close one, then load this again."
                )
            if self._thread is None:
                self._number = self._desk.casebook.audit_number()
                self._jobs = self._desk.casebook.unfinished_jobs()
                self._thread = Thread(target=self._run, name="live", daemon=True)
                self._thread.start()
            onlooker = Onlooker(visitor, visitor.session, loop, self._number)
            self._onlookers.append(onlooker)
            return onlooker

    def missed(self, onlooker: Onlooker, last_seen: str) -> list[Told]:
        """Return what is new to a visitor since an event, "" if none, and how far work is now."""
        eyes = Eyes(self._desk, onlooker.visitor)
        jobs = eyes.seen(jobs_event(*one) for one in self._jobs.items())
        now = [(onlooker.number, event) for event in jobs]
        if not last_seen:
            return now
        number = self.names.number(last_seen, onlooker.number, MOST_BEHIND)
        if number is None:  # too long ago, or of an earlier start
            return [(onlooker.number, RESET), *now]
        return [*_seen(eyes, self._entries(number, onlooker.number)), *now]

    def leave(self, onlooker: Onlooker) -> None:
        """Let a visitor go."""
        with self._lock:
            if onlooker in self._onlookers:
                self._onlookers.remove(onlooker)

    def close(self) -> None:
        """End all streams, soon: safe to be called by a signal's handler."""
        self._closing.set()

    @property
    def n_onlookers(self) -> int:
        """How many look on."""
        with self._lock:
            return len(self._onlookers)

    def _run(self) -> None:
        polls = 0
        while not self._closing.wait(self._poll_s):
            with self._lock:
                if not self._onlookers:
                    self._thread = None
                    return
            polls += 1
            try:
                self._tell_news()
                if polls % _CHECK_EVERY == 0:
                    self._end_those_signed_out()
            except CathartesError:
                _LOG.exception("what is new could not be read")
        with self._lock:
            for one in self._onlookers:
                one.tell(None)

    def _tell_news(self) -> None:
        """Tell each what is new to them."""
        book = self._desk.casebook
        number = book.audit_number()
        news: list[Told] = []
        if number - self._number > MOST_BEHIND:
            news.append((number, RESET))
        elif number > self._number:
            news += self._entries(self._number, number)
        jobs = book.unfinished_jobs()
        changed = {one for one in jobs.keys() | self._jobs if jobs.get(one) != self._jobs.get(one)}
        if changed:
            tallies = book.job_tallies(sorted(changed))
            news += [(number, jobs_event(*one)) for one in sorted(tallies.items())]
        with self._lock:  # who joins before this is told, who joins after it begins there
            self._number, self._jobs = number, jobs
            onlookers = list(self._onlookers)
        for onlooker in onlookers if news else ():
            for told in _seen(Eyes(self._desk, onlooker.visitor), news):
                onlooker.tell(told)

    def _entries(self, after: int, last: int) -> list[Told]:
        """Return what entries of the audit mean, those after one up to another."""
        found: list[Told] = []
        for entry in self._desk.casebook.audit_entries(after):
            if entry.number > last:
                break
            found += [(entry.number, event) for event in events_of(entry)]
        return found

    def _end_those_signed_out(self) -> None:
        """End the streams of those whose session ended, or whose rights changed."""
        book, now_utc = self._desk.casebook, self._desk.now()
        with self._lock:
            onlookers = list(self._onlookers)
        for one in onlookers:
            session = book.session(one.session.token_sha256)
            alive = session is not None and session.is_alive(now_utc, self._desk.settings.idle_end)
            if not alive or book.subject(one.visitor.id) != one.visitor.subject:
                one.tell(None)


def _seen(eyes: Eyes, told: Sequence[Told]) -> list[Told]:
    kept = {id(event) for event in eyes.seen(event for _, event in told)}
    return [(number, event) for number, event in told if id(event) in kept]
