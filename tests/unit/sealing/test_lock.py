"""A key is locked by age's scrypt: its second or two is what a thief pays for each guess."""

import os
import pty
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from pyrage import DecryptError, passphrase

from cathartes.errors import KeyringError
from cathartes.sealing import locking
from cathartes.sealing.locking import unlock
from cathartes.sealing.secret_key import SecretKey, read_identity, seal
from cathartes.sealing.signer import FileSigner
from quick_locks import locks_are_strong, quick_lock

START = datetime(2026, 1, 1, tzinfo=UTC)
GOOD = "correct horse battery"


@pytest.fixture(scope="module")
def key():
    return SecretKey.make("Air survey", START, START + timedelta(days=1))


@pytest.fixture(scope="module")
def locked(key):
    """Return its files by name."""
    with locks_are_strong():
        return key.locked(GOOD)


def test_a_key_is_locked_and_unlocked(key, locked):
    for one in locked.values():
        work = re.match(rb"age-encryption\.org/v1\n-> scrypt \S{22} (\d+)\n", one)
        assert work
        assert int(work[1]) >= 14  # 2^14 rounds, with r = 8: 16 MiB each
        assert b"PRIVATE" not in one
    identity = read_identity(locked["identity.age"], GOOD)
    opened = SecretKey.joined(key.public, identity, FileSigner.unlocked(locked, GOOD))
    assert opened.sign(b"x") == key.sign(b"x")  # Ed25519 has no chance in it


def test_the_quick_locks_of_other_tests_are_locks_too():
    for content in (b"", b"x", bytes(65_536), bytes(200_000)):
        locked = quick_lock(content, GOOD)
        assert unlock(locked, GOOD) == content
        with pytest.raises(KeyringError):
            unlock(locked, f"{GOOD}!")
        with pytest.raises(KeyringError):
            unlock(locked[:-1], GOOD)


def refusals(n_times, monkeypatch):
    """Have age find a lock too much work as many times; return how long it was waited."""
    left, waited_s = [*range(n_times)], []
    real = passphrase.decrypt

    def decrypt(locked, told):
        if left:
            left.pop()
            raise DecryptError(
                "Excessive work parameter for passphrase.\nDecryption would take around 32 seconds."
            )
        return real(locked, told)

    monkeypatch.setattr(passphrase, "decrypt", decrypt)
    monkeypatch.setattr(locking.time, "sleep", waited_s.append)
    return waited_s


def test_a_busy_machine_is_asked_again(monkeypatch):
    waited_s = refusals(3, monkeypatch)
    assert unlock(quick_lock(b"x", GOOD), GOOD) == b"x"
    assert waited_s == sorted(waited_s)
    assert len(waited_s) == 3


def test_a_machine_that_stays_busy_is_not_a_wrong_passphrase(monkeypatch):
    refusals(99, monkeypatch)
    with pytest.raises(KeyringError, match="whether the passphrase is right is not known"):
        unlock(quick_lock(b"x", GOOD), GOOD)


@pytest.mark.skipif(shutil.which("age") is None, reason="age is not installed")
def test_age_alone_opens_a_package_with_the_locked_identity(tmp_path, key, locked):
    """It asks for the passphrase on the terminal: ``setsid --ctty`` gives it one of ours."""
    (tmp_path / "identity.age").write_bytes(locked["identity.age"])
    (tmp_path / "sealed").write_bytes(seal(b"what is sealed", key.public.age_recipient))
    ours, its = pty.openpty()
    words = ["setsid", "--ctty", "--wait", "age", "--decrypt", "--identity", "identity.age"]
    with subprocess.Popen(
        [*words, "--output", "opened", "sealed"], cwd=tmp_path, stdin=its, stdout=its, stderr=its
    ) as age:
        said = b""
        while b"passphrase" not in said:
            said += os.read(ours, 1000)
        os.write(ours, f"{GOOD}\n".encode())
        assert age.wait(timeout=120) == 0
    os.close(ours)
    os.close(its)
    assert (tmp_path / "opened").read_bytes() == b"what is sealed"
