"""What every evidence store does: folders, and URLs of fsspec."""

import errno
import hashlib
import os
import time
from functools import partial
from itertools import count

import pytest
from fsspec.implementations.memory import MemoryFileSystem

from cathartes.errors import CasebookError, EvidenceError, MissingExtraError, OutputError
from cathartes.store import evidence_folder
from cathartes.store.evidence_folder import FolderEvidence, file_sha256
from cathartes.store.evidence_remote import RemoteEvidence
from cathartes.store.open import evidence_store

_NUMBERS = count(1)


@pytest.fixture(params=["folder", "file", "memory", "remote file"])
def store(request, tmp_path):
    """Return an empty evidence store."""
    if request.param == "memory":
        return RemoteEvidence(f"memory://evidence-{next(_NUMBERS)}")
    if request.param == "remote file":
        return RemoteEvidence(f"file://{tmp_path}/evidence")
    place = "evidence" if request.param == "folder" else f"file://{tmp_path}/evi%20dence"
    return evidence_store(place, tmp_path)


@pytest.fixture
def product(tmp_path):
    """Return a file to keep."""
    path = tmp_path / "score.tif"
    path.write_bytes(b"a raster" * 1000)
    return path


def test_what_was_put_is_read_under_its_hash(store, product):
    sha256 = store.put(product)
    assert sha256 == hashlib.sha256(product.read_bytes()).hexdigest()
    assert store.has(sha256)
    assert store.all_sha256() == {sha256}
    assert store.read(sha256) == product.read_bytes()
    assert store.fetch(sha256).read_bytes() == product.read_bytes()
    assert store.fetch(sha256) == store.fetch(sha256)


def test_the_same_bytes_are_kept_once(store, product):
    first = store.put(product)
    product.rename(product.with_name("other name"))
    assert store.put(product.with_name("other name")) == first
    assert store.all_sha256() == {first}


def test_what_is_not_there_is_an_error_that_says_what_to_do(store):
    assert not store.has("ab" * 32)
    assert store.all_sha256() == frozenset()
    for get in (store.read, store.fetch):
        with pytest.raises(EvidenceError, match=r"ab.* is not there.*casebook check"):
            get("ab" * 32)
    store.remove("ab" * 32)


def test_removed_evidence_is_gone(store, product):
    sha256 = store.put(product)
    store.remove(sha256)
    assert not store.has(sha256)
    assert store.all_sha256() == frozenset()


def test_a_file_that_was_checked_and_rests_is_not_read_again(tmp_path, product, monkeypatch):
    store = FolderEvidence(tmp_path / "evidence")
    sha256 = store.put(product)
    n_read = count()
    monkeypatch.setattr(
        evidence_folder, "file_sha256", lambda path: [next(n_read), file_sha256(path)][1]
    )
    store.fetch(sha256)
    store.fetch(sha256)
    assert next(n_read) == 2  # touched just now: it may be touched again within the clock's tick
    monkeypatch.setattr(evidence_folder, "_TICK_NS", -1)
    path = store.fetch(sha256)
    assert store.fetch(sha256) == path
    assert next(n_read) == 4
    assert FolderEvidence(tmp_path / "evidence").fetch(sha256) == path
    assert next(n_read) == 6


@pytest.mark.parametrize("has_same_times", [False, True])
@pytest.mark.parametrize("is_replaced", [False, True])
def test_a_file_changed_after_it_was_checked_is_refused(
    tmp_path, product, monkeypatch, has_same_times, is_replaced
):
    """Neither the same size nor times set back deceive: the inode's own time can't be set."""
    monkeypatch.setattr(evidence_folder, "_TICK_NS", -1)
    store = FolderEvidence(tmp_path / "evidence")
    sha256 = store.put(product)
    path = store.fetch(sha256)
    before = path.stat()
    forged = b"A raster" * 1000
    assert len(forged) == before.st_size
    time.sleep(0.02)  # beyond the file system's tick
    if is_replaced:
        (tmp_path / "forged").write_bytes(forged)
        (tmp_path / "forged").rename(path)
    else:
        path.write_bytes(forged)
    if has_same_times:
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(EvidenceError, match="was changed"):
        store.fetch(sha256)
    store.remove(sha256)
    with pytest.raises(EvidenceError, match="is not there"):
        store.fetch(sha256)


