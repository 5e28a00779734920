"""The revisions make the very tables that the code speaks of, in both databases."""

from contextlib import closing
from importlib.resources import files

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.engine import make_url

from cathartes.store.columns import _PostgisGeometry
from cathartes.store.database import postgres_database, sqlite_database
from cathartes.store.open import existing_database
from cathartes.store.schema import REVISIONS
from cathartes.store.tables import METADATA


def test_the_code_knows_all_revisions_in_their_order():
    config = Config()
    config.set_main_option("script_location", str(files("cathartes.store") / "migrations"))
    script = ScriptDirectory.from_config(config)
    found = [one.revision for one in script.walk_revisions()]
    assert tuple(reversed(found)) == REVISIONS


def tables_in(database):
    """Return all there is to know of a database's tables that are ours."""
    with database.read() as connection:
        inspector = inspect(connection)
        ours = sorted(set(inspector.get_table_names()) & set(METADATA.tables))
        return {name: described(inspector, name) for name in ours}


def described(inspector, name):
    """Return a table's columns, keys and indexes, in words that compare."""
    columns = [
        (one["name"], str(one["type"]), one["nullable"], str(one.get("identity") is not None))
        for one in inspector.get_columns(name)
    ]
    return {
        "columns": sorted(columns),
        "key": inspector.get_pk_constraint(name),
        "references": sorted(inspector.get_foreign_keys(name), key=str),
        "unique": sorted(inspector.get_unique_constraints(name), key=str),
        "indexes": sorted(str(one) for one in inspector.get_indexes(name)),
    }


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
def test_the_revisions_make_the_tables_of_the_code(place, request, tmp_path, monkeypatch):
    monkeypatch.setitem(ischema_names, "geometry", _PostgisGeometry)
    if isinstance(place, str):
        where = request.getfixturevalue("postgres_server").new_database()
        made = postgres_database(make_url(where))
    else:
        made = sqlite_database(tmp_path / "made.sqlite")
    with closing(made), closing(existing_database(place)) as migrated:
        with made.change() as connection:
            METADATA.create_all(connection)
        wanted, found = tables_in(made), tables_in(migrated)
    assert set(wanted) == set(METADATA.tables)
    assert found == wanted
