"""The casebook's observations: recorded, superseded, removed, read."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from cathartes.errors import CasebookError, InputError
from cathartes.sites.detection import Detection
from cathartes.sites.observation import Observation
from cathartes.store.authority_part import mandate_in
from cathartes.store.boxes import found_in_box
from cathartes.store.canonical import content_sha256
from cathartes.store.interface import Box, JobState, Removed
from cathartes.store.part import CasebookPart, batches, enter, insert_all
from cathartes.store.queue_keeping import queue_kept
from cathartes.store.release_keeping import evidence_named, held_in
from cathartes.store.reviews_part import settle_anew
from cathartes.store.rows_results import (
    observation_of,
    values_of_assets,
    values_of_detection,
    values_of_observation,
    values_of_sources,
)
from cathartes.store.tables import (
    assets,
    detections,
    jobs,
    observations,
    site_evidence,
    sources,
    stale_sites,
)
from cathartes.store.work_part import owned

_AT_ONCE = 200
"""Files of evidence that are removed in one transaction."""
_BY_TIME = (observations.c.began_utc.nulls_last(), observations.c.name, observations.c.id)


class ResultsPart(CasebookPart):
    """Observations; see `cathartes.store.interface.Casebook`."""

    def record_observation(
        self,
        observation: Observation,
        detections: Sequence[Detection],
        timings_s: dict[str, float],
        owner: str,
        actor: str,
        now_utc: datetime,
    ) -> bool:
        """Keep what came of a look and end its job, at once."""
        for detection in detections:
            if detection.observation_id != observation.id:
                raise InputError(
                    f"detection {detection.id} is of the observation {detection.observation_id}, "
                    f"not of {observation.id}."
                )
        with self._database.change() as connection:
            ended = connection.execute(
                jobs.update()
                .where(owned(observation.id, owner))
                .values(state=JobState.DONE.value, owner="", lease_until_utc=None, trouble="")
            )
            if ended.rowcount == 0:
                return False
            mandate = mandate_in(connection, observation.mandate_id)
            if mandate.revoked_utc is not None:
                mandate.check_in_force(now_utc)
            superseded = connection.scalar(
                select(observations.c.id).where(
                    observations.c.sortie_id == observation.sortie_id,
                    observations.c.name == observation.name,
                )
            )
            earlier = _detection_ids(connection, [superseded or ""])
            new = [one.id for one in detections]
            with queue_kept(connection, sorted({*earlier, *new})):
                if superseded is not None:
                    _delete(connection, [superseded])
                    if superseded != observation.id:
                        connection.execute(jobs.delete().where(jobs.c.id == superseded))
                _insert(connection, observation, detections, timings_s)
                settle_anew(connection, detections)
            detail = {
                "sortie": observation.sortie_id,
                "name": observation.name,
                "outcome": observation.outcome.value,
                "n_detections": len(detections),
                "input_hash": observation.input_hash,
                "superseded": superseded or "",
                "sha256": content_sha256(result_content(observation, detections)),
            }
            enter(connection, "observation.record", observation.id, detail, actor, now_utc)
            return True

    def observation(self, observation_id: str) -> Observation:
        """Return an observation."""
        with self._database.read() as connection:
            wanted = select(observations).where(observations.c.id == observation_id)
            found = observations_of_query(connection, wanted)
        if not found:
            raise _not_there(observation_id)
        return found[0]

    def observations(self, sortie_id: str = "") -> tuple[Observation, ...]:
        """Return the present ones, or one sortie's, by time and name."""
        wanted = select(observations)
        if sortie_id:
            wanted = wanted.where(observations.c.sortie_id == sortie_id)
        with self._database.read() as connection:
            return observations_of_query(connection, wanted)

    def observations_over(self, box: Box) -> tuple[Observation, ...]:
        """Return those whose footprint's box meets a box, by time and name."""
        meets = found_in_box(observations, box, self._database.dialect)
        with self._database.read() as connection:
            return observations_of_query(connection, select(observations).where(meets))

    def timings_s(self, observation_id: str) -> dict[str, float]:
        """Return the seconds of each stage."""
        wanted = select(observations.c.timings_s).where(observations.c.id == observation_id)
        with self._database.read() as connection:
            found = connection.execute(wanted).one_or_none()
        if found is None:
            raise _not_there(observation_id)
        return {stage: float(seconds) for stage, seconds in found.timings_s.items()}

    def remove_observations(
        self, ids: Sequence[str], why: str, actor: str, now_utc: datetime
    ) -> Removed:
        """Remove observations with detections, jobs and attributions; hashes stay in the audit."""
        ids = sorted(set(ids))
        with self._database.change() as connection:
            gone: list[Observation] = []
            detection_ids: list[str] = []
            for some in batches(ids):
                wanted = select(observations).where(observations.c.id.in_(some))
                gone += observations_of_query(connection, wanted)
                detection_ids += _detection_ids(connection, some)
            missing = set(ids) - {one.id for one in gone}
            if missing:
                raise _not_there(min(missing))
            if not gone:
                return Removed((), (), ())
            held = held_in(connection).intersection(ids)
            if held:
                raise CasebookError(
                    f"observation {min(held)} stays: a release that is open or under way rests on "
                    "it. Nothing was removed; recall or drop that release first."
                )
            with queue_kept(connection, detection_ids):
                _delete(connection, ids)
            for some in batches(ids):
                connection.execute(jobs.delete().where(jobs.c.id.in_(some)))
            named = {asset.sha256 for one in gone for asset in one.assets}
            evidence = sorted(named - evidence_named(connection).keys())
            removed = Removed(tuple(ids), tuple(sorted(detection_ids)), tuple(evidence))
            for one in sorted(gone, key=lambda one: one.id):
                detail = {
                    "why": why,
                    "sortie": one.sortie_id,
                    "name": one.name,
                    "input_hash": one.input_hash,
                    "files": [file.sha256 for file in one.files],
                    "evidence": [asset.sha256 for asset in one.assets],
                }
                enter(connection, "observation.remove", one.id, detail, actor, now_utc)
            return removed

    def evidence_sha256(self) -> frozenset[str]:
        """Return the hashes of all evidence that is referred to."""
        with self._database.read() as connection:
            return frozenset(evidence_named(connection))

    def remove_evidence(
        self,
        sha256: Collection[str],
        why: str,
        remove: Callable[[str], None],
        actor: str,
        now_utc: datetime,
    ) -> tuple[str, ...]:
        """Have evidence removed that nothing refers to; others can change nothing meanwhile."""
        gone: list[str] = []
        every = sorted(set(sha256))
        for start in range(0, len(every), _AT_ONCE):
            some = every[start : start + _AT_ONCE]
            with self._database.change() as connection:
                going = sorted(set(some) - evidence_named(connection).keys())
                if going:
                    enter(connection, "evidence.remove", why, {"sha256": going}, actor, now_utc)
                for one in going:
                    remove(one)
                gone += going
        return tuple(gone)


