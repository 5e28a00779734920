"""What every casebook keeps of people: accounts, sign-ins, attempts, tokens."""

from datetime import timedelta

import pytest

from cathartes.casework.roles import LOCAL_ROLES, Role
from cathartes.casework.user import (
    FAILURES_KEPT,
    FIRST_WAIT_S,
    FREE_FAILURES,
    LONGEST_SESSION,
    MOST_TOKENS,
    ApiToken,
    NoUserError,
    Origin,
    Session,
    User,
)
from cathartes.errors import AccessError
from cathartes.store.interface_people import Credentials
from made_up_casebook import ME, MINUTE, NOW
from quick_casebooks import filled_once

IN_TURN = True

ANA = User("ana", "Ana Ruiz", (Role.ANALYST,))
BEN = User("ben", "Bén 'Ortiz' <b>", (Role.ANALYST, Role.COLLECTOR))
PIA = User("pia", "Pia", (Role.PARTNER,), "the office")
OLA = User("ola", "Ola", (Role.AUDITOR,), oidc_subject="https://id.example|7")
HERE, THERE = Origin("10.0.0.1"), Origin("10.0.0.2")
KNOWN = Origin("10.0.0.1", "ab" * 16)
DAY = timedelta(days=1)


def session(key="s1", user="ana", began=NOW, how="password"):
    return Session(key, user, f"csrf of {key}", began, began, how)


def token(key="t1", user="ana", days=1, name="QGIS"):
    return ApiToken(key, user, name, NOW, NOW + days * DAY)


def last(casebook):
    return list(casebook.audit_entries())[-1]


@pytest.fixture
def peopled(casebook):
    people(casebook)
    return casebook


@filled_once
def people(casebook):
    for user in (ANA, BEN, PIA, OLA):
        casebook.add_user(user, ME, NOW)


# --- accounts ---


def test_accounts_come_back_as_they_were_entered(peopled):
    assert peopled.users() == (ANA, BEN, OLA, PIA)
    assert [peopled.user(one.id) for one in (ANA, BEN, PIA, OLA)] == [ANA, BEN, PIA, OLA]
    assert peopled.credentials("ana") == Credentials()
    entry = last(peopled)
    assert (entry.action, entry.subject, entry.actor) == ("user.add", "ola", ME)


def test_an_id_is_taken_once_and_so_is_an_identity(peopled):
    with pytest.raises(AccessError, match="user ana is there already"):
        peopled.add_user(User("ana", "Another", (Role.AUDITOR,)), ME, NOW)
    other = User("otto", "Otto", (Role.ANALYST,), oidc_subject=OLA.oidc_subject)
    with pytest.raises(AccessError, match="is another account's already"):
        peopled.add_user(other, ME, NOW)
    assert peopled.user("ana") == ANA
    assert len(peopled.users()) == 4


@pytest.mark.parametrize("nobody", ["nobody", "", "a\0b", "ANA", "x" * 100, "ana'--"])
def test_who_is_not_there_is_said_to_be(peopled, nobody):
    with pytest.raises(NoUserError, match="no user"):
        peopled.user(nobody)
    for change in (
        lambda: peopled.set_roles(nobody, [Role.AUDITOR], "", ME, NOW),
        lambda: peopled.disable_user(nobody, ME, NOW),
        lambda: peopled.set_password(nobody, "hash", ME, NOW),
        lambda: peopled.set_totp(nobody, "SECRET", ME, NOW),
        lambda: peopled.add_token(token(user=nobody), ME, NOW),
    ):
        with pytest.raises(NoUserError):
            change()


def test_an_identity_is_found_whole_or_not_at_all(peopled):
    assert peopled.user_of_identity("https://id.example|7") == OLA
    for other in ("https://id.example|", "https://id.example|77", "7", "", "https://id.example|8"):
        assert peopled.user_of_identity(other) is None


def test_roles_are_replaced_and_go_on_record(peopled):
    changed = peopled.set_roles("ben", [Role.RELEASE_AUTHORITY], "", "ada", NOW)
    assert changed.roles == (Role.RELEASE_AUTHORITY,)
    assert peopled.user("ben") == changed
    assert peopled.subject("ben").roles == {Role.RELEASE_AUTHORITY}
    entry = last(peopled)
    assert (entry.action, entry.actor) == ("user.roles", "ada")
    assert entry.detail["from"] == ["analyst", "collector"]
    with pytest.raises(AccessError, match="goes with no other role"):
        peopled.set_roles("ben", [Role.AUDITOR, Role.ANALYST], "", ME, NOW)
    with pytest.raises(AccessError, match="at least one role"):
        peopled.set_roles("ben", [], "", ME, NOW)
    assert peopled.user("ben") == changed


def test_the_person_at_the_machine_is_somebody_only_without_accounts(casebook):
    assert not casebook.has_users()
    assert casebook.subject("local:ana").roles == LOCAL_ROLES
    casebook.add_user(ANA, ME, NOW)
    assert casebook.has_users()
    assert casebook.subject("local:ana").roles == frozenset()
    assert casebook.subject("ana").roles == {Role.ANALYST}
    assert casebook.subject("nobody").roles == frozenset()


