"""Casebooks for the contract suite: SQLite always, PostgreSQL where there is one."""

import os
import shutil
from contextlib import closing
from itertools import count
from urllib.parse import urlsplit, urlunsplit

import pytest
from sqlalchemy.engine import make_url

from cathartes.store.database import postgres_database
from cathartes.store.open import OpenedCasebook, open_casebook
from cathartes.store.tables import about

_NUMBERS = count(1)


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

    def copy_of(self, url: str) -> str:
        """Return the URL of a copy of a database that nobody is connected to."""
        return self._url_of(self._create(urlsplit(url).path[1:]))

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
    open_casebook(where, create=True).close()
    return where


@pytest.fixture(scope="session")
def postgres_template(postgres_server):
    """Return a casebook to copy."""
    where = postgres_server.new_database()
    open_casebook(where, create=True, evidence="memory://template").close()
    return where


@pytest.fixture(params=["sqlite", "postgres"])
def place(request, tmp_path):
    """Return where a casebook was made that is still empty."""
    if request.param == "sqlite":
        template = request.getfixturevalue("sqlite_template")
        return shutil.copytree(template, tmp_path / "casebook")
    template = request.getfixturevalue("postgres_template")
    where = request.getfixturevalue("postgres_server").copy_of(template)
    with closing(postgres_database(make_url(where))) as database, database.change() as connection:
        told = {"value": str(tmp_path / "evidence")}
        connection.execute(about.update().where(about.c.key == "evidence").values(told))
    return where


@pytest.fixture
def opened(place) -> OpenedCasebook:
    """Return an empty casebook."""
    with open_casebook(place) as opened:
        yield opened


@pytest.fixture
def casebook(opened):
    """Return an empty casebook's database."""
    return opened.casebook