def result_content(observation: Observation, found: Sequence[Detection]) -> dict[str, Any]:
    """Return what came of a look, as the audit binds it by hash."""
    by_number = sorted(found, key=lambda one: one.number)
    return {"observation": observation, "detections": by_number}


def _insert(
    connection: Connection,
    observation: Observation,
    found: Sequence[Detection],
    timings_s: Mapping[str, float],
) -> None:
    insert_all(connection, observations, [values_of_observation(observation, timings_s)])
    insert_all(connection, assets, values_of_assets(observation))
    insert_all(connection, detections, [values_of_detection(one) for one in found])
    insert_all(connection, sources, [row for one in found for row in values_of_sources(one)])


def _detection_ids(connection: Connection, observation_ids: Sequence[str]) -> list[str]:
    of_these = select(detections.c.id).where(detections.c.observation_id.in_(observation_ids))
    return list(connection.scalars(of_these))


def _delete(connection: Connection, ids: Sequence[str]) -> None:
    """Delete observations; assets, detections, sources and attributions go with them.

    Sites whose evidence names any of these are marked: they are to be made again.
    """
    for some in batches(ids):
        _mark_sites(connection, some)
        connection.execute(observations.delete().where(observations.c.id.in_(some)))


def _mark_sites(connection: Connection, ids: Sequence[str]) -> None:
    """Mark the sites whose evidence names observations, or what was seen in them."""
    found = _detection_ids(connection, ids)
    names = [*ids, *found]
    for some in batches(found):
        names += connection.scalars(select(sources.c.id).where(sources.c.detection_id.in_(some)))
    told = site_evidence.c
    for some in batches(names):
        marked = select(stale_sites.c.site_id)
        stale = select(told.site_id).where(told.refers_to.in_(some), told.site_id.not_in(marked))
        connection.execute(stale_sites.insert().from_select(["site_id"], stale.distinct()))


def observations_of_query(connection: Connection, wanted: Select[Any]) -> tuple[Observation, ...]:
    """Return the observations that are wanted, by time and name, with their assets."""
    rows = connection.execute(wanted.order_by(*_BY_TIME)).all()
    of: dict[str, list[Any]] = defaultdict(list)
    for some in batches([row.id for row in rows]):
        named = select(assets).where(assets.c.observation_id.in_(some))
        for asset in connection.execute(named.order_by(assets.c.position)):
            of[asset.observation_id].append(asset)
    return tuple(observation_of(row, of[row.id]) for row in rows)


def _not_there(observation_id: str) -> CasebookError:
    return CasebookError(
        f"no observation {observation_id!r} in this casebook: it was never recorded, or was "
        "superseded or removed; the audit says which."
    )
