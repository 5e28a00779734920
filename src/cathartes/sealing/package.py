"""A package: one file that one recipient alone can open, signed as a whole.

An age file of an archive with ``statement.dsse.json`` (the signature over the hash of every other
file), ``manifest.json``, ``README.txt``, and the files themselves. What is read is whole, from a
sender that is trusted, and for who reads it; or it is an error.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from cathartes.casework.public_key import PublicKey
from cathartes.errors import PackageError
from cathartes.sealing.archive import MOST_BYTES, pack, unpack
from cathartes.sealing.envelope import read_envelope, sign
from cathartes.sealing.manifest import PackageFile, files_of, manifest_json
from cathartes.sealing.readme import Language, readme_text
from cathartes.sealing.secret_key import Identity, SecretKey, seal
from cathartes.sealing.statement import (
    PAYLOAD_TYPE,
    PackageFacts,
    Statement,
    read_statement,
    sha256_of,
)

ENVELOPE = "statement.dsse.json"
MANIFEST = "manifest.json"
README = "README.txt"
MOST_SEALED_BYTES = MOST_BYTES + (16 << 20)
"""Of a package: age adds 16 bytes to each 64 KiB, and the archive has names."""

_AGE_MARK = b"age-encryption.org/v1\n"


@dataclass(frozen=True, slots=True)
class OpenedPackage:
    """A package that is whole.

    Attributes
    ----------
    facts
    sender
        The trusted key that signed it.
    recipient_key
        ``age1…`` for whom it was sealed.
    files
        All that the manifest lists, sorted by name.
    """

    facts: PackageFacts
    sender: PublicKey
    recipient_key: str
    files: tuple[PackageFile, ...] = field(repr=False)


def write_package(
    files: Iterable[PackageFile],
    facts: PackageFacts,
    key: SecretKey,
    recipient: str,
    language: Language = "en",
) -> bytes:
    """Return a package.

    Parameters
    ----------
    files
        Beside those that every package has.
    facts
    key
        Signs it.
    recipient
        ``age1…``: who can open it.
    language
        That the recipient reads, of ``README.txt``.

    Raises
    ------
    KeyringError
        If the key may not sign at that time.
    PackageError
        If the files can't be in one package, or that is no recipient.
    """
    key.public.check_may_sign(facts.signed_utc)
    about, text = readme_text(facts, key.public, language)
    readme = PackageFile(README, "text/plain", about, text)
    every = (readme, *files)
    members = {one.name: one.content for one in every}
    if len(members) != len(every) or {ENVELOPE, MANIFEST} & set(members):
        raise PackageError(
            f"two files of the package have one name; {ENVELOPE}, {MANIFEST} and {README} are "
            "there anyway: name them otherwise."
        )
    members[MANIFEST] = manifest_json(every, facts.release_id)
    hashes = {name: sha256_of(content) for name, content in members.items()}
    statement = Statement(facts, key.public.id, recipient, hashes)
    members[ENVELOPE] = sign(PAYLOAD_TYPE, statement.to_json(), key)
    return seal(pack(members), recipient)


def open_package(
    sealed: bytes,
    identity: Identity,
    senders: Iterable[PublicKey],
    now_utc: datetime,
    received_utc: datetime | None = None,
) -> OpenedPackage:
    """Return what is in a package that is whole, for this identity, and by one of these senders.

    Parameters
    ----------
    sealed
        The file's bytes.
    identity
        Of who it is for.
    senders
        Keys that are trusted.
    now_utc
    received_utc
        When one had it, by one's own records; see `PublicKey.check_signed`.

    Raises
    ------
    PackageError
        If it is cut, changed, repacked, for somebody else, or signed by nobody who is trusted.
    KeyringError
        If the sender's key was revoked or not valid when it was signed.
    """
    if len(sealed) > MOST_SEALED_BYTES:
        raise PackageError(
            f"the file has {len(sealed)} bytes; a package has at most {MOST_SEALED_BYTES}."
        )
    if not sealed.startswith(_AGE_MARK):
        raise PackageError("this is no package: one begins with `age-encryption.org/v1`.")
    return open_archive(identity.open(sealed), identity.recipient, senders, now_utc, received_utc)


def open_archive(
    archive: bytes,
    recipient: str,
    senders: Iterable[PublicKey],
    now_utc: datetime,
    received_utc: datetime | None = None,
) -> OpenedPackage:
    """Return what is in a package's archive, once it is unsealed; see `open_package`.

    Parameters
    ----------
    archive
    recipient
        ``age1…`` by which it was sealed.
    senders, now_utc, received_utc
    """
    members = unpack(archive)
    for needed in (ENVELOPE, MANIFEST, README):
        if needed not in members:
            raise PackageError(
                f"{needed} is not in the package: somebody took it out, or it never was one."
            )
    envelope = read_envelope(members.pop(ENVELOPE), "the signature")
    sender = _signer(envelope.key_id, senders)
    statement = read_statement(envelope.checked(sender.signing_key, PAYLOAD_TYPE, "the signature"))
    _check_statement(statement, sender, recipient)
    sender.check_signed(statement.facts.signed_utc, now_utc, received_utc)
    _check_hashes(statement, members)
    files = files_of(members.pop(MANIFEST), members, statement.facts.release_id)
    return OpenedPackage(statement.facts, sender, recipient, files)


def _signer(key_id: str, senders: Iterable[PublicKey]) -> PublicKey:
    for sender in senders:
        if sender.id == key_id:
            return sender
    groups = " ".join(key_id[start : start + 4] for start in range(0, len(key_id), 4))
    raise PackageError(
        f"the package says that key {groups} signed it, which is none of the senders you trust. "
        "If the sender has a new key, compare it by telephone, then `cathartes key import-sender`."
    )


def _check_statement(statement: Statement, sender: PublicKey, recipient: str) -> None:
    if statement.sender_key != sender.id:
        raise PackageError(
            f"the statement speaks of another key ({statement.sender_key[:32]}) than signed it."
        )
    if statement.recipient_key != recipient:
        raise PackageError(
            f"the sender signed it for {statement.facts.recipient} and sealed it for another key "
            "than yours: somebody passed it on to you. Do not use it; ask the sender."
        )


def _check_hashes(statement: Statement, members: dict[str, bytes]) -> None:
    if set(statement.sha256) != set(members):
        name = min(set(statement.sha256) ^ set(members))
        what = "was added" if name in members else "is missing"
        raise PackageError(f"file {name[:120]!r} {what} after it was signed.")
    for name, sha256 in statement.sha256.items():
        if sha256_of(members[name]) != sha256:
            raise PackageError(f"file {name!r} was changed after it was signed.")
