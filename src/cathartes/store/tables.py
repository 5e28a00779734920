"""The casebook's tables. A change here needs a revision in `migrations/versions`; a test compares.

Spatial indexes are a matter of the database: an R*Tree beside a table in SQLite, kept by triggers,
a GiST index in PostgreSQL. See `cathartes.store.boxes`.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    desc,
    func,
)
from sqlalchemy.sql.elements import ColumnElement

from cathartes.store.columns import ORDERED_TEXT, ROW_ID, CanonicalJson, Real, UtcTime, Wkb

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)


def _row_id() -> Column[int]:
    return Column("row_id", ROW_ID, Identity(), primary_key=True)


def _place() -> tuple[Column[float], ...]:
    names = ("longitude_deg", "latitude_deg", "east_var_m2", "north_var_m2", "cov_m2")
    return tuple(Column(name, Real, nullable=False) for name in names)


def _bounds(nullable: bool) -> tuple[Column[float], ...]:
    """Return the columns of a geometry's box, for exact tests."""
    names = ("west_deg", "south_deg", "east_deg", "north_deg")
    return tuple(Column(name, Real, nullable=nullable) for name in names)


about = Table(
    "about",
    METADATA,
    Column("key", ORDERED_TEXT, primary_key=True),
    Column("value", Text, nullable=False),
)

