"""Who may do what: roles, and the one function that decides. Deny is the default.

A rule is a row of `_RULES`: an action, a role, and the condition under which that role may do it.
Nothing else in Cathartes decides about a person's rights.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from cathartes.casework.review import person_of
from cathartes.casework.settlement import ReviewState


class Role(StrEnum):
    """What a person is to the casebook."""

    COLLECTOR = "collector"
    """Flies and ingests; sees the looks of own sorties."""
    ANALYST = "analyst"
    """Reviews."""
    RELEASE_AUTHORITY = "release authority"
    """Approves what others drafted and reviewed."""
    PARTNER = "partner"
    """Sees what was released to them, and answers."""
    AUDITOR = "auditor"
    """Reads all, the audit included; changes nothing."""
    ADMINISTRATOR = "administrator"
    """Keeps users and keys; sees no case."""


ALONE = frozenset({Role.PARTNER, Role.AUDITOR, Role.ADMINISTRATOR})
"""Roles that nobody holds beside another."""

LOCAL_ROLES = frozenset({Role.COLLECTOR, Role.ANALYST})
"""Of the person at a machine whose casebook has no accounts."""


class Action(StrEnum):
    """What can be done."""

    READ_LOOKS = "read looks"
    """Mandates, sorties, observations and their rasters."""
    READ_CASES = "read cases"
    """Sites, detections and sources."""
    READ_VERDICTS = "read verdicts"
    """What others said of a detection."""
    REVIEW = "review"
    READ_AUDIT = "read the audit"
    READ_PARTNERS = "read partners"
    """Who may be told, and how much; no case."""
    MANAGE_PARTNERS = "manage partners"
    READ_RELEASES = "read releases"
    """Drafts, what was sent, and what was answered."""
    DRAFT_RELEASE = "draft a release"
    """Write, submit or drop it."""
    APPROVE_RELEASE = "approve a release"
    """Or refuse it."""
    SEND_RELEASE = "send a release"
    ANSWER_RELEASE = "answer a release"
    """As the partner that got it."""
    TAKE_ANSWER = "take in an answer"
    """Read a signed file that a partner sent."""
    READ_OUTCOMES = "read outcomes"
    """What came of it all, in numbers."""
    MANAGE_USERS = "manage users"
    USE_ACCOUNT = "use an account"
    """One's own: password, second factor, tokens."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Who asks.

    Attributes
    ----------
    id
        A user's, or ``local:<name>`` of the person at the machine.
    roles
        Empty of somebody who is disabled: nothing is allowed.
    partner
        Whose officer a partner is; "" of others.
    """

    id: str
    roles: frozenset[Role]
    partner: str = ""


@dataclass(frozen=True, slots=True)
class Thing:
    """What an action is done on, as far as a rule needs to know.

    Attributes
    ----------
    owner
        Who entered the sortie, or whose account it is; "" if of nobody.
    state
        Of a detection's reviews; None of anything else.
    reviewers
        The persons who reviewed it; of a release, who reviewed anything of its site.
    authors
        The persons who drafted, redrafted or submitted a release.
    partner
        Whom a release is for; "" of anything else.
    is_told
        Whether that partner has it.
    """

    owner: str = ""
    state: ReviewState | None = None
    reviewers: frozenset[str] = frozenset()
    authors: frozenset[str] = frozenset()
    partner: str = ""
    is_told: bool = False


NO_THING = Thing()
"""What actions are done on that concern nothing in particular: lists."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether it may be done, and if not, why: a sentence."""

    allowed: bool
    reason: str = ""


_Condition = Callable[[Subject, Thing], str]


def _always(subject: Subject, thing: Thing) -> str:  # noqa: ARG001
    return ""


def _own(subject: Subject, thing: Thing) -> str:
    """Of what is one's own; a list has no owner, and shows what is one's own."""
    if not thing.owner or is_own(subject, thing.owner):
        return ""
    return "it is somebody else's"


def _of_others(subject: Subject, thing: Thing) -> str:
    """Of others' accounts: nobody gives themselves a role, or locks themselves out."""
    if thing.owner and is_own(subject, thing.owner):
        return "it is your own account: ask another administrator, or use `cathartes user`"
    return ""


def _not_to_sway(subject: Subject, thing: Thing) -> str:
    """Blind: whoever may yet review sees no verdict of others before it is settled."""
    open_to_review = thing.state in {None, ReviewState.CANDIDATE, ReviewState.IN_REVIEW}
    if Role.ANALYST in subject.roles and open_to_review:
        return "reviews are blind until the detection is settled"
    return ""


