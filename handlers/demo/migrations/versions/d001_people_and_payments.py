"""People and their payments."""

import sqlalchemy as sa
from alembic import op

revision = "d001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "demo_people",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("identifier", sa.String(11), nullable=False, unique=True),
        sa.Column("ref", sa.String(32), nullable=False, unique=True),
        sa.Column("code_hash", sa.String(200), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("phone", sa.String(20), nullable=False),
        sa.Column("email", sa.String(120), nullable=False),
        sa.Column("why_no_payment", sa.String(40), nullable=True),
    )
    op.create_table(
        "demo_payments",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("demo_people.id", ondelete="CASCADE"), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
    )
    op.create_index("ix_demo_payments_person_id", "demo_payments", ["person_id"])


def downgrade() -> None:
    op.drop_table("demo_payments")
    op.drop_table("demo_people")
