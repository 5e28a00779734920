"""Accounts and what a sign-in leaves behind: values that can't be wrong, and how long one waits."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cathartes.casework.roles import ALONE, Action, Role, Subject, Thing, decide
from cathartes.casework.user import (
    FAILURES_KEPT,
    FREE_FAILURES,
    IDLE_END,
    LONGEST_SESSION,
    LONGEST_TOKEN,
    LONGEST_WAIT_S,
    ApiToken,
    Origin,
    Session,
    User,
    is_user_id,
    wait_s,
)
from cathartes.errors import AccessError

NOW = datetime(2026, 5, 4, 16, 2, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("one_id", ["ana", "a", "9", "a.b_c@d-e", "x" * 64])
def test_a_short_name_may_be_this(one_id):
    assert User(one_id, "Ana", (Role.ANALYST,)).id == one_id


@pytest.mark.parametrize(
    "one_id",
    [
        "",
        "Ana",
        "-a",
        ".a",
        "x" * 65,
        "a b",
        "a/b",
        "a:b",
        "local:ana",
        "ana\n",
        "añ",
        "a\0",
        "../a",
    ],
)
def test_a_short_name_may_not_be_this(one_id):
    assert not is_user_id(one_id)
    with pytest.raises(AccessError, match="lower-case letters, digits"):
        User(one_id, "Ana", (Role.ANALYST,))


@pytest.mark.parametrize("name", ["", " ", "x" * 201, "a\nb", "a\0", "a\u202eb"])
def test_a_name_is_what_others_can_read(name):
    with pytest.raises(AccessError, match="printable characters"):
        User("ana", name, (Role.ANALYST,))


@pytest.mark.parametrize(
    "roles", [(), (Role.COLLECTOR, Role.ANALYST), (Role.ANALYST, Role.ANALYST)]
)
def test_roles_are_there_once_and_sorted(roles):
    with pytest.raises(AccessError, match="at least one role is needed"):
        User("ana", "Ana", roles)


@pytest.mark.parametrize("lonely", sorted(ALONE))
@pytest.mark.parametrize("other", sorted(Role))
def test_some_roles_go_with_no_other(lonely, other):
    if lonely == other:
        return
    with pytest.raises(AccessError, match="goes with no other role"):
        User("ana", "Ana", tuple(sorted((lonely, other))), "office")


def test_a_partners_officer_has_a_partner_and_nobody_else():
    assert User("pia", "Pia", (Role.PARTNER,), "office").partner == "office"
    for told in (((Role.PARTNER,), ""), ((Role.ANALYST,), "office")):
        with pytest.raises(AccessError, match="needs the partner's name"):
            User("pia", "Pia", *told)


def test_who_is_disabled_has_no_role():
    user = User("ana", "Ana", (Role.ANALYST,), is_disabled=True)
    assert user.subject == Subject("ana", frozenset())
    assert not any(decide(user.subject, action).allowed for action in Action)


def test_an_administrator_keeps_others_accounts_and_not_their_own():
    ada = Subject("ada", frozenset({Role.ADMINISTRATOR}))
    assert decide(ada, Action.MANAGE_USERS).allowed
    assert decide(ada, Action.MANAGE_USERS, Thing(owner="ana")).allowed
    own = decide(ada, Action.MANAGE_USERS, Thing(owner="ada"))
    assert not own.allowed
    assert "your own account" in own.reason


def test_a_session_ends_unused_and_in_any_case():
    session = Session("s", "ana", "c", NOW, NOW + IDLE_END, "password")
    assert session.is_alive(NOW + 2 * IDLE_END - SECOND)
    assert not session.is_alive(NOW + 2 * IDLE_END)
    assert not session.is_alive(NOW + IDLE_END + timedelta(minutes=5), timedelta(minutes=5))
    used = Session("s", "ana", "c", NOW, NOW + LONGEST_SESSION, "password")
    assert not used.is_alive(NOW + LONGEST_SESSION)


@pytest.mark.parametrize(
    ("name", "time"),
    [
        ("", SECOND),
        ("x" * 101, SECOND),
        ("a\n", SECOND),
        ("a", timedelta(0)),
        ("a", LONGEST_TOKEN + SECOND),
    ],
)
def test_a_token_says_what_it_is_for_and_ends(name, time):
    assert ApiToken("t", "ana", "a", NOW, NOW + LONGEST_TOKEN).name == "a"
    with pytest.raises(AccessError, match="token"):
        ApiToken("t", "ana", name, NOW, NOW + time)


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("::1", "::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_failures_are_counted_by_what_one_subscriber_has(address, key):
    assert Origin(address).key == key
    assert not Origin(address).is_known


def test_no_address_is_counted_as_a_known_browser():
    known = Origin("192.0.2.7", "ab" * 16)
    assert known.is_known
    assert known.key.startswith(Origin.KNOWN)
    assert known.key != Origin("ab" * 16).key


def waits(n, each_s=0.0):
    moments = [NOW - timedelta(seconds=each_s * k) for k in range(n)]
    return wait_s(moments, NOW)


def test_waiting_doubles_from_the_fifth_failure_up_to_a_quarter_of_an_hour():
    """15, 30, 60, ... 900 s: in an hour a stranger has some ten guesses, in a year under 40,000."""
    assert [waits(n) for n in range(13)] == [
        0, 0, 0, 0, 0, 15, 30, 60, 120, 240, 480, 900, 900
    ]  # fmt: skip


@given(st.lists(st.floats(0, 2 * FAILURES_KEPT.total_seconds()), max_size=30))
def test_waiting_is_bounded_ends_and_does_not_depend_on_the_order(ages_s):
    moments = [NOW - timedelta(seconds=age) for age in ages_s]
    wait = wait_s(moments, NOW)
    assert 0 <= wait <= LONGEST_WAIT_S
    assert wait == wait_s(moments[::-1], NOW)
    assert wait_s(moments, NOW + timedelta(seconds=wait) + SECOND) == 0
    recent = [m for m in moments if NOW - m < FAILURES_KEPT]
    assert wait == wait_s(recent, NOW)
    if len(recent) < FREE_FAILURES:
        assert wait == 0
