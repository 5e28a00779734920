"""``manifest.json``: what each file of a package is, in plain words."""

import re
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from cathartes.errors import PackageError
from cathartes.sealing.statement import Sha256, sha256_of
from cathartes.sealing.strict_json import Strict, canonical_json, read_canonical

_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,60}(; ?[a-z0-9=.+-]{1,60})*")
LONGEST_DESCRIPTION = 500


@dataclass(frozen=True, slots=True)
class PackageFile:
    """A file of a package.

    Attributes
    ----------
    name
        ``report.pdf``, ``images/plume-1.png``: letters, digits, ``. _ -``.
    media_type
        ``application/pdf``.
    description
        What it is, for who opens it.
    content

    Raises
    ------
    PackageError
        If it has no media type, or is not described.
    """

    name: str
    media_type: str
    description: str
    content: bytes

    def __post_init__(self) -> None:
        if not _MEDIA_TYPE.fullmatch(self.media_type):
            raise PackageError(f"{self.name}: {self.media_type!r} is no media type, as image/png.")
        told = self.description
        if not told.strip() or len(told) > LONGEST_DESCRIPTION or not told.isprintable():
            raise PackageError(
                f"{self.name}: a description is needed, 1 to {LONGEST_DESCRIPTION} printable "
                "characters on one line."
            )


class _Entry(Strict):
    description: str
    media_type: str
    name: str
    sha256: str = Sha256
    size_bytes: int = Field(ge=0)


class _Manifest(Strict):
    files: tuple[_Entry, ...] = Field(strict=False)  # JSON has lists
    format: Literal["cathartes-package/1"] = "cathartes-package/1"
    release_id: str


def manifest_json(files: tuple[PackageFile, ...], release_id: str) -> bytes:
    """Return the manifest of files, sorted by name; canonical."""
    entries = tuple(
        _Entry(
            description=one.description,
            media_type=one.media_type,
            name=one.name,
            sha256=sha256_of(one.content),
            size_bytes=len(one.content),
        )
        for one in sorted(files, key=lambda one: one.name)
    )
    return canonical_json(_Manifest(files=entries, release_id=release_id))


def files_of(content: bytes, members: dict[str, bytes], release_id: str) -> tuple[PackageFile, ...]:
    """Return the files that a manifest lists.

    Raises
    ------
    PackageError
        If it is not exactly the manifest of these members, and of this release.
    """
    read = read_canonical(content, _Manifest, "the manifest")
    names = [one.name for one in read.files]
    if sorted(members) != names:
        differing = sorted(set(names) ^ set(members)) or names
        raise PackageError(
            f"the manifest: it and the package do not hold the same files: {differing[0][:120]!r}."
        )
    files = tuple(
        PackageFile(one.name, one.media_type, one.description, members[one.name])
        for one in read.files
    )
    if manifest_json(files, release_id) != content:
        raise PackageError("the manifest: it is that of other files, or of another release.")
    return files
