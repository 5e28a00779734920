"""Contents that the audit binds by hash: what it recorded against what is there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from cathartes.casework.audit import AuditEntry
from cathartes.errors import CasebookError
from cathartes.store.bound_contents import EVIDENCE, REVOCATION, Key, contents, revocation
from cathartes.store.canonical import content_sha256
from cathartes.store.casebook import SqlCasebook
from cathartes.store.release_trail import RELEASE_STEPS, Trail, trail_faults
from cathartes.store.role_trail import RoleTrail
from cathartes.store.schema import REVISIONS
from cathartes.store.sites_part import PROFILE

_ONE = {
    "mandate.add": "mandate",
    "plan.add": "flight plan",
    "sortie.add": "sortie",
    "sortie.change": "sortie",
    "observation.record": "observation",
    "profile.put": PROFILE,
    "partner.add": "partner",
    "partner.change": "partner",
    "user.add": "account",
    "user.roles": "account",
    "user.disable": "account",
    "user.enable": "account",
    "user.password": "account",
    "user.no-password": "account",
    "user.second-factor": "account",
    "user.no-second-factor": "account",
} | dict.fromkeys(RELEASE_STEPS, "release")
"""Actions whose entry has the hash of its subject; of accounts, since revision 0006."""
_MANY = {"sites.put": "site", "emitters.put": "lawful emitter"}
"""Actions whose entry has the hash of each thing that was put, by id."""
BIND = "casebook.bind"
"""Action whose entry has the hash of each thing that no entry had before, by kind and id."""


@dataclass(slots=True)
class Recorded:
    """What the audit says should be there, gathered entry by entry.

    Attributes
    ----------
    sha256
        Kind and id → hash of the content, hexadecimal.
    trails
        By release.
    roles
        Of accounts, and what was done without.
    """

    sha256: dict[Key, str] = field(default_factory=dict)
    trails: dict[str, Trail] = field(default_factory=dict)
    roles: RoleTrail = field(default_factory=RoleTrail)

    def add(self, entry: AuditEntry) -> None:
        """Take an entry in."""
        told = entry.detail
        self.roles.add(entry)
        if entry.action in RELEASE_STEPS:
            self.trails.setdefault(entry.subject, Trail()).add(entry)
        if (kind := _ONE.get(entry.action)) and "sha256" in told:
            self.sha256.pop(("observation", str(told.get("superseded", ""))), None)
            self.sha256[kind, entry.subject] = str(told["sha256"])
        elif kind := _MANY.get(entry.action):
            for one_id in _names(told.get("removed")):
                self.sha256.pop((kind, one_id), None)
            self._add_all(kind, told.get("sha256"))
        self.sha256 |= dict(_beside(entry))
        if entry.action == "observation.remove":
            self.sha256.pop(("observation", entry.subject), None)
        elif entry.action == BIND:
            for kind, hashes in told.items():
                self._add_all(kind, hashes)

    def _add_all(self, kind: str, hashes: JsonValue) -> None:
        if isinstance(hashes, Mapping):
            self.sha256 |= {(kind, one_id): str(sha256) for one_id, sha256 in hashes.items()}


def _beside(entry: AuditEntry) -> Iterator[tuple[Key, str]]:
    """Yield what an entry has the hash of beside its subject's."""
    told = entry.detail
    if "evidence" in told and entry.action in RELEASE_STEPS:
        yield (EVIDENCE, entry.subject), str(told["evidence"])
    elif entry.action == "mandate.revoke":
        revoked = revocation(entry.moment_utc, str(told.get("why")))
        yield (REVOCATION, entry.subject), content_sha256(revoked)
    elif entry.action == "review.add":
        yield ("review", str(told.get("review"))), str(told.get("sha256"))
    elif entry.action == "response.add":
        yield ("response", f"{told.get('partner')}/{told.get('response')}"), str(told.get("sha256"))


def _names(told: JsonValue) -> Iterator[str]:
    yield from map(str, told) if isinstance(told, list) else ()


def content_faults(casebook: SqlCasebook, recorded: Recorded) -> Iterator[str]:
    """Yield what was changed, put or taken away behind the audit's back, a sentence each.

    A site that is to be joined again lost sources with an observation, so that its content is not
    compared.
    """
    yield from recorded.roles.faults
    told, stale = recorded.sha256, {("site", one_id) for one_id in casebook.stale_site_ids()}
    with casebook.database.read() as connection:
        found = {one.key: one for one in contents(connection, REVISIONS[-1])}
    for key in sorted(told.keys() | found.keys()):
        thing = " ".join(dict.fromkeys(key))
        if key not in told:
            yield f"{thing} is not in the audit."
        elif key not in found:
            yield f"{thing} is in the audit, and is not there any more."
        elif found[key].unreadable:
            yield f"{thing} is not what the audit recorded, and can't be: {found[key].unreadable}."
        elif told[key] != found[key].sha256 and key not in stale:
            yield f"{thing} is not what the audit recorded."
    for one in found.values():
        if one.release is not None:
            yield from trail_faults(one.release, recorded.trails.get(one.release.id, Trail()))


def unbound(casebook: SqlCasebook, revision: str) -> dict[str, dict[str, str]]:
    """Return the hashes of what is there and in no entry, by kind and id: the detail of `BIND`.

    Versions before revision 0002 entered no hashes of sites, emitters and profiles, those before
    0006 none of accounts and of releases' evidence.
    """
    recorded = Recorded()
    for entry in casebook.audit_entries():
        recorded.add(entry)
    detail: dict[str, dict[str, str]] = {}
    with casebook.database.read() as connection:
        for one in sorted(contents(connection, revision), key=lambda one: one.key):
            if one.key not in recorded.sha256:
                if one.unreadable:
                    raise CasebookError(
                        f"{' '.join(one.key)} is in no entry of the audit, and can't be: "
                        f"{one.unreadable}. Restore a backup with `cathartes casebook restore`."
                    )
                detail.setdefault(one.key[0], {})[one.key[1]] = one.sha256
    return detail
