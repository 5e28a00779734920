import hashlib
from pathlib import Path

import pytest

from cathartes.errors import InputError
from cathartes.products.fingerprint import sha256_of

ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
"""SHA-256 of "abc": FIPS 180-2, appendix B.1."""


def test_a_file_has_the_published_hash(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    read: list[int] = []
    assert sha256_of(tmp_path / "a", read.append) == (ABC, 3)
    assert sum(read) == 3


def test_a_folder_has_the_hash_of_its_list(tmp_path: Path) -> None:
    (tmp_path / "z").mkdir()
    (tmp_path / "z" / "c").mkdir()
    (tmp_path / "z" / "c" / "0").write_bytes(b"abc")
    (tmp_path / "z" / "b").write_bytes(b"abc")
    digest, size = sha256_of(tmp_path / "z")
    assert digest == hashlib.sha256(f"{ABC}  b\n{ABC}  c/0\n".encode()).hexdigest()
    assert size == 6
    (tmp_path / "z" / "b").rename(tmp_path / "z" / "d")
    assert sha256_of(tmp_path / "z")[0] != digest, "a name counts too"


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can't be read for its SHA-256"):
        sha256_of(tmp_path / "none")
