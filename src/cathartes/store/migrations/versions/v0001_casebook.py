"""The tables, spatial indexes, and an audit that can only grow."""

import sqlalchemy as sa
from alembic import op

from cathartes.store.columns import ORDERED_TEXT, ROW_ID, CanonicalJson, Real, UtcTime, Wkb

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_POINTS = ("detections", "sources", "sites")
_SHAPES = {"observations": "footprint", "emitters": "area"}


def upgrade() -> None:
    """Make the tables."""
    _authority()
    _work()
    _results()
    _sites()
    _audit()
    op.create_table("about", _key("key"), _text("value"))
    op.execute("INSERT INTO about (key, value) VALUES ('format', 'cathartes-casebook')")
    on_postgres = op.get_bind().dialect.name == "postgresql"
    (_postgres if on_postgres else _sqlite)()


def _authority() -> None:
    op.create_table(
        "mandates",
        _key("id"),
        _text("authority"),
        _text("reference"),
        _time("valid_from_utc"),
        _time("valid_until_utc"),
        sa.Column("area", Wkb, nullable=False),
        _count("retention_days"),
        _json("chemicals"),
        _json("partners"),
        _time("revoked_utc", nullable=True),
        _text("revoked_why"),
    )
    op.create_table(
        "plans",
        _key("id"),
        _reference("mandate_id", "plans", "mandates"),
        _time("entered_utc"),
        _time("begins_utc"),
        _time("ends_utc"),
        sa.Column("route", Wkb, nullable=False),
        _text("platform"),
        _text("note"),
    )
    op.create_table("profiles", _key("id"), _text("toml"))
    op.create_table(
        "emitters",
        _row_id(),
        _id(),
        _text("name"),
        _text("kind"),
        _json("chemicals"),
        sa.Column("area", Wkb, nullable=False),
        *_bounds(nullable=False),
        _text("source"),
    )


def _work() -> None:
    op.create_table(
        "sorties",
        _key("id"),
        _reference("mandate_id", "sorties", "mandates"),
        _reference("plan_id", "sorties", "plans", nullable=True),
        _text("platform"),
        _time("began_utc", nullable=True),
        _time("ended_utc", nullable=True),
        _json("manifest"),
    )
    op.create_table(
        "jobs",
        _row_id(),
        _id(),
        _reference("sortie_id", "jobs", "sorties"),
        _text("name"),
        _text("input_hash"),
        _text("state"),
        _count("attempts"),
        _text("owner"),
        _time("lease_until_utc", nullable=True),
        _text("trouble"),
    )
    op.create_index("ix_jobs_sortie_id", "jobs", ["sortie_id"])


def _results() -> None:
    op.create_table(
        "observations",
        _row_id(),
        _id(),
        _reference("sortie_id", "observations", "sorties"),
        _reference("mandate_id", "observations", "mandates"),
        sa.Column("name", ORDERED_TEXT, nullable=False),
        _text("kind"),
        _time("began_utc", nullable=True),
        _time("ended_utc", nullable=True),
        _text("instrument"),
        _json("files"),
        _text("input_hash"),
        _json("settings"),
        _text("software"),
        _text("outcome"),
        _text("reason"),
        sa.Column("footprint", Wkb),
        *_bounds(nullable=True),
        _json("masked"),
        _json("sensitivities"),
        sa.Column("wind", CanonicalJson),
        _json("remarks"),
        _json("timings_s"),
        sa.UniqueConstraint("sortie_id", "name", name="uq_observations_sortie_id"),
    )
    op.create_table(
        "assets",
        _reference("observation_id", "assets", "observations", owned=True),
        _count("position"),
        _text("sha256"),
        _text("role"),
        _text("name"),
        _text("media_type"),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        _text("chemical"),
        sa.PrimaryKeyConstraint("observation_id", "position", name="pk_assets"),
    )
    op.create_index("ix_assets_sha256", "assets", ["sha256"])
    op.create_table(
        "detections",
        _row_id(),
        _id(),
        _reference("observation_id", "detections", "observations", owned=True),
        _count("number"),
        _text("kind"),
        _time("seen_utc", nullable=True),
        _text("chemical"),
        _json("candidates"),
        *_reals("false_alarm_probability", "expected_by_chance", "snr", nullable=True),
        sa.Column("outline", Wkb),
        *_reals("longitude_deg", "latitude_deg"),
        _json("flags"),
        sa.Column("properties", CanonicalJson),
        sa.UniqueConstraint("observation_id", "number", name="uq_detections_observation_id"),
    )
    op.create_index(
        "ix_detections_newest",
        "detections",
        [sa.text("seen_utc DESC"), "id", "longitude_deg", "latitude_deg"],
    )
    op.create_table(
        "sources",
        _row_id(),
        _id(),
        _reference("detection_id", "sources", "detections", owned=True),
        _count("number"),
        *_place(),
        _text("method"),
        *_reals("probability"),
        *_reals("rate_median_kg_h", "rate_p05_kg_h", "rate_p95_kg_h", nullable=True),
        _text("rate_reason"),
        sa.UniqueConstraint("detection_id", "number", name="uq_sources_detection_id"),
    )


