"""What partners answered: as we read it, and as the office reads it that said it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from cathartes.store.interface_releases import KeptResponse


@dataclass(frozen=True, slots=True)
class SeizedView:
    """A quantity that was seized, as the partner reports it."""

    what: str
    amount: float
    unit: str


@dataclass(frozen=True, slots=True)
class AttachmentView:
    """A file that came with an answer; nobody here has opened it."""

    name: str
    media_type: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class AnswerView:
    """An answer.

    Attributes
    ----------
    id, answer, answered_utc, note, reason, visited_on, seized, attachments
        As `cathartes.casework.response.Response` has them.
    received_utc
    by_file
        Whether it came as a signed file, and not by a form of the workstation.
    received_by
        Who took it in, or the officer who said it; "" to other offices than ours.
    """

    id: str
    answer: str
    answered_utc: datetime
    note: str
    reason: str
    visited_on: date | None
    seized: tuple[SeizedView, ...]
    attachments: tuple[AttachmentView, ...]
    received_utc: datetime
    by_file: bool
    received_by: str


def answer_views(
    kept: Sequence[KeptResponse], *, with_persons: bool = True
) -> tuple[AnswerView, ...]:
    """Return answers, in order; without who took them in for the office that said them."""
    return tuple(_view(one, with_persons) for one in kept)


def _view(kept: KeptResponse, with_persons: bool) -> AnswerView:
    said = kept.response
    return AnswerView(
        id=said.id,
        answer=said.answer.value,
        answered_utc=said.answered_utc,
        note=said.note,
        reason=said.reason,
        visited_on=said.visited_on,
        seized=tuple(SeizedView(one.what, one.amount, one.unit) for one in said.seized),
        attachments=tuple(
            AttachmentView(one.name, one.media_type, one.sha256, one.size_bytes)
            for one in said.attachments
        ),
        received_utc=kept.received_utc,
        by_file=bool(kept.package_sha256),
        received_by=kept.received_by if with_persons else "",
    )
