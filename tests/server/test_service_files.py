"""Handlers read the files of the version that is published now."""

from pathlib import Path

import pytest

from ivr.language.source import Bundle
from ivr.records.database import RecordsSettings, open_database
from ivr.records.schema import upgrade
from ivr.records.versions import Versions
from ivr.runtime.clock import SystemClock
from ivr.server.service_files import ServiceFiles


def published(versions: Versions, content: bytes) -> None:
    bundle = Bundle("", {"service.yaml": b"service: a", "attestations.yaml": content})
    versions.store("a", bundle.version, bundle.to_zip(), {})
    versions.publish("a", bundle.version)


def test_the_file_is_that_of_the_published_version(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'guichet.sqlite'}"
    upgrade(url)
    database = open_database(RecordsSettings(url))
    versions = Versions(database, SystemClock())
    files = ServiceFiles(versions)
    for name in ("attestations.yaml", "service.yaml"):
        with pytest.raises(LookupError):
            files.read("a", name)
    published(versions, b"first")
    assert files.read("a", "attestations.yaml") == b"first"
    published(versions, b"second")
    assert files.read("a", "attestations.yaml") == b"second"
    with pytest.raises(LookupError):
        files.read("a", "messages.yaml")
    database.close()


def test_a_database_that_cannot_be_read_has_no_file(tmp_path: Path) -> None:
    database = open_database(RecordsSettings(f"sqlite:///{tmp_path / 'empty.sqlite'}"))
    with pytest.raises(LookupError):
        ServiceFiles(Versions(database, SystemClock())).read("a", "service.yaml")
    database.close()
