"""Damage to packages, layer by layer, by chance; and the law that holds whatever was done.

The law: a package is refused by an error of ours, or what is read is exactly what was signed. It is
the same for a release that a partner verifies and for an answer that comes back. Only the layer
``sealed`` is about age; all others begin with the archive that age gives, byte for byte, so that a
million of them take minutes. ``benchmarks/fuzz/packages.py`` runs it a million times,
``tests/property`` a few hundred.
"""

import base64
import functools
import hashlib
import json
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

import rfc8785

from cathartes.casework.public_key import PublicKey
from cathartes.errors import KeyringError, PackageError, ReleaseError
from cathartes.sealing.archive import pack, unpack
from cathartes.sealing.envelope import sign
from cathartes.sealing.key_record import read_signed_record, signed_record
from cathartes.sealing.package import OpenedPackage, open_archive, open_package, write_package
from cathartes.sealing.pdf_actions import check_only_shows
from cathartes.sealing.response_package import OpenedResponse, check_answers, response_of
from cathartes.sealing.secret_key import SecretKey
from cathartes.sealing.statement import PAYLOAD_TYPE
from made_up_answers import READ, partner, release, response, sealed_answer
from made_up_packages import NOW, facts, files, key

ENVELOPE, MANIFEST, RESPONSE = "statement.dsse.json", "manifest.json", "response.json"
RELEASE_IDS = ("R-2026-0001", "R-2026-0002")
REFUSALS = (PackageError, KeyringError, ReleaseError)
ODD: tuple[Any, ...] = (
    None, True, 0, -1, 1e308, "", "\x00", "../x", "é", [], {}, [[]], {"": None}, "0" * 500,
    "2026-05-09", "closed", "R-2026-0002",
)  # fmt: skip


@dataclass(frozen=True)
class Course:
    """Packages of one kind on their way: from whom, for whom, and how they are read.

    Attributes
    ----------
    whole
        One of a release, sealed.
    signer, holder
        Who signs it; who can open it.
    trusted
        Keys that the holder trusts.
    now_utc
    read
        What the holder makes of one that was opened.
    """

    whole: Callable[[str], bytes]
    signer: SecretKey
    holder: SecretKey
    trusted: tuple[PublicKey, ...]
    now_utc: datetime
    read: Callable[[OpenedPackage], object]

    def opened(self, sealed: bytes) -> object:
        return self.read(open_package(sealed, self.holder.identity, self.trusted, self.now_utc))

    def unpacked(self, inner: bytes) -> object:
        recipient = self.holder.public.age_recipient
        return self.read(open_archive(inner, recipient, self.trusted, self.now_utc))

    @functools.cache  # noqa: B019  # there are two, and they stay
    def archive(self, release_id: str = RELEASE_IDS[0]) -> bytes:
        return self.holder.identity.open(self.whole(release_id))

    @functools.cache  # noqa: B019
    def signed(self) -> dict[bytes, object]:
        """Return what was signed: by archive, what is read of it."""
        return {one: self.unpacked(one) for one in map(self.archive, RELEASE_IDS)}


@functools.cache
def whole_release(release_id: str = RELEASE_IDS[0]) -> bytes:
    recipient = key("partner").public.age_recipient
    return write_package(files(), facts(release_id=release_id), key("sender"), recipient)


@functools.cache
def whole_answer(release_id: str = RELEASE_IDS[0]) -> bytes:
    return sealed_answer(response(release_id=release_id), attached={"note.pdf": PDF})


def read_answer(opened: OpenedPackage) -> OpenedResponse:
    """Read an answer as the casebook's office does, with the releases that it sent."""
    found = response_of(opened)
    if found.response.release_id not in RELEASE_IDS:
        raise ReleaseError("no such release")
    check_answers(found, release(id=found.response.release_id), partner(), "sonora")
    return found


PDF = b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\n7 0 obj << /Filter /FlateDecode >> stream\n"
PDF += zlib.compress(b"BT (A report) Tj ET") + b"\nendstream endobj\ntrailer << /Root 1 0 R >>\n"
COURSES = {
    "release": Course(
        whole_release, key("sender"), key("partner"), (key("sender").public,), NOW, lambda one: one
    ),
    "answer": Course(
        whole_answer,
        key("partner"),
        key("sender"),
        (key("partner").public, key("other partner").public),
        READ,
        read_answer,
    ),
}


