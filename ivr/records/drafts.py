"""Drafts: what a caller had answered when she hung up, sealed, for as long as it may be kept.

Rule: a draft is nobody's request; what is past its time is never given, and goes when anybody saves another one.
"""

import datetime as dt

from sqlalchemy import delete, select

from ivr.records.database import Database
from ivr.records.inserting import insert_into
from ivr.records.models import DraftRow


class DatabaseDrafts:
    """Implements handlers.stores.Drafts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, owner: str, kind: str, sealed: str, at: dt.datetime, until: dt.datetime) -> None:
        values = {"owner": owner, "kind": kind, "sealed": sealed, "until": until}
        with self._database.write() as connection:
            connection.execute(delete(DraftRow).where(DraftRow.until <= at))
            statement = insert_into(connection, DraftRow).values(**values)
            changed = {"sealed": sealed, "until": until}
            connection.execute(statement.on_conflict_do_update(index_elements=["owner", "kind"], set_=changed))

    def load(self, owner: str, kind: str, at: dt.datetime) -> str | None:
        mine = select(DraftRow.sealed).where(DraftRow.owner == owner, DraftRow.kind == kind, DraftRow.until > at)
        with self._database.read() as connection:
            return connection.scalar(mine)

    def forget(self, owner: str, kind: str) -> None:
        with self._database.write() as connection:
            connection.execute(delete(DraftRow).where(DraftRow.owner == owner, DraftRow.kind == kind))
