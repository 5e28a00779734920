"""How a piece of evidence leaves the workstation: under a safe name, as nothing that can run."""

import re
from urllib.parse import quote

_SAFE = frozenset(
    {"image/png", "image/tiff", "application/json", "application/geo+json", "text/csv"}
)
"""What browsers show or keep, and never run; all else is mere bytes."""
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+')
"""The last of them turn the direction of writing: ``gnp.exe`` would read as ``exe.png``."""


def safe_media_type(media_type: str) -> str:
    """Return a media type without parameters, if it is a safe one; else that of mere bytes."""
    bare = media_type.partition(";")[0].strip().lower()
    return bare if bare in _SAFE else "application/octet-stream"


def download_name(name: str) -> str:
    """Return a file name without folders and signs that a file system or a header takes amiss.

    >>> download_name("../a<b>.json")
    '_a_b_.json'
    """
    return _UNSAFE.sub("_", name).lstrip(". ")[-120:] or "evidence"


def attachment(name: str) -> dict[str, str]:
    """Return the header that lets a browser keep what is sent under a name (RFC 6266)."""
    return {"content-disposition": f"attachment; filename*=utf-8''{quote(download_name(name))}"}
