"""What was sent to a partner's office, as its officers read it: the content, and their answers."""

from dataclasses import dataclass
from datetime import datetime

from cathartes.casework.release import Release
from cathartes.casework.release_content import ReleaseContent
from cathartes.casework.release_material import Notice
from cathartes.casework.response import FOLLOWS, OF_A_RECALL, Answer
from cathartes.products.release.words import marking_of, title_of, words_of
from cathartes.web.desk import Desk
from cathartes.web.office import office_release, office_releases
from cathartes.web.views.answers import AnswerView, answer_views
from cathartes.web.views.release_told import ToldView, told_view
from cathartes.web.visitor import Visitor


@dataclass(frozen=True, slots=True)
class OfficeRow:
    """A release in short, as the office knows it.

    Attributes
    ----------
    id, notice, is_exercise, earlier_ids
    title, marking
        As the report has them.
    issued_utc
    standing
        ``open``, ``superseded`` or ``recalled``.
    answer
        The office's last; "" if it said nothing yet.
    """

    id: str
    notice: str
    is_exercise: bool
    earlier_ids: tuple[str, ...]
    title: str
    marking: str
    issued_utc: datetime
    standing: str
    answer: str


@dataclass(frozen=True, slots=True)
class OfficePage:
    """A page of releases; `next` is what the page after it begins `after`, None on the last."""

    releases: tuple[OfficeRow, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class OfficeView:
    """A release with all that the office was told, and what it may answer.

    Attributes
    ----------
    about, told
    answers
        The office's own, in order.
    choices
        What can be answered next; empty if nothing can.
    """

    about: OfficeRow
    told: ToldView
    answers: tuple[AnswerView, ...]
    choices: tuple[str, ...]


def office_page(desk: Desk, visitor: Visitor, limit: int, after: str) -> OfficePage:
    """Return a page of what was sent to the visitor's office, the last first."""
    found = office_releases(desk, visitor, limit + 1, after)
    shown = found[:limit]
    answers = desk.casebook.responses([one.id for one in shown]) if shown else {}
    rows = []
    for one in shown:
        said = answers.get(one.id, ())
        last = said[-1].response.answer if said else None
        rows.append(_row(one, desk.casebook.release_content(one.id), last))
    return OfficePage(tuple(rows), shown[-1].id if len(found) > limit else None)


def office_view(desk: Desk, visitor: Visitor, release_id: str) -> OfficeView:
    """Return a release of the visitor's office; that it was read is on record.

    Raises
    ------
    AccessError
        If it is not there, or another office's.
    """
    release = office_release(desk, visitor, release_id)
    desk.release_reads.note(desk.casebook, visitor.id, release_id, desk.now())
    content = desk.casebook.release_content(release_id)
    kept = desk.casebook.responses([release_id]).get(release_id, ())
    last = kept[-1].response.answer if kept else None
    return OfficeView(
        about=_row(release, content, last),
        told=told_view(content),
        answers=answer_views(kept, with_persons=False),
        choices=tuple(one.value for one in choices(release, last)),
    )


def choices(release: Release, last: Answer | None) -> tuple[Answer, ...]:
    """Return what can be answered to a release after what was answered last."""
    if not release.is_open:
        return ()
    possible = FOLLOWS[last]
    if release.notice is Notice.CANCEL:
        possible &= OF_A_RECALL
    return tuple(one for one in Answer if one in possible)


def _row(release: Release, content: ReleaseContent, last: Answer | None) -> OfficeRow:
    return OfficeRow(
        id=release.id,
        notice=release.notice.value,
        is_exercise=release.is_exercise,
        earlier_ids=release.earlier_ids,
        title=title_of(content, words_of(content)),
        marking=marking_of(content),
        issued_utc=content.issued_utc,
        standing="open" if release.is_open else release.state.value,
        answer=last.value if last else "",
    )
