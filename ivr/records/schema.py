"""Brings a database's tables to the revision that this release needs."""

import threading
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

import ivr.records.models  # noqa: F401  # the tables register themselves
from ivr.records.database import RecordsSettings, open_engine

VERSION_TABLE = "guichet_schema"
MIGRATION_MS = 60_000
# Two processes that start at once migrate one after the other; the number only has to be ours.
_POSTGRESQL_LOCK = 394_900_001
# Alembic keeps the migration that runs in a module's global name.
_ONE_AT_A_TIME = threading.Lock()


def upgrade(url: str, to: str = "head") -> None:
    """Bring the tables to a revision; several processes may do so at once."""
    engine = open_engine(RecordsSettings(url, timeout_ms=MIGRATION_MS))
    try:
        # Batches rebuild a table by dropping it: its children must not be touched meanwhile.
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                connection.connection.execute("PRAGMA foreign_keys=OFF")
            with connection.execution_options(limit_ms=MIGRATION_MS).begin():
                _lock(connection)
                config = configuration()
                config.attributes["connection"] = connection
                with _ONE_AT_A_TIME:
                    command.upgrade(config, to)
    finally:
        engine.dispose()


def revision(url: str) -> tuple[str, str]:
    """The revision of the database ("" for none) and the one that this release needs."""
    engine = open_engine(RecordsSettings(url))
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
            return context.get_current_revision() or "", ScriptDirectory.from_config(configuration()).get_current_head() or ""
    finally:
        engine.dispose()


def configuration() -> Config:
    """Alembic's configuration, without a file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_POSTGRESQL_LOCK})")
