"""Passphrase locks that open at once, for tests that are not about how strong a lock is; passwords.

A lock of `cathartes.sealing.locking` takes scrypt about a second to make, and as long to open, as
it should; the tests make and open hundreds. `quick_lock` writes an age file by the specification
(https://age-encryption.org/v1) with the least work, which the real code opens by itself, at once.
Passwords of accounts are hashed by the real code too, as cheaply as argon2 allows.
"""

import base64
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from unittest.mock import patch

from cathartes.pipeline import passwords

WORK_LOG2 = 1
_CHUNK_BYTES = 64 * 1024

try:
    from pyrage import passphrase

    _strong = passphrase.encrypt
except ModuleNotFoundError:  # the extra `release` is not installed
    passphrase = None


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode().rstrip("=")


def quick_lock(content: bytes, told: str) -> bytes:
    """Return an age file that the passphrase told opens."""
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.hmac import HMAC
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    def derived(salt: bytes, info: bytes) -> bytes:
        return HKDF(SHA256(), 32, salt, info).derive(file_key)

    file_key, salt, nonce = (secrets.token_bytes(16) for _ in range(3))
    label = b"age-encryption.org/v1/scrypt" + salt
    wrapping = Scrypt(label, length=32, n=2**WORK_LOG2, r=8, p=1).derive(told.encode())
    wrapped = ChaCha20Poly1305(wrapping).encrypt(bytes(12), file_key, None)
    header = (
        f"age-encryption.org/v1\n-> scrypt {_base64(salt)} {WORK_LOG2}\n{_base64(wrapped)}\n---"
    ).encode()
    mac = HMAC(derived(b"", b"header"), SHA256())
    mac.update(header)
    payload = ChaCha20Poly1305(derived(nonce, b"payload"))
    n_chunks = max(1, -(-len(content) // _CHUNK_BYTES))
    chunks = [
        payload.encrypt(
            k.to_bytes(11) + bytes([k == n_chunks - 1]),
            content[k * _CHUNK_BYTES : (k + 1) * _CHUNK_BYTES],
            None,
        )
        for k in range(n_chunks)
    ]
    return header + f" {_base64(mac.finalize())}\n".encode() + nonce + b"".join(chunks)


@contextmanager
def locks_are_quick() -> Iterator[None]:
    """Make new locks of this process quick ones, if there are any."""
    with patch.object(passphrase, "encrypt", quick_lock) if passphrase else nullcontext():
        yield


@contextmanager
def locks_are_strong() -> Iterator[None]:
    """Make new locks of this process those of the product again."""
    with patch.object(passphrase, "encrypt", _strong):
        yield


_strong_hasher = passwords._hasher


def _quick_hasher():
    try:
        from argon2 import PasswordHasher
    except ModuleNotFoundError:  # the extra `serve` is not installed
        return _strong_hasher()
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@contextmanager
def passwords_are_quick() -> Iterator[None]:
    """Hash passwords in this process with the least work."""
    with patch.object(passwords, "_hasher", _quick_hasher):
        passwords._nobodys.cache_clear()
        yield
    passwords._nobodys.cache_clear()


@contextmanager
def passwords_are_strong() -> Iterator[None]:
    """Hash passwords in this process as the product does again."""
    passwords._nobodys.cache_clear()
    with patch.object(passwords, "_hasher", _strong_hasher):
        yield
    passwords._nobodys.cache_clear()
