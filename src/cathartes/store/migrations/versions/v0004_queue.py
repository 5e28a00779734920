"""What is still to be reviewed is counted, and filled in from what is there."""

import json
from collections import Counter, defaultdict

import sqlalchemy as sa
from alembic import op

from cathartes.store.columns import ORDERED_TEXT, Real, UtcTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_AT_SITES = "attributions a JOIN sources s ON s.id = a.source_id"
_SETTLED = (
    "EXISTS (SELECT 1 FROM settlements t WHERE t.detection_id = {} "
    "AND t.state IN ('confirmed', 'rejected', 'inconclusive'))"
)
_OPEN_AT_SITES = f"""
    INSERT INTO queue_sites (site_id, value, n_open)
    SELECT p.id, p.value, count(DISTINCT s.detection_id)
    FROM {_AT_SITES} JOIN sites p ON p.id = a.site_id
    WHERE NOT {_SETTLED.format("s.detection_id")} GROUP BY p.id, p.value
"""  # noqa: S608  # our own words
_UNATTRIBUTED = f"""
    INSERT INTO queue_unattributed (detection_id, seen_utc)
    SELECT d.id, d.seen_utc FROM detections d WHERE NOT {_SETTLED.format("d.id")}
    AND NOT EXISTS (SELECT 1 FROM {_AT_SITES} WHERE s.detection_id = d.id)
"""  # noqa: S608
_N_OPEN = f"SELECT count(*) FROM detections d WHERE NOT {_SETTLED.format('d.id')}"  # noqa: S608
_IN_REVIEW = f"""
    SELECT a.site_id, d.id, t.reviewers
    FROM settlements t JOIN detections d ON d.id = t.detection_id
    LEFT JOIN ({_AT_SITES}) ON s.detection_id = d.id WHERE NOT {_SETTLED.format("d.id")}
"""  # noqa: S608
_SKIPPED = f"""
    SELECT a.site_id, k.detection_id, k.reviewer FROM skips k
    JOIN sources s ON s.detection_id = k.detection_id JOIN attributions a ON a.source_id = s.id
    WHERE NOT {_SETTLED.format("k.detection_id")}
"""  # noqa: S608


def upgrade() -> None:
    """Make the tables, and fill them."""
    _make()
    op.execute(_OPEN_AT_SITES)
    op.execute(_UNATTRIBUTED)
    passed: dict[tuple[str, str], set[str]] = defaultdict(set)
    reviewed: dict[str, set[str]] = defaultdict(set)
    connection = op.get_bind()
    for site_id, one_id, reviewers in connection.execute(sa.text(_IN_REVIEW)):
        for reviewer in json.loads(reviewers):
            reviewed[reviewer].add(one_id)
            if site_id is not None:
                passed[reviewer, site_id].add(one_id)
    for site_id, one_id, reviewer in connection.execute(sa.text(_SKIPPED)):
        passed[reviewer, site_id].add(one_id)
    totals = Counter({reviewer: len(found) for reviewer, found in reviewed.items()})
    totals[""] = connection.execute(sa.text(_N_OPEN)).scalar_one()
    _insert("queue_totals", [{"reviewer": one, "n": n} for one, n in totals.items() if n])
    _insert(
        "queue_passed",
        [{"reviewer": one[0], "site_id": one[1], "n": len(ids)} for one, ids in passed.items()],
    )


def _make() -> None:
    op.create_table("queue_totals", _key("reviewer"), _number("n"))
    op.create_table(
        "queue_sites",
        _key("site_id", "queue_sites", "sites"),
        sa.Column("value", Real, nullable=False),
        _number("n_open"),
    )
    op.create_index("ix_queue_sites_ranked", "queue_sites", [sa.text("value DESC"), "site_id"])
    op.create_table(
        "queue_passed",
        _key("reviewer"),
        _key("site_id", "queue_passed", "sites"),
        _number("n"),
    )
    op.create_index("ix_queue_passed_site", "queue_passed", ["site_id"])
    op.create_table(
        "queue_unattributed",
        _key("detection_id", "queue_unattributed", "detections"),
        sa.Column("seen_utc", UtcTime),
    )
    op.create_index(
        "ix_queue_unattributed_newest",
        "queue_unattributed",
        [sa.text("seen_utc DESC"), "detection_id"],
    )


def _key(name: str, table: str = "", of: str = "") -> sa.Column[str]:
    """Return a key's column; of a table's, with the rows of another that it goes with."""
    if not of:
        return sa.Column(name, ORDERED_TEXT, primary_key=True)
    goes_with = sa.ForeignKey(f"{of}.id", name=f"fk_{table}_{name}", ondelete="CASCADE")
    return sa.Column(name, ORDERED_TEXT, goes_with, primary_key=True)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def _insert(table: str, rows: list[dict[str, str | int]]) -> None:
    if rows:
        columns: list[sa.ColumnClause[str | int]] = [sa.column(name) for name in rows[0]]
        op.get_bind().execute(sa.table(table, *columns).insert(), rows)
