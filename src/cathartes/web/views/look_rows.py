"""Looks in a list: what came of each, nothing found and inconclusive too."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cathartes.sites.observation import Observation
from cathartes.store.filters import LookFilter
from cathartes.web.desk import Desk
from cathartes.web.own import own_sorties
from cathartes.web.visitor import Visitor


@dataclass(frozen=True, slots=True)
class LookRow:
    """An observation in short; `n_analysed` of `n_total` pixels, or rows of a log."""

    id: str
    sortie_id: str
    mandate_id: str
    name: str
    kind: str
    began_utc: datetime | None
    ended_utc: datetime | None
    instrument: str
    outcome: str
    reason: str
    n_detections: int
    n_total: int
    n_analysed: int


@dataclass(frozen=True, slots=True)
class LookPage:
    """A page of looks; `next` is what the page after it begins `after`, None on the last."""

    observations: tuple[LookRow, ...]
    next: str | None


def look_page(desk: Desk, visitor: Visitor, wanted: LookFilter, limit: int, after: str) -> LookPage:
    """Return a page of the looks that a visitor may see, newest first."""
    own = own_sorties(desk, visitor)
    if own is not None:
        asked = own if wanted.sortie_ids is None else wanted.sortie_ids & own
        wanted = replace(wanted, sortie_ids=asked)
    found = desk.casebook.looks_page(wanted, limit + 1, after)
    shown = found[:limit]
    more = shown[-1].id if len(found) > limit else None
    return LookPage(look_rows(desk, shown), more)


def look_rows(desk: Desk, looks: Sequence[Observation]) -> tuple[LookRow, ...]:
    """Return looks in short."""
    counts = desk.casebook.n_detections_of([one.id for one in looks])
    return tuple(look_row(one, counts[one.id]) for one in looks)


def look_row(one: Observation, n_detections: int) -> LookRow:
    """Return a look in short."""
    return LookRow(
        id=one.id,
        sortie_id=one.sortie_id,
        mandate_id=one.mandate_id,
        name=one.name,
        kind=one.kind.value,
        began_utc=one.began_utc,
        ended_utc=one.ended_utc,
        instrument=one.instrument,
        outcome=one.outcome.value,
        reason=one.reason,
        n_detections=n_detections,
        n_total=one.masked.n_total,
        n_analysed=one.masked.n_analysed,
    )
