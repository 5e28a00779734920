"""What leaves the casebook, and what comes back: partners, releases, answers."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from cathartes.store.columns import ORDERED_TEXT, ROW_ID, CanonicalJson, UtcTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_NEVER_CHANGED = {
    "release_contents": ("sha256 = NEW.sha256", "what was drafted is never changed"),
    "responses": (
        "(partner_id = NEW.partner_id AND id = NEW.id) OR row_id = NEW.row_id",
        "an answer is never changed",
    ),
}
_ON_RECORD = "a release stays on record"
_TOLD_COLUMNS = (
    "row_id", "id", "site_id", "partner_id", "notice", "tlp", "is_exercise", "content_sha256",
    "basis", "drafted_utc", "authors", "earlier_ids", "decided_by", "decided_utc", "why", "sent_by",
    "sent_utc", "package_sha256", "due_utc",
)  # fmt: skip
_TOLD = "a release that was told is never changed"
_IS_TOLD = "OLD.state IN ('sent', 'acknowledged', 'superseded', 'recalled')"
_MAY_FOLLOW = """
    NEW.state = OLD.state
    OR OLD.state IN ('sent', 'acknowledged') AND NEW.state IN ('superseded', 'recalled')
    OR OLD.state = 'sent' AND NEW.state = 'acknowledged'
    OR OLD.state = 'superseded' AND NEW.state = 'recalled'
"""
_UNAPPROVED = "a release is sent just as it was approved"
_IS_UNAPPROVED = """
    NEW.content_sha256 <> OLD.content_sha256 AND NEW.state <> 'draft'
    OR NEW.state = 'approved' AND OLD.state NOT IN ('submitted', 'approved')
    OR NEW.state = 'sent' AND OLD.state NOT IN ('approved', 'sent')
    OR NEW.state IN ('acknowledged', 'superseded', 'recalled') AND NOT ({told})
