"""What Alembic runs: the revisions, on the connection and in the transaction it is given."""

from alembic import context

from cathartes.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,  # for the names of constraints
    transactional_ddl=False,  # the transaction is the caller's
)
context.run_migrations()
