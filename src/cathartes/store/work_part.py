"""The casebook's sorties and jobs."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from cathartes.errors import CasebookError
from cathartes.store import tables
from cathartes.store.authority_part import mandate_in
from cathartes.store.canonical import content_sha256
from cathartes.store.interface import Job, JobState, JobTally, Sortie
from cathartes.store.part import CasebookPart, batches, enter, insert_all
from cathartes.store.rows_authority import job_of, sortie_of, values_of_job, values_of_sortie
from cathartes.store.tables import jobs, plans, sorties


class WorkPart(CasebookPart):
    """Sorties and jobs; see `cathartes.store.interface.Casebook`."""

    def put_sortie(self, sortie: Sortie, actor: str, now_utc: datetime) -> None:
        """Enter a sortie; the same again changes nothing."""
        with self._database.change() as connection:
            mandate_in(connection, sortie.mandate_id)
            _check_plan(connection, sortie)
            there = _find_sortie(connection, sortie.id)
            sha256 = content_sha256(sortie)
            if there is not None and content_sha256(there) == sha256:
                return
            if there is not None and there.mandate_id != sortie.mandate_id:
                raise CasebookError(
                    f"sortie {sortie.id} is in the casebook under the mandate "
                    f"{there.mandate_id}, and now names {sortie.mandate_id}; give another flight "
                    "another id."
                )
            values = values_of_sortie(sortie)
            if there is None:
                connection.execute(sorties.insert().values(values))
            else:
                connection.execute(sorties.update().where(sorties.c.id == sortie.id).values(values))
            action = "sortie.add" if there is None else "sortie.change"
            detail = {"mandate": sortie.mandate_id, "plan": sortie.plan_id, "sha256": sha256}
            enter(connection, action, sortie.id, detail, actor, now_utc)

    def sortie(self, sortie_id: str) -> Sortie:
        """Return a sortie."""
        with self._database.read() as connection:
            found = _find_sortie(connection, sortie_id)
        if found is None:
            raise CasebookError(
                f"no sortie {sortie_id!r} in this casebook; `cathartes run` enters it."
            )
        return found

    def sorties(self) -> tuple[Sortie, ...]:
        """Return all, by time; those without a time last."""
        by_time = select(sorties).order_by(sorties.c.began_utc.nulls_last(), sorties.c.id)
        with self._database.read() as connection:
            return tuple(sortie_of(row) for row in connection.execute(by_time))

    def put_jobs(self, jobs: Sequence[Job]) -> tuple[Job, ...]:
        """Enter jobs that are not there yet; return all of these ids as they are now."""
        ids = [job.id for job in jobs]
        with self._database.change() as connection:
            there = {job.id for job in _jobs_in(connection, ids)}
            new = {job.id: values_of_job(job) for job in jobs if job.id not in there}
            insert_all(connection, tables.jobs, list(new.values()))
            found = {job.id: job for job in _jobs_in(connection, ids)}
        return tuple(found[one] for one in ids)

    def claim_job(
        self,
        ids: Sequence[str],
        owner: str,
        now_utc: datetime,
        lease_s: float,
        gone: Sequence[str] = (),
    ) -> Job | None:
        """Take one of these jobs, the first that may be taken in the order of entry."""
        free = or_(
            jobs.c.state == JobState.WAITING.value,
            and_(
                jobs.c.state == JobState.WORKING.value,
                or_(jobs.c.lease_until_utc <= now_utc, jobs.c.owner.in_(list(gone))),
            ),
        )
        with self._database.take() as connection:
            for some in batches(ids):
                row_id = connection.scalar(
                    select(jobs.c.row_id)
                    .where(jobs.c.id.in_(some), free)
                    .order_by(jobs.c.row_id)
                    .limit(1)
                    .with_for_update(skip_locked=True)
                )
                if row_id is not None:
                    taken = (
                        jobs.update()
                        .where(jobs.c.row_id == row_id)
                        .values(
                            state=JobState.WORKING.value,
                            owner=owner,
                            attempts=jobs.c.attempts + 1,
                            lease_until_utc=now_utc + timedelta(seconds=lease_s),
                        )
                        .returning(jobs)
                    )
                    return job_of(connection.execute(taken).one())
        return None

    def keep_job(self, job_id: str, owner: str, now_utc: datetime, lease_s: float) -> bool:
        """Prolong a lease; False if the job is not the owner's any more."""
        with self._database.take() as connection:
            kept = connection.execute(
                jobs.update()
                .where(owned(job_id, owner))
                .values(lease_until_utc=now_utc + timedelta(seconds=lease_s))
            )
            return kept.rowcount == 1

    def drop_job(self, job_id: str, owner: str, trouble: str) -> None:
        """Let go of a job after trouble; nothing happens if it is not the owner's any more."""
        with self._database.take() as connection:
            connection.execute(
                jobs.update()
                .where(owned(job_id, owner))
                .values(
                    state=JobState.WAITING.value, owner="", lease_until_utc=None, trouble=trouble
                )
            )

    def job_tallies(self, sortie_ids: Sequence[str]) -> dict[str, JobTally]:
        """Return how far the work on each of these sorties is."""
        found = dict.fromkeys(sortie_ids, JobTally())
        with self._database.read() as connection:
            for some in batches(list(found)):
                found |= _tallies(connection, jobs.c.sortie_id.in_(some))
        return found

    def unfinished_jobs(self) -> dict[str, JobTally]:
        """Return how many wait or are worked on, of each sortie with any."""
        states = [JobState.WAITING.value, JobState.WORKING.value]
        with self._database.read() as connection:
            return _tallies(connection, jobs.c.state.in_(states))

    def jobs(self, sortie_id: str = "") -> tuple[Job, ...]:
        """Return all jobs, or one sortie's, in the order in which they were entered."""
        wanted = select(jobs).order_by(jobs.c.row_id)
        if sortie_id:
            wanted = wanted.where(jobs.c.sortie_id == sortie_id)
        with self._database.read() as connection:
            return tuple(job_of(row) for row in connection.execute(wanted))


