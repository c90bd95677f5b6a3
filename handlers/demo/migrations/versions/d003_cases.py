"""Open cases."""

import sqlalchemy as sa
from alembic import op

revision = "d003"
down_revision = "d002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "demo_cases",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("demo_people.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("type", sa.String(40), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("expected", sa.String(40), nullable=True),
        sa.Column("by", sa.Date(), nullable=True),
    )


def downgrade() -> None:
    op.drop_table("demo_cases")
