"""Processes into PostgreSQL say the same as one into SQLite, to the last bit; so do backups."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from casebooks import differences, new_casebook, sorties_of, state_of
from runs import Run

from cathartes.pipeline.casebook_keeping import (
    casebook_backup,
    casebook_check,
    casebook_create,
    casebook_restore,
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[str]:
    """Return the URL of an empty database, or another folder where there is no PostgreSQL."""
    url = os.environ.get("CATHARTES_TEST_POSTGRES")
    if not url:
        yield str(tmp_path / "another")
        return
    import psycopg

    name = f"cathartes_run_{os.getpid()}"
    parts = urlsplit(url)
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        yield urlunsplit((parts.scheme, parts.netloc, f"/{name}", parts.query, ""))
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_processes_and_postgresql_say_the_same_as_one_into_sqlite(
    database: str, campaign: Path, filled: Path, tmp_path: Path, run: Run
) -> None:
    evidence = str(tmp_path / "evidence") if "://" in database else ""
    casebook_create(database, evidence=evidence)
    new_casebook(campaign, database)
    words = ["run", *sorties_of(campaign), "--casebook", database, "--workers", "2"]
    assert run(*words).code == 0
    assert differences(database, filled) == []
    assert state_of(database) == state_of(filled)
    assert run("sites", "--casebook", database).out == run("sites", "--casebook", filled).out
    casebook_backup(database, tmp_path / "backup.zip")
    casebook_restore(tmp_path / "backup.zip", tmp_path / "restored")
    assert state_of(tmp_path / "restored") == state_of(filled)
    assert not casebook_check(tmp_path / "restored").faults
