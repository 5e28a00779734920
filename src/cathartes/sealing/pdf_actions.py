r"""Whether a PDF does more than lie there to be looked at: scripts, actions, files within.

It is searched as bytes, never rendered. Names are read with their escapes (``/J#61vaScript``), in
the file as it lies there and in all that can be inflated. Objects can also be packed into streams
(``/ObjStm``); one that can't be seen through is a reason to refuse, as is encryption.

References
----------
ISO 32000-1:2008, 7.3.5 (names), 7.4 (filters), 7.5.7 (object streams), 12.6.4 (actions).
"""

import base64
import binascii
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from cathartes.errors import PackageError

MOST_INFLATED_BYTES = 256 << 20
"""Of all streams together."""
MOST_STREAMS = 50_000
_MOST_INNER = 32

_MARK = b"%PDF-"
_END = rb"(?=[\x00\t\n\x0c\r ()<>\[\]{}/%]|$)"
_DOES = re.compile(
    rb"/(JavaScript|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData|GoToR|GoToE|Rendition"
    rb"|XFA|Encrypt|LZWDecode|RunLengthDecode|OpenAction(?!"
    rb"[\x00\t\n\x0c\r ]*\[))" + _END
)
"""What acts, holds files, or hides; an ``/OpenAction`` that is an array only shows a page."""
_SHORT = re.compile(rb"/(JS|AA)" + _END)
"""The same where chance can't write it: not in compressed bytes."""
_WHY = {
    b"EmbeddedFile": "another file within",
    b"EmbeddedFiles": "other files within",
    b"RichMedia": "media within",
    b"Encrypt": "encryption, so that nobody can see what is in it",
    b"LZWDecode": "a packing (LZWDecode) that can't be seen through",
    b"RunLengthDecode": "a packing (RunLengthDecode) that can't be seen through",
}
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"(?<!end)stream[\x00\t\x0c ]*\r?\n?")
_PACKED = re.compile(rb"/(ObjStm)" + _END)
_FIRST, _COUNT = re.compile(rb"/First" + _END), re.compile(rb"/N" + _END)
_FILTER = re.compile(rb"/(Filter|F)" + _END)
_PARAMETERS = re.compile(rb"/(DecodeParms|DP)" + _END)
_BLOCK = 1 << 20
_LONGEST_NAME = 64


def check_only_shows(content: bytes, what: str) -> None:
    """Check that a PDF holds nothing that acts, as far as that can be seen.

    Parameters
    ----------
    content
    what
        The file is, for messages.

    Raises
    ------
    PackageError
        If it does, or might.
    """
    if not content.startswith(_MARK):
        raise PackageError(f"{what}: it is named as a PDF and is none.")
    _check_names(content, what, _DOES)
    left, n_inner = MOST_INFLATED_BYTES, 0
    for n_streams, one in enumerate(_streams(content)):
        n_inner += one.is_inner
        if n_streams > MOST_STREAMS or n_inner > _MOST_INNER:
            raise _doubt(what, "more streams than can be looked through")
        if not one.is_inner:
            _check_names(one.before, what, _SHORT)
        if _holds_objects(one.before):
            left -= _check_objects(one.before, one.body, what)
        left -= _check_inflated(one.body, what, left)


@dataclass(frozen=True, slots=True)
class _Stream:
    """Bytes that some reader may take for a stream.

    Attributes
    ----------
    before
        All since the end of the stream before, unescaped: its dictionary is in it.
    body
    is_inner
        It lies within another: chance, or malice.
    """

    before: bytes
    body: bytes
    is_inner: bool = False


def _streams(content: bytes) -> Iterator[_Stream]:
    """Yield whatever may be a stream; after the last, what follows it with an empty one."""
    begin, end = 0, 0
    for match in _STREAM.finditer(content):
        is_inner = match.start() < end
        if not is_inner:
            begin = end
            end = content.find(b"endstream", match.end())
            end = len(content) if end < 0 else end
        before = _unescaped(content[begin : match.start()])
        yield _Stream(before, content[match.end() : max(end, match.end())], is_inner)
    yield _Stream(_unescaped(content[end:]), b"")


def _check_names(content: bytes, what: str, names: re.Pattern[bytes]) -> None:
    found = names.search(content) or names.search(_unescaped(content))
    if found is not None:
        acts = f"something that acts when it is opened (/{_ascii(found[1])})"
        raise _doubt(what, _WHY.get(found[1], acts))


def _holds_objects(before: bytes) -> bool:
    """Return whether what stands before a stream lets some reader look for objects in it."""
    is_named = _PACKED.search(before) is not None
    return is_named or (_FIRST.search(before) is not None and _COUNT.search(before) is not None)


def _check_objects(before: bytes, body: bytes, what: str) -> int:
    """Check the objects in a stream; return how many bytes they are."""
    unseen = _doubt(what, "objects packed so that they can't be seen through")
    if _PARAMETERS.search(before):
        raise unseen
    if not _FILTER.search(before):
        inflated = body
    else:
        unpacking = zlib.decompressobj()
        try:
            inflated = unpacking.decompress(body, MOST_INFLATED_BYTES // 8)
        except zlib.error as error:
            raise unseen from error
        if not unpacking.eof:
            raise unseen
    _check_names(inflated, what, _SHORT)
    _check_names(inflated, what, _DOES)
    return len(inflated)


def _check_inflated(body: bytes, what: str, most_bytes: int) -> int:
    """Check all that a stream inflates to, however it is packed; return how many bytes that is."""
    n_bytes = 0
    for packed in _readings(body):
        tail = b""
        for block in _inflated(packed):
            n_bytes += len(block)
            if n_bytes > most_bytes:
                raise _doubt(what, "streams that swell beyond measure")
            _check_names(tail + block, what, _DOES)
            tail = block[-_LONGEST_NAME:]
    return n_bytes


def _readings(body: bytes) -> Iterator[bytes]:
    """Yield a stream's bytes as they are, and of texts what they may stand for."""
    yield body
    text = bytes(body.rstrip().removesuffix(b">").removesuffix(b"~"))
    if not text.isascii():
        return
    for read in (base64.a85decode, lambda told: binascii.unhexlify(b"".join(told.split()))):
        try:
            plain = read(text)
        except (ValueError, binascii.Error):
            continue
        yield plain


def _inflated(packed: bytes) -> Iterator[bytes]:
    """Yield what bytes are, and inflate to, block by block, until they are no zlib any more."""
    yield packed
    unpacking, rest = zlib.decompressobj(), packed
    while rest and not unpacking.eof:
        try:
            block = unpacking.decompress(rest, _BLOCK)
        except zlib.error:
            return
        rest = unpacking.unconsumed_tail
        if not block:
            return
        yield block


def _unescaped(content: bytes) -> bytes:
    if b"#" not in content:
        return content
    return _ESCAPE.sub(lambda escape: bytes([int(escape[1], 16)]), content)


def _ascii(name: bytes) -> str:
    return name.decode("ascii", errors="backslashreplace")


def _doubt(what: str, found: str) -> PackageError:
    return PackageError(
        f"{what}: the PDF holds {found}. Print it into a new PDF, or attach its pages as PNG or "
        "JPEG."
    )
