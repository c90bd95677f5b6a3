"""Versions never change, and the latest publication answers."""

import pytest

from ivr.records.database import Database
from ivr.records.versions import Published, VersionError, Versions
from tests.records.conftest import AT, StillClock


def test_a_stored_bundle_comes_back_whole(each_database: Database) -> None:
    versions = Versions(each_database, StillClock())
    assert versions.store("emploi", "h1", b"PK\x00\xff", {"babel": "2.18.0"}, "ana", "Première")
    assert versions.bundle("h1") == b"PK\x00\xff"
    described = versions.describe("h1")
    assert (described.releases, described.created_at, described.note) == ({"babel": "2.18.0"}, AT, "Première")


def test_storing_the_same_again_changes_nothing(each_database: Database) -> None:
    versions = Versions(each_database, StillClock())
    versions.store("emploi", "h1", b"one", {}, "ana")
    assert versions.store("emploi", "h1", b"one", {}, "eve") is False
    assert versions.describe("h1").author == "ana"


def test_other_bytes_under_a_known_hash_are_refused(each_database: Database) -> None:
    versions = Versions(each_database, StillClock())
    versions.store("emploi", "h1", b"one", {})
    with pytest.raises(VersionError):
        versions.store("emploi", "h1", b"two", {})
    assert versions.bundle("h1") == b"one"


def test_the_latest_publication_of_each_service_answers(each_database: Database) -> None:
    versions = Versions(each_database, StillClock())
    for service, hash in (("emploi", "h1"), ("emploi", "h2"), ("impots", "h3")):
        versions.store(service, hash, hash.encode(), {})
    for service, hash in (("emploi", "h1"), ("impots", "h3"), ("emploi", "h2"), ("emploi", "h1")):
        assert versions.publish(service, hash, "ana")
    assert versions.publish("emploi", "h1") is False
    assert versions.published() == [Published("emploi", "h1", AT, "ana"), Published("impots", "h3", AT, "ana")]
    assert [one.version for one in versions.history("emploi")] == ["h1", "h2", "h1"]


@pytest.mark.parametrize(("service", "hash"), [("emploi", "unknown"), ("impots", "h1")])
def test_only_a_stored_version_of_the_service_is_published(database: Database, service: str, hash: str) -> None:
    versions = Versions(database, StillClock())
    versions.store("emploi", "h1", b"one", {})
    with pytest.raises(VersionError):
        versions.publish(service, hash)


def test_an_unknown_version_is_told(database: Database) -> None:
    with pytest.raises(VersionError):
        Versions(database, StillClock()).bundle("h9")
