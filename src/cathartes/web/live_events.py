"""What is new, as visitors may know of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from cathartes.casework.audit import AuditEntry
from cathartes.casework.release import NoReleaseError, Step
from cathartes.casework.roles import Action, decide
from cathartes.store.interface import JobTally
from cathartes.web.desk import Desk
from cathartes.web.own import own_sorties
from cathartes.web.release_sight import seen_releases
from cathartes.web.visitor import Visitor


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """Something new.

    Attributes
    ----------
    kind
        ``observation``, ``detection``, ``site``, ``review``, ``jobs``, ``release``, ``answer``,
        ``reset``.
    data
        What is told of it.
    sortie_id
        Whose it is; "" if of none.
    actor
        Who did it.
    """

    kind: str
    data: Mapping[str, JsonValue]
    sortie_id: str = ""
    actor: str = ""


RESET = LiveEvent("reset", {})
"""More is new than can be told one by one: load the page again."""


_OF_RELEASES = frozenset({"release.draft", *(f"release.{step}" for step in Step)})
"""Entries of the audit that say that a release went on."""


def events_of(entry: AuditEntry) -> Iterator[LiveEvent]:
    """Yield what an entry of the audit means to those who look on."""
    told = entry.detail
    match entry.action:
        case "observation.record":
            sortie = str(told.get("sortie", ""))
            look = {"id": entry.subject, **_some(told, "sortie", "name", "outcome")}
            n = told.get("n_detections", 0)
            yield LiveEvent("observation", {**look, "n_detections": n}, sortie)
            if n:
                yield LiveEvent("detection", {"observation": entry.subject, "n": n}, sortie)
        case "sites.put":
            site = "" if entry.subject == "sites" else entry.subject
            yield LiveEvent("site", {"id": site, "n": told.get("n_put", 0)})
        case "review.add":
            yield LiveEvent("review", {"detection": entry.subject}, actor=entry.actor)
        case action if action in _OF_RELEASES:
            yield LiveEvent("release", {"id": entry.subject})
        case "response.add":
            yield LiveEvent("answer", {"release": entry.subject})


def jobs_event(sortie_id: str, tally: JobTally) -> LiveEvent:
    """Return how far the work on a sortie is."""
    counts = {"waiting": tally.waiting, "working": tally.working, "done": tally.done}
    return LiveEvent("jobs", {"sortie": sortie_id, **counts}, sortie_id)


class Eyes:
    """What one visitor may see, asked once for many events."""

    def __init__(self, desk: Desk, visitor: Visitor) -> None:
        self._desk = desk
        self._visitor = visitor
        self._own: frozenset[str] | None = None
        self._knows_own = False

    def seen(self, events: Iterable[LiveEvent]) -> list[LiveEvent]:
        """Return those that the visitor may know of."""
        return [event for event in events if self._may(event)]

    def _may(self, event: LiveEvent) -> bool:
        match event.kind:
            case "observation" | "jobs":
                return self._visitor.may(Action.READ_LOOKS) and self._is_theirs(event)
            case "detection" | "site":
                return self._visitor.may(Action.READ_CASES)
            case "review":
                return event.actor == self._visitor.id or self._may_know_review(event)
            case "release" | "answer":
                return self._may_know_release(str(event.data.get("id") or event.data["release"]))
            case _:
                return True

    def _is_theirs(self, event: LiveEvent) -> bool:
        if not self._visitor.sees_own_only:
            return True
        if not self._knows_own:
            self._own, self._knows_own = own_sorties(self._desk, self._visitor), True
        return self._own is None or event.sortie_id in self._own

    def _may_know_review(self, event: LiveEvent) -> bool:
        thing = self._desk.casebook.review_thing(str(event.data["detection"]))
        return decide(self._visitor.subject, Action.READ_VERDICTS, thing).allowed

    def _may_know_release(self, release_id: str) -> bool:
        """Return whether the visitor may know of a release, or it was sent to their office."""
        book, visitor = self._desk.casebook, self._visitor
        try:
            release = book.release(release_id)
        except NoReleaseError:
            return False
        if visitor.may(Action.READ_CASES):
            return bool(seen_releases(self._desk, visitor, [release]))
        thing = book.release_thing(release_id)
        return decide(visitor.subject, Action.ANSWER_RELEASE, thing).allowed


def _some(told: Mapping[str, JsonValue], *names: str) -> dict[str, JsonValue]:
    return {name: told.get(name, "") for name in names}
