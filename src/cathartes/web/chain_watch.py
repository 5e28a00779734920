"""The audit's chain, checked in the background: never in a request, and never twice for nothing."""

import logging
from dataclasses import dataclass
from threading import Event, Lock, Thread

from cathartes.casework.audit import ChainCheck
from cathartes.errors import CathartesError
from cathartes.store.interface_audit import AuditBook

_LOG = logging.getLogger("cathartes.web")
_MOST_FAULTS = 20
_BREATH_EVERY = 200
"""Entries after which requests get their turn."""
_BREATH_S = 0.002


@dataclass(frozen=True, slots=True)
class ChainState:
    """How far the chain was checked.

    Attributes
    ----------
    checked_number, checked_hash
        The last entry that was checked, and its hash.
    head_number, head_hash
        The last entry there is.
    is_running
        Whether more is being checked now.
    faults
        Where it breaks, a sentence each, the first of them.
    """

    checked_number: int
    checked_hash: str
    head_number: int
    head_hash: str
    is_running: bool
    faults: tuple[str, ...]


class ChainWatch:
    """Checks what was not checked yet, whenever somebody looks."""

    def __init__(self, audit: AuditBook) -> None:
        self._audit = audit
        self._check = ChainCheck()
        self._faults: tuple[str, ...] = ()
        self._is_running = False
        self._lock = Lock()
        self._stop = Event()

    def state(self) -> ChainState:
        """Return how far it is."""
        head = self._audit.audit_head()
        with self._lock:
            checked = self._check.head
            faults = self._faults
            if not self._is_running and head.number < checked.number:
                told = f"it was checked up to entry {checked.number}, and ends at {head.number}."
                faults = (*faults, told)
            return ChainState(
                checked.number, checked.hash, head.number, head.hash, self._is_running, faults
            )

    def go_on(self, *, anew: bool = False) -> ChainState:
        """Begin to check what was not checked yet, or all of it; return how far it is."""
        with self._lock:
            begins = not self._is_running and not self._stop.is_set()
            if begins and anew:
                self._check, self._faults = ChainCheck(), ()
            self._is_running |= begins
        if begins:
            Thread(target=self._run, name="audit chain", daemon=True).start()
        return self.state()

    def wait(self, timeout_s: float) -> ChainState:
        """Return how far it is when it is done, or after a while."""
        pause = Event()
        waited_s = 0.0
        while self.state().is_running and waited_s < timeout_s:
            pause.wait(0.01)
            waited_s += 0.01
        return self.state()

    def close(self) -> None:
        """Stop checking."""
        self._stop.set()

    def _run(self) -> None:
        try:
            self._check_all()
        except CathartesError:
            _LOG.exception("the audit's chain could not be checked")
        finally:
            with self._lock:
                self._is_running = False

    def _check_all(self) -> None:
        check = self._check
        number = check.head.number
        for n, entry in enumerate(self._audit.audit_as_it_stands(number or None), start=1):
            found = tuple(map(str, check.faults(entry)))
            if found and len(self._faults) < _MOST_FAULTS:
                with self._lock:
                    self._faults += found
            if n % _BREATH_EVERY == 0 and self._stop.wait(_BREATH_S):
                return
