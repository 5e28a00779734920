"""Which revision of its tables a casebook has, and how it gets to this version's."""

from importlib.resources import as_file, files
from threading import Lock

from sqlalchemy import Connection, inspect, text

from cathartes.errors import CasebookError

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006")
"""Of the tables, in order; the last is what this version of Cathartes speaks."""

FORMAT = "cathartes-casebook"
"""What the table `about` says under `format`: that this database is a casebook."""


_ONE_AT_A_TIME = Lock()
"""Alembic's operations act on what is global in a process."""


def revision_of(connection: Connection) -> str | None:
    """Return a casebook's revision; None if the database holds no casebook."""
    names = inspect(connection).get_table_names()
    if "about" not in names or "alembic_version" not in names:
        return None
    told = connection.execute(text("SELECT value FROM about WHERE key = 'format'")).scalar()
    if told != FORMAT:
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def check_revision(revision: str | None, where: str) -> None:
    """Check that this version of Cathartes speaks a casebook's revision.

    Raises
    ------
    CasebookError
        If it is older, or newer, or there is none.
    """
    if revision is None:
        raise CasebookError(
            f"{where}: there is a database, but no casebook in it. Name another, or make one with "
            "`cathartes casebook create`."
        )
    if revision == REVISIONS[-1]:
        return
    if revision in REVISIONS:
        raise CasebookError(
            f"{where}: its tables are at revision {revision}, and this version needs "
            f"{REVISIONS[-1]}. Back it up with `cathartes casebook backup`, by the version that "
            f"wrote it, then run `cathartes casebook migrate --casebook {where}`."
        )
    raise CasebookError(
        f"{where}: its tables are at revision {revision}, which this version does not know (the "
        f"newest it knows is {REVISIONS[-1]}): a newer Cathartes wrote it. Install that version."
    )


def upgrade(connection: Connection) -> None:
    """Bring the tables to this version's revision, or make them, inside a transaction."""
    from alembic import command  # noqa: PLC0415  # slow to import, and seldom needed
    from alembic.config import Config  # noqa: PLC0415

    with _ONE_AT_A_TIME, as_file(files("cathartes.store") / "migrations") as folder:
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
