"""What may come with an answer: few kinds, by name and by bytes."""

import pytest

from cathartes.errors import PackageError, ReleaseError
from cathartes.sealing.attachment import MOST_BYTES, attachment_of, plain_name

GOOD = {
    "a.pdf": (b"%PDF-1.4\n%%EOF\n", "application/pdf"),
    "a.png": (b"\x89PNG\r\n\x1a\n", "image/png"),
    "a.jpg": (b"\xff\xd8\xff\xe0", "image/jpeg"),
    "A.JPEG": (b"\xff\xd8\xff\xe0", "image/jpeg"),
    "a.txt": ("Ácido\r\n\tsí\n".encode(), "text/plain"),
    "a.csv": (b"what;litres\nacetone;-12,5\nether;+3e4\nphone;+52 55 1234\n", "text/csv"),
}


@pytest.mark.parametrize("name", GOOD)
def test_files_of_few_kinds_are_taken(name):
    content, media_type = GOOD[name]
    found = attachment_of(name, content)
    assert (found.name, found.media_type, found.size_bytes) == (name, media_type, len(content))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.exe", b"MZ", "no others"),
        ("a.zip", b"PK\x03\x04", "no others"),
        ("a.tar.gz", b"\x1f\x8b", "no others"),
        ("a.svg", b"<svg onload='x'/>", "no others"),
        ("a.html", b"<script>", "no others"),
        ("a.docx", b"PK\x03\x04", "no others"),
        ("pdf", b"%PDF-1.4", "no others"),
        ("a.png", b"MZ", "not what its name says"),
        ("a.png", b"PK\x03\x04", "not what its name says"),
        ("a.jpg", b"\x89PNG\r\n\x1a\n", "not what its name says"),
        ("a.pdf", b"PK\x03\x04", "is none"),
        ("a.pdf", b"%PDF-1.7 << /S /JavaScript >>", "something that acts"),
        ("a.txt", b"\xff\xfe", "UTF-8"),
        ("a.txt", b"a\x00b", "no text has"),
        ("a.txt", b"\x1b[2J", "no text has"),
        ("a.csv", b'a,"=HYPERLINK(""http://x"")"', "a formula"),
        ("a.csv", b"a;  =1+1", "a formula"),
        ("a.csv", b"a\n@SUM(1)", "a formula"),
        ("a.csv", b"a\t-2+cmd|' /C calc'!A0", "a formula"),
        ("a.csv", "\ufeff=1".encode(), "a formula"),
        ("a.txt", b"", "1 to"),
        ("a.txt", b"x" * (MOST_BYTES + 1), "1 to"),
    ],
)
def test_all_else_is_refused(name, content, said):
    with pytest.raises(PackageError, match=said):
        attachment_of(name, content)


@pytest.mark.parametrize("name", ["../a.txt", "/a.txt", "a b.txt", "ä.txt", ".a.txt", "a" * 100])
def test_names_are_plain(name):
    with pytest.raises(ReleaseError, match="a plain file name"):
        attachment_of(f"{name}.txt", b"x")


@pytest.mark.parametrize(
    ("told", "plain"),
    [
        ("IMG 0001 (2).jpg", "IMG-0001-2-.jpg"),
        ("Fotografía del almacén.png", "Fotografia-del-almacen.png"),
        ("../../x.txt", "x.txt"),
        (".hidden.txt", "hidden.txt"),
        ("x" * 150 + ".txt", "x" * 96 + ".txt"),
        ("照片.jpg", "jpg"),
    ],
)
def test_a_file_is_given_a_plain_name(told, plain):
    assert plain_name(told) == plain
