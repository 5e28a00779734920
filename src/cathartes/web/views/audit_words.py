"""What each action of the audit means, in words: English, which catalogues translate."""

from collections.abc import Mapping

AUDIT_WORDS: Mapping[str, str] = {
    "audit.export": "Audit exported",
    "casebook.backup": "Casebook backed up",
    "casebook.migrate": "Tables brought to a newer version",
    "casebook.restore": "Casebook restored from a backup",
    "emitters.put": "Lawful emitters entered",
    "evidence.remove": "Evidence removed",
    "mandate.add": "Mandate entered",
    "mandate.revoke": "Mandate revoked",
    "observation.record": "Observation recorded",
    "observation.remove": "Observation removed",
    "plan.add": "Flight plan entered",
    "profile.put": "Chemical profile changed",
    "refused": "Refused",
    "refused.more": "Refused further times",
    "review.add": "Review given",
    "reviews.read": "Reviews read by an auditor",
    "sign-in": "Signed in",
    "sign-in.refused": "Sign-in refused",
    "sign-out": "Signed out",
    "sites.put": "Sites brought up to date",
    "sortie.add": "Sortie entered",
    "sortie.change": "Sortie changed",
    "token.add": "Token made",
    "token.end": "Token withdrawn",
    "user.add": "Account made",
    "user.disable": "Account disabled",
    "user.enable": "Account enabled again",
    "user.password": "Password changed",
    "user.roles": "Roles changed",
    "user.second-factor": "Second factor set up",
    "user.no-password": "Password taken away",
    "user.no-second-factor": "Second factor taken away",
}
"""An action without a word here is shown as it is."""
