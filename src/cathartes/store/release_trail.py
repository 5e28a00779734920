"""A release's steps as the audit has them: whether they lead to where it is, and by whom."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from cathartes.casework.audit import AuditEntry
from cathartes.casework.release import Release, ReleaseState, Step, state_after
from cathartes.casework.review import person_of

RELEASE_STEPS: Mapping[str, Step | None] = {"release.draft": None} | {
    f"release.{step.value}": step for step in Step
}
"""Actions of the audit that take a release somewhere; None: it comes into being."""


@dataclass(slots=True)
class Trail:
    """How far the entries of one release lead.

    Attributes
    ----------
    state
        None before the first.
    content
        Hash of what was drafted last.
    authors
    approved
        By whom, and the hash of what; empty if what there is was not.
    faults
        Steps that can't have been taken so, a sentence each.
    """

    state: ReleaseState | None = None
    content: str = ""
    authors: set[str] = field(default_factory=set)
    approved: tuple[str, str] = ("", "")
    faults: list[str] = field(default_factory=list)

    def add(self, entry: AuditEntry) -> None:
        """Take an entry in."""
        step = RELEASE_STEPS[entry.action]
        after = self._after(step)
        where = f"release {entry.subject}: entry {entry.number}"
        if after is None:
            was = self.state.value if self.state else "not there"
            self.faults.append(f"{where} is {entry.action}, and it was {was}.")
            return
        self.state = after
        content = str(entry.detail.get("content"))
        if step in {None, Step.REDRAFT}:
            self.content, self.approved = content, ("", "")
            self.authors.add(person_of(entry.actor))
        elif content != self.content:
            self.faults.append(f"{where} is of another content than was drafted last.")
        if step is Step.SUBMIT:
            self.authors.add(person_of(entry.actor))
        elif step is Step.APPROVE:
            self.approved = entry.actor, content
        elif step is Step.SEND and not self._is_approved(content):
            self.faults.append(f"{where} sent what no other person had approved.")

    def _after(self, step: Step | None) -> ReleaseState | None:
        if step is None:
            return ReleaseState.DRAFT if self.state is None else None
        return None if self.state is None else state_after(self.state, step)

    def _is_approved(self, content: str) -> bool:
        approver, approved = self.approved
        return approved == content and person_of(approver) not in self.authors


def trail_faults(release: Release, trail: Trail) -> Iterator[str]:
    """Yield what is wrong with a release's steps, and where they lead elsewhere than it is."""
    yield from trail.faults
    if trail.state is not release.state:
        led = trail.state.value if trail.state else "nowhere"
        yield f"release {release.id} is {release.state.value}; the audit's steps lead to {led}."
    if trail.content != release.content_sha256:
        yield f"release {release.id} has another content than the audit says was drafted last."
    if trail.authors != set(release.authors):
        yield f"release {release.id} has other authors than the audit says."