def _reviewable(subject: Subject, thing: Thing) -> str:
    if thing.state is ReviewState.INCONCLUSIVE:
        return "it was settled as inconclusive, which nobody can rewrite"
    settled = thing.state in {ReviewState.CONFIRMED, ReviewState.REJECTED}
    if settled and person_of(subject.id) not in thing.reviewers:
        return "it is settled; only who reviewed it can have another mind"
    return ""


def _of_others_work(subject: Subject, thing: Thing) -> str:
    """Two persons: nobody approves what they wrote, or what rests on their own reviews."""
    person = person_of(subject.id)
    if person in thing.authors:
        return "you drafted or submitted it: another person must decide"
    if person in thing.reviewers:
        return "it rests on a review of yours: another person must decide"
    return ""


def _told_to_own_office(subject: Subject, thing: Thing) -> str:
    """Of what was sent to one's own office; a list has no partner, and shows that alone."""
    if thing == NO_THING or (thing.is_told and thing.partner and thing.partner == subject.partner):
        return ""
    return "there is no such release for your office"


_RULES: Mapping[Action, Mapping[Role, _Condition]] = MappingProxyType(
    {
        Action.READ_LOOKS: {
            Role.COLLECTOR: _own,
            Role.ANALYST: _always,
            Role.RELEASE_AUTHORITY: _always,
            Role.AUDITOR: _always,
        },
        Action.READ_CASES: {
            Role.ANALYST: _always,
            Role.RELEASE_AUTHORITY: _always,
            Role.AUDITOR: _always,
        },
        Action.READ_VERDICTS: {
            Role.ANALYST: _not_to_sway,
            Role.RELEASE_AUTHORITY: _not_to_sway,
            Role.AUDITOR: _always,
        },
        Action.REVIEW: {Role.ANALYST: _reviewable},
        Action.READ_AUDIT: {Role.AUDITOR: _always},
        Action.READ_PARTNERS: dict.fromkeys(
            (Role.ANALYST, Role.RELEASE_AUTHORITY, Role.AUDITOR, Role.ADMINISTRATOR), _always
        ),
        Action.MANAGE_PARTNERS: {Role.ADMINISTRATOR: _always},
        Action.READ_RELEASES: {
            Role.ANALYST: _always,
            Role.RELEASE_AUTHORITY: _always,
            Role.AUDITOR: _always,
            Role.PARTNER: _told_to_own_office,
        },
        Action.DRAFT_RELEASE: {Role.ANALYST: _always, Role.RELEASE_AUTHORITY: _always},
        Action.APPROVE_RELEASE: {Role.RELEASE_AUTHORITY: _of_others_work},
        Action.SEND_RELEASE: {Role.RELEASE_AUTHORITY: _always},
        Action.ANSWER_RELEASE: {Role.PARTNER: _told_to_own_office},
        Action.TAKE_ANSWER: {Role.ANALYST: _always, Role.RELEASE_AUTHORITY: _always},
        Action.READ_OUTCOMES: dict.fromkeys(
            (Role.ANALYST, Role.RELEASE_AUTHORITY, Role.AUDITOR), _always
        ),
        Action.MANAGE_USERS: {Role.ADMINISTRATOR: _of_others},
        Action.USE_ACCOUNT: dict.fromkeys(Role, _own),
    }
)


def decide(subject: Subject, action: Action, thing: Thing = NO_THING) -> Decision:
    """Decide whether somebody may do something: yes if one of their roles may, else no."""
    reasons = []
    for role in sorted(subject.roles):
        condition = _RULES[action].get(role)
        if condition is None:
            continue
        reason = condition(subject, thing)
        if not reason:
            return Decision(allowed=True)
        reasons.append(reason)
    if reasons:
        return Decision(allowed=False, reason=f"{reasons[0]}.")
    held = " and ".join(sorted(subject.roles)) or "nobody with a role"
    needed = " or ".join(sorted(_RULES[action]))
    return Decision(
        allowed=False,
        reason=f"{subject.id} is {held}; to {action.value} one must be {needed}.",
    )


def roles_for(action: Action) -> frozenset[Role]:
    """Return the roles of which some may do something, under whatever condition."""
    return frozenset(_RULES[action])


def is_own(subject: Subject, owner: str) -> bool:
    """Return whether something entered by an actor is a subject's.

    What the person of the machine's account ``ana`` entered at the command line, as ``local:ana``,
    is the user ana's.
    """
    return person_of(owner) == person_of(subject.id)
