"""What the audit binds: the hash of all that must be there, by its entries from first to last."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from pydantic import JsonValue

from cathartes.casework.audit import AuditEntry
from cathartes.store.canonical import content_sha256
from cathartes.store.casebook import SqlCasebook
from cathartes.store.interface import Box
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
}
"""Actions whose entry has the hash of its subject."""
_MANY = {"sites.put": "site", "emitters.put": "lawful emitter"}
"""Actions whose entry has the hash of each thing that was put, by id."""

BIND = "casebook.bind"
"""Action whose entry has the hash of each thing that no entry had before, by kind and id."""

Hashes = dict[tuple[str, str], str]
"""Kind and id → SHA-256 of the content, hexadecimal."""


def binding_faults(casebook: SqlCasebook, entries: Iterable[AuditEntry]) -> Iterator[str]:
    """Yield what was changed, put or taken away behind the audit's back, a sentence each.

    A site that is to be joined again lost sources with an observation, so that its content is not
    compared.
    """
    told, found = told_by(entries), dict(_contents(casebook))
    stale = {("site", one_id) for one_id in casebook.stale_site_ids()}
    for key in sorted(told.keys() | found.keys()):
        thing = " ".join(dict.fromkeys(key))
        if key not in told:
            yield f"{thing} is not in the audit."
        elif key not in found:
            yield f"{thing} is in the audit, and is not there any more."
        elif told[key] != found[key] and key not in stale:
            yield f"{thing} is not what the audit recorded."


def unbound(casebook: SqlCasebook) -> dict[str, dict[str, str]]:
    """Return the hashes of what is there and in no entry, by kind and id: the detail of `BIND`.

    Versions before revision 0002 entered no hashes of sites, emitters and profiles.
    """
    told, found = told_by(casebook.audit_entries()), dict(_contents(casebook))
    detail: dict[str, dict[str, str]] = {}
    for kind, one_id in sorted(found.keys() - told.keys()):
        detail.setdefault(kind, {})[one_id] = found[kind, one_id]
    return detail


def told_by(entries: Iterable[AuditEntry]) -> Hashes:
    """Return what must be there after all entries, in their order."""
    told: Hashes = {}
    for entry in entries:
        detail = entry.detail
        if entry.action == "observation.record":
            told.pop(("observation", str(detail.get("superseded"))), None)
        if entry.action == "observation.remove":
            told.pop(("observation", entry.subject), None)
        if kind := _ONE.get(entry.action):
            told[kind, entry.subject] = str(detail.get("sha256"))
        if entry.action == BIND:
            for kind in detail:
                told |= {(kind, one_id): sha256 for one_id, sha256 in _hashes(detail[kind])}
        if kind := _MANY.get(entry.action):
            for one_id in _names(detail.get("removed")):
                told.pop((kind, one_id), None)
            told |= {(kind, one_id): sha256 for one_id, sha256 in _hashes(detail.get("sha256"))}
    return told


def _names(told: JsonValue) -> Iterator[str]:
    yield from map(str, told) if isinstance(told, list) else ()


def _hashes(told: JsonValue) -> Iterator[tuple[str, str]]:
    yield from ((one, str(h)) for one, h in told.items()) if isinstance(told, Mapping) else ()


def _contents(casebook: SqlCasebook) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield kind and id with the hash of all that is there and that the audit binds."""
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
