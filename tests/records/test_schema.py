"""Migrations make the tables that the models declare."""

import threading
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from ivr.records.columns import Base
from ivr.records.database import RecordsSettings, open_engine
from ivr.records.schema import VERSION_TABLE, revision, upgrade


def test_migrations_and_models_agree(each_url: str) -> None:
    engine = open_engine(RecordsSettings(each_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_upgrading_twice_changes_nothing(each_url: str) -> None:
    before = revision(each_url)
    upgrade(each_url)
    assert revision(each_url) == before
    assert before[0] == before[1] != ""


def test_an_empty_database_has_no_revision(tmp_path: Path) -> None:
    assert revision(f"sqlite:///{tmp_path / 'new.sqlite'}")[0] == ""


def test_processes_that_start_at_once_all_find_the_tables(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'deep' / 'new.sqlite'}"
    faults: list[Exception] = []

    def go() -> None:
        try:
            upgrade(url)
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert faults == []
    assert revision(url)[0] == revision(url)[1]
