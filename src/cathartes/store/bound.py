"""Contents that the audit binds by hash: what it recorded against what is there."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from cathartes.casework.audit import AuditEntry
from cathartes.store.canonical import content_sha256
from cathartes.store.casebook import SqlCasebook
from cathartes.store.results_part import result_sha256

_RECORDED = {
    "mandate.add": "mandate",
    "plan.add": "flight plan",
    "sortie.add": "sortie",
    "sortie.change": "sortie",
    "observation.record": "observation",
}

Key = tuple[str, str]
"""Kind and id."""


@dataclass(slots=True)
class Recorded:
    """What the audit says should be there, gathered entry by entry."""

    sha256: dict[Key, object] = field(default_factory=dict)

    def add(self, entry: AuditEntry) -> None:
        """Take an entry in."""
        told = entry.detail
        if entry.action in _RECORDED:
            self.sha256.pop(("observation", str(told.get("superseded", ""))), None)
            self.sha256[_RECORDED[entry.action], entry.subject] = told.get("sha256")
        elif entry.action == "review.add":
            self.sha256["review", str(told.get("review"))] = told.get("sha256")
        elif entry.action == "observation.remove":
            self.sha256.pop(("observation", entry.subject), None)


def contents(casebook: SqlCasebook) -> Iterator[tuple[Key, str]]:
    """Yield kind, id and hash of all whose content the audit binds."""
    for mandate in casebook.mandates():
        entered = replace(mandate, revoked_utc=None, revoked_why="")
        yield ("mandate", mandate.id), content_sha256(entered)
    for plan in casebook.plans():
        yield ("flight plan", plan.id), content_sha256(plan)
    for sortie in casebook.sorties():
        yield ("sortie", sortie.id), content_sha256(sortie)
    for one in casebook.observations():
        found = [each.detection for each in casebook.detections_of(one.id)]
        yield ("observation", one.id), result_sha256(one, found)
    for review in casebook.all_reviews():
        yield ("review", review.id), content_sha256(review)


def content_faults(casebook: SqlCasebook, recorded: Recorded) -> Iterator[str]:
    """Yield what is not there, or is not as the audit recorded it, a sentence each."""
    missing = dict(recorded.sha256)
    for (kind, one_id), sha256 in contents(casebook):
        told = missing.pop((kind, one_id), None)
        if told != sha256:
            how = "is not in the audit" if told is None else "is not what the audit recorded"
            yield f"{kind} {one_id} {how}."
    for kind, one_id in sorted(missing):
        yield f"{kind} {one_id} is in the audit, and not there any more."
