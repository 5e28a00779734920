"""A sortie: one flight under one mandate, its jobs, and what came of its looks."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue

from cathartes.store.filters import LookFilter
from cathartes.store.interface import Sortie
from cathartes.web.desk import Desk
from cathartes.web.own import check_own, own_sorties
from cathartes.web.views.audit_excerpt import AuditLine, audit_excerpt
from cathartes.web.views.look_rows import LookRow, look_rows
from cathartes.web.views.shapes import GeoJson, geojson
from cathartes.web.visitor import Visitor

MOST_SHOWN = 200
"""Looks, and jobs, of a sortie; the list of looks goes on."""


@dataclass(frozen=True, slots=True)
class SortieRow:
    """A sortie in short; `outcomes` counts its observations by what came of them."""

    id: str
    mandate_id: str
    plan_id: str
    platform: str
    began_utc: datetime | None
    ended_utc: datetime | None
    outcomes: dict[str, int]


@dataclass(frozen=True, slots=True)
class SortiePage:
    """A page of sorties; `next` is what the page after it begins `after`, None on the last."""

    sorties: tuple[SortieRow, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class JobView:
    """An observation to be analysed: how far it is, how often it was begun, what went wrong."""

    id: str
    name: str
    state: str
    attempts: int
    is_held: bool
    lease_until_utc: datetime | None
    trouble: str


@dataclass(frozen=True, slots=True)
class PlanView:
    """A flight plan."""

    id: str
    entered_utc: datetime
    begins_utc: datetime
    ends_utc: datetime
    platform: str
    note: str
    geometry: GeoJson | None


@dataclass(frozen=True, slots=True)
class SortieView:
    """All that is shown of a sortie.

    Attributes
    ----------
    about
    plan
        None if none was entered.
    observations, jobs
        At most `MOST_SHOWN` of each: looks by time, and jobs, those that are not done first.
    are_all_shown
    manifest
    audit
        None to one who may not read it.
    """

    about: SortieRow
    plan: PlanView | None
    observations: tuple[LookRow, ...]
    jobs: tuple[JobView, ...]
    are_all_shown: bool
    manifest: dict[str, JsonValue]
    audit: tuple[AuditLine, ...] | None


def sortie_page(desk: Desk, visitor: Visitor, limit: int, after: str) -> SortiePage:
    """Return a page of the sorties that a visitor may see, newest first."""
    found = desk.casebook.sorties_page(own_sorties(desk, visitor), limit + 1, after)
    shown = found[:limit]
    more = shown[-1].id if len(found) > limit else None
    return SortiePage(sortie_rows(desk, shown), more)


def sortie_rows(desk: Desk, sorties: tuple[Sortie, ...]) -> tuple[SortieRow, ...]:
    """Return sorties in short."""
    outcomes = desk.casebook.outcomes_of([one.id for one in sorties])
    return tuple(
        SortieRow(
            id=one.id,
            mandate_id=one.mandate_id,
            plan_id=one.plan_id,
            platform=one.platform,
            began_utc=one.began_utc,
            ended_utc=one.ended_utc,
            outcomes={outcome.value: n for outcome, n in sorted(outcomes[one.id].items())},
        )
        for one in sorties
    )


def sortie_view(desk: Desk, visitor: Visitor, sortie_id: str) -> SortieView:
    """Return a sortie as a visitor may see it.

    Raises
    ------
    CasebookError
        If it is not there.
    AccessError
        If it is somebody else's, to one who sees only their own.
    """
    check_own(desk, visitor, sortie_id)
    sortie = desk.casebook.sortie(sortie_id)
    of_it = LookFilter(sortie_ids=frozenset({sortie_id}))
    looks = desk.casebook.looks_page(of_it, MOST_SHOWN + 1)
    jobs = desk.casebook.jobs_page(sortie_id, MOST_SHOWN + 1)
    return SortieView(
        about=sortie_rows(desk, (sortie,))[0],
        plan=plan_view(desk, sortie.plan_id) if sortie.plan_id else None,
        observations=look_rows(desk, looks[:MOST_SHOWN][::-1]),
        jobs=tuple(
            JobView(
                one.id,
                one.name,
                one.state.value,
                one.attempts,
                bool(one.owner),
                one.lease_until_utc,
                one.trouble,
            )
            for one in jobs[:MOST_SHOWN]
        ),
        are_all_shown=max(len(looks), len(jobs)) <= MOST_SHOWN,
        manifest=sortie.manifest,
        audit=audit_excerpt(desk, visitor, [sortie_id]),
    )


def plan_view(desk: Desk, plan_id: str) -> PlanView:
    """Return a flight plan."""
    plan = desk.casebook.plan(plan_id)
    return PlanView(
        plan.id,
        plan.entered_utc,
        plan.begins_utc,
        plan.ends_utc,
        plan.platform,
        plan.note,
        geojson(plan.route),
    )
