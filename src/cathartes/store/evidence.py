"""The evidence store: files by the SHA-256 of what is in them."""

from pathlib import Path
from typing import Protocol


class EvidenceStore(Protocol):
    """Content-addressed files: written beside and renamed, so that each is whole or not there."""

    def put(self, path: Path) -> str:
        """Keep a file's bytes and return their SHA-256; what is there already is not written."""

    def read(self, sha256: str) -> bytes:
        """Return bytes, checked against their hash; EvidenceError if missing or changed."""

    def fetch(self, sha256: str) -> Path:
        """Return a local file with these bytes: for readers that need one."""

    def has(self, sha256: str) -> bool:
        """Return whether it is there."""

    def all_sha256(self) -> frozenset[str]:
        """Return the hashes of everything there."""

    def remove(self, sha256: str) -> None:
        """Remove it, if it is there."""
