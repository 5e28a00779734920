"""What a release rests on, as the database has it in a transaction."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from cathartes.casework.release import OPEN, Basis, Release
from cathartes.casework.release_material import Notice
from cathartes.casework.release_rules import Present
from cathartes.casework.review import person_of
from cathartes.casework.roles import Thing
from cathartes.casework.settlement import ReviewState, Settlement
from cathartes.sites.detection import Detection
from cathartes.sites.site import Site
from cathartes.store.canonical import content_sha256
from cathartes.store.detections_part import detections_where
from cathartes.store.part import batches
from cathartes.store.partners_part import partner_in
from cathartes.store.rows_authority import mandate_of
from cathartes.store.rows_releases import release_of
from cathartes.store.rows_reviews import settlement_of
from cathartes.store.sites_part import sites_of_rows
from cathartes.store.tables import (
    attributions,
    detections,
    mandates,
    observations,
    reviews,
    settlements,
    sites,
    sources,
)
from cathartes.store.tables_releases import releases


def basis_in(connection: Connection, site_id: str, partner_id: str) -> Basis:
    """Return what a release of a site would rest on; of one that is gone, the partner alone."""
    partner_sha256 = content_sha256(partner_in(connection, partner_id))
    site = _site(connection, site_id)
    if site is None:
        return Basis(partner_sha256)
    found = _detections_of(connection, site_id)
    seen = sorted({one.observation_id for one in found})
    return Basis(
        partner_sha256,
        content_sha256(site),
        _hashes(found),
        _confirmed_sha256(_settlements_of(connection, found)),
        tuple(seen),
        tuple(sorted(set(mandates_of(connection, seen).values()))),
        site.by_sight[0],
    )


def present_in(connection: Connection, release: Release) -> Present:
    """Return what is so now, as far as a release rests on it."""
    partner = partner_in(connection, release.partner_id)
    found = _detections_of(connection, release.site_id)
    settled = _settlements_of(connection, found)
    named = select(mandates).where(mandates.c.id.in_(release.basis.mandate_ids))
    before = select(releases).where(releases.c.id.in_(release.earlier_ids))
    standing, found_ids = _standing(connection, release), {one.id for one in found}
    return Present(
        partner=partner,
        partner_sha256=content_sha256(partner),
        site_sha256=_site_sha256(connection, release.site_id),
        detection_sha256=_hashes(found),
        settlements=settled,
        confirmed_sha256=_confirmed_sha256(settled),
        mandates={row.id: mandate_of(row) for row in connection.execute(named)},
        earlier=tuple(release_of(row) for row in connection.execute(before)),
        open_alerts=tuple(one.id for one in standing if _tells_of(one, release.site_id, found_ids)),
        successors=tuple(
            one.id for one in standing if set(one.earlier_ids) & set(release.earlier_ids)
        ),
    )


def thing_in(connection: Connection, release: Release) -> Thing:
    """Return a release as rules about rights see it.

    Its reviewers are all who ever reviewed anything that is attributed to the site now, that the
    release rests on, or that those rest on which led to it.
    """
    ids = {one.id for one in _detections_of(connection, release.site_id)}
    ids |= release.basis.detection_sha256.keys()
    for one in led_to(connection, release.earlier_ids):
        ids |= one.basis.detection_sha256.keys()
    reviewers: set[str] = set()
    for some in batches(sorted(ids)):
        of_these = select(reviews.c.reviewer).where(reviews.c.detection_id.in_(some)).distinct()
        reviewers |= {person_of(one) for one in connection.scalars(of_these)}
    return Thing(
        reviewers=frozenset(reviewers),
        authors=frozenset(release.authors),
        partner=release.partner_id,
        is_told=release.is_told,
    )


def led_to(connection: Connection, release_ids: Iterable[str]) -> tuple[Release, ...]:
    """Return releases with all that they replaced or took back, and what led to those."""
    found: dict[str, Release] = {}
    wanted = set(release_ids)
    while wanted:
        rows = connection.execute(select(releases).where(releases.c.id.in_(sorted(wanted))))
        some = {row.id: release_of(row) for row in rows}
        found |= some
        wanted = {each for one in some.values() for each in one.earlier_ids} - found.keys()
    return tuple(found.values())


def mandates_of(connection: Connection, observation_ids: Iterable[str]) -> dict[str, str]:
    """Return the mandate of each of these observations that is there."""
    found: dict[str, str] = {}
    for some in batches(sorted(observation_ids)):
        wanted = select(observations.c.id, observations.c.mandate_id)
        rows = connection.execute(wanted.where(observations.c.id.in_(some)))
        found |= {row.id: row.mandate_id for row in rows}
    return found


def _site(connection: Connection, site_id: str) -> Site | None:
    rows = connection.execute(select(sites).where(sites.c.id == site_id)).all()
    found = sites_of_rows(connection, rows, with_evidence=True)
    return found[0] if found else None


def _site_sha256(connection: Connection, site_id: str) -> str:
    site = _site(connection, site_id)
    return "" if site is None else content_sha256(site)


def _detections_of(connection: Connection, site_id: str) -> list[Detection]:
    """Return all that is attributed to a site, by id."""
    at_site = (
        select(sources.c.detection_id)
        .join(attributions, attributions.c.source_id == sources.c.id)
        .where(attributions.c.site_id == site_id)
    )
    found = detections_where(connection, detections.c.id.in_(at_site))
    return sorted((one.detection for one in found), key=lambda one: one.id)


def _settlements_of(connection: Connection, found: Iterable[Detection]) -> dict[str, Settlement]:
    settled = {one.id: Settlement() for one in found}
    for some in batches(list(settled)):
        wanted = select(settlements).where(settlements.c.detection_id.in_(some))
        for row in connection.execute(wanted):
            settled[row.detection_id] = settlement_of(row)
    return settled


def _confirmed_sha256(settled: dict[str, Settlement]) -> str:
    """Return the hash of what a partner is told of reviews: who they were does not enter."""
    return content_sha256(
        {
            one_id: [one.confidence, one.rate_may_be_given]
            for one_id, one in settled.items()
            if one.state is ReviewState.CONFIRMED
        }
    )


def _hashes(found: Iterable[Detection]) -> dict[str, str]:
    return {one.id: content_sha256(one) for one in found}


def _standing(connection: Connection, release: Release) -> list[Release]:
    """Return other releases to this partner, no recalls, that stand; drills apart from the real."""
    wanted = select(releases).where(
        releases.c.partner_id == release.partner_id,
        releases.c.is_exercise == int(release.is_exercise),
        releases.c.state.in_(sorted(OPEN)),
        releases.c.notice != Notice.CANCEL.value,
        releases.c.id != release.id,
    )
    return [release_of(row) for row in connection.execute(wanted.order_by(releases.c.id))]


def _tells_of(one: Release, site_id: str, detection_ids: set[str]) -> bool:
    """Return whether a release tells of a site, whatever its id was."""
    return one.site_id == site_id or bool(detection_ids & one.basis.detection_sha256.keys())
