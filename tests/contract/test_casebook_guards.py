"""A casebook that may not be written, and what guards one: SQLite's files, boxes and triggers."""

import pytest
from sqlalchemy import text

import made_up_casebook as made_up
from cathartes.errors import OutputError
from cathartes.store import database
from cathartes.store.check import check_casebook
from cathartes.store.open import make_casebook, open_casebook
from made_up_casebook import ME, NOW, begin, record


def work(casebook):
    begin(casebook)
    record(casebook, "o1", [made_up.detection("o1")], assets=())
    casebook.put_emitters([made_up.emitter()], ME, NOW)
    casebook.put_sites([made_up.site("a", ["o1-1.1"])], [], ME, NOW)


@pytest.fixture
def filled(opened):
    """Return a casebook in SQLite in which work was done."""
    if opened.casebook.database.dialect == "postgresql":
        pytest.skip("PostgreSQL's index is of the geometries, its triggers its administrator's")
    work(opened.casebook)
    return opened


def execute(opened, statement):
    with opened.casebook.database.change() as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize("is_at_work", [False, True])
def test_a_casebook_that_may_not_be_written_is_read_and_stays_as_it_is(
    tmp_path, monkeypatch, is_at_work
):
    place = tmp_path / "sealed"
    make_casebook(place)
    other = open_casebook(place)
    work(other.casebook)
    if not is_at_work:
        other.close()
    assert (place / "casebook.sqlite-wal").exists() is is_at_work
    before = (place / "casebook.sqlite").read_bytes()
    monkeypatch.setattr(database.os, "access", lambda _path, mode: mode != database.os.W_OK)
    with open_casebook(place) as opened:
        assert check_casebook(opened).is_whole
        assert len(opened.casebook.observations()) == 1
        with pytest.raises(OutputError, match=r"may not be written.*allow it"):
            opened.casebook.put_profile("mine = 1", ME, NOW)
    assert (place / "casebook.sqlite").read_bytes() == before
    other.close()


@pytest.mark.parametrize("kind", ["emitters", "sites", "sources", "detections", "observations"])
def test_a_place_moved_in_the_index_alone_is_found(filled, kind):
    """Nothing would be found there any more: no lawful emitter beside a site."""
    execute(filled, f"UPDATE {kind}_box SET west = 0, east = 0.1, south = 0, north = 0.1")  # noqa: S608
    assert any(f"spatial index of {kind}: " in one for one in check_casebook(filled).faults)


@pytest.mark.parametrize("name", ["audit_no_update", "sites_box_insert", "releases_unapproved"])
def test_a_trigger_that_is_gone_or_says_something_else_is_found(filled, name):
    execute(filled, f"DROP TRIGGER {name}")
    assert f"the trigger {name} is gone." in check_casebook(filled).faults
    idle = f"CREATE TRIGGER {name} AFTER INSERT ON about BEGIN SELECT 1; END"
    execute(filled, idle)
    assert f"the trigger {name} is changed." in check_casebook(filled).faults
