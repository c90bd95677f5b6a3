"""Alembic's entry: migrates the connection that `ivr.records.schema` hands over."""

from alembic import context

from ivr.records.columns import Base
from ivr.records.schema import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
