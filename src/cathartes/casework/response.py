"""What a partner says came of a release."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from cathartes.casework.release_content import ReleaseContent
from cathartes.casework.release_material import Notice
from cathartes.errors import ReleaseError

LONGEST_NOTE = 4000
"""Characters."""
MOST_ATTACHMENTS = 20
LONGEST_BEFORE = timedelta(days=365)
"""Of a visit before a release."""
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Answer(StrEnum):
    """How far the partner is, by its own words; no answer is no answer, and never a no."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    """It will look into it."""
    DISPUTED = "disputed"
    """It holds it to be wrong, and says why."""
    INSPECTED = "inspected"
    """It was there; what it found is yet to come."""
    CONFIRMED = "confirmed"
    NOTHING_FOUND = "nothing found"
    NOT_ACCESSIBLE = "not accessible"
    DISMANTLED = "dismantled"
    CLOSED = "closed"


_A = Answer
FOLLOWS: Mapping[Answer | None, frozenset[Answer]] = MappingProxyType(
    {
        None: frozenset(Answer) - {_A.CLOSED},
        _A.RECEIVED: frozenset(Answer) - {_A.RECEIVED},
        _A.ACCEPTED: frozenset(Answer) - {_A.RECEIVED, _A.ACCEPTED},
        _A.DISPUTED: frozenset(Answer) - {_A.RECEIVED, _A.DISPUTED},
        _A.INSPECTED: frozenset(
            {_A.DISPUTED, _A.CONFIRMED, _A.NOTHING_FOUND, _A.NOT_ACCESSIBLE, _A.DISMANTLED,
             _A.CLOSED}
        ),
        _A.CONFIRMED: frozenset({_A.DISMANTLED, _A.CLOSED}),
        _A.NOTHING_FOUND: frozenset({_A.INSPECTED, _A.CONFIRMED, _A.CLOSED}),
        _A.NOT_ACCESSIBLE: frozenset(
            {_A.INSPECTED, _A.CONFIRMED, _A.NOTHING_FOUND, _A.DISMANTLED, _A.CLOSED}
        ),
        _A.DISMANTLED: frozenset({_A.CLOSED}),
        _A.CLOSED: frozenset(),
    }
)  # fmt: skip
"""What may be answered after what; None: nothing yet. Offices may leave steps out, not go back."""

OUTCOMES = frozenset({Answer.CONFIRMED, Answer.NOTHING_FOUND, Answer.DISMANTLED})
"""Answers of somebody who was there and could see: what calibration counts."""

OF_A_RECALL = frozenset({Answer.RECEIVED, Answer.DISPUTED})
"""All that can be answered to a recall, which sends nobody anywhere."""


def check_follows(before: Answer | None, answer: Answer) -> None:
    """Check that an answer can come after the one before; ReleaseError if not."""
    if answer not in FOLLOWS[before]:
        possible = ", ".join(one.value for one in Answer if one in FOLLOWS[before]) or "nothing"
        told = before.value if before else "nothing"
        raise ReleaseError(f"{answer.value!r} can't follow {told!r}; {possible} can.")


def check_fits(notice: Notice, answer: Answer) -> None:
    """Check that an answer can be one to a release of this kind; ReleaseError if not."""
    if notice is Notice.CANCEL and answer not in OF_A_RECALL:
        possible = " or ".join(one.value for one in Answer if one in OF_A_RECALL)
        raise ReleaseError(f"{answer.value!r} to a recall; {possible} can be answered to it.")


def check_visit(visited_on: date | None, content: ReleaseContent) -> None:
    """Check that a visit is not from before the place was seen; ReleaseError if it is.

    Where the partner was not told when that was, from up to `LONGEST_BEFORE` before the release.
    """
    if visited_on is None:
        return
    seen = None if content.finding is None else content.finding.first_seen
    if seen is None:
        before, first_day = "the release was issued by more than a year", content.issued_utc
        first_day -= LONGEST_BEFORE
    else:
        before, first_day = "the place was first seen", seen.begin_utc
    first_day -= timedelta(days=1)  # west of Greenwich it is earlier
    if visited_on < first_day.date():
        raise ReleaseError(
            f"visited on {visited_on}, before {before}; correct the day. What was known of the "
            "place before goes into the note."
        )


MOST_SEIZED = 1e12
"""More of anything is a slip of the pen."""


@dataclass(frozen=True, slots=True)
class Seized:
    """A quantity that was seized, as the partner reports it: nobody here has seen it."""

    what: str
    amount: float
    unit: str

    def __post_init__(self) -> None:
        if not 0 <= self.amount <= MOST_SEIZED:  # NaN is neither
            raise ReleaseError(
                f"seized {self.what[:40]!r}: {self.amount:g}; an amount from 0 to {MOST_SEIZED:g} "
                "is needed: say it in another unit."
            )
        for text in (self.what, self.unit):
            if not text.strip() or len(text) > 200 or not text.isprintable():
                raise ReleaseError(
                    f"seized {self.what[:40]!r}: what and its unit are needed, as 1 to 200 "
                    "printable characters each."
                )


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with an answer; it is kept as evidence, and never opened by Cathartes."""

    name: str
    media_type: str
    sha256: str
    size_bytes: int

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or not _SHA256.fullmatch(self.sha256):
            raise ReleaseError(
                f"attachment {self.name[:100]!r}: a plain file name of letters, digits and . _ -, "
                "and its SHA-256, are needed."
            )


