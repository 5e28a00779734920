"""A relay: one finding told to one partner, an alert with all that followed it, and the answers.

An update takes an alert's place and a recall takes it back; what was answered to any of them is one
exchange about one place. Counted by releases, an office that got three updates would have answered
one in four.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cathartes.casework.release import Release
from cathartes.casework.release_material import Notice
from cathartes.casework.response import OUTCOMES, Answer, Response

RECEIPTS = frozenset({Answer.RECEIVED})
"""What says no more than that it is there."""
VISITS = OUTCOMES | {Answer.INSPECTED, Answer.NOT_ACCESSIBLE}
"""Somebody went."""


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer with the moment at which it was taken in, by our clock."""

    response: Response
    received_utc: datetime


@dataclass(frozen=True, slots=True)
class Relay:
    """One finding told to one partner.

    Attributes
    ----------
    releases
        That it was told by, in the order of sending: an alert first.
    heard
        Answers to any of them, in order.
    """

    releases: tuple[Release, ...]
    heard: tuple[Heard, ...] = ()

    @property
    def first(self) -> Release:
        """The alert."""
        return self.releases[0]

    @property
    def last(self) -> Release:
        """What the partner holds by now."""
        return self.releases[-1]

    @property
    def partner_id(self) -> str:
        """Who was told."""
        return self.first.partner_id

    @property
    def sent_utc(self) -> datetime:
        """When it was told."""
        return _sent(self.first)

    @property
    def is_recalled(self) -> bool:
        """Whether it was taken back."""
        return self.last.notice is Notice.CANCEL

    @property
    def answers(self) -> tuple[Answer, ...]:
        """What was answered, in order."""
        return tuple(one.response.answer for one in self.heard)

    @property
    def is_answered(self) -> bool:
        """Whether more than a receipt came back."""
        return any(answer not in RECEIPTS for answer in self.answers)

    @property
    def is_visited(self) -> bool:
        """Whether somebody went there, or says what there was."""
        return bool(VISITS.intersection(self.answers))

    @property
    def outcome(self) -> Answer | None:
        """The last word of somebody who could see: dismantled stays; None if there is none yet."""
        told = [answer for answer in self.answers if answer in OUTCOMES]
        if Answer.DISMANTLED in told:
            return Answer.DISMANTLED
        return told[-1] if told else None

    @property
    def due_utc(self) -> datetime | None:
        """By when what it holds should be answered."""
        return self.last.due_utc

    def is_overdue(self, now_utc: datetime) -> bool:
        """Whether an answer is overdue: of a recall a receipt is enough."""
        last = self.last
        if not last.is_open or last.due_utc is None or now_utc <= last.due_utc:
            return False
        if self.is_recalled:
            return not any(one.response.release_id == last.id for one in self.heard)
        return not self.is_answered

    def first_of(self, answers: frozenset[Answer]) -> datetime | None:
        """Return when one of these answers first came in."""
        return next((h.received_utc for h in self.heard if h.response.answer in answers), None)


def relays_of(
    releases: Iterable[Release], heard: Mapping[str, Sequence[Heard]]
) -> tuple[Relay, ...]:
    """Return the relays that releases and their answers make, by the moment of the alert.

    Parameters
    ----------
    releases
        Of any state: those that nobody was told are passed over.
    heard : by release
    """
    told = sorted((one for one in releases if one.is_told), key=lambda one: (_sent(one), one.id))
    root: dict[str, str] = {}
    chains: dict[str, list[Release]] = {}
    for one in told:
        roots = sorted({root[name] for name in one.earlier_ids if name in root})
        first = roots[0] if roots else one.id
        for other in roots[1:]:  # an update of two alerts makes them one
            chains[first] += chains.pop(other)
            root |= dict.fromkeys((each.id for each in chains[first]), first)
        root[one.id] = first
        chains.setdefault(first, []).append(one)
    relays = []
    for chain in chains.values():
        chain.sort(key=lambda one: (_sent(one), one.id))
        answers = [each for one in chain for each in heard.get(one.id, ())]
        answers.sort(key=lambda each: (each.received_utc, each.response.id))
        relays.append(Relay(tuple(chain), tuple(answers)))
    return tuple(sorted(relays, key=lambda one: (one.sent_utc, one.first.id)))


def _sent(release: Release) -> datetime:
    """Return when it was sent; one that was told without a moment, when it was written."""
    return release.sent_utc or release.drafted_utc