def damaged(content: bytes, chance: Random) -> bytes:
    """Flip, cut, insert, double, or move bytes."""
    changed = bytearray(content)
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        place = chance.randrange(len(changed) + 1)
        end = min(len(changed), place + chance.choice((1, 2, 4, 30)))
        match chance.randrange(6):
            case 0 if place < len(changed):
                changed[place] ^= 1 << chance.randrange(8)
            case 1 if place < len(changed):
                changed[place] = chance.choice((0, 1, 0x22, 0x2F, 0x7F, 0x80, 0xFF))
            case 2:
                del changed[place:end]
            case 3:
                changed[place:place] = changed[place:end]
            case 4:
                changed[place:place] = chance.randbytes(chance.randrange(1, 9))
            case 5:
                del changed[place:]
    return bytes(changed)


def damaged_json(value: Any, chance: Random) -> Any:
    """Replace, remove or add one thing somewhere in a JSON value."""
    if not value or chance.random() < 0.1:
        return chance.choice(ODD)
    if isinstance(value, dict):
        return _damaged_object(value, chance)
    if isinstance(value, list):
        return _damaged_list(value, chance)
    if isinstance(value, str) and chance.random() < 0.8:
        place = chance.randrange(len(value))
        return value[:place] + chance.choice('0aZ=/+. "\\') + value[place + 1 :]
    return chance.choice(ODD)


def _damaged_object(value: dict[str, Any], chance: Random) -> dict[str, Any]:
    name = chance.choice(sorted(value))
    match chance.randrange(8):
        case 0:
            return {k: v for k, v in value.items() if k != name}
        case 1:
            return value | {chance.choice(("", "note", "_type", f"{name}x")): value[name]}
        case _:
            return value | {name: damaged_json(value[name], chance)}


def _damaged_list(value: list[Any], chance: Random) -> list[Any]:
    place = chance.randrange(len(value))
    match chance.randrange(5):
        case 0:
            return value[:place] + value[place + 1 :]
        case 1:
            return [*value, value[place]]
        case 2:
            return value[::-1]
        case _:
            changed = damaged_json(value[place], chance)
            return [*value[:place], changed, *value[place + 1 :]]


def _archive(course: Course, chance: Random) -> bytes:
    return damaged(course.archive(), chance)


def _member(course: Course, chance: Random) -> bytes:
    members = unpack(course.archive())
    name = chance.choice(sorted(members))
    return pack(members | {name: damaged(members[name], chance)})


def _swapped(course: Course, chance: Random) -> bytes:
    """Mix the members of two packages of the same sender."""
    members, others = unpack(course.archive()), unpack(course.archive(RELEASE_IDS[1]))
    for _ in range(chance.randrange(1, 4)):
        name, other = (chance.choice(sorted(members or others)) for _ in range(2))
        match chance.randrange(4):
            case 0:
                members[name] = others.get(name, b"")
            case 1:
                members.pop(name, None)
            case 2:
                members[name] = members.get(other, b"")
            case 3:
                members[f"more/{chance.randrange(9)}"] = others.get(other, b"")
    return pack(members)


def _envelope(course: Course, chance: Random) -> bytes:
    members = unpack(course.archive())
    changed = damaged_json(json.loads(members[ENVELOPE]), chance)
    return pack(members | {ENVELOPE: rfc8785.dumps(changed)})


def _forged(course: Course, chance: Random) -> bytes:
    """Change the statement, and sign it by another's key in the sender's name, or in their own."""
    members = unpack(course.archive())
    statement = _statement(members)
    for _ in range(chance.randrange(3)):
        statement = damaged_json(statement, chance)
    other = key(chance.choice(("stranger", "other partner")))
    if isinstance(statement, dict) and isinstance(statement.get("predicate"), dict):
        statement["predicate"]["sender_key"] = other.public.id
    forged = json.loads(sign(PAYLOAD_TYPE, rfc8785.dumps(statement), other))
    if chance.random() < 0.5:
        forged["signatures"][0]["keyid"] = course.signer.public.id
    return pack(members | {ENVELOPE: rfc8785.dumps(forged)})


LAYERS: dict[str, Callable[[Course, Random], bytes]] = {
    "archive": _archive,
    "member": _member,
    "swapped": _swapped,
    "envelope": _envelope,
    "forged": _forged,
}


def is_seal_refused(course: Course, chance: Random) -> bool:
    """Return whether a damaged sealed file is refused; if not, it must open to what was signed."""
    sealed = damaged(course.whole(RELEASE_IDS[0]), chance)
    return is_sealed_refused(course, sealed)


def is_sealed_refused(course: Course, sealed: bytes) -> bool:
    """Return whether a sealed file is refused; if not, it must open to what was signed."""
    try:
        found = course.opened(sealed)
    except REFUSALS:
        return True
    if found != course.signed().get(course.holder.identity.open(sealed)):
        raise AssertionError(f"accepted, and not what was signed: {sealed!r}")
    return False