# --- what ends what ---


def signed_in(casebook, user="ana"):
    casebook.begin_session(session("one", user), NOW)
    casebook.begin_session(session("two", user), NOW)
    casebook.begin_session(session("of another", "ben" if user == "ana" else "ana"), NOW)
    casebook.add_token(token("program", user), user, NOW)


@pytest.mark.parametrize(
    ("change", "ends_tokens"),
    [
        (lambda book: book.set_password("ana", "hash", "ana", NOW), True),
        (lambda book: book.set_password("ana", "", "ada", NOW), True),
        (lambda book: book.disable_user("ana", "ada", NOW), True),
        (lambda book: book.set_roles("ana", [Role.AUDITOR], "", "ada", NOW), False),
        (lambda book: book.set_totp("ana", "SECRET", "ana", NOW), False),
    ],
    ids=["password", "no password", "disabled", "roles", "second factor"],
)
def test_a_change_of_who_one_is_ends_ones_sign_ins(peopled, change, ends_tokens):
    signed_in(peopled)
    change(peopled)
    assert peopled.session("one") is None
    assert peopled.session("two") is None
    assert peopled.session("of another") is not None
    assert (peopled.token("program") is None) is ends_tokens


def test_who_is_disabled_is_nobody_and_stays_on_record(peopled):
    disabled = peopled.disable_user("ana", "ada", NOW)
    assert disabled.is_disabled
    assert peopled.subject("ana").roles == frozenset()
    assert peopled.user("ana").roles == (Role.ANALYST,)
    with pytest.raises(AccessError, match="disabled already"):
        peopled.disable_user("ana", "ada", NOW)
    assert peopled.disable_user("ana", "ada", NOW, enable=True) == ANA
    with pytest.raises(AccessError, match="enabled already"):
        peopled.disable_user("ana", "ada", NOW, enable=True)
    actions = [entry.action for entry in peopled.audit_of("ana")]
    assert actions == ["user.add", "user.disable", "user.enable"]


def test_the_audit_has_no_secret(peopled):
    peopled.set_password("ana", "$argon2id$secret", ME, NOW)
    peopled.set_totp("ana", "SECRETSECRET", ME, NOW)
    peopled.add_token(token("hash of a token"), "ana", NOW)
    peopled.begin_session(session("hash of a session"), NOW)
    told = repr(list(peopled.audit_entries()))
    for secret in ("$argon2id", "SECRETSECRET", "hash of a token", "hash of a session", "csrf of"):
        assert secret not in told


def test_a_code_is_good_once(peopled):
    peopled.set_totp("ana", "SECRET", ME, NOW)
    assert peopled.credentials("ana").totp_last_step == 0
    assert peopled.use_totp_step("ana", 100)
    assert not peopled.use_totp_step("ana", 100)
    assert not peopled.use_totp_step("ana", 99)
    assert peopled.use_totp_step("ana", 101)
    assert not peopled.use_totp_step("nobody", 101)
    assert peopled.credentials("ana").totp_last_step == 101
    peopled.set_totp("ana", "ANOTHER", ME, NOW)
    assert peopled.credentials("ana") == Credentials("", "ANOTHER", 0)


# --- sessions ---


def test_a_session_is_there_until_it_is_ended(peopled):
    peopled.begin_session(session(), NOW, "10.0.0.9")
    assert peopled.session("s1") == session()
    entry = last(peopled)
    assert (entry.action, entry.actor) == ("sign-in", "ana")
    assert entry.detail == {"how": "password", "address": "10.0.0.9"}
    peopled.touch_session("s1", NOW + MINUTE)
    assert peopled.session("s1").seen_utc == NOW + MINUTE
    peopled.end_session("s1", NOW + MINUTE)
    assert peopled.session("s1") is None
    assert last(peopled).action == "sign-out"
    number = peopled.audit_number()
    peopled.end_session("s1", NOW + MINUTE)
    assert peopled.audit_number() == number


def test_dead_sessions_are_removed_when_another_begins(peopled):
    peopled.begin_session(session("old"), NOW)
    later = NOW + LONGEST_SESSION + MINUTE
    peopled.begin_session(session("new", began=later), later)
    assert peopled.session("old") is None
    assert [one.token_sha256 for one in peopled.sessions("ana")] == ["new"]


def test_all_others_of_ones_own_are_ended(peopled):
    signed_in(peopled)
    assert peopled.end_other_sessions("ana", "one", NOW) == 1
    assert [one.token_sha256 for one in peopled.sessions("ana")] == ["one"]
    assert [one.token_sha256 for one in peopled.sessions("ben")] == ["of another"]
    assert last(peopled).detail == {"n": 1}
    assert peopled.end_other_sessions("ana", "one", NOW) == 0


# --- attempts ---


def fail(casebook, n, origin=HERE, user="ana", now=NOW):
    waits = []
    for _ in range(n):
        wait = casebook.claim_attempt(user, origin, now)
        waits.append(wait)
        if wait == 0:
            casebook.end_attempt(user, origin, now, succeeded=False)
    return waits


