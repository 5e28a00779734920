"""A signing key that lies in a token (PKCS#11), which never gives it out: it is asked to sign.

The token's PIN lies beside in an age file, so that one passphrase opens both secrets of a pair as
it does elsewhere; without the token it signs nothing. The module that speaks with tokens is of the
machine: it is named by ``CATHARTES_PKCS11`` alone, and by no file, since to load it is to run it.

References
----------
OASIS, PKCS #11 v3.0, 2.3.5 and 2.3.14: ``CKM_EC_EDWARDS_KEY_PAIR_GEN``, ``CKM_EDDSA``.
RFC 8410: Ed25519 is 1.3.101.112.
"""

import base64
import importlib
import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any, Literal, Self

from cathartes.errors import KeyringError, MissingExtraError, PackageError
from cathartes.sealing.extra import Ed25519PublicKey, InvalidSignature
from cathartes.sealing.locking import lock, unlock
from cathartes.sealing.strict_json import Strict, canonical_json, read_canonical

MODULE_VARIABLE = "CATHARTES_PKCS11"
TOKEN, PIN = "token.json", "pin.age"
"""Names of the files: where the key lies, and the PIN, locked."""

_ED25519 = bytes.fromhex("06032b6570")
"""The curve's name as DER."""
_ONE_AT_A_TIME = Lock()
"""A process is logged in at a token once, or not."""


class _Record(Strict):
    format: Literal["cathartes-token/1"] = "cathartes-token/1"
    key_id: str
    label: str
    serial: str


@dataclass(frozen=True, slots=True)
class TokenPlace:
    """Where a signing key lies.

    Attributes
    ----------
    label, serial
        Of the token.
    key_id
        Of the key in it: hexadecimal digits.
    """

    label: str
    serial: str
    key_id: str

    def __str__(self) -> str:
        return f"token {self.label!r} (number {self.serial})"


class TokenSigner:
    """A key in a token; each signature is a session of its own."""

    def __init__(self, place: TokenPlace, pin: str, signing_key: str) -> None:
        self.place = place
        self._pin = pin
        self._signing_key = signing_key

    @classmethod
    def make(cls, label: str, pin: str, serial: str = "") -> Self:
        """Make a new one in the token of this label, and number if there are several.

        Raises
        ------
        KeyringError
            If the token is not there, does not take the PIN, can't sign with Ed25519, or would
            give the key out.
        """
        place, p11 = TokenPlace(label, serial, uuid.uuid4().hex), cryptoki()
        with _session(place, pin, writes=True) as (session, number):
            drawn = session.create_domain_parameters(
                p11.KeyType.EC_EDWARDS, {p11.Attribute.EC_PARAMS: _ED25519}, local=True
            )
            public, private = drawn.generate_keypair(
                id=bytes.fromhex(place.key_id),
                label="cathartes",
                store=True,
                mechanism=p11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN,
                private_template={p11.Attribute.SENSITIVE: True, p11.Attribute.EXTRACTABLE: False},
            )
            if not private[p11.Attribute.NEVER_EXTRACTABLE]:
                private.destroy()
                public.destroy()
                raise KeyringError(f"token {label!r} would give its keys out; use another.")
            signing_key = _text(public[p11.Attribute.EC_POINT])
        made = cls(TokenPlace(label, number, place.key_id), pin, signing_key)
        made.sign(b"cathartes: a trial of a new key")
        return made

    @property
    def signing_key(self) -> str:
        """Its public key: 32 bytes in base64."""
        return self._signing_key

    def sign(self, content: bytes) -> bytes:
        """Return the signature, 64 bytes, checked: a token may mean another EdDSA than we do.

        Raises
        ------
        KeyringError
            If the token is not there, or has signed otherwise.
        """
        key_id, p11 = bytes.fromhex(self.place.key_id), cryptoki()
        with _session(self.place, self._pin) as (session, _):
            key = session.get_key(object_class=p11.ObjectClass.PRIVATE_KEY, id=key_id)
            signature = bytes(key.sign(content, mechanism=p11.Mechanism.EDDSA))
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(self._signing_key))
        try:
            public.verify(signature, content)
        except InvalidSignature as error:
            raise KeyringError(
                f"{self.place} has signed, and not with this key's Ed25519; take its folder from a "
                "backup, or use another token."
            ) from error
        return signature

    def kept(self, passphrase: str) -> dict[str, bytes]:
        """Return its files: where it lies, and the PIN in an age file."""
        where = self.place
        record = _Record(key_id=where.key_id, label=where.label, serial=where.serial)
        return {TOKEN: canonical_json(record), PIN: lock(self._pin.encode(), passphrase)}

    def another(self) -> Self:
        """Make a new key in the same token."""
        return self.make(self.place.label, self._pin, self.place.serial)

    @classmethod
    def unlocked(cls, files: Mapping[str, bytes], signing_key: str, passphrase: str) -> Self:
        """Return it from its files; the token is not asked before it is to sign.

        Raises
        ------
        KeyringError
            If the passphrase is another, or the files are damaged.
        """
        return cls(read_place(files[TOKEN]), unlock(files[PIN], passphrase).decode(), signing_key)


