"""Who signs: an Ed25519 key in memory, which lies in a locked file; or one that a token keeps."""

import base64
from collections.abc import Mapping
from typing import Protocol, Self

from cathartes.errors import KeyringError
from cathartes.sealing.extra import (
    Ed25519PrivateKey,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cathartes.sealing.locking import lock, unlock

SIGNING = "signing.age"
"""Name of the locked file."""


class Signer(Protocol):
    """A private Ed25519 key that can be asked to sign."""

    @property
    def signing_key(self) -> str:
        """Its public key: 32 bytes in base64."""
        ...

    def sign(self, content: bytes) -> bytes:
        """Return the signature, 64 bytes."""
        ...

    def kept(self, passphrase: str) -> dict[str, bytes]:
        """Return the files, by name, by which it is had again with the passphrase."""
        ...

    def another(self) -> Self:
        """Make a new key where this one lies."""
        ...


class FileSigner:
    """A key in memory."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @classmethod
    def make(cls) -> Self:
        """Make a new one."""
        return cls(Ed25519PrivateKey.generate())

    @property
    def signing_key(self) -> str:
        """Its public key: 32 bytes in base64."""
        return base64.b64encode(self._key.public_key().public_bytes_raw()).decode()

    def sign(self, content: bytes) -> bytes:
        """Return the signature, 64 bytes."""
        return self._key.sign(content)

    def kept(self, passphrase: str) -> dict[str, bytes]:
        """Return its file: PKCS#8 in PEM, for ``openssl``, in an age file."""
        pem = self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return {SIGNING: lock(pem, passphrase)}

    def another(self) -> Self:
        """Make a new key in memory."""
        return self.make()

    @classmethod
    def unlocked(cls, files: Mapping[str, bytes], passphrase: str) -> Self:
        """Return it from its file.

        Raises
        ------
        KeyringError
            If the passphrase is another, or the file holds no such key.
        """
        pem = unlock(files[SIGNING], passphrase)
        try:
            key = load_pem_private_key(pem, None)
        except ValueError as error:
            raise KeyringError("the locked signing key holds no PKCS#8 in PEM.") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise KeyringError("the locked signing key is not Ed25519.")
        return cls(key)
