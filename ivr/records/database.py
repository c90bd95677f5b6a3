"""The one engine factory, and the transactions that everything in this room is done in.

Rule: nothing waits without a limit. What the database cannot take within it raises StorageError and has not been written;
only a commit whose answer was lost raises CommitUnknown.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ivr.ports.unit_of_work import StorageError

TIMEOUT_MS = 2_000


class CommitUnknown(Exception):
    """The database was lost while it committed: the transaction may or may not be there."""


@dataclass(frozen=True, slots=True)
class RecordsSettings:
    """`url` is `sqlite:///path` or `postgresql://...`; `connections` of this process are open at once at most."""

    url: str
    timeout_ms: int = TIMEOUT_MS
    connections: int = 16


class Database:
    """Transactions on one database, for any number of threads."""

    def __init__(self, engine: Engine, settings: RecordsSettings) -> None:
        self.engine = engine
        self.dialect = engine.dialect.name
        self._settings = settings
        self._places = threading.BoundedSemaphore(settings.connections)
        # SQLite's writers wait for each other by polling; within a process they queue here instead.
        self._writer = threading.Lock() if self.dialect == "sqlite" else None

    @contextmanager
    def write(self, timeout_ms: int | None = None, *, durable: bool = False) -> Iterator[Connection]:
        """A transaction, committed when the block ends well; `durable` ones survive a power cut. Raises StorageError."""
        deadline = _Deadline(self._settings.timeout_ms if timeout_ms is None else timeout_ms)
        with _held(self._writer, deadline), self._connection(deadline, {"begin": "IMMEDIATE", "durable": durable}) as connection:
            with _storage_errors():
                connection.begin()
            try:
                with _storage_errors():
                    yield connection
            except BaseException:
                _roll_back(connection)
                raise
            _commit(connection)

    @contextmanager
    def read(self, timeout_ms: int | None = None) -> Iterator[Connection]:
        """A transaction that is never committed; it waits for no writer. Raises StorageError."""
        deadline = _Deadline(self._settings.timeout_ms if timeout_ms is None else timeout_ms)
        with self._connection(deadline, {"begin": "DEFERRED", "durable": False}) as connection, _storage_errors():
            connection.begin()
            yield connection

    def close(self) -> None:
        """Close the connections that nobody uses."""
        self.engine.dispose()

    @contextmanager
    def _connection(self, deadline: "_Deadline", options: dict[str, Any]) -> Iterator[Connection]:
        with _held(self._places, deadline):
            with _storage_errors():
                connection = self.engine.connect().execution_options(**options, limit_ms=deadline.left_ms())
            try:
                yield connection
            finally:
                _roll_back(connection)
                connection.close()


class _Deadline:
    def __init__(self, timeout_ms: int) -> None:
        self._at = time.monotonic() + timeout_ms / 1000

    def left_ms(self) -> int:
        """At least one: a limit of zero means no limit to PostgreSQL."""
        return max(1, int((self._at - time.monotonic()) * 1000))


@contextmanager
def _held(gate: "threading.Lock | threading.BoundedSemaphore | None", deadline: _Deadline) -> Iterator[None]:
    if gate is None:
        yield
        return
    if not gate.acquire(timeout=deadline.left_ms() / 1000):
        raise StorageError("the database is busy")
    try:
        yield
    finally:
        gate.release()


@contextmanager
def _storage_errors() -> Iterator[None]:
    """The driver's words may quote values and stay out of the message."""
    try:
        yield
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        raise StorageError(f"the database failed: {type(cause).__name__}") from None


def _roll_back(connection: Connection) -> None:
    try:
        connection.rollback()
    except SQLAlchemyError:
        connection.invalidate()


def _commit(connection: Connection) -> None:
    try:
        connection.commit()
    except DBAPIError as error:
        if error.connection_invalidated:
            raise CommitUnknown(type(error.orig).__name__) from None
        raise StorageError(f"the database could not commit: {type(error.orig).__name__}") from None


def open_database(settings: RecordsSettings) -> Database:
    """The database of a URL; nothing is connected yet. Raises ValueError for one that processes cannot share."""
    return Database(open_engine(settings), settings)


def open_engine(settings: RecordsSettings) -> Engine:
    """A SQLAlchemy engine whose transactions begin as `Database` asks for. Connections are counted there, not in the pool."""
    url = make_url(settings.url)
    pool: dict[str, Any] = {"pool_size": settings.connections, "max_overflow": -1}
    match url.get_backend_name():
        case "sqlite":
            if not url.database or url.database == ":memory:":
                raise ValueError("a database in memory cannot be shared by processes: give sqlite:///PATH")
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
            engine = create_engine(url, connect_args={"timeout": settings.timeout_ms / 1000}, **pool)
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        case "postgresql":
            limits = {"connect_timeout": max(2, settings.timeout_ms // 1000), "tcp_user_timeout": settings.timeout_ms}
            driver = url.set(drivername="postgresql+psycopg")
            engine = create_engine(driver, connect_args=limits, isolation_level="READ COMMITTED", pool_pre_ping=True, **pool)
            event.listen(engine, "begin", _begin_postgresql)
        case other:
            raise ValueError(f"{other} is not supported: give sqlite:///PATH or postgresql://...")
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver must begin nothing by itself: transactions begin in _begin_sqlite.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """A transaction that writes takes the lock at its beginning: one that took it later could not wait for it."""
    options = connection.get_execution_options()
    connection.exec_driver_sql(f"PRAGMA busy_timeout={int(options.get('limit_ms', TIMEOUT_MS))}")
    connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if options.get('durable') else 'NORMAL'}")
    connection.exec_driver_sql(f"BEGIN {options.get('begin', 'IMMEDIATE')}")


def _begin_postgresql(connection: Connection) -> None:
    limit_ms = connection.get_execution_options().get("limit_ms")
    if limit_ms is not None:
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {int(limit_ms)}")
