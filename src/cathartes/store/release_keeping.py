"""What releases and answers keep from being removed: observations, and files of evidence."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, select

from cathartes.casework.release import Release
from cathartes.casework.release_rules import UNDER_WAY, held_observations
from cathartes.store.part import batches, insert_all
from cathartes.store.rows_releases import release_of
from cathartes.store.tables import assets
from cathartes.store.tables_releases import release_evidence, releases, responses


def held_in(connection: Connection) -> frozenset[str]:
    """Return the observations that open releases, and those under way, rest on."""
    wanted = select(releases).where(releases.c.state.in_(sorted(UNDER_WAY)))
    return held_observations(tuple(release_of(row) for row in connection.execute(wanted)))


def evidence_of(connection: Connection, release: Release) -> dict[str, int]:
    """Return the hashes of the evidence that a draft rests on, with their sizes [bytes]."""
    sizes: dict[str, int] = {}
    for some in batches(sorted(release.basis.observation_ids)):
        of_these = select(assets.c.sha256, assets.c.size_bytes)
        named = connection.execute(of_these.where(assets.c.observation_id.in_(some)))
        sizes |= {row.sha256: row.size_bytes for row in named}
    return dict(sorted(sizes.items()))


def pin_evidence(connection: Connection, release: Release, sizes: Mapping[str, int]) -> None:
    """Note which evidence a draft rests on: it outlives observations that are superseded."""
    pins = release_evidence
    connection.execute(pins.delete().where(pins.c.release_id == release.id))
    rows = [
        {"release_id": release.id, "sha256": sha256, "size_bytes": size}
        for sha256, size in sizes.items()
    ]
    insert_all(connection, pins, rows)


def evidence_named(connection: Connection) -> Mapping[str, int | None]:
    """Return the hash of all evidence that is referred to, with its size where it is recorded.

    That of observations; that of observations which a release that is open or under way rests on;
    packages that were sent; answers' files with what was attached to them.
    """
    return {
        **_packages(connection),
        **_attached(connection),
        **_pinned(connection),
        **_sizes(connection.execute(select(assets.c.sha256, assets.c.size_bytes))),
    }


def _pinned(connection: Connection) -> dict[str, int | None]:
    pinned = (
        select(release_evidence.c.sha256, release_evidence.c.size_bytes)
        .join(releases, releases.c.id == release_evidence.c.release_id)
        .where(releases.c.state.in_(sorted(UNDER_WAY)))
    )
    return _sizes(connection.execute(pinned))


def _packages(connection: Connection) -> dict[str, int | None]:
    found: dict[str, int | None] = {}
    for column in (releases.c.package_sha256, responses.c.package_sha256):
        found |= dict.fromkeys(connection.scalars(select(column).where(column != "")))
    return found


def _attached(connection: Connection) -> dict[str, int | None]:
    every = connection.scalars(select(responses.c.attachments))
    return {one["sha256"]: one["size_bytes"] for attached in every for one in attached}


def _sizes(rows: Iterable[Row[Any]]) -> dict[str, int | None]:
    return {one.sha256: one.size_bytes for one in rows}
