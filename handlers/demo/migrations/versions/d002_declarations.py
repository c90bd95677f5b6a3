"""Monthly status updates."""

import sqlalchemy as sa
from alembic import op

revision = "d002"
down_revision = "d001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "demo_declarations",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("demo_people.id", ondelete="CASCADE"), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(255), nullable=False, unique=True),
        sa.Column("number", sa.String(20), nullable=False),
        *(
            sa.Column(name, sa.Boolean(), nullable=False)
            for name in ("looking", "worked", "training", "sick", "maternity", "pension")
        ),
        sa.Column("hours", sa.Integer(), nullable=True),
        sa.Column("cents", sa.Integer(), nullable=True),
        sa.UniqueConstraint("person_id", "month", "revision"),
    )


def downgrade() -> None:
    op.drop_table("demo_declarations")
