"""Packages and keys for tests; keys are made once, as they take no part in what is tested."""

import functools
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pyrage
import pytest

from cathartes.casework.tlp import Tlp
from cathartes.sealing.manifest import PackageFile
from cathartes.sealing.package import write_package
from cathartes.sealing.secret_key import SecretKey
from cathartes.sealing.statement import Kind, PackageFacts

FROM = datetime(2026, 1, 1, tzinfo=UTC)
UNTIL = datetime(2028, 1, 1, tzinfo=UTC)
SIGNED = datetime(2026, 5, 4, 16, 0, tzinfo=UTC)
NOW = SIGNED + timedelta(days=1)


@functools.cache
def key(owner: str) -> SecretKey:
    return SecretKey.make(owner, FROM, UNTIL)


def facts(**other) -> PackageFacts:
    told = {
        "kind": Kind.RELEASE,
        "release_id": "R-2026-0001",
        "recipient": "fgr-son",
        "tlp": Tlp.AMBER,
        "content_sha256": "ab" * 32,
        "signed_utc": SIGNED,
        "audit_head": "17:" + "cd" * 32,
    }
    return PackageFacts(**(told | other))


def files(text: bytes = b"%PDF-1.7 a report") -> tuple[PackageFile, ...]:
    return (
        PackageFile("report.pdf", "application/pdf", "The report, to be read first.", text),
        PackageFile("images/plume-1.png", "image/png", "The plume, seen from above.", bytes(4000)),
    )


def package(**other) -> bytes:
    """Return a package from `key("sender")` for `key("partner")`."""
    recipient = key("partner").public.age_recipient
    return write_package(files(), facts(**other), key("sender"), recipient)


_MARK = b"age-encryption.org/v1\n-> scrypt "


def _lock(content: bytes, passphrase: str) -> bytes:
    raw = hashlib.sha256(content + passphrase.encode()).digest() + content
    return _MARK + bytes(byte ^ 0x55 for byte in raw)


def _unlock(locked: bytes, passphrase: str) -> bytes:
    raw = bytes(byte ^ 0x55 for byte in locked.removeprefix(_MARK))
    if hashlib.sha256(raw[32:] + passphrase.encode()).digest() != raw[:32]:
        raise pyrage.DecryptError("Decryption failed")
    return raw[32:]


@contextmanager
def locked_at_once() -> Iterator[None]:
    """Lock without scrypt, which takes seconds each time; unit/sealing/test_lock.py has it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pyrage.passphrase, "encrypt", _lock)
        patch.setattr(pyrage.passphrase, "decrypt", _unlock)
        yield