def owned(job_id: str, owner: str) -> ColumnElement[bool]:
    """Return the condition that a job is somebody's."""
    return and_(jobs.c.id == job_id, jobs.c.owner == owner, jobs.c.state == JobState.WORKING.value)


def _find_sortie(connection: Connection, sortie_id: str) -> Sortie | None:
    row = connection.execute(select(sorties).where(sorties.c.id == sortie_id)).one_or_none()
    return None if row is None else sortie_of(row)


def _check_plan(connection: Connection, sortie: Sortie) -> None:
    """Check that a sortie's plan is there, and is one of its mandate."""
    if not sortie.plan_id:
        return
    of = connection.scalar(select(plans.c.mandate_id).where(plans.c.id == sortie.plan_id))
    if of != sortie.mandate_id:
        found = "is not in the casebook" if of is None else f"is one of the mandate {of}"
        raise CasebookError(
            f"sortie {sortie.id}: its flight plan {sortie.plan_id} {found}; one of the mandate "
            f"{sortie.mandate_id} is needed, entered before the flight."
        )


def _jobs_in(connection: Connection, ids: Sequence[str]) -> list[Job]:
    return [
        job_of(row)
        for some in batches(ids)
        for row in connection.execute(select(jobs).where(jobs.c.id.in_(some)))
    ]


def _tallies(connection: Connection, wanted: ColumnElement[bool]) -> dict[str, JobTally]:
    """Count jobs by sortie and state."""
    counted = select(jobs.c.sortie_id, jobs.c.state, func.count().label("n")).where(wanted)
    found: dict[str, JobTally] = {}
    for row in connection.execute(counted.group_by(jobs.c.sortie_id, jobs.c.state)):
        before = found.get(row.sortie_id, JobTally())
        found[row.sortie_id] = replace(before, **{row.state: row.n})
    return found
