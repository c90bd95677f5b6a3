"""Inserts that leave alone what is there already, said in each database's words."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from ivr.records.columns import Base

Insert = sqlite.Insert | postgresql.Insert


def insert_into(connection: Connection, row: type[Base]) -> Insert:
    """The dialect's own insert, which knows ON CONFLICT."""
    table = row.__table__
    assert isinstance(table, Table)
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def insert_once(connection: Connection, row: type[Base], values: Mapping[str, Any]) -> bool:
    """Insert one row unless that breaks uniqueness; true when it was inserted.

    On PostgreSQL it waits for whoever is storing the same at this moment.
    """
    statement = insert_into(connection, row).values(**values).on_conflict_do_nothing()
    return connection.execute(statement.returning(*row.__table__.primary_key)).first() is not None


def insert_new(connection: Connection, row: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert those rows that break no uniqueness."""
    if rows:
        connection.execute(insert_into(connection, row).on_conflict_do_nothing(), [dict(values) for values in rows])
