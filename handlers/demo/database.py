"""The demo database's engine and its migrations.

Rule: a database that is busy is waited for two seconds, no longer: a caller is on the line.
"""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event, make_url

BUSY_S = 2
VERSION_TABLE = "demo_version"


def open_engine(url: str) -> Engine:
    """An engine for any number of threads; SQLite reads go on while something is written."""
    where = make_url(url)
    if not where.drivername.startswith("sqlite"):
        return create_engine(where, pool_pre_ping=True, pool_timeout=BUSY_S)
    if where.database:
        Path(where.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(where, connect_args={"timeout": BUSY_S}, pool_timeout=BUSY_S)
    event.listen(engine, "connect", _prepare)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def migrate(url: str, to: str = "head") -> None:
    """Bring the tables to a revision, from nothing or from any earlier one; `base` takes them away."""
    engine = open_engine(url)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        (command.downgrade if to == "base" else command.upgrade)(config, to)
    engine.dispose()
