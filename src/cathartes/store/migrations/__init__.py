"""Revisions of the casebook's tables, run by Alembic from within; see `cathartes.store.schema`."""
