"""Sites and their evidence as rows, and back."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row

from cathartes.sites.site import EvidenceKind, EvidenceLine, Site
from cathartes.store.rows_results import Values, place_of, values_of_place


def values_of_site(site: Site) -> Values:
    """Return a site as a row, without its evidence and its sources."""
    return {
        "id": site.id,
        **values_of_place(site.place),
        "chemicals": list(site.chemicals),
        "n_detections": site.n_detections,
        "n_looks": site.n_looks,
        "first_seen_utc": site.first_seen_utc,
        "last_seen_utc": site.last_seen_utc,
        "probability": site.probability,
        "probability_low": site.probability_low,
        "probability_high": site.probability_high,
        "explained_by": site.explained_by,
        "value": site.value,
        "why": site.why,
    }


def values_of_evidence(site: Site) -> list[Values]:
    """Return a site's lines of evidence as rows."""
    return [
        {
            "site_id": site.id,
            "position": position,
            "kind": line.kind.value,
            "log_odds": line.log_odds,
            "text": line.text,
            "refers_to": line.refers_to,
            "moment_utc": line.moment_utc,
        }
        for position, line in enumerate(site.evidence)
    ]


def values_of_attributions(site: Site) -> list[Values]:
    """Return what sources are attributed to a site as rows."""
    return [
        {"source_id": source_id, "site_id": site.id, "position": position}
        for position, source_id in enumerate(site.source_ids)
    ]


def line_of(row: Row[Any]) -> EvidenceLine:
    """Return a row as a line of evidence."""
    return EvidenceLine(
        EvidenceKind(row.kind), row.log_odds, row.text, row.refers_to, row.moment_utc
    )


def site_of(row: Row[Any], source_ids: Iterable[str], evidence: Iterable[EvidenceLine]) -> Site:
    """Return a row, with its sources and its evidence in order, as a site."""
    return Site(
        id=row.id,
        place=place_of(row),
        chemicals=tuple(row.chemicals),
        source_ids=tuple(source_ids),
        n_detections=row.n_detections,
        n_looks=row.n_looks,
        first_seen_utc=row.first_seen_utc,
        last_seen_utc=row.last_seen_utc,
        evidence=tuple(evidence),
        probability=row.probability,
        probability_low=row.probability_low,
        probability_high=row.probability_high,
        explained_by=row.explained_by,
        value=row.value,
        why=row.why,
    )
