"""What roles accounts had when, as the audit has them: whether who acted might."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from cathartes.casework.audit import AuditEntry
from cathartes.casework.roles import LOCAL_ROLES, Action, roles_for
from cathartes.store.people_part import LOCAL
from cathartes.store.releases_part import ACTIONS

_NEEDS: Mapping[str, Action] = {
    "review.add": Action.REVIEW,
    "release.draft": Action.DRAFT_RELEASE,
    "release.redraft": Action.DRAFT_RELEASE,
} | {f"release.{step.value}": action for step, action in ACTIONS.items()}
"""What one must be allowed to do for what the audit says was done."""
_ROLES: Mapping[str, str] = {"user.add": "roles", "user.roles": "to"}
"""Where an entry has the roles that an account has from then on."""


@dataclass(slots=True)
class RoleTrail:
    """Who was what, entry by entry.

    Attributes
    ----------
    roles
        By account.
    disabled
    faults
        What was done by somebody who might not, a sentence each.
    """

    roles: dict[str, frozenset[str]] = field(default_factory=dict)
    disabled: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def add(self, entry: AuditEntry) -> None:
        """Take an entry in."""
        if where := _ROLES.get(entry.action):
            self.roles[entry.subject] = _texts(entry.detail.get(where))
        elif entry.action == "user.disable":
            self.disabled.add(entry.subject)
        elif entry.action == "user.enable":
            self.disabled.discard(entry.subject)
        action = _NEEDS.get(entry.action)
        if action and roles_for(action).isdisjoint(self._of(entry.actor)):
            self.faults.append(
                f"entry {entry.number}: {entry.action} of {entry.subject} by {entry.actor}, who by "
                f"the audit might not {action.value} then."
            )

    def _of(self, actor: str) -> frozenset[str]:
        if actor.startswith(LOCAL):
            return frozenset() if self.roles else frozenset(LOCAL_ROLES)
        return frozenset() if actor in self.disabled else self.roles.get(actor, frozenset())


def _texts(told: JsonValue) -> frozenset[str]:
    return frozenset(map(str, told)) if isinstance(told, list) else frozenset()