def _sites() -> None:
    op.create_table(
        "sites",
        _row_id(),
        _id(),
        *_place(),
        _json("chemicals"),
        _count("n_detections"),
        _count("n_looks"),
        _time("first_seen_utc", nullable=True),
        _time("last_seen_utc", nullable=True),
        *_reals("probability", "probability_low", "probability_high"),
        _text("explained_by"),
        *_reals("value"),
        _text("why"),
    )
    op.create_index("ix_sites_ranked", "sites", [sa.text("value DESC"), "id"])
    op.create_table(
        "site_evidence",
        _reference("site_id", "site_evidence", "sites", owned=True),
        _count("position"),
        _text("kind"),
        *_reals("log_odds"),
        _text("text"),
        sa.Column("refers_to", ORDERED_TEXT, nullable=False),
        _time("moment_utc", nullable=True),
        sa.PrimaryKeyConstraint("site_id", "position", name="pk_site_evidence"),
    )
    op.create_index("ix_site_evidence_refers", "site_evidence", ["refers_to"])
    op.create_table(
        "stale_sites",
        _reference("site_id", "stale_sites", "sites", owned=True),
        sa.PrimaryKeyConstraint("site_id", name="pk_stale_sites"),
    )
    op.create_table(
        "attributions",
        _reference("source_id", "attributions", "sources", owned=True),
        _reference("site_id", "attributions", "sites", owned=True),
        _count("position"),
        sa.PrimaryKeyConstraint("source_id", name="pk_attributions"),
    )
    op.create_index("ix_attributions_site", "attributions", ["site_id", "position"])


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("number", sa.BigInteger, autoincrement=False, nullable=False),
        _time("moment_utc"),
        _text("actor"),
        _text("action"),
        _text("subject"),
        _json("detail"),
        _text("previous_hash"),
        _text("hash"),
        sa.PrimaryKeyConstraint("number", name="pk_audit"),
    )


def _sqlite() -> None:
    """Make the R*Trees, which triggers keep, and the triggers that guard the audit."""
    for table in _POINTS:
        sides = "NEW.longitude_deg, NEW.longitude_deg, NEW.latitude_deg, NEW.latitude_deg"
        _rtree(table, sides)
    for table in _SHAPES:
        _rtree(table, "NEW.west_deg, NEW.east_deg, NEW.south_deg, NEW.north_deg")
    for what in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_no_{what.lower()} BEFORE {what} ON audit "
            "BEGIN SELECT RAISE(ABORT, 'the audit can only grow'); END"
        )


def _rtree(table: str, sides: str) -> None:
    op.execute(f"CREATE VIRTUAL TABLE {table}_box USING rtree(row_id, west, east, south, north)")
    known = "WHEN NEW.west_deg IS NOT NULL" if table in _SHAPES else ""
    _trigger(table, "insert", known, f"INSERT INTO {table}_box VALUES (NEW.row_id, {sides})")  # noqa: S608
    _trigger(table, "delete", "", f"DELETE FROM {table}_box WHERE row_id = OLD.row_id")  # noqa: S608
    refused = f"rows of {table} are replaced, never changed"
    _trigger(table, "update", "", f"SELECT RAISE(ABORT, '{refused}')")


def _trigger(table: str, event: str, when: str, does: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_box_{event} AFTER {event.upper()} ON {table} {when} "
        f"BEGIN {does}; END"
    )


def _postgres() -> None:
    """Make the GiST indexes, and the trigger that guards the audit."""
    for table in _POINTS:
        op.execute(
            f"CREATE INDEX ix_{table}_box ON {table} USING gist "
            "(ST_SetSRID(ST_MakePoint(longitude_deg, latitude_deg), 4326))"
        )
    for table, column in _SHAPES.items():
        op.execute(f"CREATE INDEX ix_{table}_box ON {table} USING gist ({column})")
    op.execute(
        "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit can only grow'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit "
        "FOR EACH ROW EXECUTE FUNCTION audit_refuse()"
    )
    op.execute(
        "CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
    )


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, ORDERED_TEXT, primary_key=True, nullable=False)


def _row_id() -> sa.Column[int]:
    return sa.Column("row_id", ROW_ID, sa.Identity(), primary_key=True)


def _id() -> sa.Column[str]:
    return sa.Column("id", ORDERED_TEXT, nullable=False, unique=True)


def _reference(
    name: str, table: str, to: str, nullable: bool = False, owned: bool = False
) -> sa.Column[str]:
    link = sa.ForeignKey(
        f"{to}.id", name=f"fk_{table}_{name}", ondelete="CASCADE" if owned else None
    )
    return sa.Column(name, ORDERED_TEXT, link, nullable=nullable)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, CanonicalJson, nullable=False)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def _time(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, UtcTime, nullable=nullable)


def _reals(*names: str, nullable: bool = False) -> list[sa.Column[float]]:
    return [sa.Column(name, Real, nullable=nullable) for name in names]


def _bounds(nullable: bool) -> list[sa.Column[float]]:
    return _reals("west_deg", "south_deg", "east_deg", "north_deg", nullable=nullable)


def _place() -> list[sa.Column[float]]:
    return _reals("longitude_deg", "latitude_deg", "east_var_m2", "north_var_m2", "cov_m2")
