"""Contents that the audit binds by hash: what it recorded against what is there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from pydantic import JsonValue

from cathartes.casework.audit import AuditEntry
from cathartes.store.canonical import content_sha256
from cathartes.store.casebook import SqlCasebook
from cathartes.store.interface import Box
from cathartes.store.release_trail import RELEASE_STEPS, Trail, trail_faults
from cathartes.store.results_part import result_sha256
from cathartes.store.sites_part import PROFILE

_EARTH = Box(-180, -90, 180, 90)
_ONE = {
    "mandate.add": "mandate",
    "plan.add": "flight plan",
    "sortie.add": "sortie",
    "sortie.change": "sortie",
    "observation.record": "observation",
    "profile.put": PROFILE,
    "partner.add": "partner",
    "partner.change": "partner",
} | dict.fromkeys(RELEASE_STEPS, "release")
"""Actions whose entry has the hash of its subject."""
_MANY = {"sites.put": "site", "emitters.put": "lawful emitter"}
"""Actions whose entry has the hash of each thing that was put, by id."""
BIND = "casebook.bind"
"""Action whose entry has the hash of each thing that no entry had before, by kind and id."""

Key = tuple[str, str]
"""Kind and id."""


@dataclass(slots=True)
class Recorded:
    """What the audit says should be there, gathered entry by entry.

    Attributes
    ----------
    sha256
        Kind and id → hash of the content, hexadecimal.
    trails : by release
    """

    sha256: dict[Key, str] = field(default_factory=dict)
    trails: dict[str, Trail] = field(default_factory=dict)

    def add(self, entry: AuditEntry) -> None:
        """Take an entry in."""
        told = entry.detail
        if entry.action in RELEASE_STEPS:
            self.trails.setdefault(entry.subject, Trail()).add(entry)
        if kind := _ONE.get(entry.action):
            self.sha256.pop(("observation", str(told.get("superseded", ""))), None)
            self.sha256[kind, entry.subject] = str(told.get("sha256"))
        elif kind := _MANY.get(entry.action):
            for one_id in _names(told.get("removed")):
                self.sha256.pop((kind, one_id), None)
            self._add_all(kind, told.get("sha256"))
        elif entry.action == "review.add":
            self.sha256["review", str(told.get("review"))] = str(told.get("sha256"))
        elif entry.action == "response.add":
            one_id = f"{told.get('partner')}/{told.get('response')}"
            self.sha256["response", one_id] = str(told.get("sha256"))
        elif entry.action == "observation.remove":
            self.sha256.pop(("observation", entry.subject), None)
        elif entry.action == BIND:
            for kind, hashes in told.items():
                self._add_all(kind, hashes)

    def _add_all(self, kind: str, hashes: JsonValue) -> None:
        if isinstance(hashes, Mapping):
            self.sha256 |= {(kind, one_id): str(sha256) for one_id, sha256 in hashes.items()}


def _names(told: JsonValue) -> Iterator[str]:
    yield from map(str, told) if isinstance(told, list) else ()


def contents(casebook: SqlCasebook) -> Iterator[tuple[Key, str]]:
    """Yield kind and id with the hash of all that is there and that the audit binds."""
    yield from _contents_of_old(casebook)
    for review in casebook.all_reviews():
        yield ("review", review.id), content_sha256(review)
    for partner in casebook.partners():
        yield ("partner", partner.id), content_sha256(partner)
    for release in casebook.all_releases():
        yield ("release", release.id), content_sha256(release)
        for kept in casebook.responses([release.id])[release.id]:
            one_id = f"{kept.response.partner_id}/{kept.response.id}"
            yield ("response", one_id), content_sha256(kept)


def _contents_of_old(casebook: SqlCasebook) -> Iterator[tuple[Key, str]]:
    """Yield those of them that there were in revision 0001."""
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
    for site in casebook.sites_in(_EARTH):
        yield ("site", site.id), content_sha256(site)
    for emitter in casebook.emitters():
        yield ("lawful emitter", emitter.id), content_sha256(emitter)
    if profile := casebook.profile():
        yield (PROFILE, PROFILE), content_sha256(profile)


def content_faults(casebook: SqlCasebook, recorded: Recorded) -> Iterator[str]:
    """Yield what was changed, put or taken away behind the audit's back, a sentence each.

    A site that is to be joined again lost sources with an observation, so that its content is not
    compared.
    """
    told, found = recorded.sha256, dict(contents(casebook))
    stale = {("site", one_id) for one_id in casebook.stale_site_ids()}
    for key in sorted(told.keys() | found.keys()):
        thing = " ".join(dict.fromkeys(key))
        if key not in told:
            yield f"{thing} is not in the audit."
        elif key not in found:
            yield f"{thing} is in the audit, and is not there any more."
        elif told[key] != found[key] and key not in stale:
            yield f"{thing} is not what the audit recorded."
    for release in casebook.all_releases():
        yield from trail_faults(release, recorded.trails.get(release.id, Trail()))


def unbound(casebook: SqlCasebook) -> dict[str, dict[str, str]]:
    """Return the hashes of what is there and in no entry, by kind and id: the detail of `BIND`.

    Versions before revision 0002 entered no hashes of sites, emitters and profiles; a review has
    had its own from the first.
    """
    recorded = Recorded()
    for entry in casebook.audit_entries():
        recorded.add(entry)
    found = dict(_contents_of_old(casebook))
    detail: dict[str, dict[str, str]] = {}
    for kind, one_id in sorted(found.keys() - recorded.sha256.keys()):
        detail.setdefault(kind, {})[one_id] = found[kind, one_id]
    return detail