def test_changed_bytes_are_never_handed_out(store, product):
    sha256 = store.put(product)
    if isinstance(store, FolderEvidence):
        store.fetch(sha256).write_bytes(b"forged")
    else:
        store._system.pipe_file(store._path(sha256), b"forged")
    for get in (store.read, store.fetch):
        with pytest.raises(EvidenceError, match="was changed"):
            get(sha256)


@pytest.mark.parametrize("named", ["../../etc/passwd", "AB" * 32, "ab" * 31, ""])
def test_only_hashes_name_evidence(store, named):
    for method in (store.read, store.fetch, store.has, store.remove):
        with pytest.raises(EvidenceError, match="is no SHA-256"):
            method(named)


def test_a_full_disk_is_told_and_leaves_nothing(store, product, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    if isinstance(store, FolderEvidence):
        monkeypatch.setattr(os, "fsync", full)
    else:
        monkeypatch.setattr(store._system, "mv", full)
    with pytest.raises(OutputError, match=r"no space is left to keep score\.tif.*Make room"):
        store.put(product)
    assert store.all_sha256() == frozenset()
    monkeypatch.undo()
    if isinstance(store, FolderEvidence):
        left = [path for path in store._folder.rglob("*") if path.is_file()]
    else:
        left = store._system.find(store._root)
    assert left == []
    assert store.has(store.put(product))


def test_a_file_that_changes_while_it_is_kept_is_refused(tmp_path, product, monkeypatch):
    store = FolderEvidence(tmp_path / "evidence")
    original = os.fsync

    def write_meanwhile(descriptor):
        original(descriptor)
        os.pwrite(descriptor, b"x", 0)

    monkeypatch.setattr(os, "fsync", write_meanwhile)
    with pytest.raises(EvidenceError, match="changed while it was kept"):
        store.put(product)
    assert store.all_sha256() == frozenset()


class _Remembering(MemoryFileSystem):
    """As clients of object stores: what was there once is there, until they are told to forget."""

    cachable = False

    def __init__(self):
        super().__init__()
        self._known = {}

    def info(self, path, **kwargs):
        if path not in self._known:
            self._known[path] = super().info(path, **kwargs)
        return self._known[path]

    def invalidate_cache(self, path=None):
        self._known.clear()


def test_what_others_removed_is_kept_again(product):
    ours, others = (RemoteEvidence("memory://shared") for _ in range(2))
    ours._system = _Remembering()
    sha256 = ours.put(product)
    assert ours.has(sha256)
    others.remove(sha256)
    assert not ours.has(sha256)
    assert ours.put(product) == sha256
    assert others.read(sha256) == product.read_bytes()


def test_a_store_that_is_not_reached_is_told_so(product, monkeypatch):
    class NoCredentialsError(Exception):
        """As botocore has: of no common kind."""

    def refuse(*_, **__):
        raise NoCredentialsError("Unable to locate credentials")

    store = RemoteEvidence("memory://elsewhere")
    for name in ("info", "find", "cat_file", "get_file"):
        monkeypatch.setattr(store._system, name, refuse)
    for do in (
        lambda: store.put(product),
        store.all_sha256,
        *(partial(method, "0" * 64) for method in (store.read, store.fetch, store.has)),
    ):
        with pytest.raises(CasebookError, match=r"can't be reached: Unable.*access keys") as told:
            do()
        assert not isinstance(told.value, EvidenceError)


def test_a_url_that_nobody_knows_is_told_so():
    with pytest.raises(CasebookError, match="A folder or a URL that fsspec knows"):
        RemoteEvidence("nowhere://bucket")


def test_a_url_whose_package_is_missing_names_it():
    with pytest.raises(MissingExtraError, match=r"s3fs"):
        RemoteEvidence("s3://bucket/evidence")
