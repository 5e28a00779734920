"""Packages and keys for tests; keys are made once, as they take no part in what is tested."""

import functools
from datetime import UTC, datetime, timedelta

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