"""


def upgrade() -> None:
    """Make the tables, and what guards them."""
    _partners()
    _releases()
    _responses()
    on_postgres = op.get_bind().dialect.name == "postgresql"
    (_guard_postgres if on_postgres else _guard_sqlite)()


def _partners() -> None:
    op.create_table(
        "partners",
        _key("id"),
        _text("name"),
        _text("country"),
        _json("languages"),
        _text("age_recipient"),
        _text("signing_key"),
        _json("fields"),
        _count("cell_m"),
        _text("ceiling"),
        _json("mandate_ids"),
        _json("deliveries"),
        _count("is_disabled"),
    )


def _releases() -> None:
    op.create_table("release_contents", _key("sha256"), _name("release_id"), _text("content"))
    op.create_index("ix_release_contents_release_id", "release_contents", ["release_id"])
    op.create_table(
        "releases",
        _row_id(),
        sa.Column("id", ORDERED_TEXT, nullable=False, unique=True),
        _name("site_id"),
        _reference("partner_id", "releases", "partners.id"),
        _text("notice"),
        _text("tlp"),
        _count("is_exercise"),
        _reference("content_sha256", "releases", "release_contents.sha256"),
        _json("basis"),
        _time("drafted_utc"),
        _json("authors"),
        _json("earlier_ids"),
        _name("state"),
        _text("decided_by"),
        sa.Column("decided_utc", UtcTime),
        _text("why"),
        _text("sent_by"),
        sa.Column("sent_utc", UtcTime),
        _name("package_sha256"),
        sa.Column("due_utc", UtcTime),
    )
    op.create_index("ix_releases_site_id", "releases", ["site_id"])
    op.create_index("ix_releases_state", "releases", ["state"])
    op.create_index("ix_releases_partner", "releases", ["partner_id", "site_id"])
    op.create_index("ix_releases_newest", "releases", [sa.text("drafted_utc DESC"), "id"])
    op.create_table(
        "release_evidence",
        _reference("release_id", "release_evidence", "releases.id"),
        _name("sha256"),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("release_id", "sha256", name="pk_release_evidence"),
    )


def _responses() -> None:
    op.create_table(
        "responses",
        _row_id(),
        _name("partner_id"),
        _name("id"),
        _reference("release_id", "responses", "releases.id"),
        _text("answer"),
        _time("answered_utc"),
        _text("note"),
        _text("reason"),
        sa.Column("visited_on", sa.Text),
        _json("seized"),
        _json("attachments"),
        _count("is_exercise"),
        _time("received_utc"),
        _text("received_by"),
        _name("package_sha256"),
        _text("signing_key"),
        sa.UniqueConstraint("partner_id", "id", name="uq_responses_partner_id"),
    )
    op.create_index("ix_responses_release_id", "responses", ["release_id"])


def _guard_sqlite() -> None:
    for table, (taken, told) in _NEVER_CHANGED.items():
        for what in ("UPDATE", "DELETE"):
            _refuse(table, f"no_{what.lower()}", what, told)
        _refuse(table, "no_replace", "INSERT", told, _there(table, taken))
    _refuse("releases", "no_delete", "DELETE", _ON_RECORD)
    taken = "id = NEW.id OR row_id = NEW.row_id"
    _refuse("releases", "no_replace", "INSERT", _ON_RECORD, _there("releases", taken))
    changed = " OR ".join(f"OLD.{one} IS NOT NEW.{one}" for one in _TOLD_COLUMNS)
    for name, when, told in _refused_updates(changed):
        _refuse("releases", name, "UPDATE", told, when)


def _there(table: str, taken: str) -> str:
    """Return that a row is there which INSERT OR REPLACE would delete, firing no trigger."""
    return f"EXISTS (SELECT 1 FROM {table} WHERE {taken})"  # noqa: S608  # our own names


def _refuse(table: str, name: str, event: str, told: str, when: str = "") -> None:
    condition = f"WHEN {when}" if when else ""
    op.execute(
        f"CREATE TRIGGER {table}_{name} BEFORE {event} ON {table} {condition} "
        f"BEGIN SELECT RAISE(ABORT, '{told}'); END"
    )


def _refused_updates(changed: str) -> Iterator[tuple[str, str, str]]:
    """Yield name, condition and words of each update of a release that is refused."""
    yield "told", f"{_IS_TOLD} AND (({changed}) OR NOT ({_MAY_FOLLOW}))", _TOLD
    yield "unapproved", _IS_UNAPPROVED.format(told=_IS_TOLD), _UNAPPROVED


def _guard_postgres() -> None:
    _function("release_contents", _NEVER_CHANGED["release_contents"][1])
    _function("responses", _NEVER_CHANGED["responses"][1])
    _function("releases", _ON_RECORD)
    for table in ("release_contents", "responses", "releases"):
        what = "DELETE" if table == "releases" else "UPDATE OR DELETE"
        for name, event, each in (("change", what, "ROW"), ("truncate", "TRUNCATE", "STATEMENT")):
            op.execute(
                f"CREATE TRIGGER {table}_no_{name} BEFORE {event} ON {table} "
                f"FOR EACH {each} EXECUTE FUNCTION {table}_refuse()"
            )
    changed = "(to_jsonb(OLD) - 'state') IS DISTINCT FROM (to_jsonb(NEW) - 'state')"
    for name, when, told in _refused_updates(changed):
        _function(f"releases_{name}", told)
        op.execute(
            f"CREATE TRIGGER releases_{name} BEFORE UPDATE ON releases FOR EACH ROW "
            f"WHEN ({when}) EXECUTE FUNCTION releases_{name}_refuse()"
        )


def _function(name: str, told: str) -> None:
    op.execute(
        f"CREATE FUNCTION {name}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{told}'; END $$"
    )


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, ORDERED_TEXT, primary_key=True, nullable=False)


def _row_id() -> sa.Column[int]:
    return sa.Column("row_id", ROW_ID, sa.Identity(), primary_key=True)


def _name(name: str) -> sa.Column[str]:
    return sa.Column(name, ORDERED_TEXT, nullable=False)


def _reference(name: str, table: str, to: str) -> sa.Column[str]:
    link = sa.ForeignKey(to, name=f"fk_{table}_{name}")
    return sa.Column(name, ORDERED_TEXT, link, nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, CanonicalJson, nullable=False)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def _time(name: str) -> sa.Column[object]:
    return sa.Column(name, UtcTime, nullable=False)
