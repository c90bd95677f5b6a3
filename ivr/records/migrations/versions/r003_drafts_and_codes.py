"""Drafts of callers who hung up, and codes that were sent by SMS."""

import sqlalchemy as sa
from alembic import op

revision = "r003"
down_revision = "r002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("owner", "kind", name="pk_drafts"),
    )
    op.create_index("ix_drafts_until", "drafts", ["until"])
    op.create_table(
        "codes",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("slot", sa.String(length=64), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("act", sa.String(length=255), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("proven_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_codes"),
        sa.UniqueConstraint("act", name="uq_codes_act"),
    )
    op.create_index("ix_codes_at", "codes", ["at"])
    op.create_index("ix_codes_holder", "codes", ["holder"])
    op.create_index("ix_codes_slot", "codes", ["slot"])


def downgrade() -> None:
    op.drop_table("codes")
    op.drop_table("drafts")
