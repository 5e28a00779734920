"""The casebook's tables of what leaves it, and of what comes back."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    desc,
)

from cathartes.store.columns import ORDERED_TEXT, ROW_ID, CanonicalJson, UtcTime
from cathartes.store.tables import METADATA

partners = Table(
    "partners",
    METADATA,
    Column("id", ORDERED_TEXT, primary_key=True),
    Column("name", Text, nullable=False),
    Column("country", Text, nullable=False),
    Column("languages", CanonicalJson, nullable=False),
    Column("age_recipient", Text, nullable=False),
    Column("signing_key", Text, nullable=False),
    Column("fields", CanonicalJson, nullable=False),
    Column("cell_m", Integer, nullable=False),
    Column("ceiling", Text, nullable=False),
    Column("mandate_ids", CanonicalJson, nullable=False),
    Column("deliveries", CanonicalJson, nullable=False),
    Column("is_disabled", Integer, nullable=False),
)

release_contents = Table(  # every content that was ever drafted; never changed
    "release_contents",
    METADATA,
    Column("sha256", ORDERED_TEXT, primary_key=True),
    Column("release_id", ORDERED_TEXT, nullable=False, index=True),
    Column("content", Text, nullable=False),  # the very bytes that are hashed
)

releases = Table(
    "releases",
    METADATA,
    Column("row_id", ROW_ID, Identity(), primary_key=True),
    Column("id", ORDERED_TEXT, nullable=False, unique=True),
    Column("site_id", ORDERED_TEXT, nullable=False, index=True),  # stays when the site goes
    Column("partner_id", ORDERED_TEXT, ForeignKey("partners.id"), nullable=False),
    Column("notice", Text, nullable=False),
    Column("tlp", Text, nullable=False),
    Column("is_exercise", Integer, nullable=False),
    Column("content_sha256", ORDERED_TEXT, ForeignKey("release_contents.sha256"), nullable=False),
    Column("basis", CanonicalJson, nullable=False),
    Column("drafted_utc", UtcTime, nullable=False),
    Column("authors", CanonicalJson, nullable=False),
    Column("earlier_ids", CanonicalJson, nullable=False),
    Column("state", ORDERED_TEXT, nullable=False, index=True),
    Column("decided_by", Text, nullable=False),
    Column("decided_utc", UtcTime),
    Column("why", Text, nullable=False),
    Column("sent_by", Text, nullable=False),
    Column("sent_utc", UtcTime),
    Column("package_sha256", ORDERED_TEXT, nullable=False),
    Column("due_utc", UtcTime),
    Index("ix_releases_partner", "partner_id", "site_id"),
)
Index("ix_releases_newest", desc(releases.c.drafted_utc), releases.c.id)

release_evidence = Table(  # of the observations that a release rests on, kept while it is open
    "release_evidence",
    METADATA,
    Column("release_id", ORDERED_TEXT, ForeignKey("releases.id"), primary_key=True),
    Column("sha256", ORDERED_TEXT, primary_key=True),
    Column("size_bytes", BigInteger, nullable=False),
)

responses = Table(  # never changed
    "responses",
    METADATA,
    Column("row_id", ROW_ID, Identity(), primary_key=True),
    Column("partner_id", ORDERED_TEXT, nullable=False),
    Column("id", ORDERED_TEXT, nullable=False),  # as the partner's side made it
    Column("release_id", ORDERED_TEXT, ForeignKey("releases.id"), nullable=False, index=True),
    Column("answer", Text, nullable=False),
    Column("answered_utc", UtcTime, nullable=False),
    Column("note", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("visited_on", Text),
    Column("seized", CanonicalJson, nullable=False),
    Column("attachments", CanonicalJson, nullable=False),
    Column("is_exercise", Integer, nullable=False),
    Column("received_utc", UtcTime, nullable=False),
    Column("received_by", Text, nullable=False),
    Column("package_sha256", ORDERED_TEXT, nullable=False),
    Column("signing_key", Text, nullable=False),
    UniqueConstraint("partner_id", "id"),
)
