"""The casebook's flights, sites and reviews as counting reads them."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import shapely
from sqlalchemy import Column, Connection, Row, Select, Text, func, select, type_coerce

from cathartes.casework.review import Confidence, Judgement, RateVerdict, Review, Verdict
from cathartes.sites.observation import LookOutcome, Sensitivity
from cathartes.store.interface_outcomes import FlownLook
from cathartes.store.part import CasebookPart, batches
from cathartes.store.tables import attributions, observations, reviews, sites, sorties, sources

_CHUNK = 20_000


class OutcomesPart(CasebookPart):
    """What outcomes are counted from; see `cathartes.store.interface_outcomes.OutcomeBook`."""

    def n_sorties(self, since_utc: datetime | None, until_utc: datetime | None) -> int:
        """Return how many sorties began then."""
        counted = _within(select(func.count()).select_from(sorties), sorties.c.began_utc,
                          since_utc, until_utc)  # fmt: skip
        with self._database.read() as connection:
            return connection.scalar(counted) or 0

    def flown_looks(
        self, since_utc: datetime | None, until_utc: datetime | None
    ) -> tuple[FlownLook, ...]:
        """Return the observations that began then, in no order."""
        of = observations.c
        wanted = select(of.outcome, of.footprint, type_coerce(of.sensitivities, Text))
        wanted = _within(wanted, of.began_utc, since_utc, until_utc)
        found: list[FlownLook] = []
        with self._database.read() as connection:
            result = connection.execution_options(yield_per=_CHUNK).execute(wanted)
            for rows in result.partitions():
                outcomes, footprints, told = zip(*rows, strict=True)
                found += map(
                    FlownLook,
                    map(LookOutcome, outcomes),
                    shapely.from_wkb(list(footprints)),
                    map(_sensitivities, told),
                )
        return tuple(found)

    def found_sites(
        self, since_utc: datetime | None, until_utc: datetime | None
    ) -> dict[str, datetime | None]:
        """Return the sites that were first seen then, and when, by id."""
        wanted = select(sites.c.id, sites.c.first_seen_utc).order_by(sites.c.id)
        wanted = _within(wanted, sites.c.first_seen_utc, since_utc, until_utc)
        with self._database.read() as connection:
            return {row.id: row.first_seen_utc for row in connection.execute(wanted)}

    def reviews_at_sites(self) -> dict[str, tuple[tuple[Review, ...], ...]]:
        """Return for each site with any the reviews of its detections, in order."""
        thin = select(*(reviews.c[name] for name in _OF_REVIEW)).order_by(reviews.c.row_id)
        by_detection: dict[str, list[Review]] = defaultdict(list)
        with self._database.read() as connection:
            for row in connection.execute(thin):
                by_detection[row.detection_id].append(_review(row))
            at_site = _sites_of(connection, list(by_detection))
        found: dict[str, list[tuple[Review, ...]]] = defaultdict(list)
        for detection_id in sorted(at_site):
            for site_id in at_site[detection_id]:
                found[site_id].append(tuple(by_detection[detection_id]))
        return {site_id: tuple(some) for site_id, some in found.items()}

    def sites_of_detections(self, detection_ids: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """Return the present sites of detections."""
        with self._database.read() as connection:
            found = _sites_of(connection, sorted(set(detection_ids)))
        return {one: frozenset(some) for one, some in found.items()}


_OF_REVIEW = (
    "detection_id",
    "reviewer",
    "moment_utc",
    "was_blind",
    "verdict",
    "confidence",
    "rate",
)


def _within(
    wanted: Select[Any],
    moment: Column[Any],
    since_utc: datetime | None,
    until_utc: datetime | None,
) -> Select[Any]:
    if since_utc is not None:
        wanted = wanted.where(moment >= since_utc)
    if until_utc is not None:
        wanted = wanted.where(moment < until_utc)
    return wanted


@cache
def _sensitivities(told: str) -> tuple[Sensitivity, ...]:
    """Return them out of their text: looks of one kind say the same."""
    return tuple(Sensitivity(**one) for one in json.loads(told))


def _review(row: Row[Any]) -> Review:
    judgement = Judgement(
        Verdict(row.verdict),
        Confidence(row.confidence),
        None if row.rate is None else RateVerdict(row.rate),
    )
    return Review(
        "", row.detection_id, "", row.reviewer, row.moment_utc, bool(row.was_blind), judgement
    )


def _sites_of(connection: Connection, detection_ids: Sequence[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    joined = attributions.join(sources, sources.c.id == attributions.c.source_id)
    wanted = select(sources.c.detection_id, attributions.c.site_id).select_from(joined)
    for some in batches(detection_ids):
        for row in connection.execute(wanted.where(sources.c.detection_id.in_(some))):
            found[row.detection_id].add(row.site_id)
    return found
