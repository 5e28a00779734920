"""Names of events that a browser sends back, and that tell nobody how much was entered meanwhile.

The audit's own numbers would: reviews are entered there, and how many there are is nobody's to
know who may yet review.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

_NONCE = 16  # characters
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class EventNames:
    """Names that one server gives to numbers: each time another, and only it can read them."""

    _key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def name(self, number: int) -> str:
        """Return a new name of a number."""
        return self._sealed(secrets.token_hex(_NONCE // 2), number)

    def number(self, name: str, newest: int, n_back: int) -> int | None:
        """Return what a name is of, among a number and so many before; None if of none."""
        if len(name) > _LONGEST or not name.isascii():
            return None
        nonce = name[:_NONCE]
        numbers = range(newest, max(newest - n_back, 0) - 1, -1)
        return next((one for one in numbers if name == self._sealed(nonce, one)), None)

    def _sealed(self, nonce: str, number: int) -> str:
        told = hmac.new(self._key, f"{nonce}|{number}".encode(), hashlib.sha256)
        return nonce + told.hexdigest()[:32]
