"""A file in a folder: whole or not there, never over another."""

import os

import pytest

from cathartes.errors import OutputError
from cathartes.pipeline.laid_down import lay_down


def test_it_lies_there_alone(tmp_path):
    assert lay_down(b"sealed", tmp_path, "R-1.cathartes").read_bytes() == b"sealed"
    assert [path.name for path in tmp_path.iterdir()] == ["R-1.cathartes"]


def test_the_same_again_is_well_and_another_file_stays(tmp_path):
    first = lay_down(b"sealed", tmp_path, "R-1.cathartes")
    before = first.stat().st_mtime_ns
    assert lay_down(b"sealed", tmp_path, "R-1.cathartes") == first
    assert first.stat().st_mtime_ns == before, "it was not written again"
    for other in (b"SEALED", b"longer than it"):
        with pytest.raises(OutputError, match="another file of that name is there, and stays"):
            lay_down(other, tmp_path, "R-1.cathartes")
    assert first.read_bytes() == b"sealed"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_link_is_not_followed_to_overwrite(tmp_path):
    secret = tmp_path / "secret"
    (tmp_path / "share").mkdir()
    (tmp_path / "share" / "R-1.cathartes").symlink_to(secret)
    with pytest.raises(OutputError, match="another file"):
        lay_down(b"sealed", tmp_path / "share", "R-1.cathartes")
    assert not secret.exists()


def test_a_share_that_is_not_connected_gets_no_folder(tmp_path):
    for folder in (tmp_path / "share", tmp_path / "file"):
        if folder.name == "file":
            folder.write_bytes(b"")
        with pytest.raises(OutputError, match="is the share or stick connected"):
            lay_down(b"sealed", folder, "R-1.cathartes")
    assert not (tmp_path / "share").exists()


def test_a_kill_leaves_nothing_of_that_name(tmp_path, monkeypatch):
    def killed(_descriptor):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", killed)
        with pytest.raises(KeyboardInterrupt):
            lay_down(b"sealed", tmp_path, "R-1.cathartes")
    assert not (tmp_path / "R-1.cathartes").exists()
    lay_down(b"sealed", tmp_path, "R-1.cathartes")


def test_a_stick_without_links_takes_it_too(tmp_path, monkeypatch):
    def no_links(self, target):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(type(tmp_path), "hardlink_to", no_links)
    lay_down(b"sealed", tmp_path, "R-1.cathartes")
    assert [path.name for path in tmp_path.iterdir()] == ["R-1.cathartes"]
