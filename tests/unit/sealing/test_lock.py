"""A key is locked by age's scrypt: its second or two is what a thief pays for each guess."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from cathartes.errors import KeyringError
from cathartes.sealing.secret_key import SecretKey, read_identity

START = datetime(2026, 1, 1, tzinfo=UTC)
GOOD = "correct horse battery"


def test_a_key_is_locked_and_unlocked():
    key = SecretKey.make("Air survey", START, START + timedelta(days=1))
    signing, identity = key.locked(GOOD)
    for locked in (signing, identity):
        work = re.match(rb"age-encryption\.org/v1\n-> scrypt \S{22} (\d+)\n", locked)
        assert work
        assert int(work[1]) >= 14  # 2^14 rounds, with r = 8: 16 MiB each
        assert b"PRIVATE" not in locked
    opened = SecretKey.unlocked(key.public, signing, read_identity(identity, GOOD), GOOD)
    assert opened.sign(b"x") == key.sign(b"x")  # Ed25519 has no chance in it
    with pytest.raises(KeyringError, match="another passphrase is needed"):
        read_identity(identity, GOOD.upper())
