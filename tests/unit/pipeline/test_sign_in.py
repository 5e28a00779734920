"""Signing in at the command line: the workstation's rules, and the same count of failures."""

from datetime import timedelta

import pyotp
import pytest
from argon2 import PasswordHasher

import made_up_casebook as made_up
from cathartes.casework.roles import Role
from cathartes.casework.user import Origin, User
from cathartes.errors import AccessError
from cathartes.pipeline.sign_in import Who, attempted, by_both, signed_in
from cathartes.store.open import open_casebook

NOW = made_up.NOW
GOOD, BAD = "correct horse battery", "wrong horse"


@pytest.fixture
def book(tmp_path):
    """Return a casebook with one account."""
    with open_casebook(tmp_path / "casebook", create=True) as opened:
        hashed = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(GOOD)
        opened.casebook.add_user(User("ana", "Ana Ruiz", (Role.ANALYST,)), made_up.ME, NOW)
        opened.casebook.set_password("ana", hashed, made_up.ME, NOW)
        yield opened.casebook


def test_the_right_password_names_the_account_and_is_on_record(book):
    assert signed_in(book, " Ana ", GOOD, "", NOW) == "ana"
    entry = book.audit_of("ana")[-1]
    assert (entry.action, entry.actor) == ("sign-in", "ana")
    assert entry.detail["address"] == "command line"


def test_failures_of_the_command_line_and_of_the_workstation_count_together(book):
    for number in range(5):
        if number % 2:
            attempted(book, "ana", Origin("203.0.113.7"), by_both(BAD, ""), NOW)
        else:
            with pytest.raises(AccessError, match="not signed in"):
                signed_in(book, "ana", BAD, "", NOW)
    with pytest.raises(AccessError, match="wait 15 s"):
        signed_in(book, "ana", GOOD, "", NOW)
    assert signed_in(book, "ana", GOOD, "", NOW + timedelta(seconds=15)) == "ana"


def test_who_is_disabled_or_has_no_password_is_refused_like_all_others(book):
    book.add_user(User("ben", "Ben Ortiz", (Role.ANALYST,)), made_up.ME, NOW)
    said = set()
    for user, password in (("ben", ""), ("ben", GOOD), ("local:ana", GOOD), ("", GOOD)):
        with pytest.raises(AccessError) as refusal:
            signed_in(book, user, password, "", NOW)
        said.add(str(refusal.value).replace(repr(user), "X"))
    assert len(said) == 1
    book.disable_user("ana", made_up.ME, NOW)
    with pytest.raises(AccessError, match="not signed in"):
        signed_in(book, "ana", GOOD, "", NOW)


def test_a_code_is_good_once_and_only_with_the_password(book):
    secret = pyotp.random_base32()
    book.set_totp("ana", secret, "ana", NOW)
    code = pyotp.TOTP(secret).at(NOW)
    with pytest.raises(AccessError, match="second factor"):
        signed_in(book, "ana", GOOD, "", NOW)
    with pytest.raises(AccessError, match="not signed in"):
        signed_in(book, "ana", BAD, code, NOW)
    assert signed_in(book, "ana", GOOD, code, NOW) == "ana"
    with pytest.raises(AccessError, match="works once"):
        signed_in(book, "ana", GOOD, code, NOW)


def test_no_secret_is_in_what_is_printed_of_somebody():
    told = repr(Who("ana", GOOD, "123456"))
    assert "ana" in told
    assert GOOD not in told
    assert "123456" not in told
