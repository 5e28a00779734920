"""The file of a casebook's places: what it holds is what the database says, or it is not used."""

import json

import numpy as np
import pytest

import made_up_casebook as made_up
import web_desk
from cathartes.casework.audit import Checkpoint
from cathartes.web import places as places_module
from cathartes.web.places import Marked, Places
from cathartes.web.places_file import places_file, read_places, write_places
from made_up_casebook import ME, NOW


@pytest.fixture
def desk(tmp_path):
    with web_desk.desk(tmp_path) as desk:
        yield desk


@pytest.fixture
def file(desk, tmp_path):
    """Return a file that holds the places of the desk's casebook."""
    path = tmp_path / "caches" / "places.npz"
    write_places(path, now(desk), desk.casebook.audit_head())
    return path


def now(desk):
    book = desk.casebook
    return {
        "detections": book.placed_detections(),
        "sites": book.placed_sites(),
        "looks": book.placed_looks(),
    }


def assert_same(found, wanted):
    assert found.keys() == wanted.keys()
    for kind, of in wanted.items():
        assert found[kind].sets == of.sets
        for name in ("row_id", "box_deg", "time_s", "value", "set_code"):
            np.testing.assert_array_equal(getattr(found[kind], name), getattr(of, name))


def test_what_is_read_is_what_the_database_said(desk, file):
    placed, number = read_places(file, desk.casebook)
    assert number == desk.casebook.audit_number()
    assert_same(placed, now(desk))
    assert file.stat().st_mode & 0o077 == 0
    assert [one.name for one in file.parent.iterdir()] == [file.name]


def test_what_was_done_since_leaves_it_of_use_and_a_restore_does_not(desk, file):
    number = desk.casebook.audit_number()
    desk.casebook.put_sites([made_up.site("new")], [], ME, NOW)
    assert read_places(file, desk.casebook)[1] == number
    desk.casebook.note("casebook.restore", "backup.zip", {}, ME, NOW)
    assert read_places(file, desk.casebook) is None


@pytest.mark.parametrize(
    "head", [Checkpoint(1, "ab" * 32), Checkpoint(10_000, "ab" * 32), Checkpoint(0, "0" * 64)]
)
def test_the_file_of_another_casebook_is_not_used(desk, file, head):
    write_places(file, now(desk), head)
    assert read_places(file, desk.casebook) is None


def changed(file, name, value):
    with np.load(file) as old:
        arrays = {one: old[one] for one in old.files}
    arrays[name] = value(arrays[name])
    np.savez(file, **arrays)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("told", lambda old: np.array(json.dumps(json.loads(str(old)) | {"format": "older/0"}))),
        ("told", lambda _: np.array("{}")),
        ("told", lambda _: np.array("no JSON")),
        ("sites.row_id", lambda old: old[:-1]),
        ("sites.row_id", lambda old: old.astype(np.float32)),
        ("looks.box_deg", lambda old: old[:, :3]),
        ("detections.set_code", lambda old: old + 100),
        ("detections.set_code", lambda old: old - 100),
        ("detections.value", lambda old: old.astype(object)),
    ],
)
def test_a_file_that_is_not_as_it_should_be_is_not_used(desk, file, name, value):
    changed(file, name, value)
    assert read_places(file, desk.casebook) is None


def test_a_damaged_or_missing_file_is_not_used(desk, file):
    whole = file.read_bytes()
    middle = whole.index(b"detections.box_deg.npy") + 250
    file.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
    assert read_places(file, desk.casebook) is None
    file.write_bytes(whole[: len(whole) // 2])
    assert read_places(file, desk.casebook) is None
    file.write_bytes(b"")
    assert read_places(file, desk.casebook) is None
    file.unlink()
    assert read_places(file, desk.casebook) is None


def test_where_nothing_can_be_written_nothing_is_kept(desk, tmp_path):
    (tmp_path / "no folder").write_text("")
    write_places(tmp_path / "no folder" / "places.npz", now(desk), desk.casebook.audit_head())


def test_a_large_casebooks_second_start_asks_the_database_for_what_is_new_alone(
    desk, tmp_path, monkeypatch
):
    monkeypatch.setattr(places_module, "_MANY", 3)
    path = places_file(desk.where)
    assert path.parent == tmp_path / path.parent.name
    first = Places(desk.casebook, path)
    first.placed(Marked.SITES)
    first.close()
    asked = []
    placed_sites = type(desk.casebook).placed_sites
    monkeypatch.setattr(
        type(desk.casebook), "placed_sites", lambda book: [asked.append(1), placed_sites(book)][1]
    )
    second = Places(desk.casebook, path)
    n = second.index(Marked.SITES).n
    assert not asked
    assert n == len(placed_sites(desk.casebook).row_id)
    desk.casebook.put_sites([made_up.site("new")], [], ME, NOW)
    second.placed(Marked.SITES)  # begins to read, and does not wait
    second.close()
    assert asked
    assert second.index(Marked.SITES).n == n + 1


def test_a_small_casebook_has_no_file(desk):
    Places(desk.casebook, places_file(desk.where)).placed(Marked.SITES)
    assert not places_file(desk.where).exists()


def test_of_a_server_the_file_lies_in_the_users_caches(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    one, other = (places_file(f"postgresql://u@host/{name}") for name in "ab")
    assert one.parent == other.parent == tmp_path / "cathartes"
    assert one != other
