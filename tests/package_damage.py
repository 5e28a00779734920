"""Damage to packages, layer by layer, by chance; and the law that holds whatever was done.

The law: a package is refused by an error of ours, or what is read is exactly what was signed.
``benchmarks/fuzz/packages.py`` runs it a million times, ``tests/property`` a few hundred.
"""

import base64
import functools
import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

import rfc8785

from cathartes.errors import KeyringError, PackageError
from cathartes.sealing.archive import pack, unpack
from cathartes.sealing.envelope import sign
from cathartes.sealing.key_record import read_signed_record, signed_record
from cathartes.sealing.package import OpenedPackage, open_package, write_package
from cathartes.sealing.secret_key import seal
from cathartes.sealing.statement import PAYLOAD_TYPE
from made_up_packages import NOW, facts, files, key

ENVELOPE = "statement.dsse.json"
ODD: tuple[Any, ...] = (
    None, True, 0, -1, 1e308, "", "\x00", "../x", "é", [], {}, [[]], {"": None}, "0" * 500,
)  # fmt: skip


@functools.cache
def whole(release_id: str = "R-2026-0001") -> bytes:
    recipient = key("partner").public.age_recipient
    return write_package(files(), facts(release_id=release_id), key("sender"), recipient)


@functools.cache
def archive(release_id: str = "R-2026-0001") -> bytes:
    return key("partner").identity.open(whole(release_id))


def opened(sealed: bytes) -> OpenedPackage:
    return open_package(sealed, key("partner").identity, [key("sender").public], NOW)


@functools.cache
def as_signed(release_id: str = "R-2026-0001") -> OpenedPackage:
    return opened(whole(release_id))


def resealed(content: bytes) -> bytes:
    return seal(content, key("partner").public.age_recipient)


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


def _sealed(chance: Random) -> bytes:
    return damaged(whole(), chance)


def _archive(chance: Random) -> bytes:
    return resealed(damaged(archive(), chance))


def _member(chance: Random) -> bytes:
    members = unpack(archive())
    name = chance.choice(sorted(members))
    return resealed(pack(members | {name: damaged(members[name], chance)}))


def _swapped(chance: Random) -> bytes:
    """Mix the members of two packages of the same sender."""
    members, others = unpack(archive()), unpack(archive("R-2026-0002"))
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
    return resealed(pack(members))


def _envelope(chance: Random) -> bytes:
    members = unpack(archive())
    changed = damaged_json(json.loads(members[ENVELOPE]), chance)
    return resealed(pack(members | {ENVELOPE: rfc8785.dumps(changed)}))


def _forged(chance: Random) -> bytes:
    """Change the statement, and sign it by a stranger's key in the sender's name."""
    members = unpack(archive())
    envelope = json.loads(members[ENVELOPE])
    statement = json.loads(base64.b64decode(envelope["payload"]))
    for _ in range(chance.randrange(3)):
        statement = damaged_json(statement, chance)
    forged = json.loads(sign(PAYLOAD_TYPE, rfc8785.dumps(statement), key("stranger")))
    if chance.random() < 0.9:
        forged["signatures"][0]["keyid"] = key("sender").public.id
    return resealed(pack(members | {ENVELOPE: rfc8785.dumps(forged)}))


LAYERS: dict[str, Callable[[Random], bytes]] = {
    "sealed": _sealed,
    "archive": _archive,
    "member": _member,
    "swapped": _swapped,
    "envelope": _envelope,
    "forged": _forged,
}


def is_refused(sealed: bytes) -> bool:
    """Return whether a package is refused; if not, it must be to the byte one that was signed.

    Which of the two, chance decides: enough swaps make the one the other.
    """
    try:
        found = opened(sealed)
    except (PackageError, KeyringError):
        return True
    signed_id = found.facts.release_id
    inner = key("partner").identity.open(sealed)
    if found != as_signed(signed_id) or inner != archive(signed_id):
        raise AssertionError(f"accepted, and not what was signed: {inner!r}")
    return False


def signed_nonsense(chance: Random) -> bytes:
    """Return a package whose trusted sender signed a damaged statement or manifest itself."""
    members = unpack(archive())
    manifest = damaged_json(json.loads(members["manifest.json"]), chance)
    members["manifest.json"] = rfc8785.dumps(manifest)
    statement = json.loads(base64.b64decode(json.loads(members[ENVELOPE])["payload"]))
    for one in statement["subject"]:
        one["digest"]["sha256"] = hashlib.sha256(members[one["name"]]).hexdigest()
    if chance.random() < 0.5:
        statement = damaged_json(statement, chance)
    signed = sign(PAYLOAD_TYPE, rfc8785.dumps(statement), key("sender"))
    return resealed(pack(members | {ENVELOPE: signed}))


def is_read_or_refused(sealed: bytes) -> bool:
    """Return whether a package is refused: what a trusted sender signed may say anything."""
    try:
        opened(sealed)
    except (PackageError, KeyringError):
        return True
    return False


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
