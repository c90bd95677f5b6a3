"""Calls and turns, requests and their outbox, versions, attempts, callbacks."""

import sqlalchemy as sa
from alembic import op

revision = "r001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_journal()
    _create_requests()
    _create_versions()
    _create_attempts()


def downgrade() -> None:
    for table in ("attempts", "published", "versions", "callbacks", "outbox", "requests", "recordings", "turns", "calls"):
        op.drop_table(table)


def _create_journal() -> None:
    op.create_table(
        "calls",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("service", sa.String(length=128), nullable=False),
        sa.Column("version", sa.String(length=128), nullable=False),
        sa.Column("dialled", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("caller_hash", sa.String(length=64), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("outcome", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=128), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("tried", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_calls"),
    )
    op.create_index("ix_calls_caller_hash", "calls", ["caller_hash"])
    op.create_index("ix_calls_service_started_at", "calls", ["service", "started_at"])
    op.create_index("ix_calls_started_at", "calls", ["started_at"])
    op.create_table(
        "turns",
        sa.Column("call_id", sa.String(length=128), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("event", sa.String(length=32), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("call_id", "number", name="pk_turns"),
    )
    op.create_index("ix_turns_at", "turns", ["at"])
    op.create_table(
        "recordings",
        sa.Column("file", sa.String(length=255), nullable=False),
        sa.Column("call_id", sa.String(length=128), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("file", name="pk_recordings"),
    )
    op.create_index("ix_recordings_at", "recordings", ["at"])
    op.create_index("ix_recordings_call_id", "recordings", ["call_id"])


def _create_requests() -> None:
    op.create_table(
        "requests",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("business_key", sa.String(length=255), nullable=False),
        sa.Column("transport_key", sa.String(length=255), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("call_id", sa.String(length=128), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("receipt", sa.String(length=255), nullable=False),
        sa.CheckConstraint("status IN ('stored', 'delivering', 'done', 'refused', 'unknown')", name="ck_requests_status"),
        sa.PrimaryKeyConstraint("id", name="pk_requests"),
        sa.UniqueConstraint("kind", "business_key", name="uq_requests_kind_business_key"),
        sa.UniqueConstraint("transport_key", "kind", name="uq_requests_transport_key_kind"),
    )
    op.create_index("ix_requests_call_id", "requests", ["call_id"])
    op.create_index("ix_requests_created_at", "requests", ["created_at"])
    op.create_table(
        "outbox",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("request_id", sa.String(length=32), nullable=True),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.CheckConstraint("status IN ('waiting', 'delivering', 'done', 'failed')", name="ck_outbox_status"),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_outbox_request_id_requests"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("kind", "key", name="uq_outbox_kind_key"),
    )
    op.create_index("ix_outbox_request_id", "outbox", ["request_id"])
    op.create_index("ix_outbox_status_next_at", "outbox", ["status", "next_at"])
    op.create_table(
        "callbacks",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("file", sa.String(length=255), nullable=False),
        sa.Column("call_id", sa.String(length=128), nullable=False),
        sa.Column("sealed_number", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=128), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_callbacks"),
        sa.UniqueConstraint("file", name="uq_callbacks_file"),
    )
    op.create_index("ix_callbacks_at", "callbacks", ["at"])


def _create_versions() -> None:
    op.create_table(
        "versions",
        sa.Column("hash", sa.String(length=128), nullable=False),
        sa.Column("service", sa.String(length=128), nullable=False),
        sa.Column("bundle", sa.LargeBinary(), nullable=False),
        sa.Column("releases", sa.JSON(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("author", sa.String(length=128), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_versions"),
    )
    op.create_index("ix_versions_service", "versions", ["service"])
    op.create_table(
        "published",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("service", sa.String(length=128), nullable=False),
        sa.Column("version", sa.String(length=128), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("author", sa.String(length=128), nullable=False),
        sa.ForeignKeyConstraint(["version"], ["versions.hash"], name="fk_published_version_versions"),
        sa.PrimaryKeyConstraint("id", name="pk_published"),
    )
    op.create_index("ix_published_service", "published", ["service"])


def _create_attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("identifier_hash", sa.String(length=64), nullable=False),
        sa.Column("caller_hash", sa.String(length=64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("success", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
    )
    op.create_index("ix_attempts_at", "attempts", ["at"])
    op.create_index("ix_attempts_caller_hash_at", "attempts", ["caller_hash", "at"])
    op.create_index("ix_attempts_identifier_hash_at", "attempts", ["identifier_hash", "at"])
