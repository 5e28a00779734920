r"""By when a partner should answer: the more urgent a finding, the sooner.

.. math:: U = \frac{Q}{3\,\mathrm{kg/h}} \cdot \frac{k + 1}{n + 2} \cdot P

with Q the rate, k of n conclusive looks having shown it (Laplace's rule of succession), and P the
probability. All three are taken from what the partner is told, and nothing else: a due date tells
nothing that the release withholds, and the partner can reckon it. What is not told counts as a
usual one: 3 kg/h, one of two looks, the middle of the word of likelihood.

References
----------
Own convention: docs/explanation/outcomes.md. Days are counted from the moment of sending.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cathartes.casework.likelihood import Likelihood
from cathartes.casework.relay import Relay
from cathartes.casework.release_content import Finding, ReleaseContent

USUAL_RATE_KG_H = 3.0
"""Of a rate that is not told: the median of `sites.settings.EvidenceSettings`."""
PRESSING_FROM, PROMPT_FROM = 1.0, 0.25
_MIDDLE: dict[Likelihood, float] = {
    "virtually certain": 0.995, "very likely": 0.945, "likely": 0.78,
    "about as likely as not": 0.495, "unlikely": 0.215, "very unlikely": 0.055,
    "exceptionally unlikely": 0.005,
}  # fmt: skip
"""The middle of what each word says."""


class Urgency(StrEnum):
    """How soon an answer is awaited."""

    PRESSING = "pressing"
    """At work most of the time, large, and nearly sure."""
    PROMPT = "prompt"
    ROUTINE = "routine"
    RECALL = "recall"
    """The partner holds something that is wrong, and is asked to say that it knows."""


DAYS = {Urgency.PRESSING: 7, Urgency.PROMPT: 21, Urgency.ROUTINE: 45, Urgency.RECALL: 3}
"""Until an answer is due."""


@dataclass(frozen=True, slots=True)
class Due:
    """By when, and on what that rests.

    Attributes
    ----------
    urgency
    index
        U above; None of a recall.
    due_utc
    """

    urgency: Urgency
    index: float | None
    due_utc: datetime


def due(content: ReleaseContent, sent_utc: datetime) -> Due:
    """Return by when a partner should answer what it is told at a moment."""
    index = None if content.finding is None else urgency_index(content.finding)
    return Due(_urgency(index), index, sent_utc + timedelta(days=days_to_answer(content)))


def days_to_answer(content: ReleaseContent) -> int:
    """Return how many days a partner has to answer what it is told, from its sending on."""
    return DAYS[_urgency(None if content.finding is None else urgency_index(content.finding))]


def urgency_index(finding: Finding) -> float:
    """Return U of a finding as it is told."""
    rate_kg_h = finding.rate_kg_h.value if finding.rate_kg_h else USUAL_RATE_KG_H
    looks = finding.empty_looks
    n, n_empty = (looks.n_looks, looks.n_empty) if looks else (0, 0)
    recurrence = (n - n_empty + 1) / (n + 2)
    told = finding.probability
    probability = told.value if told else _MIDDLE[finding.likelihood]
    return max(rate_kg_h, 0.0) / USUAL_RATE_KG_H * recurrence * probability


def overdue(relays: Iterable[Relay], now_utc: datetime) -> tuple[Relay, ...]:
    """Return those whose answer is overdue, the longest first; a receipt is no answer."""
    late = [one for one in relays if one.is_overdue(now_utc)]
    return tuple(sorted(late, key=lambda one: (one.last.due_utc or now_utc, one.last.id)))


def _urgency(index: float | None) -> Urgency:
    """Return the class of an index; of a recall, which has none, its own."""
    if index is None:
        return Urgency.RECALL
    if index >= PRESSING_FROM:
        return Urgency.PRESSING
    return Urgency.PROMPT if index >= PROMPT_FROM else Urgency.ROUTINE
