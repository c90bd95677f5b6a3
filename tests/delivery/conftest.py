"""Deliveries are tried on the databases of tests/records."""

from tests.records.conftest import clock, database, each_database, each_url, postgresql_server, postgresql_url, sqlite_url

__all__ = ["clock", "database", "each_database", "each_url", "postgresql_server", "postgresql_url", "sqlite_url"]
