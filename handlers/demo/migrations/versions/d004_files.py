"""What attestations state, and where they go."""

import sqlalchemy as sa
from alembic import op

revision = "d004"
down_revision = "d003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "demo_files",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("demo_people.id", ondelete="CASCADE"), nullable=False, unique=True),
        sa.Column("street", sa.String(60), nullable=False),
        sa.Column("town", sa.String(60), nullable=False),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.Column("daily_cents", sa.Integer(), nullable=True),
        sa.Column("days_left", sa.Integer(), nullable=True),
        sa.Column("prefers", sa.String(8), nullable=True),
    )


def downgrade() -> None:
    op.drop_table("demo_files")
