"""Does the audit hold? The chain computed again, and every content that it binds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cathartes.casework.audit import AuditEntry, ChainCheck, ChainFault, Checkpoint
from cathartes.store.bound import Recorded, content_faults
from cathartes.store.casebook import SqlCasebook
from cathartes.store.check_releases import release_faults
from cathartes.store.check_reviews import settlement_faults
from cathartes.store.guarded import told_to_the_end

MOST_FAULTS = 100
"""That are listed of a chain; one that was written anew has one for each entry."""
_TRIES = 3
"""Of comparing contents, while others go on working."""


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What a check of the audit found.

    Attributes
    ----------
    head
        Of the chain as it stands there.
    chain_faults
        Where the chain breaks, the first `MOST_FAULTS`.
    content_faults
        What is not as the audit recorded it, a sentence each.
    """

    head: Checkpoint
    chain_faults: tuple[ChainFault, ...]
    content_faults: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.chain_faults or self.content_faults)

    @property
    def faults(self) -> tuple[str, ...]:
        """All sentences, the chain's first."""
        return (*map(str, self.chain_faults), *self.content_faults)


def check_audit(
    casebook: SqlCasebook,
    witnessed: Checkpoint | None = None,
    on_checked: Callable[[int], None] | None = None,
) -> AuditReport:
    """Compute the whole chain again, one entry at a time, and every hash that it binds.

    What reviews come to, and what releases hold, is worked out again from what is bound.

    Parameters
    ----------
    casebook
        Others may go on working with it.
    witnessed
        A head that was noted down before: the chain must still lead over it.
    on_checked
        Told the number of each entry that was checked.
    """
    chain = _Chain(casebook, witnessed, on_checked)
    chain.go_on()
    wrong: tuple[str, ...] = ()
    for _ in range(_TRIES):  # what was recorded since the chain was read is no fault
        number = chain.check.head.number
        wrong = tuple(content_faults(casebook, chain.recorded))
        chain.go_on()
        if not wrong or chain.check.head.number == number:
            break
    with casebook.database.read() as connection:
        derived = (
            *told_to_the_end("settlements", settlement_faults(connection)),
            *told_to_the_end("releases", release_faults(connection)),
        )
    return AuditReport(chain.check.head, tuple(chain.all_faults()), (*wrong, *derived))


class _Chain:
    """The chain, read on and on."""

    def __init__(
        self,
        casebook: SqlCasebook,
        witnessed: Checkpoint | None,
        on_checked: Callable[[int], None] | None,
    ) -> None:
        self._casebook = casebook
        self._witnessed = witnessed
        self._on_checked = on_checked
        self.check = ChainCheck()
        self.recorded = Recorded()
        self._faults: list[ChainFault] = []
        self._has_met = witnessed is None or witnessed.number == 0

    def go_on(self) -> None:
        """Check the entries that were not checked yet."""
        number = self.check.head.number
        for entry in self._casebook.audit_as_it_stands(number or None):
            for fault in self.check.faults(entry):
                if len(self._faults) < MOST_FAULTS:
                    self._faults.append(fault)
            if isinstance(entry, AuditEntry):
                self.recorded.add(entry)
            if self._witnessed is not None and entry.number == self._witnessed.number:
                self._has_met = entry.hash == self._witnessed.hash
            if self._on_checked is not None:
                self._on_checked(entry.number)

    def all_faults(self) -> Iterator[ChainFault]:
        """Yield all that is wrong with the chain; first, that it is another than was witnessed."""
        if not self._has_met and self._witnessed is not None:
            seen, last = self._witnessed.number, self.check.head.number
            if last < seen:
                what = f"it was witnessed up to entry {seen}, and ends at entry {last}: it was cut"
            else:
                what = (
                    f"entry {seen} has another hash than was witnessed: it, or one before it, was "
                    "written anew"
                )
            yield ChainFault(seen, f"{what}.")
        yield from self._faults
