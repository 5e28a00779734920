"""Opening casebooks: what is there, what is not, and what is said of it."""

import sqlite3
import sys
from pathlib import Path

import pytest
from sqlalchemy import event

import made_up_casebook as made_up
from cathartes.errors import CasebookError, MissingExtraError, OutputError
from cathartes.store.open import make_casebook, open_casebook
from made_up_casebook import ME, NOW, begin
from quick_casebooks import casebooks_are_made_by_revisions


@pytest.fixture(autouse=True)
def made_by_revisions():
    """Make casebooks as the product does."""
    with casebooks_are_made_by_revisions():
        yield


def test_a_casebook_is_a_folder_that_can_be_moved(tmp_path):
    with open_casebook(tmp_path / "a" / "casebook", create=True) as opened:
        begin(opened.casebook)
        product = tmp_path / "product"
        product.write_bytes(b"x")
        sha256 = opened.evidence.put(product)
    (tmp_path / "a").rename(tmp_path / "b")
    assert sorted(p.name for p in (tmp_path / "b" / "casebook").iterdir()) == [
        "casebook.sqlite",
        "evidence",
    ]
    with open_casebook(tmp_path / "b" / "casebook") as opened:
        assert opened.casebook.sorties() == (made_up.sortie(),)
        assert opened.evidence.read(sha256) == b"x"


def test_a_casebook_that_is_not_there_is_made_only_if_wanted(tmp_path):
    where = tmp_path / "casebook"
    with pytest.raises(CasebookError, match=r"no casebook is there.*cathartes casebook create"):
        open_casebook(where)
    assert not where.exists()
    where.mkdir()
    open_casebook(where, create=True).close()
    open_casebook(where, create=True).close()
    assert [path.name for path in tmp_path.iterdir()] == ["casebook"]


def test_a_casebook_is_not_made_of_the_folder_one_is_in(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CasebookError, match="name a folder in it"):
        open_casebook(".", create=True)
    assert list(tmp_path.iterdir()) == []


def test_evidence_goes_where_it_was_told_once(tmp_path):
    where, elsewhere = tmp_path / "casebook", tmp_path / "elsewhere"
    open_casebook(where, create=True, evidence=str(elsewhere)).close()
    product = tmp_path / "product"
    product.write_bytes(b"x")
    with open_casebook(where) as opened:
        opened.evidence.put(product)
    assert any(elsewhere.rglob("*"))


def test_another_folder_or_file_is_never_touched(tmp_path):
    (tmp_path / "note.txt").write_text("mine")
    for create in (False, True):
        with pytest.raises(CasebookError, match="no casebook"):
            open_casebook(tmp_path, create=create)
    with pytest.raises(CasebookError, match="something else is there"):
        make_casebook(tmp_path / "note.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]


@pytest.mark.parametrize("content", [b"hello " * 1000, b""])
def test_a_file_that_is_no_database_is_told_so(tmp_path, content):
    (tmp_path / "casebook.sqlite").write_bytes(content)
    with pytest.raises(CasebookError, match=r"damaged or is none|no casebook in it"):
        open_casebook(tmp_path)


def test_a_database_of_something_else_is_told_so(tmp_path):
    other = sqlite3.connect(tmp_path / "casebook.sqlite")
    other.executescript("CREATE TABLE about (key, value); CREATE TABLE alembic_version (v);")
    other.close()
    with pytest.raises(CasebookError, match="no casebook in it"):
        open_casebook(tmp_path)


def test_a_full_disk_is_told_and_nothing_is_lost(tmp_path):
    where = tmp_path / "casebook"
    with open_casebook(where, create=True) as opened:
        begin(opened.casebook)
    with open_casebook(where) as opened:
        engine = opened.casebook.database._engine
        engine.dispose()

        @event.listens_for(engine, "connect")
        def no_room(connection, _):
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {pages}")

        big = made_up.sortie("S2", manifest={"text": "x" * 1_000_000})
        with pytest.raises(OutputError, match=r"no space is left for the casebook.*Make room"):
            opened.casebook.put_sortie(big, ME, NOW)
    with open_casebook(where) as opened:
        assert opened.casebook.sorties() == (made_up.sortie(),)
        assert len(list(opened.casebook.audit_entries())) == 2
        opened.casebook.put_sortie(big, ME, NOW)


def test_a_url_that_is_no_casebooks_is_told_so():
    with pytest.raises(CasebookError, match="mysql:// is not known"):
        open_casebook("mysql://host/database")
    with pytest.raises(CasebookError, match="can't be read"):
        open_casebook("://")


def test_a_server_that_does_not_answer_is_told_without_its_password():
    pytest.importorskip("psycopg")
    with pytest.raises(CasebookError, match="Check its address") as told:
        open_casebook("postgresql://ana:secret@127.0.0.1:1/cases")
    assert "ana:***@127.0.0.1" in str(told.value)
    assert "secret" not in str(told.value)


def test_a_missing_driver_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'cathartes\[postgres\]'"):
        open_casebook("postgresql://ana@host/cases")


def test_a_postgres_casebook_must_be_told_where_its_evidence_goes(monkeypatch):
    pytest.importorskip("psycopg")
    with pytest.raises(CasebookError, match="needs to be told where evidence is kept"):
        make_casebook("postgresql://ana@host/cases")


def test_a_folder_that_may_not_be_written_is_told_so(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(OutputError, match=r"can't be made there.*Permission denied"):
        make_casebook(tmp_path / "casebook")


def test_where_sqlite_may_not_read_beside_its_file_it_says_so(tmp_path):
    where = tmp_path / "casebook"
    make_casebook(where)
    (where / "casebook.sqlite-wal").mkdir()  # its log can't be opened
    with pytest.raises(CasebookError, match="allowed to read it, and what lies beside it"):
        open_casebook(where)
