"""Inserts that leave alone what is there already, said in each database's words."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, String, Table
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


def fitted(row: type[Base], values: Mapping[str, Any]) -> dict[str, Any]:
    """Values whose texts every database takes: no longer than their columns, without NUL and lone surrogates."""
    columns = row.__table__.columns
    return {name: _fitted(value, columns[name].type) if isinstance(value, str) else value for name, value in values.items()}


def _fitted(text: str, type_: object) -> str:
    clean = text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    return clean[: type_.length] if isinstance(type_, String) and type_.length else clean
