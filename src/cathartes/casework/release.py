"""A release: a site's finding on its way to exactly one partner, step by step, never by itself."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from cathartes.casework.release_material import Notice, to_minute
from cathartes.casework.tlp import Tlp
from cathartes.errors import ReleaseError

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class NoReleaseError(ReleaseError):
    """A release is not there."""

    def __init__(self, release_id: str) -> None:
        super().__init__(
            f"no release {release_id[:100]!r} in this casebook; `cathartes release list` shows "
            "those there are."
        )


class ReleaseState(StrEnum):
    """How far a release is."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    """Its authors ask for approval."""
    APPROVED = "approved"
    """Just as it is: any other content needs another approval."""
    REFUSED = "refused"
    DROPPED = "dropped"
    """Nobody was told, nobody will be."""
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    """The partner says that it has it."""
    SUPERSEDED = "superseded"
    """A later release to the same partner takes its place."""
    RECALLED = "recalled"
    """The partner was told that it holds no more."""


TOLD = frozenset(
    {
        ReleaseState.SENT,
        ReleaseState.ACKNOWLEDGED,
        ReleaseState.SUPERSEDED,
        ReleaseState.RECALLED,
    }
)
"""The partner has it: it can only be taken back by another release."""
OPEN = frozenset({ReleaseState.SENT, ReleaseState.ACKNOWLEDGED})
"""It stands, and answers are awaited."""
BEFORE_SENDING = frozenset(
    {
        ReleaseState.DRAFT,
        ReleaseState.SUBMITTED,
        ReleaseState.APPROVED,
        ReleaseState.REFUSED,
    }
)
"""It can still be written anew, or dropped."""


class Step(StrEnum):
    """What takes a release from one state to another."""

    REDRAFT = "redraft"
    """Write it anew, from what is known now; an approval is void."""
    SUBMIT = "submit"
    APPROVE = "approve"
    REFUSE = "refuse"
    DROP = "drop"
    SEND = "send"
    ACKNOWLEDGE = "acknowledge"
    SUPERSEDE = "supersede"
    """By sending a release that updates it."""
    RECALL = "recall"
    """By sending a release that cancels it."""


_STEPS: Mapping[Step, tuple[frozenset[ReleaseState], ReleaseState]] = MappingProxyType(
    {
        Step.REDRAFT: (BEFORE_SENDING, ReleaseState.DRAFT),
        Step.SUBMIT: (frozenset({ReleaseState.DRAFT}), ReleaseState.SUBMITTED),
        Step.APPROVE: (frozenset({ReleaseState.SUBMITTED}), ReleaseState.APPROVED),
        Step.REFUSE: (
            frozenset({ReleaseState.SUBMITTED, ReleaseState.APPROVED}),
            ReleaseState.REFUSED,
        ),
        Step.DROP: (BEFORE_SENDING, ReleaseState.DROPPED),
        Step.SEND: (frozenset({ReleaseState.APPROVED}), ReleaseState.SENT),
        Step.ACKNOWLEDGE: (frozenset({ReleaseState.SENT}), ReleaseState.ACKNOWLEDGED),
        Step.SUPERSEDE: (OPEN, ReleaseState.SUPERSEDED),
        Step.RECALL: (OPEN | {ReleaseState.SUPERSEDED}, ReleaseState.RECALLED),
    }
)


def state_after(state: ReleaseState, step: Step) -> ReleaseState | None:
    """Return the state that a step takes a release to; None if it can't be taken there."""
    possible, after = _STEPS[step]
    return after if state in possible else None


