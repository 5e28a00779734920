"""Where work is done: here, in processes of this machine, or on a Dask cluster."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from threading import Thread
from typing import Protocol, TypeVar

from cathartes.errors import EXIT_UNEXPECTED, MissingExtraError, SettingsError

Order = TypeVar("Order")
Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class Lost:
    """Work whose worker died, and what is known of why."""

    why: str


class Executor(Protocol):
    """Does work, in any order."""

    @property
    def share(self) -> int:
        """Pieces of work that go on at a time on one machine: its cores are shared by so many."""

    def run(
        self, work: Callable[[Order], Done], orders: Sequence[Order]
    ) -> Iterator[tuple[int, Done | Lost]]:
        """Yield the number of each order with what came of it, as they end.

        What the work raises comes through, after the others that had begun have ended.
        """


@dataclass(frozen=True, slots=True)
class InlineExecutor:
    """Does one after the other, in this process."""

    share: int = 1

    def run(
        self, work: Callable[[Order], Done], orders: Sequence[Order]
    ) -> Iterator[tuple[int, Done | Lost]]:
        """Yield each order's number and result, in their order."""
        for number, order in enumerate(orders):
            yield number, work(order)


@dataclass(frozen=True, slots=True)
class ProcessExecutor:
    """Does several at a time, each in a process of its own.

    Attributes
    ----------
    share
        Number of processes.
    """

    share: int

    def __post_init__(self) -> None:
        if self.share < 1:
            raise SettingsError(f"{self.share} processes; at least 1 is needed.")

    def run(
        self, work: Callable[[Order], Done], orders: Sequence[Order]
    ) -> Iterator[tuple[int, Done | Lost]]:
        """Yield each order's number and result as they end; `Lost` where a process died."""
        # Spawned, not forked: threads and open databases do not survive a fork.
        spawned = get_context("spawn")
        with ProcessPoolExecutor(self.share, spawned, initializer=_end_with_parent) as pool:
            futures: dict[Future[Done], int] = {
                pool.submit(work, order): number for number, order in enumerate(orders)
            }
            try:
                for future in as_completed(futures):
                    try:
                        yield futures[future], future.result()
                    except BrokenProcessPool as error:
                        yield futures[future], Lost(str(error))
            finally:
                pool.shutdown(wait=True, cancel_futures=True)


def _end_with_parent() -> None:
    """End this process when the one that started it dies: it would wait for work for ever."""
    parent = parent_process()
    if parent is None:
        return

    def follow(sentinel: int) -> None:
        wait([sentinel])
        os._exit(EXIT_UNEXPECTED)

    Thread(target=follow, args=(parent.sentinel,), name="follow", daemon=True).start()


@dataclass(frozen=True, slots=True)
class DaskExecutor:
    """Does work on the machines of a Dask cluster, which must see the same files and casebook.

    Attributes
    ----------
    address
        Of its scheduler, as ``tcp://10.0.0.5:8786``.
    share
        Pieces of work that go on at a time on one machine.
    """

    address: str
    share: int = 1

    def run(
        self, work: Callable[[Order], Done], orders: Sequence[Order]
    ) -> Iterator[tuple[int, Done | Lost]]:
        """Yield each order's number and result as they end; `Lost` where a worker died.

        Raises
        ------
        MissingExtraError
            If Dask is not installed.
        """
        try:
            import distributed  # noqa: PLC0415  # an extra
        except ImportError as error:
            raise MissingExtraError(
                "work on a Dask cluster needs the extra: pip install 'cathartes[dask]'."
            ) from error
        with distributed.Client(self.address) as client:  # type: ignore[no-untyped-call]
            futures = client.map(work, list(orders), pure=False)
            numbers = {future.key: number for number, future in enumerate(futures)}
            for future in distributed.as_completed(futures):  # type: ignore[no-untyped-call]
                try:
                    yield numbers[future.key], future.result()
                except distributed.KilledWorker as error:
                    yield numbers[future.key], Lost(str(error))


def executor_of(said: str) -> Executor:
    """Return the executor of a word: a number of processes, or a Dask scheduler's address.

    Raises
    ------
    SettingsError
        If it is neither.
    """
    if said.isdigit() and int(said) >= 1:
        return InlineExecutor() if int(said) == 1 else ProcessExecutor(int(said))
    if "://" in said:
        return DaskExecutor(said)
    raise SettingsError(
        f"workers {said!r}: a number of processes from 1, or the address of a Dask scheduler "
        "(tcp://host:port), is needed."
    )
