"""The audit can be searched by actor, action and time; nothing in it can be replaced in SQLite."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_KEYS = {
    "audit": ("number", "the audit can only grow"),
    "reviews": ("id", "a review is never changed"),
}


def upgrade() -> None:
    """Make indexes, and the triggers that refuse REPLACE."""
    for name, column in (("actor", "actor"), ("action", "action"), ("moment", "moment_utc")):
        op.create_index(f"ix_audit_{name}", "audit", [column, "number"])
    op.create_index("ix_jobs_state", "jobs", ["state"])
    if op.get_bind().dialect.name == "sqlite":
        _refuse_replacing()


def _refuse_replacing() -> None:
    """Refuse INSERT OR REPLACE, whose deletion fires no trigger, and entries out of order."""
    for table, (key, told) in _KEYS.items():
        order = ">=" if table == "audit" else "="
        taken = f"SELECT 1 FROM {table} WHERE {key} {order} NEW.{key}"  # noqa: S608  # our names
        if table == "reviews":
            taken += " OR row_id = NEW.row_id"
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS ({taken}) BEGIN SELECT RAISE(ABORT, '{told}'); END"
        )
