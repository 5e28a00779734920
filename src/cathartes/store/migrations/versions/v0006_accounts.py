"""Accounts are bound by the audit: no table changes, but what there is was entered before."""

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing: `casebook_migrate` binds what was not bound."""
