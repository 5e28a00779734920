"""All that is there of what the audit binds; what can't be read is told, and nothing else lost."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, Table, and_, select, true

from cathartes.casework.release import Release
from cathartes.store.canonical import content_sha256
from cathartes.store.detections_part import detections_where
from cathartes.store.guarded import why_unreadable
from cathartes.store.part import batches
from cathartes.store.people_part import account_content
from cathartes.store.results_part import observations_of_query, result_content
from cathartes.store.rows_authority import emitter_of, mandate_of, plan_of, sortie_of
from cathartes.store.rows_releases import partner_of, release_of, response_of
from cathartes.store.rows_reviews import review_of
from cathartes.store.sites_part import PROFILE, sites_of_rows
from cathartes.store.tables import (
    detections,
    emitters,
    mandates,
    observations,
    plans,
    profiles,
    reviews,
    sites,
    sorties,
    users,
)
from cathartes.store.tables_releases import partners, release_evidence, releases, responses

Key = tuple[str, str]
"""Kind and id."""
REVOCATION = "revocation of mandate"
EVIDENCE = "evidence of release"
"""Kinds that are part of another thing's row, or of its rows."""


@dataclass(frozen=True, slots=True)
class Content:
    """Something that is there.

    Attributes
    ----------
    key
    sha256
        Of its canonical JSON, hexadecimal; "" if it can't be read.
    unreadable
        Why it can't be read; "" if it can.
    release
        The thing itself, if it is one.
    """

    key: Key
    sha256: str
    unreadable: str = ""
    release: Release | None = None


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of thing, and how to read those of a condition.

    Attributes
    ----------
    name
    since
        Revision of the tables in which it came.
    ids
        Columns that name one of it.
    read
        Yields what is hashed of each.
    """

    name: str
    since: str
    ids: tuple[Column[Any], ...]
    read: Callable[[Connection, ColumnElement[bool]], Iterator[tuple[str, object]]]


def contents(connection: Connection, revision: str) -> Iterator[Content]:
    """Yield all that is there and that the audit binds, in a casebook of a revision.

    A row that was changed to what can't be makes its thing unreadable, and nothing else.
    """
    for kind in _KINDS:
        if kind.since > revision:
            continue
        every, _ = why_unreadable(partial(_read, connection, kind, true()))
        yield from _one_by_one(connection, kind) if every is None else every


def _one_by_one(connection: Connection, kind: _Kind) -> Iterator[Content]:
    for row in connection.execute(select(*kind.ids).order_by(*kind.ids)).all():
        this = and_(*(column == value for column, value in zip(kind.ids, row, strict=True)))
        found, why = why_unreadable(partial(_read, connection, kind, this))
        if found is None:
            yield Content((kind.name, "/".join(map(str, row))), "", why)
        else:
            yield from found


def _read(connection: Connection, kind: _Kind, where: ColumnElement[bool]) -> list[Content]:
    return [
        Content(
            (kind.name, one_id),
            content_sha256(value),
            release=value if isinstance(value, Release) else None,
        )
        for one_id, value in kind.read(connection, where)
    ]


_Read = Callable[[Connection, ColumnElement[bool]], Iterator[tuple[str, object]]]


def _rows(table: Table, of: Callable[[Row[Any]], Any]) -> _Read:
    """Return how to read what has its id in one row."""

    def read(connection: Connection, where: ColumnElement[bool]) -> Iterator[tuple[str, object]]:
        for row in connection.execute(select(table).where(where)):
            yield row.id, of(row)

    return read


def _mandate_as_entered(row: Row[Any]) -> object:
    return replace(mandate_of(row), revoked_utc=None, revoked_why="")


def revocation(revoked_utc: datetime, why: str) -> dict[str, Any]:
    """Return of a mandate that was revoked what the audit binds."""
    return {"revoked_utc": revoked_utc, "why": why}


def _revocations(
    connection: Connection, where: ColumnElement[bool]
) -> Iterator[tuple[str, object]]:
    revoked = mandates.c.revoked_utc.is_not(None) | (mandates.c.revoked_why != "")
    for row in connection.execute(select(mandates).where(where, revoked)):
        yield row.id, revocation(row.revoked_utc, row.revoked_why)


def _evidence(connection: Connection, where: ColumnElement[bool]) -> Iterator[tuple[str, object]]:
    pins: dict[str, dict[str, int]] = {
        one: {} for one in connection.scalars(select(releases.c.id).where(where))
    }
    for some in batches(list(pins)):
        of_these = select(release_evidence).where(release_evidence.c.release_id.in_(some))
        for row in connection.execute(of_these):
            pins[row.release_id][row.sha256] = row.size_bytes
    yield from pins.items()


def _observations(
    connection: Connection, where: ColumnElement[bool]
) -> Iterator[tuple[str, object]]:
    for one in observations_of_query(connection, select(observations).where(where)):
        found = detections_where(connection, detections.c.observation_id == one.id)
        yield one.id, result_content(one, [each.detection for each in found])


def _sites(connection: Connection, where: ColumnElement[bool]) -> Iterator[tuple[str, object]]:
    rows = connection.execute(select(sites).where(where).order_by(sites.c.id)).all()
    for site in sites_of_rows(connection, rows, with_evidence=True):
        yield site.id, site


def _responses(connection: Connection, where: ColumnElement[bool]) -> Iterator[tuple[str, object]]:
    for row in connection.execute(select(responses).where(where)):
        yield f"{row.partner_id}/{row.id}", response_of(row)


_KINDS = (
    _Kind("mandate", "0001", (mandates.c.id,), _rows(mandates, _mandate_as_entered)),
    _Kind(REVOCATION, "0001", (mandates.c.id,), _revocations),
    _Kind("flight plan", "0001", (plans.c.id,), _rows(plans, plan_of)),
    _Kind("sortie", "0001", (sorties.c.id,), _rows(sorties, sortie_of)),
    _Kind("observation", "0001", (observations.c.id,), _observations),
    _Kind("site", "0001", (sites.c.id,), _sites),
    _Kind("lawful emitter", "0001", (emitters.c.id,), _rows(emitters, emitter_of)),
    _Kind(PROFILE, "0001", (profiles.c.id,), _rows(profiles, attrgetter("toml"))),
    _Kind("review", "0002", (reviews.c.id,), _rows(reviews, review_of)),
    _Kind("account", "0002", (users.c.id,), _rows(users, account_content)),
    _Kind("partner", "0005", (partners.c.id,), _rows(partners, partner_of)),
    _Kind("release", "0005", (releases.c.id,), _rows(releases, release_of)),
    _Kind(EVIDENCE, "0005", (releases.c.id,), _evidence),
    _Kind("response", "0005", (responses.c.partner_id, responses.c.id), _responses),
)
