"""People and what they say: users, sign-ins, tokens, and reviews that can only grow."""

import sqlalchemy as sa
from alembic import op

from cathartes.store.columns import ORDERED_TEXT, ROW_ID, CanonicalJson, Real, UtcTime, Wkb

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _people()
    _reviews()
    op.create_index("ix_audit_subject", "audit", ["subject", "number"])
    on_postgres = op.get_bind().dialect.name == "postgresql"
    (_guard_postgres if on_postgres else _guard_sqlite)()


def _people() -> None:
    op.create_table(
        "users",
        _key("id"),
        _text("name"),
        _json("roles"),
        _text("partner"),
        sa.Column("disabled_utc", UtcTime),
        sa.Column("oidc_subject", sa.Text, unique=True),
        _text("password_hash"),
        _text("totp_secret"),
        sa.Column("totp_last_step", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "web_sessions",
        _key("token_sha256"),
        _id_of("user_id"),
        _text("csrf"),
        _time("began_utc"),
        _time("seen_utc"),
        _text("how"),
    )
    op.create_index("ix_web_sessions_user_id", "web_sessions", ["user_id"])
    op.create_table(
        "api_tokens",
        _key("token_sha256"),
        sa.Column(
            "user_id",
            ORDERED_TEXT,
            sa.ForeignKey("users.id", name="fk_api_tokens_user_id"),
            nullable=False,
        ),
        _text("name"),
        _time("created_utc"),
        _time("expires_utc"),
    )
    op.create_index("ix_api_tokens_user_id", "api_tokens", ["user_id"])
    op.create_table(
        "login_failures", _row_id(), _id_of("user_id"), _id_of("address"), _time("moment_utc")
    )
    for column in ("user_id", "address"):
        op.create_index(f"ix_login_failures_{column}", "login_failures", [column])


def _reviews() -> None:
    op.create_table(
        "reviews",
        _row_id(),
        sa.Column("id", ORDERED_TEXT, nullable=False, unique=True),
        _id_of("detection_id"),
        _text("detection_sha256"),
        _id_of("reviewer"),
        _time("moment_utc"),
        sa.Column("was_blind", sa.Integer, nullable=False),
        _text("verdict"),
        _text("confidence"),
        sa.Column("rate", sa.Text),
        _json("flags"),
        _text("note"),
        sa.Column("origin_longitude_deg", Real),
        sa.Column("origin_latitude_deg", Real),
        sa.Column("outline", Wkb),
    )
    op.create_index("ix_reviews_detection", "reviews", ["detection_id", "row_id"])
    op.create_index("ix_reviews_reviewer", "reviews", ["reviewer", "detection_id"])
    op.create_table(
        "settlements",
        _key("detection_id"),
        _text("state"),
        sa.Column("confidence", sa.Text),
        sa.Column("rate_may_be_given", sa.Integer),
        _json("reviewers"),
    )
    op.create_table("skips", _key("reviewer"), _key("detection_id"), _time("moment_utc"))


def _guard_sqlite() -> None:
    for what in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER reviews_no_{what.lower()} BEFORE {what} ON reviews "
            "BEGIN SELECT RAISE(ABORT, 'a review is never changed'); END"
        )


def _guard_postgres() -> None:
    op.execute(
        "CREATE FUNCTION reviews_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'a review is never changed'; END $$"
    )
    op.execute(
        "CREATE TRIGGER reviews_no_change BEFORE UPDATE OR DELETE ON reviews "
        "FOR EACH ROW EXECUTE FUNCTION reviews_refuse()"
    )
    op.execute(
        "CREATE TRIGGER reviews_no_truncate BEFORE TRUNCATE ON reviews "
        "FOR EACH STATEMENT EXECUTE FUNCTION reviews_refuse()"
    )


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, ORDERED_TEXT, primary_key=True, nullable=False)


def _row_id() -> sa.Column[int]:
    return sa.Column("row_id", ROW_ID, sa.Identity(), primary_key=True)


def _id_of(name: str) -> sa.Column[str]:
    return sa.Column(name, ORDERED_TEXT, nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, CanonicalJson, nullable=False)


def _time(name: str) -> sa.Column[object]:
    return sa.Column(name, UtcTime, nullable=False)
