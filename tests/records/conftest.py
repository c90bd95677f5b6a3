"""Databases for tests: SQLite files, and a private PostgreSQL where one is installed."""

import datetime as dt
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from ivr.records.database import Database, RecordsSettings, open_database
from ivr.records.schema import upgrade

AT = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


class StillClock:
    """A clock that tests move."""

    def __init__(self, at: dt.datetime = AT) -> None:
        self.at = at

    def now(self) -> dt.datetime:
        return self.at

    def monotonic_ms(self) -> int:
        return int(self.at.timestamp() * 1000)


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'guichet.sqlite'}"
    upgrade(url)
    return url


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    opened = open_database(RecordsSettings(sqlite_url))
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def each_url(request: pytest.FixtureRequest) -> str:
    """An empty, migrated database of every kind."""
    name = "sqlite_url" if request.param == "sqlite" else "postgresql_url"
    url: str = request.getfixturevalue(name)
    return url


@pytest.fixture
def each_database(each_url: str) -> Iterator[Database]:
    opened = open_database(RecordsSettings(each_url))
    yield opened
    opened.close()


@pytest.fixture
def postgresql_url(postgresql_server: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh database of the private server, migrated."""
    engine = create_engine(postgresql_server, isolation_level="AUTOCOMMIT")
    name = f"t{abs(hash(request.node.nodeid)):x}"
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = postgresql_server.replace("/postgres?", f"/{name}?")
    upgrade(url)
    yield url
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """A cluster of our own on a unix socket, run by somebody who is not root, as PostgreSQL wants it."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs:
        pytest.skip("PostgreSQL's server is not installed (apt install postgresql)")
    # A socket's path may have 107 characters at most, and its folder must be open to the server's user.
    folder = Path(tempfile.mkdtemp(prefix="guichet-pg-"))
    command = _as_postgres(folder)
    try:
        data = folder / "data"
        _run(*command, programs[-1] / "initdb", "-D", data, "-U", "guichet", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-c listen_addresses='' -k {folder} -c fsync=off -c max_connections=80"
        start = (programs[-1] / "pg_ctl", "-D", data, "-w", "-t", "30", "-l", folder / "log", "-o", options, "start")
        _run(*command, *start)
        try:
            yield f"postgresql+psycopg://guichet@/postgres?host={folder}"
        finally:
            _run(*command, programs[-1] / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_postgres(folder: Path) -> tuple[str, ...]:
    if os.geteuid() != 0:
        return ()
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        pytest.skip("PostgreSQL does not run as root, and there is no user postgres")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return ("setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups")


def _run(*command: str | Path) -> None:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=60, check=False, cwd="/")
    assert done.returncode == 0, done.stdout + done.stderr
