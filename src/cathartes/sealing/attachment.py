"""Files that come with an answer: of few kinds, told by name and bytes, and never opened.

What is here decides only whether a file is taken and kept; nothing renders or runs it.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import PurePath
from types import MappingProxyType

from cathartes.casework.response import Attachment
from cathartes.errors import PackageError
from cathartes.sealing.pdf_actions import check_only_shows
from cathartes.sealing.statement import sha256_of

MOST_BYTES = 32 << 20
"""Of one file."""
MOST_TOGETHER_BYTES = 128 << 20

_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_NUMBER = re.compile(r"[+-][\d.,\s]*(e[+-]?\d+)?", re.IGNORECASE)
_CELL = re.compile(r'(?:^|[,;\t])\s*"?\s*([=@+-][^,;\t\r\n"]*)', re.MULTILINE)
"""A cell that begins as a formula does; whatever divides cells, and whether it is in quotes."""
_NO_NAME = re.compile(r"[^A-Za-z0-9._-]+")


def attachment_of(name: str, content: bytes) -> Attachment:
    """Return what is said of a file, if it may come with an answer.

    Parameters
    ----------
    name
        A plain file name.
    content

    Raises
    ------
    PackageError
        If it is of another kind, is not what its name says, acts when it is opened, or is too
        large.
    ReleaseError
        If its name can't be.
    """
    if not 0 < len(content) <= MOST_BYTES:
        raise PackageError(
            f"attachment {name[:100]!r}: {len(content)} bytes; 1 to {MOST_BYTES} are taken. Make "
            "images smaller, or divide it."
        )
    kind = _KINDS.get(PurePath(name).suffix.lower())
    if kind is None:
        raise PackageError(
            f"attachment {name[:100]!r}: files named {', '.join(_KINDS)} are taken, no others."
        )
    media_type, check = kind
    check(content, f"attachment {name[:100]!r}")
    return Attachment(name, media_type, sha256_of(content), len(content))


def plain_name(name: str) -> str:
    """Return a file's name without blanks, accents and signs."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", errors="ignore").decode()
    return _NO_NAME.sub("-", letters).strip("-._")[-100:].lstrip("-._")


def _check_begins(mark: bytes) -> Callable[[bytes, str], None]:
    def check(content: bytes, what: str) -> None:
        if not content.startswith(mark):
            raise PackageError(f"{what}: its bytes are not what its name says; it is not taken.")

    return check


def _check_text(content: bytes, what: str) -> str:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PackageError(f"{what}: text in UTF-8 is needed; save it so.") from error
    if any(unicodedata.category(one) == "Cc" and one not in "\t\r\n" for one in set(text)):
        raise PackageError(f"{what}: it holds signs that no text has; it is not taken.")
    return text


def _check_plain_text(content: bytes, what: str) -> None:
    _check_text(content, what)


def _check_table(content: bytes, what: str) -> None:
    """Check that no cell is a formula, which a spreadsheet would run."""
    for cell in _CELL.finditer(_check_text(content, what).removeprefix("\ufeff")):
        told = cell[1].strip()
        if not _NUMBER.fullmatch(told):
            raise PackageError(
                f"{what}: a cell begins with {told[:1]!r}, which a spreadsheet takes as a formula "
                f"to run: {told[:40]!r}. Write it otherwise."
            )


_KINDS: Mapping[str, tuple[str, Callable[[bytes, str], None]]] = MappingProxyType(
    {
        ".pdf": ("application/pdf", check_only_shows),
        ".png": ("image/png", _check_begins(_PNG)),
        ".jpg": ("image/jpeg", _check_begins(_JPEG)),
        ".jpeg": ("image/jpeg", _check_begins(_JPEG)),
        ".txt": ("text/plain", _check_plain_text),
        ".csv": ("text/csv", _check_table),
    }
)
