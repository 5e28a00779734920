"""One release: what its partner will see, what is withheld, its steps, and what may come next."""

from dataclasses import dataclass
from datetime import datetime

from cathartes.casework.release import BEFORE_SENDING, Release, ReleaseState, Step
from cathartes.casework.roles import Action
from cathartes.web.desk import Desk
from cathartes.web.release_sight import check_seen
from cathartes.web.texts import Texts
from cathartes.web.views.answers import AnswerView, answer_views
from cathartes.web.views.audit_excerpt import AuditLine, audit_excerpt
from cathartes.web.views.release_told import ToldView, told_view
from cathartes.web.views.release_withheld import Withheld, withheld_view
from cathartes.web.views.releases import ReleaseRow, release_rows
from cathartes.web.visitor import Visitor

_STEPS = {
    f"release.{step}": step.value
    for step in (
        Step.REDRAFT, Step.SUBMIT, Step.APPROVE, Step.REFUSE, Step.DROP, Step.SEND,
        Step.ACKNOWLEDGE, Step.SUPERSEDE, Step.RECALL,
    )
} | {"release.draft": "draft"}  # fmt: skip
_NEXT = {
    ReleaseState.DRAFT: (Step.SUBMIT, Step.DROP),
    ReleaseState.SUBMITTED: (Step.APPROVE, Step.REFUSE, Step.DROP),
    ReleaseState.APPROVED: (Step.SEND, Step.REFUSE, Step.DROP),
    ReleaseState.REFUSED: (Step.DROP,),
}
"""Steps that persons take, the one that leads on first."""


@dataclass(frozen=True, slots=True)
class StepTaken:
    """A step: what, when, by whom; `content_sha256` is that of the content then."""

    step: str
    moment_utc: datetime
    actor: str
    content_sha256: str


@dataclass(frozen=True, slots=True)
class NextStep:
    """A step that is possible by the release's state; `hindrance` is "" if the visitor can."""

    step: str
    hindrance: str


@dataclass(frozen=True, slots=True)
class DeliveryTry:
    """What came of one try to deliver the package."""

    way: str
    target: str
    succeeded: bool
    told: str


@dataclass(frozen=True, slots=True)
class ReleaseView:
    """All that is shown of a release.

    Attributes
    ----------
    about
    content_sha256
        What an approval is bound to.
    told
        What the partner sees.
    withheld
        What it does not, beside what we know.
    why_not_compared
        Why what we know can't be shown; "" if it is.
    steps
        Taken so far, in order.
    next_steps
        That come into question.
    may_draft
        Whether the visitor may write it anew, update or recall it.
    is_before_sending, is_open
    ways
        By which the partner gets it.
    deliveries
        Tries so far.
    answers
    audit
        None to one who may not read it.
    """

    about: ReleaseRow
    content_sha256: str
    told: ToldView
    withheld: tuple[Withheld, ...]
    why_not_compared: str
    steps: tuple[StepTaken, ...]
    next_steps: tuple[NextStep, ...]
    may_draft: bool
    is_before_sending: bool
    is_open: bool
    ways: tuple[str, ...]
    deliveries: tuple[DeliveryTry, ...]
    answers: tuple[AnswerView, ...]
    audit: tuple[AuditLine, ...] | None


def release_view(desk: Desk, visitor: Visitor, release_id: str, texts: Texts) -> ReleaseView:
    """Return a release as a visitor may see it; that it was read is on record.

    Raises
    ------
    AccessError
        If they may not.
    NoReleaseError
        If it is not there.
    """
    book = desk.casebook
    release = check_seen(desk, visitor, release_id)
    content = book.release_content(release_id)
    desk.release_reads.note(book, visitor.id, release_id, desk.now())
    withheld, why_not = withheld_view(desk, visitor, release, content, texts)
    partner = book.partner(release.partner_id)
    return ReleaseView(
        about=release_rows(desk, [release])[0],
        content_sha256=release.content_sha256,
        told=told_view(content),
        withheld=withheld,
        why_not_compared=why_not,
        steps=_steps(desk, release_id),
        next_steps=_next_steps(desk, visitor, release),
        may_draft=visitor.may(Action.DRAFT_RELEASE),
        is_before_sending=release.state in BEFORE_SENDING,
        is_open=release.is_open,
        ways=tuple(f"{one.way.value}: {one.target}" for one in partner.deliveries),
        deliveries=tuple(
            DeliveryTry(one.delivery.way.value, one.delivery.target, one.succeeded, one.told)
            for one in book.deliveries(release_id)
        ),
        answers=answer_views(book.responses([release_id]).get(release_id, ())),
        audit=audit_excerpt(desk, visitor, (release_id,)),
    )


def _steps(desk: Desk, release_id: str) -> tuple[StepTaken, ...]:
    return tuple(
        StepTaken(_STEPS[one.action], one.moment_utc, one.actor, str(one.detail.get("content", "")))
        for one in desk.casebook.audit_of(release_id)
        if one.action in _STEPS
    )


def _next_steps(desk: Desk, visitor: Visitor, release: Release) -> tuple[NextStep, ...]:
    return tuple(
        NextStep(step.value, desk.casebook.hindrance(release.id, step, visitor.id, desk.now()))
        for step in _NEXT.get(release.state, ())
    )