mandates = Table(
    "mandates",
    METADATA,
    Column("id", ORDERED_TEXT, primary_key=True),
    Column("authority", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("valid_from_utc", UtcTime, nullable=False),
    Column("valid_until_utc", UtcTime, nullable=False),
    Column("area", Wkb, nullable=False),
    Column("retention_days", Integer, nullable=False),
    Column("chemicals", CanonicalJson, nullable=False),
    Column("partners", CanonicalJson, nullable=False),
    Column("revoked_utc", UtcTime),
    Column("revoked_why", Text, nullable=False),
)

plans = Table(
    "plans",
    METADATA,
    Column("id", ORDERED_TEXT, primary_key=True),
    Column("mandate_id", ORDERED_TEXT, ForeignKey("mandates.id"), nullable=False),
    Column("entered_utc", UtcTime, nullable=False),
    Column("begins_utc", UtcTime, nullable=False),
    Column("ends_utc", UtcTime, nullable=False),
    Column("route", Wkb, nullable=False),
    Column("platform", Text, nullable=False),
    Column("note", Text, nullable=False),
)

sorties = Table(
    "sorties",
    METADATA,
    Column("id", ORDERED_TEXT, primary_key=True),
    Column("mandate_id", ORDERED_TEXT, ForeignKey("mandates.id"), nullable=False),
    Column("plan_id", ORDERED_TEXT, ForeignKey("plans.id")),
    Column("platform", Text, nullable=False),
    Column("began_utc", UtcTime),
    Column("ended_utc", UtcTime),
    Column("manifest", CanonicalJson, nullable=False),
)

jobs = Table(
    "jobs",
    METADATA,
    _row_id(),
    Column("id", ORDERED_TEXT, nullable=False, unique=True),
    Column("sortie_id", ORDERED_TEXT, ForeignKey("sorties.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("input_hash", Text, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("attempts", Integer, nullable=False),
    Column("owner", Text, nullable=False),
    Column("lease_until_utc", UtcTime),
    Column("trouble", Text, nullable=False),
)

observations = Table(
    "observations",
    METADATA,
    _row_id(),
    Column("id", ORDERED_TEXT, nullable=False, unique=True),
    Column("sortie_id", ORDERED_TEXT, ForeignKey("sorties.id"), nullable=False),
    Column("mandate_id", ORDERED_TEXT, ForeignKey("mandates.id"), nullable=False),
    Column("name", ORDERED_TEXT, nullable=False),
    Column("kind", Text, nullable=False),
    Column("began_utc", UtcTime),
    Column("ended_utc", UtcTime),
    Column("instrument", Text, nullable=False),
    Column("files", CanonicalJson, nullable=False),
    Column("input_hash", Text, nullable=False),
    Column("settings", CanonicalJson, nullable=False),
    Column("software", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("footprint", Wkb),
    *_bounds(nullable=True),
    Column("masked", CanonicalJson, nullable=False),
    Column("sensitivities", CanonicalJson, nullable=False),
    Column("wind", CanonicalJson),
    Column("remarks", CanonicalJson, nullable=False),
    Column("timings_s", CanonicalJson, nullable=False),
    UniqueConstraint("sortie_id", "name"),
)

assets = Table(
    "assets",
    METADATA,
    Column(
        "observation_id",
        ORDERED_TEXT,
        ForeignKey("observations.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("position", Integer, primary_key=True),
    Column("sha256", Text, nullable=False, index=True),
    Column("role", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("chemical", Text, nullable=False),
)

detections = Table(
    "detections",
    METADATA,
    _row_id(),
    Column("id", ORDERED_TEXT, nullable=False, unique=True),
    Column(
        "observation_id",
        ORDERED_TEXT,
        ForeignKey("observations.id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("number", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("seen_utc", UtcTime),
    Column("chemical", Text, nullable=False),
    Column("candidates", CanonicalJson, nullable=False),
    Column("false_alarm_probability", Real),
    Column("expected_by_chance", Real),
    Column("snr", Real),
    Column("outline", Wkb),
    Column("longitude_deg", Real, nullable=False),  # of the first source
    Column("latitude_deg", Real, nullable=False),
    Column("flags", CanonicalJson, nullable=False),
    Column("properties", CanonicalJson),
    UniqueConstraint("observation_id", "number"),
)
Index(  # all that is needed to walk from the newest backwards through a large box
    "ix_detections_newest",
    desc(detections.c.seen_utc),
    detections.c.id,
    detections.c.longitude_deg,
    detections.c.latitude_deg,
)

sources = Table(
    "sources",
    METADATA,
    _row_id(),
    Column("id", ORDERED_TEXT, nullable=False, unique=True),
    Column(
        "detection_id",
        ORDERED_TEXT,
        ForeignKey("detections.id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("number", Integer, nullable=False),
    *_place(),
    Column("method", Text, nullable=False),
    Column("probability", Real, nullable=False),
    Column("rate_median_kg_h", Real),
    Column("rate_p05_kg_h", Real),
    Column("rate_p95_kg_h", Real),
    Column("rate_reason", Text, nullable=False),
    UniqueConstraint("detection_id", "number"),
)

sites = Table(
    "sites",
    METADATA,
    _row_id(),
    Column("id", ORDERED_TEXT, nullable=False, unique=True),
    *_place(),
    Column("chemicals", CanonicalJson, nullable=False),
    Column("n_detections", Integer, nullable=False),
    Column("n_looks", Integer, nullable=False),
    Column("first_seen_utc", UtcTime),
    Column("last_seen_utc", UtcTime),
    Column("probability", Real, nullable=False),
    Column("probability_low", Real, nullable=False),
    Column("probability_high", Real, nullable=False),
    Column("explained_by", Text, nullable=False),
    Column("value", Real, nullable=False),
    Column("why", Text, nullable=False),
)
Index("ix_sites_ranked", desc(sites.c.value), sites.c.id)

site_evidence = Table(
    "site_evidence",
    METADATA,
    Column("site_id", ORDERED_TEXT, ForeignKey("sites.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("log_odds", Real, nullable=False),
    Column("text", Text, nullable=False),
    Column("refers_to", ORDERED_TEXT, nullable=False),
    Column("moment_utc", UtcTime),
    Index("ix_site_evidence_refers", "refers_to"),
)

stale_sites = Table(
    "stale_sites",
    METADATA,
    Column("site_id", ORDERED_TEXT, ForeignKey("sites.id", ondelete="CASCADE"), primary_key=True),
)

attributions = Table(
    "attributions",
    METADATA,
    Column(
        "source_id", ORDERED_TEXT, ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("site_id", ORDERED_TEXT, ForeignKey("sites.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Index("ix_attributions_site", "site_id", "position"),
)

profiles = Table(
    "profiles",
    METADATA,
    Column("id", ORDERED_TEXT, primary_key=True),
    Column("toml", Text, nullable=False),
)

emitters = Table(
    "emitters",
    METADATA,
    _row_id(),
    Column("id", ORDERED_TEXT, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("chemicals", CanonicalJson, nullable=False),
    Column("area", Wkb, nullable=False),
    *_bounds(nullable=False),
    Column("source", Text, nullable=False),
)

audit = Table(
    "audit",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("moment_utc", UtcTime, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", CanonicalJson, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("ix_audit_subject", "subject", "number"),
    Index("ix_audit_actor", "actor", "number"),
    Index("ix_audit_action", "action", "number"),
    Index("ix_audit_moment", "moment_utc", "number"),
)

users = Table(
    "users",
    METADATA,
    Column("id", ORDERED_TEXT, primary_key=True),
    Column("name", Text, nullable=False),
    Column("roles", CanonicalJson, nullable=False),
    Column("partner", Text, nullable=False),
    Column("disabled_utc", UtcTime),
    Column("oidc_subject", Text, unique=True),  # NULL of a local account
    Column("password_hash", Text, nullable=False),
    Column("totp_secret", Text, nullable=False),
    Column("totp_last_step", BigInteger, nullable=False),  # of the last code that was used
)

web_sessions = Table(
    "web_sessions",
    METADATA,
    Column("token_sha256", ORDERED_TEXT, primary_key=True),
    Column("user_id", ORDERED_TEXT, nullable=False, index=True),
    Column("csrf", Text, nullable=False),
    Column("began_utc", UtcTime, nullable=False),
    Column("seen_utc", UtcTime, nullable=False),
    Column("how", Text, nullable=False),
)

api_tokens = Table(
    "api_tokens",
    METADATA,
    Column("token_sha256", ORDERED_TEXT, primary_key=True),
    Column("user_id", ORDERED_TEXT, ForeignKey("users.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("created_utc", UtcTime, nullable=False),
    Column("expires_utc", UtcTime, nullable=False),
)

login_failures = Table(
    "login_failures",
    METADATA,
    _row_id(),
    Column("user_id", ORDERED_TEXT, nullable=False, index=True),
    Column("address", ORDERED_TEXT, nullable=False, index=True),
    Column("moment_utc", UtcTime, nullable=False),
)

reviews = Table(
    "reviews",
    METADATA,
    _row_id(),
    Column("id", ORDERED_TEXT, nullable=False, unique=True),
    Column("detection_id", ORDERED_TEXT, nullable=False),  # stays when the detection goes
    Column("detection_sha256", Text, nullable=False),
    Column("reviewer", ORDERED_TEXT, nullable=False),
    Column("moment_utc", UtcTime, nullable=False),
    Column("was_blind", Integer, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("confidence", Text, nullable=False),
    Column("rate", Text),
    Column("flags", CanonicalJson, nullable=False),
    Column("note", Text, nullable=False),
    Column("origin_longitude_deg", Real),
    Column("origin_latitude_deg", Real),
    Column("outline", Wkb),
    Index("ix_reviews_detection", "detection_id", "row_id"),
    Index("ix_reviews_reviewer", "reviewer", "detection_id"),
)

settlements = Table(  # what the reviews of a detection come to, kept with each of them
    "settlements",
    METADATA,
    Column("detection_id", ORDERED_TEXT, primary_key=True),
    Column("state", Text, nullable=False),
    Column("confidence", Text),
    Column("rate_may_be_given", Integer),
    Column("reviewers", CanonicalJson, nullable=False),
)

skips = Table(
    "skips",
    METADATA,
    Column("reviewer", ORDERED_TEXT, primary_key=True),
    Column("detection_id", ORDERED_TEXT, primary_key=True),
    Column("moment_utc", UtcTime, nullable=False),
)

# What is still to be reviewed, kept in the transactions that change it: see `queue_keeping`.
queue_totals = Table(  # of all detections: those open, under "", and of these by who reviewed them
    "queue_totals",
    METADATA,
    Column("reviewer", ORDERED_TEXT, primary_key=True),
    Column("n", Integer, nullable=False),
)

queue_sites = Table(  # sites that have open detections
    "queue_sites",
    METADATA,
    Column("site_id", ORDERED_TEXT, ForeignKey("sites.id", ondelete="CASCADE"), primary_key=True),
    Column("value", Real, nullable=False),
    Column("n_open", Integer, nullable=False),
)
Index("ix_queue_sites_ranked", desc(queue_sites.c.value), queue_sites.c.site_id)

queue_passed = Table(  # how many of a site's open detections somebody reviewed or skipped
    "queue_passed",
    METADATA,
    Column("reviewer", ORDERED_TEXT, primary_key=True),
    Column("site_id", ORDERED_TEXT, ForeignKey("sites.id", ondelete="CASCADE"), primary_key=True),
    Column("n", Integer, nullable=False),
    Index("ix_queue_passed_site", "site_id"),
)

queue_unattributed = Table(  # open detections that belong to no site
    "queue_unattributed",
    METADATA,
    Column(
        "detection_id",
        ORDERED_TEXT,
        ForeignKey("detections.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("seen_utc", UtcTime),
)
Index(
    "ix_queue_unattributed_newest",
    desc(queue_unattributed.c.seen_utc),
    queue_unattributed.c.detection_id,
)


def point_of(table: Table) -> ColumnElement[Any]:
    """Return a table's place as PostGIS sees it, just as its index has it."""
    point = func.ST_MakePoint(table.c.longitude_deg, table.c.latitude_deg)
    return func.ST_SetSRID(point, 4326)


for _table in (detections, sources, sites):
    Index(f"ix_{_table.name}_box", point_of(_table), postgresql_using="gist", _table=_table).ddl_if(
        dialect="postgresql"
    )
for _column in (observations.c.footprint, emitters.c.area):
    Index(f"ix_{_column.table.name}_box", _column, postgresql_using="gist").ddl_if(
        dialect="postgresql"
    )