@dataclass(frozen=True, slots=True)
class Response:
    """One answer of a partner to one release; never changed, only followed by another.

    Attributes
    ----------
    id
        As the partner's side made it: the same one twice is a replay.
    release_id, partner_id
    answer
    answered_utc
        By the partner's clock.
    note
        Its words; "" if none.
    reason
        Why it is disputed; "" of all other answers.
    visited_on
        The day on which somebody was there; None if not told.
    seized
    attachments
    is_exercise
        As the release is.

    Raises
    ------
    ReleaseError
        If any of this can't be.
    """

    id: str
    release_id: str
    partner_id: str
    answer: Answer
    answered_utc: datetime
    note: str = ""
    reason: str = ""
    visited_on: date | None = None
    seized: tuple[Seized, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    is_exercise: bool = False

    def __post_init__(self) -> None:
        for what in ("id", "release_id", "partner_id"):
            if not _ID.fullmatch(getattr(self, what)):
                raise ReleaseError(
                    f"response: {what} {getattr(self, what)!r}: up to 64 letters, digits and "
                    ". _ - are needed."
                )
        if self.answered_utc.tzinfo is None:
            raise self._error(f"{self.answered_utc} has no time zone; add Z.")
        if (self.answer is Answer.DISPUTED) != bool(self.reason.strip()):
            raise self._error("a dispute needs its reason, and no other answer has one.")
        for text in (self.note, self.reason):
            readable = all(letter.isprintable() or letter == "\n" for letter in text)
            if len(text) > LONGEST_NOTE or not readable:
                raise self._error(f"a text of up to {LONGEST_NOTE} printable characters is needed.")
        last_day = self.answered_utc.date() + timedelta(days=1)  # east of Greenwich it is later
        if self.visited_on is not None and self.visited_on > last_day:
            raise self._error(
                f"visited on {self.visited_on}, after it was answered ({self.answered_utc:%Y-%m-%d}"
                "); correct the day, or the clock."
            )
        if self.seized and self.answer not in {Answer.CONFIRMED, Answer.DISMANTLED, Answer.CLOSED}:
            raise self._error(f"{self.answer.value!r} with quantities seized; confirm it first.")
        names = [one.name for one in self.attachments]
        if len(names) > MOST_ATTACHMENTS or len(set(names)) != len(names):
            raise self._error(
                f"up to {MOST_ATTACHMENTS} attachments of different names are needed."
            )

    def _error(self, what: str) -> ReleaseError:
        return ReleaseError(f"response {self.id} to {self.release_id}: {what}")
