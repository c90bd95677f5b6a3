"""Alembic's entry: migrates the connection that `handlers.demo.database.migrate` hands over."""

from alembic import context

from handlers.demo.database import VERSION_TABLE
from handlers.demo.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
