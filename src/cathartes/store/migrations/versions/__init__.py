"""The revisions, the same for SQLite and PostgreSQL. Never edit one that was released."""
