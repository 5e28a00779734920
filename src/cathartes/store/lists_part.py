"""The casebook's lists, page by page: thin rows are sorted, what is shown is read whole."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    Text,
    and_,
    func,
    or_,
    select,
    type_coerce,
)

from cathartes.errors import CasebookError
from cathartes.sites.observation import LookOutcome, Observation
from cathartes.sites.site import Site
from cathartes.store.canonical import canonical
from cathartes.store.detections_part import detections_where
from cathartes.store.filters import LookFilter, SiteFilter
from cathartes.store.interface import FoundDetection, Job, JobState, Sortie
from cathartes.store.part import CasebookPart, batches
from cathartes.store.results_part import observations_of_query
from cathartes.store.rows_authority import job_of, sortie_of
from cathartes.store.sites_part import sites_of_rows
from cathartes.store.tables import audit, detections, jobs, observations, sites, sorties


class ListsPart(CasebookPart):
    """Pages; see `cathartes.store.interface.Casebook`."""

    def sites_page(self, wanted: SiteFilter, limit: int = 50, after: str = "") -> tuple[Site, ...]:
        """Return sites by value, highest first, with no evidence lines."""
        conditions = _of_sites(wanted)
        with self._database.read() as connection:
            if after:
                last = _last_had(connection, sites, after)
                lower = and_(sites.c.value == last.value, sites.c.id > after)
                conditions.append(or_(sites.c.value < last.value, lower))
            page = select(sites).where(*conditions).order_by(sites.c.value.desc(), sites.c.id)
            rows = connection.execute(page.limit(limit)).all()
            return sites_of_rows(connection, rows, with_evidence=False)

    def looks_page(
        self, wanted: LookFilter, limit: int = 50, after: str = ""
    ) -> tuple[Observation, ...]:
        """Return observations, newest first, those without a time last."""
        with self._database.read() as connection:
            ids = _newest(connection, observations, _of_looks(wanted), limit, after)
            found = observations_of_query(connection, _by_ids(observations, ids))
        by_id = {one.id: one for one in found}
        return tuple(by_id[one] for one in ids)

    def sorties_page(
        self, ids: frozenset[str] | None, limit: int = 50, after: str = ""
    ) -> tuple[Sortie, ...]:
        """Return sorties, these or all, newest first, those without a time last."""
        conditions = [] if ids is None else [sorties.c.id.in_(sorted(ids))]
        with self._database.read() as connection:
            page = _newest(connection, sorties, conditions, limit, after)
            rows = connection.execute(select(sorties).where(sorties.c.id.in_(page)))
            by_id = {row.id: sortie_of(row) for row in rows}
        return tuple(by_id[one] for one in page)

    def jobs_page(self, sortie_id: str, limit: int) -> tuple[Job, ...]:
        """Return jobs of a sortie in the order of entry, those that are not done first."""
        is_done = jobs.c.state == JobState.DONE.value
        page = select(jobs).where(jobs.c.sortie_id == sortie_id).order_by(is_done, jobs.c.row_id)
        with self._database.read() as connection:
            return tuple(job_of(row) for row in connection.execute(page.limit(limit)))

    def sortie_ids_entered_by(self, actors: Sequence[str]) -> frozenset[str]:
        """Return the ids of the sorties that any of these actors entered."""
        entered = and_(audit.c.action == "sortie.add", audit.c.actor.in_(actors))
        wanted = select(sorties.c.id).join(audit, audit.c.subject == sorties.c.id).where(entered)
        with self._database.read() as connection:
            return frozenset(connection.scalars(wanted))

    def outcomes_of(self, sortie_ids: Sequence[str]) -> dict[str, dict[LookOutcome, int]]:
        """Return how many observations of each sortie came to what."""
        found: dict[str, dict[LookOutcome, int]] = {one: {} for one in sortie_ids}
        of, outcome = observations.c.sortie_id, observations.c.outcome
        with self._database.read() as connection:
            for some in batches(list(found)):
                counted = select(of, outcome, func.count()).where(of.in_(some))
                for sortie_id, told, n in connection.execute(counted.group_by(of, outcome)):
                    found[sortie_id][LookOutcome(told)] = n
        return found

    def observations_of_ids(self, ids: Sequence[str]) -> tuple[Observation, ...]:
        """Return observations by time and name; those that are not there are left out."""
        with self._database.read() as connection:
            return observations_of_query(connection, _by_ids(observations, ids))

    def detections_of_ids(self, ids: Sequence[str]) -> tuple[FoundDetection, ...]:
        """Return detections, newest first; those that are not there are left out."""
        with self._database.read() as connection:
            found = detections_where(connection, detections.c.id.in_(sorted(set(ids))))
        timed = [one for one in found if one.detection.seen_utc is not None]
        timed.sort(key=lambda one: one.detection.seen_utc, reverse=True)  # type: ignore[arg-type,return-value]
        return (*timed, *(one for one in found if one.detection.seen_utc is None))

    def n_detections_of(self, observation_ids: Sequence[str]) -> dict[str, int]:
        """Return how many detections each observation has."""
        found = dict.fromkeys(observation_ids, 0)
        of = detections.c.observation_id
        with self._database.read() as connection:
            for some in batches(list(found)):
                counted = select(of, func.count()).where(of.in_(some)).group_by(of)
                found |= {row[0]: row[1] for row in connection.execute(counted)}
        return found


def _by_ids(table: Table, ids: Sequence[str]) -> Select[Any]:
    return select(table).where(table.c.id.in_(sorted(set(ids))))


def _of_sites(wanted: SiteFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.chemical:  # a list is kept as canonical JSON: its member is a quoted part of the text
        quoted = canonical(wanted.chemical).decode()
        text = type_coerce(sites.c.chemicals, Text)
        conditions.append(text.contains(quoted, autoescape=True))
    if wanted.least_probability > 0:
        conditions.append(sites.c.probability >= wanted.least_probability)
    if wanted.explained is not None:
        is_explained = sites.c.explained_by != ""
        conditions.append(is_explained if wanted.explained else ~is_explained)
    if wanted.since_utc is not None:
        conditions.append(sites.c.last_seen_utc >= wanted.since_utc)
    return conditions


def _of_looks(wanted: LookFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.outcome is not None:
        conditions.append(observations.c.outcome == wanted.outcome.value)
    if wanted.kind is not None:
        conditions.append(observations.c.kind == wanted.kind.value)
    if wanted.sortie_ids is not None:
        conditions.append(observations.c.sortie_id.in_(sorted(wanted.sortie_ids)))
    if wanted.since_utc is not None:
        conditions.append(observations.c.began_utc >= wanted.since_utc)
    if wanted.until_utc is not None:
        conditions.append(observations.c.began_utc < wanted.until_utc)
    return conditions


def _newest(
    connection: Connection,
    table: Table,
    conditions: Sequence[ColumnElement[bool]],
    limit: int,
    after: str,
) -> list[str]:
    """Return a page of ids, the newest first; of one time, by id; those without a time last."""
    began, one_id = table.c.began_utc, table.c.id
    further = list(conditions)
    if after:
        last = _last_had(connection, table, after)
        if last.began_utc is None:
            further += [began.is_(None), one_id > after]
        else:
            of_one_time = and_(began == last.began_utc, one_id > after)
            further.append(or_(began < last.began_utc, of_one_time, began.is_(None)))
    thin = select(one_id).where(*further).order_by(began.desc().nulls_last(), one_id)
    return list(connection.scalars(thin.limit(limit)))


def _last_had(connection: Connection, table: Table, after: str) -> Any:
    """Return what a page follows."""
    last = connection.execute(select(table).where(table.c.id == after)).one_or_none()
    if last is None:
        raise CasebookError(
            f"the list can't go on after {after!r}, which is not in this casebook any more; begin "
            "the list again."
        )
    return last