def is_refused(course: Course, inner: bytes) -> bool:
    """Return whether an archive is refused; if not, it must be to the byte one that was signed.

    Which of the two, chance decides: enough swaps make the one the other.
    """
    try:
        found = course.unpacked(inner)
    except REFUSALS:
        return True
    if inner not in course.signed() or found != course.signed()[inner]:
        raise AssertionError(f"accepted, and not what was signed: {inner!r}")
    return False


def signed_nonsense(course: Course, chance: Random) -> bytes:
    """Return an archive whose trusted sender signed damaged content of any kind itself."""
    members = unpack(course.archive())
    if RESPONSE in members and chance.random() < 0.8:
        _damage_answer(members, chance)
    else:
        manifest = damaged_json(json.loads(members[MANIFEST]), chance)
        members[MANIFEST] = rfc8785.dumps(manifest)
    statement = _statement(members)
    for one in statement["subject"]:
        one["digest"]["sha256"] = _sha256(members[one["name"]])
    if chance.random() < 0.4:
        statement = damaged_json(statement, chance)
    signed = sign(PAYLOAD_TYPE, rfc8785.dumps(statement), course.signer)
    return pack(members | {ENVELOPE: signed})


def _damage_answer(members: dict[str, bytes], chance: Random) -> None:
    """Damage an answer or what is attached, and have the manifest fit."""
    if chance.random() < 0.7:
        name = RESPONSE
        told = json.loads(members[name])
        for _ in range(chance.choice((1, 1, 2))):
            told = damaged_json(told, chance)
        members[name] = rfc8785.dumps(told)
    else:
        name = "attachments/note.pdf"
        members[name] = damaged(members[name], chance)
    manifest = json.loads(members[MANIFEST])
    for one in manifest["files"]:
        if one["name"] == name:
            one |= {"sha256": _sha256(members[name]), "size_bytes": len(members[name])}
    members[MANIFEST] = rfc8785.dumps(manifest)


def is_read_or_refused(course: Course, inner: bytes) -> bool:
    """Return whether an archive is refused: what a trusted sender signed may say anything."""
    try:
        course.unpacked(inner)
    except REFUSALS:
        return True
    return False


def acting_pdf(chance: Random) -> bytes:
    """Return a PDF with a script somewhere: plain, escaped, packed, or in packed objects."""
    name = b"/" + b"".join(_escaped(b"JavaScript", chance))
    script = b" << /S " + name + b" /JS (app.alert\\(1\\)) >> "
    match chance.randrange(4):
        case 0:
            place = chance.randrange(5, len(PDF) + 1)
            return PDF[:place] + script + PDF[place:]
        case 1:
            about = b"/Filter /FlateDecode"
        case 2:
            about = b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode"
        case _:
            about = b"/Type /" + b"".join(_escaped(b"ObjStm", chance)) + b" /Filter [/FlateDecode]"
    noise = bytes(chance.choices(b"ab <>/()#[]\n", k=chance.randrange(3000)))
    body = zlib.compress(noise + script + noise, chance.randrange(1, 10))
    extra = b"9 0 obj << " + about + b" >> stream\r\n" + body + b"\nendstream endobj\n"
    place = chance.choice((9, PDF.index(b"7 0 obj"), PDF.index(b"trailer"), len(PDF)))
    return PDF[:place] + extra + PDF[place:]


def _escaped(name: bytes, chance: Random) -> Iterable[bytes]:
    for one in name:
        form = chance.choice((b"%c", b"%c", b"#%02x", b"#%02X"))
        yield form % one


def is_acting_pdf_refused(chance: Random) -> bool:
    """Return that a PDF with a script is refused; it must be."""
    content = acting_pdf(chance)
    try:
        check_only_shows(content, "a.pdf")
    except PackageError:
        return True
    raise AssertionError(f"taken, though it acts: {content!r}")


def is_key_refused(chance: Random) -> bool:
    """Return whether a damaged exported key is refused; if not, it must be the one exported."""
    owner = key("sender")
    content = damaged(signed_record(owner), chance)
    try:
        found = read_signed_record(content, "file")
    except KeyringError:
        return True
    if found != owner.public or found.valid_until_utc - found.valid_from_utc <= timedelta(0):
        raise AssertionError(f"accepted, and not what was signed: {content!r}")
    return False


def _statement(members: dict[str, bytes]) -> Any:
    return json.loads(base64.b64decode(json.loads(members[ENVELOPE])["payload"]))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
