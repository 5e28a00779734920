"""Passwords and second factors, against what the RFCs print."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from cathartes.errors import AccessError
from cathartes.pipeline.passwords import (
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    hash_password,
    is_right_code,
    is_right_password,
    is_totp_secret,
    new_totp_secret,
    totp_address,
)
from quick_locks import passwords_are_strong

GOOD = "correct horse battery"
RFC_6238_SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.fixture(autouse=True)
def strong() -> Iterator[None]:
    with passwords_are_strong():
        yield


def test_a_password_is_kept_as_argon2id_with_a_salt_of_its_own():
    one, other = hash_password(GOOD), hash_password(GOOD)
    assert one != other
    assert one.startswith("$argon2id$v=19$")
    memory, time, lanes = (int(part[2:]) for part in one.split("$")[3].split(","))
    assert (memory, time, lanes) >= (19_456, 2, 1)  # the least of OWASP's cheat sheet
    assert GOOD not in one


def test_the_right_password_is_right_and_no_other():
    hashed = hash_password(GOOD)
    assert is_right_password(hashed, GOOD)
    for wrong in ("", GOOD + " ", GOOD.upper(), GOOD[:-1], "\0", GOOD + "\0", "ü" * 20):
        assert not is_right_password(hashed, wrong)


@pytest.mark.parametrize("hashed", ["", "plain", "$argon2id$broken", GOOD])
def test_where_there_is_no_hash_no_password_is_right(hashed):
    assert not is_right_password(hashed, GOOD)
    assert not is_right_password(hashed, "")


def test_for_nobody_as_much_work_is_done_as_for_somebody(monkeypatch):
    """Not by a stop-watch: a hash of the same cost is verified."""
    import argon2

    seen = []
    verify = argon2.PasswordHasher.verify
    monkeypatch.setattr(
        argon2.PasswordHasher,
        "verify",
        lambda self, hashed, password: seen.append(hashed) or verify(self, hashed, password),
    )
    is_right_password(hash_password(GOOD), "wrong")
    is_right_password("", "wrong")
    somebodys, nobodys = (hashed.split("$")[:4] for hashed in seen)
    assert somebodys == nobodys


@pytest.mark.parametrize("password", ["", "short", "x" * (SHORTEST_PASSWORD - 1)])
def test_a_password_that_is_too_short_is_refused(password):
    with pytest.raises(AccessError, match="12 to 1024"):
        hash_password(password)


def test_a_password_that_is_too_long_is_refused():
    with pytest.raises(AccessError, match="12 to 1024"):
        hash_password("x" * (LONGEST_PASSWORD + 1))
    assert is_right_password(hash_password("ñ" * SHORTEST_PASSWORD), "ñ" * SHORTEST_PASSWORD)


@pytest.mark.parametrize(
    ("moment_s", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_rfc_6238(moment_s, code):
    """Appendix B's table for SHA-1, of which authenticators show the last six digits."""
    now = datetime.fromtimestamp(moment_s, UTC)
    assert is_right_code(RFC_6238_SECRET, code[-6:], now) == moment_s // 30
    shown = f"{code[-6:-3]} {code[-3:]}"
    assert is_right_code(RFC_6238_SECRET, shown, now) == moment_s // 30


def test_a_clock_may_be_off_by_a_step_and_no_more():
    now = datetime.fromtimestamp(1234567890, UTC)
    for off in (-30, 30):
        step = is_right_code(RFC_6238_SECRET, "005924", now + timedelta(seconds=off))
        assert step == 1234567890 // 30
    for off in (-90, 90):
        assert is_right_code(RFC_6238_SECRET, "005924", now + timedelta(seconds=off)) is None


@pytest.mark.parametrize("code", ["", "0", "00592", "0059240", "abcdef", "００５９２４", "-05924"])
def test_what_is_no_code_is_not_right(code):
    now = datetime.fromtimestamp(1234567890, UTC)
    assert is_right_code(RFC_6238_SECRET, code, now) is None


def test_a_secret_is_new_each_time_and_what_an_authenticator_reads():
    one, other = new_totp_secret(), new_totp_secret()
    assert one != other
    assert len(base64.b32decode(one)) >= 20  # RFC 4226, requirement 6: 160 bits are recommended
    assert is_totp_secret(one)
    assert not is_totp_secret(one.lower())
    assert not is_totp_secret(one[:-1])
    address = totp_address(one, "ana")
    assert address.startswith("otpauth://totp/Cathartes:ana?")
    assert f"secret={one}" in address
