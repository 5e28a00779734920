"""A pair of keys with its secrets: Ed25519 to sign, X25519 (age) to open what is sealed for it."""

import base64
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from cathartes.casework.public_key import PublicKey
from cathartes.errors import KeyringError, PackageError
from cathartes.sealing.extra import (
    Ed25519PrivateKey,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pyrage,
)

LONGEST_PASSPHRASE = 1024
SHORTEST_PASSPHRASE = 12


class UnopenedError(PackageError):
    """An age file is for somebody else, or was changed."""


class Identity:
    """A secret by which what is sealed for it is opened."""

    def __init__(self, secret: str) -> None:
        try:
            self._identity = pyrage.x25519.Identity.from_str(secret)
        except pyrage.IdentityError as error:
            raise KeyringError(
                "no age identity: a line is needed that begins with AGE-SECRET-KEY-1."
            ) from error

    @classmethod
    def generate(cls) -> Self:
        """Make a new one."""
        return cls(str(pyrage.x25519.Identity.generate()))

    @property
    def recipient(self) -> str:
        """What others seal for: ``age1…``."""
        return str(self._identity.to_public())

    @property
    def secret(self) -> str:
        """``AGE-SECRET-KEY-1…``: to be kept encrypted only."""
        return str(self._identity)

    def open(self, sealed: bytes) -> bytes:
        """Return what was sealed.

        Raises
        ------
        UnopenedError
            If it is sealed for somebody else, or was changed or cut.
        """
        try:
            return bytes(pyrage.decrypt(sealed, [self._identity]))
        except pyrage.DecryptError as error:
            raise UnopenedError(
                f"the package can't be opened ({error}): it is sealed for somebody else than "
                f"{self.recipient}, or it was changed or cut on its way."
            ) from error


def seal(content: bytes, recipient: str) -> bytes:
    """Return content that the recipient alone can open: an age file.

    Raises
    ------
    PackageError
        If that is no recipient: nobody is told, never everybody.
    """
    try:
        return bytes(pyrage.encrypt(content, [pyrage.x25519.Recipient.from_str(recipient)]))
    except pyrage.RecipientError as error:
        raise PackageError(
            f"recipient {recipient[:80]!r}: an age recipient is needed, age1…."
        ) from error


@dataclass(frozen=True, slots=True)
class SecretKey:
    """A pair of keys with its secrets, in memory only.

    Attributes
    ----------
    public
        What others know of it.
    identity
        Opens what is sealed for it.
    """

    public: PublicKey
    identity: Identity = field(repr=False)
    _signing: Ed25519PrivateKey = field(repr=False)

    def sign(self, content: bytes) -> bytes:
        """Return the signature, 64 bytes."""
        return self._signing.sign(content)

    @classmethod
    def make(cls, owner: str, valid_from_utc: datetime, valid_until_utc: datetime) -> Self:
        """Make a new pair."""
        signing, identity = Ed25519PrivateKey.generate(), Identity.generate()
        public = PublicKey(
            owner, _public_text(signing), identity.recipient, valid_from_utc, valid_until_utc
        )
        return cls(public, identity, signing)

    def locked(self, passphrase: str) -> tuple[bytes, bytes]:
        """Return (signing key, identity), each an age file that the passphrase opens.

        The first holds PKCS#8 in PEM, for ``openssl``; the second an age identity, which ``age
        --identity`` takes as it is. age derives the key by scrypt.

        Raises
        ------
        KeyringError
            If the passphrase is too short, or too long.
        """
        if not SHORTEST_PASSPHRASE <= len(passphrase) <= LONGEST_PASSPHRASE:
            raise KeyringError(
                f"a passphrase of {SHORTEST_PASSPHRASE} to {LONGEST_PASSPHRASE} characters is "
                "needed; four words that nobody would put together are good."
            )
        pem = self._signing.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        identity = f"{self.identity.secret}\n".encode()
        lock = pyrage.passphrase.encrypt
        return bytes(lock(pem, passphrase)), bytes(lock(identity, passphrase))

    @classmethod
    def unlocked(
        cls, public: PublicKey, signing: bytes, identity: Identity, passphrase: str
    ) -> Self:
        """Return a pair from its locked signing key and its identity.

        Raises
        ------
        KeyringError
            If the passphrase is another, or the secrets are not those of the public key.
        """
        pem = unlock(signing, passphrase)
        try:
            key = load_pem_private_key(pem, None)
        except ValueError as error:
            raise KeyringError("the locked signing key holds no PKCS#8 in PEM.") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise KeyringError("the locked signing key is not Ed25519.")
        if (_public_text(key), identity.recipient) != (public.signing_key, public.age_recipient):
            raise KeyringError(
                f"key {public.fingerprint}: its secrets are those of another key; take its folder "
                "from a backup."
            )
        return cls(public, identity, key)


def unlock(locked: bytes, passphrase: str) -> bytes:
    """Return what a passphrase locks.

    Raises
    ------
    KeyringError
        If it is another, or the file is damaged.
    """
    try:
        return bytes(pyrage.passphrase.decrypt(locked, passphrase))
    except pyrage.DecryptError as error:
        raise KeyringError(
            f"the key can't be unlocked ({error}): another passphrase is needed, or its file is "
            "damaged."
        ) from error


def read_identity(content: bytes, passphrase: str = "") -> Identity:
    """Return the identity of an age identity file, locked by a passphrase or not.

    Raises
    ------
    KeyringError
        If there is none, or more than one.
    """
    text = unlock(content, passphrase) if is_locked(content) else content
    lines = [line.strip() for line in text.decode("utf-8", errors="replace").splitlines()]
    secrets = [line for line in lines if line and not line.startswith("#")]
    if len(secrets) != 1:
        raise KeyringError(f"an age identity file with one key is needed; it has {len(secrets)}.")
    return Identity(secrets[0])


def is_locked(content: bytes) -> bool:
    """Return whether a file is an age file, and no plain identity."""
    return content.startswith(b"age-encryption.org/")


def _public_text(key: Ed25519PrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()
