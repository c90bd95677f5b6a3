"""Versions of services: bundles that never change, and which one answers.

Rule: a version is known by the hash of its content; the same hash with other bytes is refused, and what was published stays.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select

from ivr.ports.clock import Clock
from ivr.records.database import Database
from ivr.records.inserting import insert_once
from ivr.records.models import PublishedRow, VersionRow

MAX_BUNDLE = 100_000_000
"""Bytes; recordings of people are part of a bundle."""


class VersionError(Exception):
    """A version that is not stored, or that would be changed."""


@dataclass(frozen=True, slots=True)
class Version:
    """What is known of a stored bundle. `releases` names the libraries it was checked with."""

    hash: str
    service: str
    releases: Mapping[str, str]
    created_at: dt.datetime
    author: str
    note: str


@dataclass(frozen=True, slots=True)
class Published:
    """The version of a service that answers."""

    service: str
    version: str
    since: dt.datetime
    author: str


class Versions:
    """The store. All raise StorageError."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def store(
        self, service: str, hash: str, bundle: bytes, releases: Mapping[str, str], author: str = "", note: str = ""
    ) -> bool:
        """Store a bundle; false when it was stored before. Raises VersionError for other bytes under a known hash."""
        if len(bundle) > MAX_BUNDLE:
            raise VersionError(f"the bundle has {len(bundle)} bytes, {MAX_BUNDLE} at most are stored")
        values = {
            "hash": hash,
            "service": service,
            "bundle": bundle,
            "releases": dict(releases),
            "created_at": self._clock.now(),
            "author": author,
            "note": note,
        }
        with self._database.write(durable=True) as connection:
            if insert_once(connection, VersionRow, values):
                return True
            stored = connection.execute(select(VersionRow.service, VersionRow.bundle).where(VersionRow.hash == hash)).one()
        if (stored.service, stored.bundle) != (service, bundle):
            raise VersionError(f"{hash} is stored with other content")
        return False

    def publish(self, service: str, hash: str, author: str = "") -> bool:
        """Let a stored version answer; false when it does already. Raises VersionError for one that is not stored."""
        with self._database.write(durable=True) as connection:
            known = connection.scalar(select(VersionRow.service).where(VersionRow.hash == hash))
            if known != service:
                raise VersionError(f"{hash} is no stored version of {service}")
            latest = select(PublishedRow.version).where(PublishedRow.service == service).order_by(PublishedRow.id.desc())
            if connection.scalar(latest.limit(1)) == hash:
                return False
            values = {"service": service, "version": hash, "since": self._clock.now(), "author": author}
            connection.execute(insert(PublishedRow).values(values))
            return True

    def published(self) -> list[Published]:
        """What answers now, by service."""
        latest = select(func.max(PublishedRow.id)).group_by(PublishedRow.service)
        rows = select(PublishedRow.service, PublishedRow.version, PublishedRow.since, PublishedRow.author)
        with self._database.read() as connection:
            found = connection.execute(rows.where(PublishedRow.id.in_(latest)).order_by(PublishedRow.service))
            return [Published(*row) for row in found]

    def history(self, service: str, limit: int = 100) -> list[Published]:
        """What answered, newest first."""
        rows = select(PublishedRow.service, PublishedRow.version, PublishedRow.since, PublishedRow.author)
        newest = rows.where(PublishedRow.service == service).order_by(PublishedRow.id.desc()).limit(limit)
        with self._database.read() as connection:
            return [Published(*row) for row in connection.execute(newest)]

    def bundle(self, hash: str) -> bytes:
        """The bytes that were stored. Raises VersionError."""
        with self._database.read() as connection:
            found: bytes | None = connection.scalar(select(VersionRow.bundle).where(VersionRow.hash == hash))
        if found is None:
            raise VersionError(f"no version {hash} is stored")
        return found

    def describe(self, hash: str) -> Version:
        """What is known of a version. Raises VersionError."""
        with self._database.read() as connection:
            row = connection.execute(_described().where(VersionRow.hash == hash)).one_or_none()
        if row is None:
            raise VersionError(f"no version {hash} is stored")
        return Version(*row)

    def of_service(self, service: str, limit: int = 100) -> list[Version]:
        """A service's versions, newest first."""
        newest = _described().where(VersionRow.service == service).order_by(VersionRow.created_at.desc(), VersionRow.hash)
        with self._database.read() as connection:
            return [Version(*row) for row in connection.execute(newest.limit(limit))]


def _described() -> Any:
    return select(
        VersionRow.hash, VersionRow.service, VersionRow.releases, VersionRow.created_at, VersionRow.author, VersionRow.note
    )
