"""Since when a number is verified, and changes of situation."""

import sqlalchemy as sa
from alembic import op

revision = "d005"
down_revision = "d004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("demo_people", sa.Column("phone_verified_on", sa.Date(), nullable=True))
    op.create_table(
        "demo_changes",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("demo_people.id", ondelete="CASCADE"), nullable=False),
        sa.Column("key", sa.String(255), nullable=False, unique=True),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.String(10), nullable=False),
        sa.Column("contract", sa.String(20), nullable=False),
        sa.UniqueConstraint("person_id", "kind", "since", "until", "contract"),
    )


def downgrade() -> None:
    op.drop_table("demo_changes")
    op.drop_column("demo_people", "phone_verified_on")
