"""Casebooks for the contract suite: SQLite always, PostgreSQL where there is one."""

import os
import shutil
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from cathartes.store.open import OpenedCasebook, open_casebook
from cathartes.store.schema import REVISIONS
from cathartes.store.tables import METADATA, about
from effort import THOROUGH
from quick_casebooks import casebooks_are_made_by_revisions

_NUMBERS = count(1)
DATABASES = ("sqlite", "postgres")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give the cases of a test to the two databases in turn, where there are both.

    That a rule holds in both, and that it holds of each case, is argued by half of their product;
    all of it is `make test-thorough`. Where each database has guards of its own, every case is
    asked of both: `both_databases`. Of a file that says `IN_TURN = True`, since its tests are of
    rules and not of how they are kept, the tests take turns too.
    """
    if THOROUGH or not os.environ.get("CATHARTES_TEST_POSTGRES"):
        return
    here = Path(__file__).parent
    tests: dict[str, dict[str, dict[str, pytest.Item]]] = {}
    for item in items:
        told = getattr(item, "callspec", None)
        if told is None or item.path.parent != here or item.get_closest_marker("both_databases"):
            continue
        database = [one for one in told.params.values() if one in DATABASES]
        in_turn = getattr(item.module, "IN_TURN", False)
        if len(database) == 1 and (in_turn or len(told.params) > 1):
            where, _, test = item.nodeid.partition("[")[0].partition("::")
            case = "-".join(one for one in told.id.split("-") if one not in DATABASES)
            cases = tests.setdefault(where if in_turn else f"{where}::{test}", {})
            cases.setdefault(f"{test}[{case}]", {})[database[0]] = item
    left_out = [
        both[DATABASES[(turn + 1) % 2]]
        for cases in tests.values()
        for turn, both in enumerate(cases.values())
        if len(both) == len(DATABASES)
    ]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        gone = set(left_out)
        items[:] = [item for item in items if item not in gone]


class PostgresServer:
    """A server on which tests make databases, from a template that has PostGIS already."""

    def __init__(self, url: str, worker: str) -> None:
        import psycopg

        self._url = url
        self._admin = psycopg.connect(url, autocommit=True)
        self._prefix = f"cathartes_{worker}_{os.getpid()}"
        self._made: list[str] = []
        self._template = self._create("template0")
        with psycopg.connect(self._url_of(self._template), autocommit=True) as template:
            template.execute("CREATE EXTENSION postgis")

    def _create(self, template: str) -> str:
        name = f"{self._prefix}_{next(_NUMBERS)}"
        self._admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        self._made.append(name)
        return name

    def _url_of(self, name: str) -> str:
        parts = urlsplit(self._url)
        return urlunsplit((parts.scheme, parts.netloc, f"/{name}", parts.query, ""))

    def new_database(self) -> str:
        """Return the URL of an empty database with PostGIS."""
        return self._url_of(self._create(self._template))

    def close(self) -> None:
        """Drop all databases that were made."""
        for name in self._made:
            self._admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self._admin.close()


@pytest.fixture(scope="session")
def postgres_server():
    """Return the PostgreSQL that CATHARTES_TEST_POSTGRES names, or skip the test."""
    url = os.environ.get("CATHARTES_TEST_POSTGRES")
    if not url:
        pytest.skip("no PostgreSQL with PostGIS: CATHARTES_TEST_POSTGRES does not name one")
    server = PostgresServer(url, os.environ.get("PYTEST_XDIST_WORKER", "main"))
    yield server
    server.close()


@pytest.fixture(params=["sqlite", "postgres"])
def new_place(request, tmp_path):
    """Return what makes places for casebooks: each call one, with where its evidence goes."""
    numbers = count(1)
    if request.param == "postgres":
        server = request.getfixturevalue("postgres_server")
        return lambda: (server.new_database(), str(tmp_path / f"evidence-{next(numbers)}"))
    return lambda: (tmp_path / f"casebook-{next(numbers)}", "")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory):
    """Return a casebook to copy: making one runs all revisions."""
    where = tmp_path_factory.mktemp("template") / "casebook"
    with casebooks_are_made_by_revisions():
        open_casebook(where, create=True).close()
    return where


@pytest.fixture(scope="session")
def postgres_casebook(postgres_server):
    """Return the URL of a casebook that tests use one after the other, emptied in between."""
    where = postgres_server.new_database()
    with casebooks_are_made_by_revisions():
        open_casebook(where, create=True, evidence="memory://nobody").close()
    return where


def empty(where: str, evidence: str) -> None:
    """Make a PostgreSQL casebook as it was when it was made; triggers do not hear of it."""
    import psycopg

    names = [table.name for table in METADATA.sorted_tables if table is not about]
    numbered = [f"{one.name}_row_id_seq" for one in METADATA.sorted_tables if "row_id" in one.c]
    with psycopg.connect(where) as connection:
        connection.execute("SET session_replication_role = replica")
        # Of tables so small DELETE takes a fifth of the time of TRUNCATE, which makes files anew.
        connection.execute("; ".join(f'DELETE FROM "{name}"' for name in names))  # noqa: S608
        connection.execute("; ".join(f"SELECT setval('{one}', 1, false)" for one in numbered))
        connection.execute("UPDATE about SET value = %s WHERE key = 'evidence'", [evidence])
        connection.execute("UPDATE alembic_version SET version_num = %s", [REVISIONS[-1]])


@pytest.fixture(params=["sqlite", "postgres"])
def place(request, tmp_path):
    """Return where a casebook was made that is still empty."""
    if request.param == "sqlite":
        template = request.getfixturevalue("sqlite_template")
        return shutil.copytree(template, tmp_path / "casebook")
    where = request.getfixturevalue("postgres_casebook")
    empty(where, str(tmp_path / "evidence"))
    return where


@pytest.fixture(params=["sqlite", "postgres"])
def new_casebook(request, tmp_path):
    """Return what makes empty casebooks, one after the other: each call one, the last is gone."""
    if request.param == "sqlite":
        template, numbers = request.getfixturevalue("sqlite_template"), count(1)
        return lambda: shutil.copytree(template, tmp_path / f"casebook-{next(numbers)}")
    where = request.getfixturevalue("postgres_casebook")

    def emptied():
        empty(where, str(tmp_path / "evidence"))
        return where

    return emptied


@pytest.fixture
def opened(place) -> OpenedCasebook:
    """Return an empty casebook."""
    with open_casebook(place) as opened:
        yield opened


@pytest.fixture
def casebook(opened):
    """Return an empty casebook's database."""
    return opened.casebook
