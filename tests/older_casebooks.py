"""Casebooks as earlier versions made them: what later revisions added is taken away."""

from sqlalchemy import text


def drop_releases(connection):
    """Take away what revision 0005 added."""
    for name in ("responses", "release_evidence", "releases", "release_contents", "partners"):
        connection.execute(text(f"DROP TABLE {name}"))
    if connection.dialect.name == "postgresql":
        for name in (
            "release_contents", "responses", "releases", "releases_told", "releases_unapproved",
        ):  # fmt: skip
            connection.execute(text(f"DROP FUNCTION {name}_refuse"))


def drop_queues(connection):
    """Take away what revision 0004 added, too."""
    drop_releases(connection)
    for name in ("totals", "sites", "passed", "unattributed"):
        connection.execute(text(f"DROP TABLE queue_{name}"))


def to_0001(connection):
    """Take away all that revisions after the first added."""
    drop_queues(connection)
    for name in ("audit_actor", "audit_action", "audit_moment", "jobs_state"):
        connection.execute(text(f"DROP INDEX ix_{name}"))
    if connection.dialect.name == "sqlite":
        connection.execute(text("DROP TRIGGER audit_no_replace"))
    for name in (
        "reviews", "settlements", "skips", "users", "web_sessions", "api_tokens", "login_failures",
    ):  # fmt: skip
        tail = " CASCADE" if connection.dialect.name == "postgresql" else ""
        connection.execute(text(f"DROP TABLE {name}{tail}"))  # our own names
    connection.execute(text("DROP INDEX ix_audit_subject"))
    if connection.dialect.name == "postgresql":
        connection.execute(text("DROP FUNCTION reviews_refuse"))
    say_revision(connection, "0001")


def say_revision(connection, revision):
    """Say that a casebook's tables are of a revision."""
    connection.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})
