"""Mandates, plans, sorties, jobs and emitters as rows, and back."""

from typing import Any

import shapely
from sqlalchemy import Row

from cathartes.casework.mandate import Mandate
from cathartes.casework.plan import FlightPlan
from cathartes.sites.emitter import LawfulEmitter
from cathartes.store.canonical import to_wkb
from cathartes.store.interface import Job, JobState, Sortie

Values = dict[str, Any]


def values_of_mandate(mandate: Mandate) -> Values:
    """Return a mandate as a row."""
    return {
        "id": mandate.id,
        "authority": mandate.authority,
        "reference": mandate.reference,
        "valid_from_utc": mandate.valid_from_utc,
        "valid_until_utc": mandate.valid_until_utc,
        "area": to_wkb(mandate.area),
        "retention_days": mandate.retention_days,
        "chemicals": list(mandate.chemicals),
        "partners": list(mandate.partners),
        "revoked_utc": mandate.revoked_utc,
        "revoked_why": mandate.revoked_why,
    }


def mandate_of(row: Row[Any]) -> Mandate:
    """Return a row as a mandate."""
    return Mandate(
        id=row.id,
        authority=row.authority,
        reference=row.reference,
        valid_from_utc=row.valid_from_utc,
        valid_until_utc=row.valid_until_utc,
        area=shapely.from_wkb(row.area),
        retention_days=row.retention_days,
        chemicals=tuple(row.chemicals),
        partners=tuple(row.partners),
        revoked_utc=row.revoked_utc,
        revoked_why=row.revoked_why,
    )


def values_of_plan(plan: FlightPlan) -> Values:
    """Return a flight plan as a row."""
    return {
        "id": plan.id,
        "mandate_id": plan.mandate_id,
        "entered_utc": plan.entered_utc,
        "begins_utc": plan.begins_utc,
        "ends_utc": plan.ends_utc,
        "route": to_wkb(plan.route),
        "platform": plan.platform,
        "note": plan.note,
    }


def plan_of(row: Row[Any]) -> FlightPlan:
    """Return a row as a flight plan."""
    return FlightPlan(
        id=row.id,
        mandate_id=row.mandate_id,
        entered_utc=row.entered_utc,
        begins_utc=row.begins_utc,
        ends_utc=row.ends_utc,
        route=shapely.from_wkb(row.route),
        platform=row.platform,
        note=row.note,
    )


def values_of_sortie(sortie: Sortie) -> Values:
    """Return a sortie as a row."""
    return {
        "id": sortie.id,
        "mandate_id": sortie.mandate_id,
        "plan_id": sortie.plan_id or None,
        "platform": sortie.platform,
        "began_utc": sortie.began_utc,
        "ended_utc": sortie.ended_utc,
        "manifest": sortie.manifest,
    }


def sortie_of(row: Row[Any]) -> Sortie:
    """Return a row as a sortie."""
    return Sortie(
        id=row.id,
        mandate_id=row.mandate_id,
        plan_id=row.plan_id or "",
        platform=row.platform,
        began_utc=row.began_utc,
        ended_utc=row.ended_utc,
        manifest=row.manifest,
    )


def values_of_job(job: Job) -> Values:
    """Return a job as a row."""
    return {
        "id": job.id,
        "sortie_id": job.sortie_id,
        "name": job.name,
        "input_hash": job.input_hash,
        "state": job.state.value,
        "attempts": job.attempts,
        "owner": job.owner,
        "lease_until_utc": job.lease_until_utc,
        "trouble": job.trouble,
    }


def job_of(row: Row[Any]) -> Job:
    """Return a row as a job."""
    return Job(
        id=row.id,
        sortie_id=row.sortie_id,
        name=row.name,
        input_hash=row.input_hash,
        state=JobState(row.state),
        attempts=row.attempts,
        owner=row.owner,
        lease_until_utc=row.lease_until_utc,
        trouble=row.trouble,
    )


def values_of_emitter(emitter: LawfulEmitter) -> Values:
    """Return a lawful emitter as a row."""
    west, south, east, north = emitter.area.bounds
    return {
        "id": emitter.id,
        "name": emitter.name,
        "kind": emitter.kind,
        "chemicals": list(emitter.chemicals),
        "area": to_wkb(emitter.area),
        "west_deg": west,
        "south_deg": south,
        "east_deg": east,
        "north_deg": north,
        "source": emitter.source,
    }


def emitter_of(row: Row[Any]) -> LawfulEmitter:
    """Return a row as a lawful emitter."""
    return LawfulEmitter(
        id=row.id,
        name=row.name,
        kind=row.kind,
        chemicals=tuple(row.chemicals),
        area=shapely.from_wkb(row.area),
        source=row.source,
    )
