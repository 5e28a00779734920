"""Partners, releases and answers as rows, and back."""

from datetime import date
from typing import Any

from sqlalchemy import Row

from cathartes.casework.partner import Delivery, Field, Partner, Way
from cathartes.casework.release import Basis, Release, ReleaseState
from cathartes.casework.release_material import Notice
from cathartes.casework.response import Answer, Attachment, Response, Seized
from cathartes.casework.tlp import Tlp
from cathartes.store.interface_releases import KeptResponse
from cathartes.store.rows_results import Values


def values_of_partner(partner: Partner) -> Values:
    """Return a partner as a row."""
    return {
        "id": partner.id,
        "name": partner.name,
        "country": partner.country,
        "languages": list(partner.languages),
        "age_recipient": partner.age_recipient,
        "signing_key": partner.signing_key,
        "fields": [one for one in Field if one in partner.fields],
        "cell_m": partner.cell_m,
        "ceiling": partner.ceiling.value,
        "mandate_ids": list(partner.mandate_ids),
        "deliveries": [[one.way, one.target] for one in partner.deliveries],
        "is_disabled": int(partner.is_disabled),
    }


def partner_of(row: Row[Any]) -> Partner:
    """Return a row as a partner."""
    return Partner(
        id=row.id,
        name=row.name,
        country=row.country,
        languages=tuple(row.languages),
        age_recipient=row.age_recipient,
        signing_key=row.signing_key,
        fields=frozenset(Field(one) for one in row.fields),
        cell_m=row.cell_m,
        ceiling=Tlp(row.ceiling),
        mandate_ids=tuple(row.mandate_ids),
        deliveries=tuple(Delivery(Way(way), target) for way, target in row.deliveries),
        is_disabled=bool(row.is_disabled),
    )


def values_of_release(release: Release) -> Values:
    """Return a release as a row."""
    return {
        "id": release.id,
        "site_id": release.site_id,
        "partner_id": release.partner_id,
        "notice": release.notice.value,
        "tlp": release.tlp.value,
        "is_exercise": int(release.is_exercise),
        "content_sha256": release.content_sha256,
        "basis": release.basis,
        "drafted_utc": release.drafted_utc,
        "authors": list(release.authors),
        "earlier_ids": list(release.earlier_ids),
        "state": release.state.value,
        "decided_by": release.decided_by,
        "decided_utc": release.decided_utc,
        "why": release.why,
        "sent_by": release.sent_by,
        "sent_utc": release.sent_utc,
        "package_sha256": release.package_sha256,
        "due_utc": release.due_utc,
    }


def release_of(row: Row[Any]) -> Release:
    """Return a row as a release."""
    basis = dict(row.basis)
    for name in ("observation_ids", "mandate_ids"):
        basis[name] = tuple(basis[name])
    if basis["probability"] is not None:
        basis["probability"] = float(basis["probability"])  # JSON has 1 for 1.0
    return Release(
        id=row.id,
        site_id=row.site_id,
        partner_id=row.partner_id,
        notice=Notice(row.notice),
        tlp=Tlp(row.tlp),
        is_exercise=bool(row.is_exercise),
        content_sha256=row.content_sha256,
        basis=Basis(**basis),
        drafted_utc=row.drafted_utc,
        authors=tuple(row.authors),
        earlier_ids=tuple(row.earlier_ids),
        state=ReleaseState(row.state),
        decided_by=row.decided_by,
        decided_utc=row.decided_utc,
        why=row.why,
        sent_by=row.sent_by,
        sent_utc=row.sent_utc,
        package_sha256=row.package_sha256,
        due_utc=row.due_utc,
    )


def values_of_response(kept: KeptResponse) -> Values:
    """Return an answer as a row."""
    response = kept.response
    return {
        "partner_id": response.partner_id,
        "id": response.id,
        "release_id": response.release_id,
        "answer": response.answer.value,
        "answered_utc": response.answered_utc,
        "note": response.note,
        "reason": response.reason,
        "visited_on": None if response.visited_on is None else response.visited_on.isoformat(),
        "seized": [[one.what, one.amount, one.unit] for one in response.seized],
        "attachments": list(response.attachments),
        "is_exercise": int(response.is_exercise),
        "received_utc": kept.received_utc,
        "received_by": kept.received_by,
        "package_sha256": kept.package_sha256,
        "signing_key": kept.signing_key,
    }


def response_of(row: Row[Any]) -> KeptResponse:
    """Return a row as an answer."""
    response = Response(
        id=row.id,
        release_id=row.release_id,
        partner_id=row.partner_id,
        answer=Answer(row.answer),
        answered_utc=row.answered_utc,
        note=row.note,
        reason=row.reason,
        visited_on=None if row.visited_on is None else date.fromisoformat(row.visited_on),
        seized=tuple(Seized(what, float(amount), unit) for what, amount, unit in row.seized),
        attachments=tuple(Attachment(**one) for one in row.attachments),
        is_exercise=bool(row.is_exercise),
    )
    return KeptResponse(
        response, row.received_utc, row.received_by, row.package_sha256, row.signing_key
    )
