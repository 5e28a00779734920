"""What is signed: an in-toto Statement v1 about all files of a package.

References
----------
in-toto Attestation Framework, Statement v1: ``_type``, ``subject``, ``predicateType``,
``predicate``.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from cathartes.casework.tlp import Tlp
from cathartes.errors import PackageError
from cathartes.sealing.strict_json import Strict, canonical_json, read_canonical

PAYLOAD_TYPE = "application/vnd.in-toto+json"
_STATEMENT = "https://in-toto.io/Statement/v1"
_PREDICATE = "urn:cathartes:package:v1"
_TIME_FORM = "%Y-%m-%dT%H:%M:%SZ"

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_HEAD = re.compile(r"\d{1,18}:[0-9a-f]{64}")
Sha256 = Field(pattern=r"^[0-9a-f]{64}$")


class Kind(StrEnum):
    """What a package is."""

    RELEASE = "release"
    CORRECTION = "correction"
    RECALL = "recall"
    RESPONSE = "response"


@dataclass(frozen=True, slots=True)
class PackageFacts:
    """What is said of a package as a whole, and signed with it.

    Attributes
    ----------
    kind
    release_id
        Which release it is, or speaks of: letters, digits, ``. _ -``.
    recipient
        Id of who it is for, and of nobody else.
    tlp
        How far it may be passed on.
    content_sha256
        Of the canonical content that was approved; hexadecimal.
    signed_utc
        By the signer's clock; to the second.
    is_exercise
        A drill: nothing of it is real.
    audit_head
        ``NUMBER:HASH`` of the sender's audit, so that the recipient can witness a rewrite; "" where
        there is none.

    Raises
    ------
    PackageError
        If any of this can't be.
    """

    kind: Kind
    release_id: str
    recipient: str
    tlp: Tlp
    content_sha256: str
    signed_utc: datetime
    is_exercise: bool = False
    audit_head: str = ""

    def __post_init__(self) -> None:
        for what in ("release_id", "recipient"):
            if not _ID.fullmatch(getattr(self, what)):
                raise PackageError(
                    f"{what} {getattr(self, what)!r}: up to 64 letters, digits and . _ - are "
                    "needed; an empty one is nobody's."
                )
        if not _SHA256.fullmatch(self.content_sha256):
            raise PackageError(f"content {self.content_sha256!r}: a SHA-256 is needed.")
        if self.audit_head and not _HEAD.fullmatch(self.audit_head):
            raise PackageError(f"audit head {self.audit_head!r}: NUMBER:HASH is needed.")
        if self.signed_utc.tzinfo is None or self.signed_utc.microsecond:
            raise PackageError(
                f"signed {self.signed_utc}: a moment with a time zone, to the second, is needed."
            )


class _Digest(Strict):
    sha256: str = Sha256


class _Subject(Strict):
    digest: _Digest
    name: str


class _Predicate(Strict):
    audit_head: str
    content_sha256: str
    is_exercise: bool
    kind: str
    recipient: str
    recipient_key: str
    release_id: str
    sender_key: str
    signed: str
    tlp: str


class _Statement(Strict):
    kind: Literal["https://in-toto.io/Statement/v1"] = Field(alias="_type")
    predicate: _Predicate
    predicateType: Literal["urn:cathartes:package:v1"]  # noqa: N815  # as in-toto names it
    subject: tuple[_Subject, ...] = Field(strict=False)  # JSON has lists


@dataclass(frozen=True, slots=True)
class Statement:
    """What a signer says of a package.

    Attributes
    ----------
    facts
    sender_key
        Id of the key that signed.
    recipient_key
        The age recipient it is sealed for.
    sha256
        Of each file but the envelope, by its name.
    """

    facts: PackageFacts
    sender_key: str
    recipient_key: str
    sha256: Mapping[str, str]

    def to_json(self) -> bytes:
        """Return it as in-toto has it, canonical."""
        facts = self.facts
        predicate = _Predicate(
            audit_head=facts.audit_head,
            content_sha256=facts.content_sha256,
            is_exercise=facts.is_exercise,
            kind=facts.kind.value,
            recipient=facts.recipient,
            recipient_key=self.recipient_key,
            release_id=facts.release_id,
            sender_key=self.sender_key,
            signed=facts.signed_utc.astimezone(UTC).strftime(_TIME_FORM),
            tlp=facts.tlp.value,
        )
        subject = tuple(
            _Subject(digest=_Digest(sha256=sha256), name=name)
            for name, sha256 in sorted(self.sha256.items())
        )
        told = {"_type": _STATEMENT, "predicateType": _PREDICATE}
        return canonical_json(_Statement(**told, predicate=predicate, subject=subject))  # type: ignore[arg-type]


def read_statement(content: bytes) -> Statement:
    """Return what a statement says.

    Raises
    ------
    PackageError
        If it is no statement about a package, byte for byte as it must be written.
    """
    read = read_canonical(content, _Statement, "the statement")
    told = read.predicate
    try:
        facts = PackageFacts(
            Kind(told.kind),
            told.release_id,
            told.recipient,
            Tlp(told.tlp),
            told.content_sha256,
            datetime.strptime(told.signed, _TIME_FORM).replace(tzinfo=UTC),
            told.is_exercise,
            told.audit_head,
        )
    except ValueError as error:  # an unknown kind or label, a time of another form
        raise PackageError(f"the statement: {str(error)[:200]}; no package says so.") from error
    by_name = {subject.name: subject.digest.sha256 for subject in read.subject}
    statement = Statement(facts, told.sender_key, told.recipient_key, by_name)
    if statement.to_json() != content:
        raise PackageError("the statement: its files or times are not written as they must be.")
    return statement


def sha256_of(content: bytes) -> str:
    """Return the SHA-256 of bytes, hexadecimal."""
    return hashlib.sha256(content).hexdigest()
