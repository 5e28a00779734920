"""Casebooks that the tests make quickly are those that the product makes, to the last row."""

import sqlite3
from contextlib import closing

from sqlalchemy import select, text

import made_up_office as office
from cathartes.store.open import DATABASE_FILE, open_casebook
from cathartes.store.tables import METADATA
from quick_casebooks import casebooks_are_made_by_revisions

TOLD_BY_POSTGRES = (
    "SELECT * FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 3, 4",
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
    "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2",
    "SELECT proname, prosrc FROM pg_proc WHERE proname LIKE '%\\_refuse' ORDER BY 1",
    "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint ORDER BY 1, 2",
    "SELECT version_num FROM alembic_version",
)


def told(where):
    """Return all that a new casebook's database says of itself."""
    if not isinstance(where, str):
        with closing(sqlite3.connect(where / DATABASE_FILE)) as database:
            return list(database.iterdump())
    with open_casebook(where) as opened, opened.casebook.database.read() as connection:
        found = [connection.execute(text(one)).all() for one in TOLD_BY_POSTGRES]
        here = connection.scalar(text("SELECT current_database()"))
        return [repr(rows).replace(here, "") for rows in found]


def test_a_casebook_is_made_as_by_the_revisions(new_place, tmp_path):
    made = []
    for is_quick in (True, True, False):
        where, _ = new_place()
        evidence = str(tmp_path / "evidence")
        if is_quick:
            open_casebook(where, create=True, evidence=evidence).close()
        else:
            with casebooks_are_made_by_revisions():
                open_casebook(where, create=True, evidence=evidence).close()
        made.append(told(where))
    assert made[0]
    assert made[0] == made[1] == made[2]


def rows(casebook):
    """Return all rows of a casebook."""
    with casebook.database.read() as connection:
        return {
            one.name: sorted(map(repr, connection.execute(select(one)).all()))
            for one in METADATA.sorted_tables
        }


def test_an_office_is_opened_as_by_hand(new_casebook):
    found = []
    for fill in (office.open_office, office.open_office, office.open_office.__wrapped__):
        with open_casebook(new_casebook()) as opened:
            fill(opened.casebook)
            found.append(rows(opened.casebook))
            assert opened.casebook.audit_number() > len(office.STAFF)
    assert found[0] == found[1] == found[2]


def test_what_is_not_untouched_is_filled_by_hand(new_casebook):
    with open_casebook(new_casebook()) as opened:
        opened.casebook.note("x", "y", {}, "local:z", office.NOW)
        office.open_office(opened.casebook)
        assert opened.casebook.audit_of("y")
        assert opened.casebook.site("a")
