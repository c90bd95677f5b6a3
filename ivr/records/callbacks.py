"""People to be called back, with their numbers sealed until that is done.

Rule: a spool file counts once, however often it is taken in; when the callback is done, the number is erased.
"""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select, update

from ivr.records.database import Database
from ivr.records.inserting import fitted, insert_once
from ivr.records.models import CallbackRow
from ivr.records.site_key import SiteKey


@dataclass(frozen=True, slots=True)
class Callback:
    """Somebody who waits to be called at `number`, the longest waiting first."""

    id: int
    number: str
    reason: str
    call_id: str
    at: dt.datetime


class Callbacks:
    """The list that agents work off. All raise StorageError."""

    def __init__(self, database: Database, key: SiteKey) -> None:
        self._database = database
        self._key = key

    def add(self, file: str, number: str, reason: str, call_id: str, at: dt.datetime) -> bool:
        """Take in what a spool file says; false when it was taken in before. The file may be deleted afterwards."""
        values = {"file": file, "reason": reason, "call_id": call_id, "at": at, "sealed_number": self._key.seal(number)}
        with self._database.write(durable=True) as connection:
            return insert_once(connection, CallbackRow, fitted(CallbackRow, values))

    def waiting(self, limit: int = 100) -> list[Callback]:
        """Who is to be called. Raises SiteKeyError for a number that was sealed with another key."""
        rows = select(CallbackRow.id, CallbackRow.sealed_number, CallbackRow.reason, CallbackRow.call_id, CallbackRow.at).where(
            CallbackRow.done_at.is_(None)
        )
        with self._database.read() as connection:
            found = connection.execute(rows.order_by(CallbackRow.at, CallbackRow.id).limit(limit)).all()
        return [Callback(row.id, self._key.unseal(row.sealed_number), row.reason, row.call_id, row.at) for row in found]

    def count(self) -> int:
        """How many wait."""
        with self._database.read() as connection:
            return connection.scalar(select(func.count()).where(CallbackRow.done_at.is_(None))) or 0

    def done(self, id: int, at: dt.datetime) -> bool:
        """She was called: her number is erased. False when that was known, or nobody waits under this id."""
        mine = update(CallbackRow).where(CallbackRow.id == id, CallbackRow.done_at.is_(None))
        with self._database.write(durable=True) as connection:
            return connection.execute(mine.values(done_at=at, sealed_number="")).rowcount > 0
