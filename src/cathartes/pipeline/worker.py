"""One piece of work from claim to record, in whatever process it is done."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from threading import Event, Thread

from cathartes.errors import (
    CathartesError,
    InputError,
    MandateError,
    NoSignatureError,
    NumericalError,
    OutputError,
    SettingsError,
    UnknownGasError,
)
from cathartes.pipeline.observation_work import ObservationWork
from cathartes.pipeline.observe_cube import observe_cube
from cathartes.pipeline.observe_log import observe_log
from cathartes.pipeline.observed import Observed
from cathartes.pipeline.owners import is_gone, own_folder, own_name
from cathartes.pipeline.progress import Progress, SilentProgress
from cathartes.products.figure_style import own_style
from cathartes.sites.observation import LookOutcome, ObservationKind
from cathartes.store.interface import Casebook
from cathartes.store.open import OpenedCasebook, open_casebook

LEASE_S = 60.0
"""A worker that was not heard of for so long is taken for dead, on other machines."""
DIED = "Its process ended"
"""Beginning of the reason of what no process came back from."""
_HEARTBEATS = 4
"""In a lease."""
OF_THE_DATA = (
    InputError, MandateError, NoSignatureError, NumericalError, SettingsError, UnknownGasError,
)  # fmt: skip
"""Failures that are an answer: the observation's record says them. Others are the machine's: no
space, no database; the work then waits until they are mended."""


class Standing(StrEnum):
    """What became of a piece of work."""

    RECORDED = "recorded"
    DONE_BEFORE = "done before"
    ELSEWHERE = "elsewhere"
    """Another run works on it."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a worker needs to know.

    Attributes
    ----------
    casebook
        Folder or URL.
    work
    actor
        Who asked for it.
    lease_s : [s]
    landed_s : [s]
        How long its files took to arrive; None if nobody watched.
    threads
        That a cube's search may use; 0 for all cores.
    """

    casebook: str
    work: ObservationWork
    actor: str
    lease_s: float = LEASE_S
    landed_s: float | None = None
    threads: int = 0


@dataclass(frozen=True, slots=True)
class Finished:
    """What a worker answers.

    Attributes
    ----------
    standing
    fault
        What went wrong in Cathartes itself; "" if nothing did.
    """

    standing: Standing
    fault: str = ""


def do_work(order: Order) -> Finished:
    """Claim a piece of work, do it and record what came of it.

    After a kill at any moment the work is claimed again; what was half done is not seen.

    Raises
    ------
    CathartesError
        If the machine is at fault, not the data: no space, no casebook; or the mandate was revoked
        meanwhile. The work then waits.
    """
    with open_casebook(order.casebook) as opened:
        return work_on(order, opened, SilentProgress())


def work_on(order: Order, opened: OpenedCasebook, progress: Progress) -> Finished:
    """Do what `do_work` does, on an open casebook."""
    casebook, job_id, owner = opened.casebook, order.work.observation_id, own_name()
    casebook.mandate(order.work.mandate.id).check_in_force(datetime.now(UTC))
    if not _claimed(casebook, order.work, owner, order.lease_s):
        return Finished(Standing.ELSEWHERE)
    fault = ""
    try:
        casebook.mandate(order.work.mandate.id).check_in_force(datetime.now(UTC))
        with (
            _heartbeat(casebook, job_id, owner, order.lease_s),
            own_folder() as folder,
        ):
            observed, fault = _observed(order, folder, progress)
            observation = observed.kept(opened.evidence)
        recorded = casebook.record_observation(
            observation,
            observed.detections,
            _timings(order, observed),
            owner,
            order.actor,
            datetime.now(UTC),
        )
    except BaseException as error:
        casebook.drop_job(job_id, owner, _short(error))
        raise
    return Finished(Standing.RECORDED if recorded else Standing.ELSEWHERE, fault)


def record_deaths(order: Order, opened: OpenedCasebook, n_deaths: int, why: str) -> Finished:
    """Record that work ended its process again and again: the next run tries it anew."""
    casebook, work, owner = opened.casebook, order.work, own_name()
    if not _claimed(casebook, work, owner, order.lease_s):
        return Finished(Standing.ELSEWHERE)
    reason = f"{DIED} {n_deaths} times, as of too little memory; run it with fewer workers. {why}"
    seen = _without_answer(work, reason, time.monotonic())
    recorded = casebook.record_observation(
        seen.observation, (), dict(seen.timings_s), owner, order.actor, datetime.now(UTC)
    )
    return Finished(Standing.RECORDED if recorded else Standing.ELSEWHERE, reason)


def _claimed(casebook: Casebook, work: ObservationWork, owner: str, lease_s: float) -> bool:
    """Return whether the job is ours now: a dead owner of this machine loses it at once."""
    owners = {job.owner for job in casebook.jobs(work.sortie_id) if job.owner}
    gone = [one for one in owners if is_gone(one)]
    job = casebook.claim_job([work.observation_id], owner, datetime.now(UTC), lease_s, gone)
    return job is not None


def _observed(order: Order, folder: Path, progress: Progress) -> tuple[Observed, str]:
    """Return what came of looking, whatever that is, and our own fault if there was one."""
    work = order.work
    began_s = time.monotonic()
    try:
        with own_style():
            observed = _look(work, folder, progress, order.threads)
    except OF_THE_DATA as error:
        return _without_answer(work, work.reason_of(error, folder), began_s), ""
    except OutputError as error:
        raise OutputError(
            error.args[0],
            "A run works in the system's folder for temporary files: free some space there, or let "
            "TMPDIR name a folder on another disk.",
        ) from error
    except (CathartesError, MemoryError, OSError):
        raise
    except Exception as error:  # noqa: BLE001  # the others of the sortie go on, and it is told
        fault = f"{type(error).__name__}: {work.reason_of(error, folder)}"
        reason = f"A fault in Cathartes, please report it: {fault}"
        return _without_answer(work, reason, began_s), fault
    return observed, ""


def _look(work: ObservationWork, folder: Path, progress: Progress, threads: int) -> Observed:
    if work.trouble:
        return _without_answer(work, work.trouble, time.monotonic())
    if work.entry.kind is ObservationKind.CUBE:
        return observe_cube(work, folder, progress, threads)
    return observe_log(work, folder, progress)


def _without_answer(work: ObservationWork, reason: str, began_s: float) -> Observed:
    """Return the record of an observation of which nothing can be said."""
    try:
        settings = work.settings()
    except SettingsError:
        settings = {}
    record = work.record(LookOutcome.INCONCLUSIVE, reason, settings=settings)
    return Observed(record, timings_s={"total": time.monotonic() - began_s})


@contextmanager
def _heartbeat(casebook: Casebook, job_id: str, owner: str, lease_s: float) -> Iterator[None]:
    """Prolong a lease as long as the context lasts."""
    over = Event()

    def beat() -> None:
        while not over.wait(lease_s / _HEARTBEATS):
            if not casebook.keep_job(job_id, owner, datetime.now(UTC), lease_s):
                return

    thread = Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _timings(order: Order, observed: Observed) -> dict[str, float]:
    """Return the clock of a record: the arrival, if somebody watched, and each stage."""
    landed = {} if order.landed_s is None else {"landing": order.landed_s}
    stages = {**landed, **observed.timings_s}
    return {stage: round(seconds, 3) for stage, seconds in stages.items()}


def _short(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:1000]
