"""Alembic's entry: one for all services; the history is each service's own."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=context.config.attributes.get("metadata"),
    compare_server_default=False,
)
with context.begin_transaction():
    context.run_migrations()
