"""Who may do what: the table of rules, read back whole."""

import pytest

from cathartes.casework.roles import ALONE, Action, Role, Subject, Thing, decide, is_own
from cathartes.casework.settlement import SETTLED, ReviewState

OPEN = [ReviewState.CANDIDATE, ReviewState.IN_REVIEW]
ALLOWED = {
    Action.READ_LOOKS: {Role.COLLECTOR, Role.ANALYST, Role.RELEASE_AUTHORITY, Role.AUDITOR},
    Action.READ_CASES: {Role.ANALYST, Role.RELEASE_AUTHORITY, Role.AUDITOR},
    Action.READ_VERDICTS: {Role.RELEASE_AUTHORITY, Role.AUDITOR},
    Action.REVIEW: {Role.ANALYST},
    Action.READ_AUDIT: {Role.AUDITOR},
    Action.MANAGE_USERS: {Role.ADMINISTRATOR},
    Action.USE_ACCOUNT: set(Role),
    Action.READ_PARTNERS: {
        Role.ANALYST,
        Role.RELEASE_AUTHORITY,
        Role.AUDITOR,
        Role.ADMINISTRATOR,
    },
    Action.MANAGE_PARTNERS: {Role.ADMINISTRATOR},
    Action.READ_OUTCOMES: {Role.ANALYST, Role.RELEASE_AUTHORITY, Role.AUDITOR},
    Action.READ_RELEASES: {
        Role.ANALYST,
        Role.RELEASE_AUTHORITY,
        Role.AUDITOR,
        Role.PARTNER,
    },
    Action.DRAFT_RELEASE: {Role.ANALYST, Role.RELEASE_AUTHORITY},
    Action.APPROVE_RELEASE: {Role.RELEASE_AUTHORITY},
    Action.SEND_RELEASE: {Role.RELEASE_AUTHORITY},
    Action.ANSWER_RELEASE: {Role.PARTNER},
    Action.TAKE_ANSWER: {Role.ANALYST, Role.RELEASE_AUTHORITY},
}


def who(*roles, name="ana"):
    return Subject(name, frozenset(roles))


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("role", list(Role))
def test_a_role_may_do_what_the_table_says_and_nothing_else(role, action):
    decision = decide(who(role), action)
    assert decision.allowed is (role in ALLOWED[action])
    assert bool(decision.reason) is not decision.allowed


@pytest.mark.parametrize("action", list(Action))
def test_somebody_without_a_role_may_do_nothing(action):
    assert not decide(who(), action).allowed


def test_an_administrator_sees_no_case_and_an_auditor_changes_nothing():
    may = {one for one in Action if decide(who(Role.ADMINISTRATOR), one).allowed}
    keeps = {Action.READ_PARTNERS, Action.MANAGE_PARTNERS, Action.MANAGE_USERS}
    assert may == keeps | {Action.USE_ACCOUNT}
    assert not decide(who(Role.AUDITOR), Action.REVIEW).allowed
    assert {Role.AUDITOR, Role.ADMINISTRATOR, Role.PARTNER} == ALONE


@pytest.mark.parametrize("state", list(ReviewState))
@pytest.mark.parametrize("others", [(), (Role.RELEASE_AUTHORITY,), (Role.COLLECTOR,)])
def test_who_may_review_sees_no_verdict_before_it_is_settled(state, others):
    decision = decide(who(Role.ANALYST, *others), Action.READ_VERDICTS, Thing(state=state))
    assert decision.allowed is (state in SETTLED)


@pytest.mark.parametrize("state", list(ReviewState))
@pytest.mark.parametrize("reviewed", [False, True])
def test_what_is_open_can_be_reviewed_and_what_is_inconclusive_never_again(state, reviewed):
    thing = Thing(state=state, reviewers=frozenset({"ana"} if reviewed else {"ben"}))
    wanted = state in OPEN or (reviewed and state is not ReviewState.INCONCLUSIVE)
    assert decide(who(Role.ANALYST), Action.REVIEW, thing).allowed is wanted


def test_a_collector_sees_own_sorties_alone():
    own, others = Thing(owner="local:ana"), Thing(owner="ben")
    assert decide(who(Role.COLLECTOR), Action.READ_LOOKS, own).allowed
    assert not decide(who(Role.COLLECTOR), Action.READ_LOOKS, others).allowed
    assert decide(who(Role.COLLECTOR, Role.ANALYST), Action.READ_LOOKS, others).allowed
    assert is_own(who(name="local:ana"), "ana")
    assert not is_own(who(name="local:ana"), "anabel")


def test_nobody_decides_on_what_they_drafted_or_reviewed_not_even_at_the_command_line():
    rosa = who(Role.RELEASE_AUTHORITY, Role.ANALYST, name="rosa")
    assert decide(rosa, Action.APPROVE_RELEASE, Thing(authors=frozenset({"ana"}))).allowed
    for of_hers in (Thing(authors=frozenset({"rosa"})), Thing(reviewers=frozenset({"rosa"}))):
        assert not decide(rosa, Action.APPROVE_RELEASE, of_hers).allowed
    local = who(Role.RELEASE_AUTHORITY, name="local:rosa")
    assert not decide(local, Action.APPROVE_RELEASE, Thing(authors=frozenset({"rosa"}))).allowed


@pytest.mark.parametrize("action", [Action.READ_RELEASES, Action.ANSWER_RELEASE])
def test_an_office_sees_what_it_was_sent_and_nothing_else(action):
    pia = Subject("pia", frozenset({Role.PARTNER}), "office")
    assert decide(pia, action, Thing(partner="office", is_told=True)).allowed
    for other in (Thing(partner="office"), Thing(partner="another", is_told=True), Thing("pia")):
        assert not decide(pia, action, other).allowed
    nobodys = Subject("pia", frozenset({Role.PARTNER}))
    assert not decide(nobodys, action, Thing(is_told=True)).allowed
