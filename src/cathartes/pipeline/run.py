"""A sortie under its mandate into the casebook: all its observations, then the sites it touches."""

import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from cathartes.casework.mandate import Mandate
from cathartes.casework.plan import FlightPlan
from cathartes.errors import MandateError
from cathartes.pipeline.executors import Executor, InlineExecutor, Lost
from cathartes.pipeline.observation_work import ObservationWork, works_of
from cathartes.pipeline.owners import is_gone, local_actor
from cathartes.pipeline.progress import Progress, SilentProgress
from cathartes.pipeline.run_remarks import data_remarks, plan_remarks
from cathartes.pipeline.scan import usable_cores
from cathartes.pipeline.site_update import SiteChanges, update_sites
from cathartes.pipeline.sortie_file import SORTIE, SortieFolder, read_sortie
from cathartes.pipeline.worker import (
    DIED,
    LEASE_S,
    Finished,
    Order,
    Standing,
    do_work,
    record_deaths,
    work_on,
)
from cathartes.sites.observation import Observation
from cathartes.store.interface import Casebook, JobState, Sortie
from cathartes.store.open import OpenedCasebook, open_casebook

EMPTY: Mapping[str, float] = MappingProxyType({})
MOST_DEATHS = 3
"""A piece of work whose worker died so often in one run is given up in it."""
WAIT_S = 0.5
"""Between two looks at what another run works on."""


@dataclass(frozen=True, slots=True)
class ObservedRow:
    """An observation as a run reports it.

    Attributes
    ----------
    observation
        As it is in the casebook.
    n_detections
    standing
        Whether this run did it, or it was done before.
    seconds_s
        That the analysis took.
    fault
        Of ours; "" if there was none.
    """

    observation: Observation
    n_detections: int
    standing: Standing
    seconds_s: float
    fault: str = ""


@dataclass(frozen=True, slots=True)
class RunReport:
    """What came of a sortie.

    Attributes
    ----------
    sortie_id, mandate_id
    rows
        In the order of `sortie.toml`.
    sites
        What changed.
    timings_s
        Seconds of each stage of the run.
    remarks
        What was odd about the sortie.
    """

    sortie_id: str
    mandate_id: str
    rows: tuple[ObservedRow, ...]
    sites: SiteChanges
    timings_s: dict[str, float]
    remarks: tuple[str, ...] = ()


def run(
    sortie: str | Path,
    casebook: str | Path,
    *,
    executor: Executor | None = None,
    actor: str = "",
    progress: Progress | None = None,
    lease_s: float = LEASE_S,
    only: Collection[str] | None = None,
    landed_s: Mapping[str, float] = EMPTY,
) -> RunReport:
    """Analyse every observation of a sortie into a casebook.

    What was finished before is not done again; after a kill at any moment the same call goes on.

    Parameters
    ----------
    sortie
        Folder with `sortie.toml`.
    casebook
        Folder or URL of a casebook, which holds the mandate.
    executor
        Where work is done; here if None.
    actor
        Who asks; ``local:<user>`` if empty.
    progress
        Who watches; nobody if None.
    lease_s : [s]
        After so long without a word a worker on another machine is taken for dead.
    only
        Names of observations; all if None.
    landed_s : name → [s]
        How long each observation's files took to arrive, for its record's clock.

    Raises
    ------
    CathartesError
        If the sortie can't be read, no mandate allows it, or the machine fails; data that say
        nothing are no error but a record.
    """
    watched = progress or SilentProgress()
    actor = actor or local_actor()
    flown = read_sortie(Path(sortie))
    clock = _Clock()
    with open_casebook(casebook) as opened:
        book = opened.casebook
        mandate = book.mandate(flown.told.mandate)
        mandate.check_in_force(datetime.now(UTC))
        with watched.stage("fingerprint", 1) as advance:
            works = works_of(flown, mandate, only)
            advance(1)
        clock.tick("fingerprint")
        check_times(flown, works, mandate, datetime.now(UTC))
        plan = _plan_of(book, flown)
        book.put_sortie(_sortie_of(flown), actor, datetime.now(UTC))
        before = book.observations(flown.told.id)
        died = [one.id for one in before if one.reason.startswith(DIED)]
        book.remove_observations(died, "it is tried again", actor, datetime.now(UTC))
        orders = [
            Order(str(casebook), work, actor, lease_s, landed_s.get(work.entry.name))
            for work in works
        ]
        todo = _Todo(opened, orders, executor or InlineExecutor())
        done = todo.finish(watched)
        clock.tick("observations")
        rows = tuple(_rows(book, works, done))
        changes = update_sites(opened, [row.observation for row in rows], actor)
        clock.tick("sites")
        seen = [row.observation for row in rows]
        remarks = (*plan_remarks(plan, flown, seen), *data_remarks(book, before, flown, seen))
    return RunReport(flown.told.id, mandate.id, rows, changes, clock.timings_s, remarks)


def check_times(
    flown: SortieFolder, works: Sequence[ObservationWork], mandate: Mandate, now_utc: datetime
) -> None:
    """Check that a mandate covers at least a part of a sortie's time, as far as that is known.

    Raises
    ------
    MandateError
        If not; nothing of the sortie may be analysed then.
    """
    told = flown.told
    moments = [told.started_utc, told.ended_utc]
    moments += [moment for work in works for moment in (work.began_utc, work.entry.end_utc)]
    known = [moment for moment in moments if moment is not None]
    if known and (max(known) < mandate.valid_from_utc or min(known) >= mandate.valid_until_utc):
        raise MandateError(
            f"{SORTIE} of {flown.folder.name}: flown from {min(known):%Y-%m-%d %H:%M} to "
            f"{max(known):%Y-%m-%d %H:%M} UTC, and mandate {mandate.id} is valid from "
            f"{mandate.valid_from_utc:%Y-%m-%d %H:%M} to {mandate.valid_until_utc:%Y-%m-%d %H:%M}. "
            "Name the mandate under which it was flown; without one nothing is analysed."
        )
    if known and mandate.keeps_until(max(known)) <= now_utc:
        raise MandateError(
            f"{SORTIE} of {flown.folder.name}: flown until {max(known):%Y-%m-%d %H:%M} UTC, and "
            f"mandate {mandate.id} has it kept for {mandate.retention_days} days, which are over; "
            "nothing of it may be analysed any more."
        )