@dataclass(frozen=True, slots=True)
class Basis:
    """What a release rests on, as it was when it was drafted; hashes of canonical JSON.

    Attributes
    ----------
    partner_sha256
        Of the partner's whole record: a changed profile allows other things.
    site_sha256
        "" of a recall, which rests on no site.
    detection_sha256 : by detection
        Of every detection attributed to the site.
    confirmed_sha256
        Of what reviews confirmed of these, with which confidence, and whether with a rate.
    observation_ids
        Of these detections and of the empty looks; kept while the release is open.
    mandate_ids
        Under which all of this was flown.
    probability
        Of the site, by what was seen alone and not by what partners answered; None of a recall.
        By this their answers judge it: of those given 0.9, how many were confirmed?
    """

    partner_sha256: str
    site_sha256: str = ""
    detection_sha256: Mapping[str, str] = field(default_factory=dict)
    confirmed_sha256: str = ""
    observation_ids: tuple[str, ...] = ()
    mandate_ids: tuple[str, ...] = ()
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """One finding for exactly one partner.

    Attributes
    ----------
    id
        Tells nothing: letters, digits, ``. _ -``.
    site_id
    partner_id
        An empty one is nobody's: refused.
    notice
    tlp
    is_exercise
        A drill, kept apart from what is real.
    content_sha256
        Of `ReleaseContent.canonical_json`: exactly what the partner will see.
    basis
    drafted_utc
        When it was last written; its time of issue.
    authors
        The persons who drafted, redrafted or submitted it, sorted: none of them approves it.
    earlier_ids
        Releases to the same partner that it replaces or takes back. Its content names also all that
        led to these: one of them may be the last that reached the partner.
    state
    decided_by, decided_utc, why
        Who approved or refused or dropped it, when, and in a few words why; approvals need none.
    sent_by, sent_utc, package_sha256
        The sealed file is kept as evidence under its hash.
    due_utc
        By when the partner should have answered.

    Raises
    ------
    ReleaseError
        If any of this can't be.
    """

    id: str
    site_id: str
    partner_id: str
    notice: Notice
    tlp: Tlp
    is_exercise: bool
    content_sha256: str
    basis: Basis
    drafted_utc: datetime
    authors: tuple[str, ...]
    earlier_ids: tuple[str, ...] = ()
    state: ReleaseState = ReleaseState.DRAFT
    decided_by: str = ""
    decided_utc: datetime | None = None
    why: str = ""
    sent_by: str = ""
    sent_utc: datetime | None = None
    package_sha256: str = ""
    due_utc: datetime | None = None

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise ReleaseError(
                f"release {self.id!r}: an id of up to 64 letters, digits and . _ - is needed."
            )
        if not self.partner_id:
            raise self._error("no partner: a release is for exactly one; nobody is no partner.")
        if not self.site_id:
            raise self._error("no site; a release tells of exactly one.")
        if not _SHA256.fullmatch(self.content_sha256):
            raise self._error(f"content {self.content_sha256!r}: a SHA-256 is needed.")
        if not self.authors or tuple(sorted(set(self.authors))) != self.authors:
            raise self._error("its authors are needed, each once, sorted.")
        if (self.notice is Notice.ALERT) != (not self.earlier_ids):
            raise self._error(
                f"{self.notice.value} with {len(self.earlier_ids)} earlier releases; an update or "
                "a recall names at least one, an alert none."
            )
        for moment in (self.drafted_utc, self.decided_utc, self.sent_utc, self.due_utc):
            if moment is not None and moment.tzinfo is None:
                raise self._error(f"{moment} has no time zone; add Z.")

    @property
    def issued_utc(self) -> datetime:
        """Its time of issue, as its content tells it."""
        return to_minute(self.drafted_utc)

    @property
    def is_told(self) -> bool:
        """Whether the partner has it."""
        return self.state in TOLD

    @property
    def is_open(self) -> bool:
        """Whether it stands, and answers are awaited."""
        return self.state in OPEN

    def after(self, step: Step) -> ReleaseState:
        """Return the state that a step takes it to.

        Raises
        ------
        ReleaseError
            If that step can't be taken from where it is.
        """
        after = state_after(self.state, step)
        if after is None:
            needed = " or ".join(one.value for one in ReleaseState if state_after(one, step))
            raise self._error(f"it is {self.state.value}; to {step.value} it must be {needed}.")
        return after

    def _error(self, what: str) -> ReleaseError:
        return ReleaseError(f"release {self.id}: {what}")
