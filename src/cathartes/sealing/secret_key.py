"""A pair of keys with its secrets: Ed25519 to sign, X25519 (age) to open what is sealed for it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from cathartes.casework.public_key import PublicKey
from cathartes.errors import KeyringError, PackageError
from cathartes.sealing.extra import pyrage
from cathartes.sealing.locking import is_locked, lock, unlock
from cathartes.sealing.signer import FileSigner, Signer

IDENTITY = "identity.age"
"""Name of the file that holds the locked identity."""


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
    signer
        Signs.
    """

    public: PublicKey
    identity: Identity = field(repr=False)
    signer: Signer = field(repr=False)

    def sign(self, content: bytes) -> bytes:
        """Return the signature, 64 bytes.

        Raises
        ------
        KeyringError
            If the key lies in a token, which is not there.
        """
        return self.signer.sign(content)

    @classmethod
    def make(
        cls,
        owner: str,
        valid_from_utc: datetime,
        valid_until_utc: datetime,
        signer: Signer | None = None,
    ) -> Self:
        """Make a new pair; its signing key is in memory, if no other is given."""
        signer, identity = signer or FileSigner.make(), Identity.generate()
        public = PublicKey(
            owner, signer.signing_key, identity.recipient, valid_from_utc, valid_until_utc
        )
        return cls(public, identity, signer)

    def locked(self, passphrase: str) -> dict[str, bytes]:
        """Return its files by name; what is secret in them is in age files, for the passphrase.

        ``identity.age`` is an age identity, which ``age --identity`` takes as it is.

        Raises
        ------
        KeyringError
            If the passphrase is too short, or too long.
        """
        identity = f"{self.identity.secret}\n".encode()
        return {**self.signer.kept(passphrase), IDENTITY: lock(identity, passphrase)}

    @classmethod
    def joined(cls, public: PublicKey, identity: Identity, signer: Signer) -> Self:
        """Return a pair from its parts.

        Raises
        ------
        KeyringError
            If the secrets are not those of the public key.
        """
        if (signer.signing_key, identity.recipient) != (public.signing_key, public.age_recipient):
            raise KeyringError(
                f"key {public.fingerprint}: its secrets are those of another key; take its folder "
                "from a backup."
            )
        return cls(public, identity, signer)


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
