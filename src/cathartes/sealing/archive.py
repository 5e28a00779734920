"""An archive that can be written in one way only: ZIP, stored, without owners, times, comments.

What is read is packed again and must give the same bytes. So there is nothing hidden in it, nothing
twice, no link, nothing compressed that could swell, and no two programs see different members.
"""

import io
import re
import struct
import zipfile
from collections.abc import Iterable, Mapping

from cathartes.errors import PackageError

MOST_BYTES = 256 << 20
"""Of an archive."""
MOST_MEMBERS = 10_000
LONGEST_NAME = 120

_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
_LOCAL_MARK = b"PK\x03\x04"
_PART = r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?"
_NAME = re.compile(f"{_PART}(/{_PART})*")
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_NO_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that ZIP can say


def pack(members: Mapping[str, bytes]) -> bytes:
    """Return the one archive of these members.

    Raises
    ------
    PackageError
        If a name can't be, there are too many, or they are too large.
    """
    check_names(members)
    size = sum(len(content) for content in members.values())
    if size > MOST_BYTES:
        raise PackageError(f"its files have {size} bytes; at most {MOST_BYTES} go into a package.")
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(members):
            about = zipfile.ZipInfo(name, _NO_TIME)
            about.create_system = 3
            about.external_attr = 0o100644 << 16  # a plain file, the same for everybody
            archive.writestr(about, members[name])
    return target.getvalue()


def unpack(content: bytes) -> dict[str, bytes]:
    """Return the members of an archive.

    Raises
    ------
    PackageError
        If it is not byte for byte what `pack` makes of them.
    """
    if len(content) > MOST_BYTES + MOST_MEMBERS * (LONGEST_NAME * 2 + 128):
        raise PackageError(f"the archive has {len(content)} bytes, which no package has.")
    members: dict[str, bytes] = {}
    place = 0
    while content.startswith(_LOCAL_MARK, place):
        name, data_place, size = _member_at(content, place)
        if name in members:
            raise PackageError(f"the archive holds {name!r} twice; no package does.")
        members[name] = content[data_place : data_place + size]
        place = data_place + size
        if place > len(content) or len(members) > MOST_MEMBERS:
            raise PackageError("the archive is cut short, or holds too many files.")
    check_names(members)
    if pack(members) != content:
        raise PackageError(
            "the archive holds something beside its files, or holds them otherwise than packages "
            "do: somebody wrote it anew."
        )
    return members


def _member_at(content: bytes, place: int) -> tuple[str, int, int]:
    """Return (name, where its bytes begin, how many) of the member whose header is there."""
    if place + _LOCAL_HEADER.size > len(content):
        raise PackageError("the archive is cut short.")
    _, _, _, method, _, _, _, size, _, name_size, extra_size = _LOCAL_HEADER.unpack_from(
        content, place
    )
    name_place = place + _LOCAL_HEADER.size
    name = content[name_place : name_place + name_size].decode("ascii", errors="backslashreplace")
    if method != zipfile.ZIP_STORED:
        raise PackageError(f"the archive compresses {name[:LONGEST_NAME]!r}; no package does.")
    return name, name_place + name_size + extra_size, size


def check_names(names: Iterable[str]) -> None:
    """Check that files of these names can lie in a folder of any system, and nowhere else.

    Raises
    ------
    PackageError
        If one could climb out of it, hide, or be taken for another.
    """
    seen: dict[str, str] = {}
    for name in names:
        if (
            len(name) > LONGEST_NAME
            or not _NAME.fullmatch(name)
            or any(_DEVICE.fullmatch(part) for part in name.split("/"))
        ):
            raise PackageError(
                f"file name {name[:LONGEST_NAME]!r}: letters, digits and . _ - are needed, with / "
                "between folders, so that it can lie nowhere else than in the package's folder."
            )
        other = seen.setdefault(name.lower(), name)
        if other != name:
            raise PackageError(f"file names {other!r} and {name!r} are one on some systems.")
    if len(seen) > MOST_MEMBERS:
        raise PackageError(f"{len(seen)} files; at most {MOST_MEMBERS} go into a package.")
    for lower, name in seen.items():
        parts = lower.split("/")
        if any("/".join(parts[:n]) in seen for n in range(1, len(parts))):
            raise PackageError(f"file name {name!r}: its folder is a file of the package, too.")