def test_the_first_attempts_are_free_and_then_one_waits(peopled):
    assert fail(peopled, FREE_FAILURES) == [0.0] * FREE_FAILURES
    assert fail(peopled, 2) == [FIRST_WAIT_S] * 2
    later = NOW + timedelta(seconds=FIRST_WAIT_S)
    assert fail(peopled, 2, now=later) == [0.0, 2 * FIRST_WAIT_S]


def test_attempts_count_before_they_are_looked_at(peopled):
    """Many at once, none of which has come to anything yet, are no way round."""
    waits = [peopled.claim_attempt("ana", HERE, NOW) for _ in range(20)]
    assert waits.count(0.0) == FREE_FAILURES


def test_from_one_address_all_accounts_count(peopled):
    for n in range(FREE_FAILURES):
        assert fail(peopled, 1, user=f"user-{n}") == [0.0]
    assert fail(peopled, 1, user="ben") == [FIRST_WAIT_S]
    assert fail(peopled, 1, THERE, user="ben") == [0.0]


def test_from_many_addresses_the_account_counts_and_nobodys_as_well(peopled):
    """What there is no account for counts as what there is: waiting tells nobody who is there."""
    for user in ("ana", "nobody"):
        for n in range(FREE_FAILURES):
            assert fail(peopled, 1, Origin(f"10.1.{len(user)}.{n}"), user) == [0.0]
        assert fail(peopled, 1, Origin(f"10.2.{len(user)}.1"), user) == [FIRST_WAIT_S]


def test_strangers_lock_nobody_out_of_a_browser_that_is_known(peopled):
    for n in range(50):
        fail(peopled, 1, Origin(f"10.3.0.{n}"))
    fail(peopled, FREE_FAILURES, HERE)
    assert peopled.claim_attempt("ana", THERE, NOW) > 0
    assert peopled.claim_attempt("ana", KNOWN, NOW) == 0.0
    peopled.end_attempt("ana", KNOWN, NOW, succeeded=True)
    assert fail(peopled, FREE_FAILURES, KNOWN) == [0.0] * FREE_FAILURES
    assert fail(peopled, 1, KNOWN) == [FIRST_WAIT_S]


def test_a_known_browsers_failures_lock_out_no_other(peopled):
    fail(peopled, FREE_FAILURES, KNOWN)
    assert fail(peopled, 1, THERE) == [0.0]


def test_who_comes_in_begins_anew_and_pays_for_no_other_account(peopled):
    fail(peopled, FREE_FAILURES - 1)
    assert peopled.claim_attempt("ana", HERE, NOW) == 0.0
    peopled.end_attempt("ana", HERE, NOW, succeeded=True)
    assert fail(peopled, FREE_FAILURES - 1, user="ben") == [0.0] * (FREE_FAILURES - 1)
    assert peopled.claim_attempt("ana", HERE, NOW) == 0.0  # the fifth of the address
    peopled.end_attempt("ana", HERE, NOW, succeeded=True)
    assert peopled.claim_attempt("ben", HERE, NOW) == 0.0
    assert peopled.claim_attempt("ben", HERE, NOW) > 0, "ana's coming in frees ana alone"


def test_attempts_are_forgotten_after_their_time(peopled):
    fail(peopled, FREE_FAILURES)
    assert fail(peopled, 1, now=NOW + FAILURES_KEPT) == [0.0]


def test_a_refusal_is_on_record_and_what_was_typed_for_a_name_is_not(peopled):
    """People type their password where the name goes."""
    fail(peopled, 1)
    entry = last(peopled)
    assert (entry.action, entry.subject, entry.actor) == ("sign-in.refused", "ana", "nobody")
    assert entry.detail == {"address": "10.0.0.1"}
    fail(peopled, 1, user="correct horse battery staple")
    assert last(peopled).subject == "nobody"
    assert "horse" not in repr(list(peopled.audit_entries()))


# --- tokens ---


def test_a_token_is_there_until_its_user_withdraws_it(peopled):
    peopled.add_token(token(), "ana", NOW)
    assert peopled.token("t1") == token()
    assert peopled.tokens("ana") == (token(),)
    assert peopled.tokens("ben") == ()
    with pytest.raises(AccessError, match="no such token of yours"):
        peopled.end_token("t1", "ben", NOW)
    peopled.end_token("t1", "ana", NOW)
    assert peopled.token("t1") is None
    assert [e.action for e in peopled.audit_of("ana")][-2:] == ["token.add", "token.end"]


def test_there_are_at_most_so_many_and_expired_ones_make_room(peopled):
    for n in range(MOST_TOKENS):
        peopled.add_token(token(f"t{n}"), "ana", NOW)
    with pytest.raises(AccessError, match="withdraw one that no program needs"):
        peopled.add_token(token("one more"), "ana", NOW)
    peopled.add_token(token("of another", "ben"), "ben", NOW)
    later = NOW + 2 * DAY
    peopled.add_token(ApiToken("new", "ana", "QGIS", later, later + DAY), "ana", later)
    assert [one.token_sha256 for one in peopled.tokens("ana")] == ["new"]
