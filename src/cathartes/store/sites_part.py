"""The casebook's sites and lawful emitters."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import JsonValue
from sqlalchemy import Connection, Row, select

from cathartes.errors import CasebookError
from cathartes.sites.emitter import LawfulEmitter
from cathartes.sites.site import EvidenceLine, Site
from cathartes.store import tables
from cathartes.store.boxes import found_in_box
from cathartes.store.canonical import content_sha256
from cathartes.store.interface import Box
from cathartes.store.part import CasebookPart, batches, enter, insert_all, last_number
from cathartes.store.queue_keeping import queue_kept_of_sites
from cathartes.store.rows_authority import emitter_of, values_of_emitter
from cathartes.store.rows_sites import (
    line_of,
    site_of,
    values_of_attributions,
    values_of_evidence,
    values_of_site,
)
from cathartes.store.tables import (
    attributions,
    emitters,
    profiles,
    site_evidence,
    sites,
    sources,
    stale_sites,
)

PROFILE = "profile"
"""Id of the one profile that sites are weighed by."""


class SitesPart(CasebookPart):
    """Sites and lawful emitters; see `cathartes.store.interface.Casebook`."""

    def put_sites(
        self,
        sites: Sequence[Site],
        removed_ids: Sequence[str],
        actor: str,
        now_utc: datetime,
        as_of: int | None = None,
    ) -> bool:
        """Put sites in the place of those of the same ids and of the removed ones, at once."""
        put_ids = {site.id for site in sites}
        replaced = sorted(put_ids | set(removed_ids))
        if not replaced:
            return True
        with self._database.change() as connection:
            if as_of is not None and last_number(connection) != as_of:
                return False
            attributed = (one for site in sites for one in site.source_ids)
            with queue_kept_of_sites(connection, replaced, attributed):
                for some in batches(replaced):  # evidence and attributions go with them
                    connection.execute(tables.sites.delete().where(tables.sites.c.id.in_(some)))
                _check_sources(connection, sites)
                _insert(connection, sites)
            detail = {
                "n_put": len(sites),
                "removed": sorted(set(removed_ids) - put_ids),
                "sha256": {site.id: content_sha256(site) for site in sites},
            }
            subject = sites[0].id if len(sites) == 1 else "sites"
            enter(connection, "sites.put", subject, detail, actor, now_utc)
        return True

    def site(self, site_id: str) -> Site:
        """Return a site with its evidence."""
        with self._database.read() as connection:
            rows = connection.execute(select(sites).where(sites.c.id == site_id)).all()
            found = sites_of_rows(connection, rows, with_evidence=True)
        if not found:
            raise CasebookError(
                f"no site {site_id!r} in this casebook; `cathartes sites` lists those there are."
            )
        return found[0]

    def ranked_sites(self, limit: int = 100, offset: int = 0) -> tuple[Site, ...]:
        """Return sites by value, highest first, with no evidence lines."""
        ranked = select(sites).order_by(sites.c.value.desc(), sites.c.id)
        with self._database.read() as connection:
            rows = connection.execute(ranked.limit(limit).offset(offset)).all()
            return sites_of_rows(connection, rows, with_evidence=False)

    def sites_in(self, box: Box) -> tuple[Site, ...]:
        """Return those whose place lies in a box, by id, with their evidence."""
        inside = found_in_box(sites, box, self._database.dialect)
        with self._database.read() as connection:
            rows = connection.execute(select(sites).where(inside).order_by(sites.c.id)).all()
            return sites_of_rows(connection, rows, with_evidence=True)

    def stale_site_ids(self) -> tuple[str, ...]:
        """Return the ids of sites whose evidence names what was superseded or removed."""
        marked = select(stale_sites.c.site_id).order_by(stale_sites.c.site_id)
        with self._database.read() as connection:
            return tuple(connection.scalars(marked))

    def put_emitters(
        self, emitters: Sequence[LawfulEmitter], actor: str, now_utc: datetime
    ) -> None:
        """Put emitters in the place of those of the same ids."""
        if not emitters:
            return
        table = tables.emitters
        with self._database.change() as connection:
            for some in batches([one.id for one in emitters]):
                connection.execute(table.delete().where(table.c.id.in_(some)))
            insert_all(connection, table, [values_of_emitter(one) for one in emitters])
            detail = {
                "n_put": len(emitters),
                "sha256": {one.id: content_sha256(one) for one in emitters},
            }
            subject = emitters[0].id if len(emitters) == 1 else "emitters"
            enter(connection, "emitters.put", subject, detail, actor, now_utc)

    def put_profile(self, toml: str, actor: str, now_utc: datetime) -> None:
        """Put a chemical profile, as TOML, in the place of the one there was."""
        with self._database.change() as connection:
            connection.execute(profiles.delete())
            connection.execute(profiles.insert().values(id=PROFILE, toml=toml))
            detail: dict[str, JsonValue] = {"sha256": content_sha256(toml)}
            enter(connection, "profile.put", PROFILE, detail, actor, now_utc)

    def profile(self) -> str:
        """Return the chemical profile as TOML; "" if none was put."""
        with self._database.read() as connection:
            return connection.scalar(select(profiles.c.toml)) or ""

    def emitters(self) -> tuple[LawfulEmitter, ...]:
        """Return all, by id."""
        with self._database.read() as connection:
            rows = connection.execute(select(emitters).order_by(emitters.c.id))
            return tuple(emitter_of(row) for row in rows)

    def emitters_in(self, box: Box) -> tuple[LawfulEmitter, ...]:
        """Return those whose box meets a box, by id."""
        meets = found_in_box(emitters, box, self._database.dialect)
        with self._database.read() as connection:
            rows = connection.execute(select(emitters).where(meets).order_by(emitters.c.id))
            return tuple(emitter_of(row) for row in rows)


def _insert(connection: Connection, new: Sequence[Site]) -> None:
    """Insert sites with their evidence and attributions."""
    insert_all(connection, sites, [values_of_site(one) for one in new])
    lines = [row for one in new for row in values_of_evidence(one)]
    insert_all(connection, site_evidence, lines)
    attributed = [row for one in new for row in values_of_attributions(one)]
    insert_all(connection, attributions, attributed)


def _check_sources(connection: Connection, new: Sequence[Site]) -> None:
    """Check that each source is there and belongs to one site only."""
    of: dict[str, str] = {}
    for site in new:
        for source_id in site.source_ids:
            if source_id in of:
                raise _two_sites(source_id, of[source_id], site.id)
            of[source_id] = site.id
    for some in batches(sorted(of)):
        with_site = (
            select(sources.c.id, attributions.c.site_id)
            .join(attributions, attributions.c.source_id == sources.c.id, isouter=True)
            .where(sources.c.id.in_(some))
        )
        there = {row.id: row.site_id for row in connection.execute(with_site)}
        for source_id in some:
            if source_id not in there:
                raise CasebookError(
                    f"site {of[source_id]}: no source {source_id!r} in this casebook; its "
                    "observation was superseded or removed. Join the sites again."
                )
            if there[source_id] is not None:
                raise _two_sites(source_id, there[source_id], of[source_id])


def _two_sites(source_id: str, one: str, other: str) -> CasebookError:
    return CasebookError(
        f"source {source_id} would belong to the sites {one} and {other}; one is needed: put both, "
        "or remove one, at once."
    )


def sites_of_rows(
    connection: Connection, rows: Sequence[Row[Any]], with_evidence: bool
) -> tuple[Site, ...]:
    """Return rows as sites, in their order, with their sources and perhaps their evidence."""
    source_ids: dict[str, list[str]] = defaultdict(list)
    lines: dict[str, list[EvidenceLine]] = defaultdict(list)
    for some in batches([row.id for row in rows]):
        attributed = select(attributions).where(attributions.c.site_id.in_(some))
        for row in connection.execute(attributed.order_by(attributions.c.position)):
            source_ids[row.site_id].append(row.source_id)
        if with_evidence:
            told = select(site_evidence).where(site_evidence.c.site_id.in_(some))
            for row in connection.execute(told.order_by(site_evidence.c.position)):
                lines[row.site_id].append(line_of(row))
    return tuple(site_of(row, source_ids[row.id], lines[row.id]) for row in rows)
