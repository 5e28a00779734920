"""An archive is byte for byte what packing makes: nothing hidden, twice, linked, or swelling."""

import io
import struct
import zipfile

import pytest

from cathartes.errors import PackageError
from cathartes.sealing.archive import pack, unpack

MEMBERS = {"README.txt": b"read me", "images/a.png": bytes(range(256)), "empty": b""}


def zipped(*entries, compression=zipfile.ZIP_STORED, comment=b""):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as archive:
        archive.comment = comment
        for name, content in entries:
            archive.writestr(name, content)
    return target.getvalue()


def test_what_is_packed_is_unpacked():
    assert unpack(pack(MEMBERS)) == MEMBERS
    assert unpack(pack({})) == {}


def test_the_order_of_telling_does_not_matter():
    assert pack(MEMBERS) == pack(dict(reversed(MEMBERS.items())))


@pytest.mark.parametrize(
    "name",
    ["", "/etc/passwd", "../a", "a/../../b", "a//b", "./a", "a/", ".hidden", "a\\b", "C:/a", "a b",
     "a\n", "a\x00b", "é", "a.", "con", "NUL.txt", "a/lpt1", "x" * 121],
)  # fmt: skip
def test_a_name_that_could_lie_elsewhere_is_refused(name):
    with pytest.raises(PackageError, match="file name"):
        pack({name: b""})
    if name and "\x00" not in name:  # zipfile writes no such
        with pytest.raises(PackageError, match="file name"):
            unpack(zipped((name, b"x")))


@pytest.mark.parametrize("names", [("a", "A"), ("a/b", "A/B")])
def test_names_that_are_one_on_some_systems_are_refused(names):
    with pytest.raises(PackageError, match="are one on some systems"):
        pack(dict.fromkeys(names, b""))


def test_a_file_is_no_folder():
    with pytest.raises(PackageError, match="is a file of the package"):
        pack({"a": b"", "a/b": b""})


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_twice_is_refused():
    with pytest.raises(PackageError, match="'a' twice"):
        unpack(zipped(("a", b"1"), ("a", b"2")))


def test_a_bomb_is_refused_before_it_swells():
    bomb = zipped(("a", bytes(10_000_000)), compression=zipfile.ZIP_DEFLATED)
    assert len(bomb) < 20_000
    with pytest.raises(PackageError, match="compresses 'a'"):
        unpack(bomb)


def test_a_link_is_refused():
    link = zipfile.ZipInfo("a", (1980, 1, 1, 0, 0, 0))
    link.create_system = 3
    link.external_attr = 0o120777 << 16
    with pytest.raises(PackageError, match="somebody wrote it anew"):
        unpack(zipped((link, b"/etc/passwd")))


@pytest.mark.parametrize(
    "changed",
    [
        lambda whole: whole + b"x",
        lambda whole: b"x" + whole,
        lambda whole: b"",
        lambda whole: whole[:-1],
        lambda whole: whole[:20],
        lambda whole: whole[:40],
        lambda whole: zipped(*MEMBERS.items()),  # with the times of now
        lambda whole: zipped(*MEMBERS.items(), comment=b"hello"),
    ],
)
def test_anything_else_is_refused(changed):
    with pytest.raises(PackageError):
        unpack(changed(pack(MEMBERS)))


def test_every_byte_counts():
    """A slow and simple proof that no bit of an archive can be another."""
    whole = pack({"a": b"xyz", "b": b""})
    for place in range(len(whole)):
        for bit in range(8):
            changed = bytearray(whole)
            changed[place] ^= 1 << bit
            try:
                found = unpack(bytes(changed))
            except PackageError:
                continue
            assert pack(found) == bytes(changed), (place, bit)
            assert found != {"a": b"xyz", "b": b""}


def test_a_size_that_lies_is_refused():
    whole = bytearray(pack({"a": b"xyz"}))
    whole[18:22] = struct.pack("<L", 2**32 - 1)
    with pytest.raises(PackageError, match="cut short"):
        unpack(bytes(whole))