def read_place(content: bytes) -> TokenPlace:
    """Return where a key lies, by its file.

    Raises
    ------
    KeyringError
        If that is none.
    """
    try:
        read = read_canonical(content, _Record, TOKEN)
        bytes.fromhex(read.key_id)
    except (PackageError, ValueError) as error:
        raise KeyringError(f"no place in a token: {error}") from error
    return TokenPlace(read.label, read.serial, read.key_id)


@contextmanager
def _session(place: TokenPlace, pin: str, *, writes: bool = False) -> Iterator[tuple[Any, str]]:
    """Open a token by its PIN, and tell its serial number too."""
    p11 = cryptoki()
    module = os.environ.get(MODULE_VARIABLE, "")
    if not module:
        raise KeyringError(
            f"{MODULE_VARIABLE} is needed: the PKCS#11 module by which token {place.label!r} is "
            "reached, for instance /usr/lib/softhsm/libsofthsm2.so."
        )
    serial = place.serial.encode() or None
    try:
        with _ONE_AT_A_TIME:
            token = p11.lib(module).get_token(token_label=place.label, token_serial=serial)
            with token.open(rw=writes, user_pin=pin) as session:
                yield session, bytes(token.serial).decode("ascii", errors="replace").strip()
    except p11.NoSuchToken as error:
        raise KeyringError(f"{place} is not there; plug it in.") from error
    except (p11.PinIncorrect, p11.PinInvalid, p11.PinLenRange) as error:
        raise KeyringError(
            f"{place} does not take the PIN ({type(error).__name__}). Do not try on: many lock "
            "after three times. If it was changed: `cathartes key pin`."
        ) from error
    except p11.PKCS11Error as error:
        raise KeyringError(
            f"{place}, by {module}: {type(error).__name__} {error}".rstrip() + ". An Ed25519 key "
            "that the token makes itself is needed (CKM_EDDSA)."
        ) from error


def cryptoki() -> Any:
    """Return the package that speaks with tokens.

    Raises
    ------
    MissingExtraError
        If it is not installed.
    """
    try:
        return importlib.import_module("pkcs11")
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f"keys in a token need the package {error.name}; install it with "
            "`pip install 'cathartes[pkcs11]'`."
        ) from error


def _text(point: bytes) -> str:
    """Return a public key in base64: tokens tell its 32 bytes bare, or as a DER octet string."""
    bare = point[2:] if len(point) == 34 and point.startswith(b"\x04\x20") else point
    if len(bare) != 32:
        raise KeyringError(f"the token tells a public key of {len(bare)} bytes; Ed25519 has 32.")
    return base64.b64encode(bare).decode()