def _plan_of(book: Casebook, flown: SortieFolder) -> FlightPlan | None:
    """Return the plan that a sortie names; None if it names none.

    Raises
    ------
    MandateError
        If it is not in the casebook, or of another mandate.
    """
    told = flown.told
    if not told.plan:
        return None
    plan = book.plan(told.plan)
    if plan.mandate_id != told.mandate:
        raise MandateError(
            f"{SORTIE} of {flown.folder.name}: flight plan {plan.id} is of mandate "
            f"{plan.mandate_id}, and the sortie of {told.mandate}; name a plan of its own mandate."
        )
    return plan


def _sortie_of(flown: SortieFolder) -> Sortie:
    told = flown.told
    return Sortie(
        id=told.id,
        mandate_id=told.mandate,
        plan_id=told.plan,
        platform=told.platform,
        began_utc=flown.begins_utc(),
        ended_utc=told.ended_utc,
        manifest=flown.manifest(),
    )


@dataclass(frozen=True, slots=True)
class _Todo:
    """The work of a run, done until nothing is left of it."""

    opened: OpenedCasebook
    orders: Sequence[Order]
    executor: Executor

    def finish(self, progress: Progress) -> dict[str, Finished]:
        """Do all work that is not done, and return what this run did.

        What another run works on is waited for, and taken over should that run die. What no
        process comes back from is recorded as such.
        """
        self.opened.casebook.put_jobs([order.work.job() for order in self.orders])
        done: dict[str, Finished] = {}
        deaths: Counter[str] = Counter()
        by_id = {order.work.observation_id: order for order in self.orders}
        with progress.stage("observations", len(self.orders)) as advance:
            left = self._left()
            advance(len(self.orders) - len(left))
            while left:
                n_done = len(done)
                lost: dict[str, str] = {}
                for job_id, answer in self._once(left, deaths, progress):
                    if isinstance(answer, Lost):
                        lost[job_id] = answer.why
                    elif answer.standing is Standing.RECORDED:
                        done[job_id] = answer
                        advance(1)
                for job_id in self._at_work(lost):
                    deaths[job_id] += 1
                    if deaths[job_id] >= MOST_DEATHS:
                        order, n_deaths = by_id[job_id], deaths[job_id]
                        answer = record_deaths(order, self.opened, n_deaths, lost[job_id])
                        done[job_id] = answer
                left = self._left()
                if left and len(done) == n_done:
                    time.sleep(WAIT_S)
        return done

    def _left(self) -> list[Order]:
        """Return what is not done."""
        sortie_ids = {order.work.sortie_id for order in self.orders}
        jobs = [job for one in sortie_ids for job in self.opened.casebook.jobs(one)]
        over = {job.id for job in jobs if job.state is JobState.DONE}
        return [order for order in self.orders if order.work.observation_id not in over]

    def _at_work(self, lost: Collection[str]) -> Collection[str]:
        """Return which of lost work was gone about when its process died.

        One process that dies takes with it those beside it, and all that has not begun.
        """
        sortie_ids = {order.work.sortie_id for order in self.orders if lost}
        jobs = [job for one in sortie_ids for job in self.opened.casebook.jobs(one)]
        begun = {job.id for job in jobs if job.id in lost and is_gone(job.owner)}
        return begun or lost

    def _once(
        self, orders: Sequence[Order], deaths: Mapping[str, int], progress: Progress
    ) -> Iterator[tuple[str, Finished | Lost]]:
        """Try each piece of work once, and yield what came of it as it ends.

        What a process died of before is done alone, so that no other dies with it.
        """
        if isinstance(self.executor, InlineExecutor):
            for order in orders:
                yield order.work.observation_id, work_on(order, self.opened, progress)
            return
        threads = max(1, usable_cores() // self.executor.share)
        shared = [replace(order, threads=threads) for order in orders]
        alone = [[order] for order in shared if deaths.get(order.work.observation_id)]
        together = [order for order in shared if not deaths.get(order.work.observation_id)]
        for some in (*alone, together):
            for number, answer in self.executor.run(do_work, some):
                yield some[number].work.observation_id, answer


def _rows(
    book: Casebook,
    works: Sequence[ObservationWork],
    done: dict[str, Finished],
) -> Sequence[ObservedRow]:
    rows = []
    for work in works:
        name = work.observation_id
        mine = done.get(name)
        rows.append(
            ObservedRow(
                observation=book.observation(name),
                n_detections=len(book.detections_of(name)),
                standing=mine.standing if mine else Standing.DONE_BEFORE,
                seconds_s=sum(book.timings_s(name).values()),
                fault=mine.fault if mine else "",
            )
        )
    return rows


class _Clock:
    """Seconds of stages that follow each other."""

    def __init__(self) -> None:
        self._since_s = time.monotonic()
        self.timings_s: dict[str, float] = {}

    def tick(self, stage: str) -> None:
        """End a stage."""
        now_s = time.monotonic()
        self.timings_s[stage] = now_s - self._since_s
        self._since_s = now_s
