"""When an outbox item was delivered, and what the receiving side calls it."""

import sqlalchemy as sa
from alembic import op

revision = "r002"
down_revision = "r001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("receipt", sa.String(length=255), nullable=False, server_default=""))
    op.add_column("outbox", sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("outbox") as table:
        table.drop_column("settled_at")
        table.drop_column("receipt")
