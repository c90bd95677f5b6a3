"""Codes that were sent by SMS, and what was proven with them.

Rule: a code is kept as a hash and tried three times at most, however many try at once; only the last one of a slot counts.
"""

import datetime as dt
import hmac
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, func, insert, select, update

from ivr.records.database import Database
from ivr.records.models import CodeRow

_LOCK = 394_900_003


@dataclass(frozen=True, slots=True)
class CodeSettings:
    """How often a code is tried, how many a holder is sent within `window`, and how long what one proved holds."""

    tries: int = 3
    sent: int = 5
    window: dt.timedelta = dt.timedelta(hours=24)
    holds: dt.timedelta = dt.timedelta(minutes=30)


class DatabaseCodes:
    """Implements handlers.stores.Codes."""

    def __init__(self, database: Database, settings: CodeSettings = CodeSettings()) -> None:
        self._database = database
        self._settings = settings

    def issue(self, holder: str, slot: str, code_hash: str, act: str, at: dt.datetime, until: dt.datetime) -> bool:
        with self._database.write() as connection:
            _one_at_a_time(connection, holder)
            if connection.scalar(select(CodeRow.id).where(CodeRow.act == act)) is not None:
                return True
            recent = select(func.count()).where(CodeRow.holder == holder, CodeRow.at > at - self._settings.window)
            if (connection.scalar(recent) or 0) >= self._settings.sent:
                return False
            values = {"holder": holder, "slot": slot, "code_hash": code_hash, "act": act, "at": at, "until": until, "tries": 0}
            connection.execute(insert(CodeRow).values(values))
            return True

    def check(self, slot: str, code_hash: str, at: dt.datetime) -> Literal["right", "wrong", "expired", "worn_out", "none"]:
        with self._database.write() as connection:
            last = select(CodeRow.id, CodeRow.until).where(CodeRow.slot == slot).order_by(CodeRow.id.desc()).limit(1)
            row = connection.execute(last).one_or_none()
            if row is None:
                return "none"
            if row.until <= at:
                return "expired"
            mine = update(CodeRow).where(CodeRow.id == row.id)
            counted = mine.where(CodeRow.tries < self._settings.tries).values(tries=CodeRow.tries + 1)
            tried = connection.execute(counted.returning(CodeRow.code_hash, CodeRow.tries)).one_or_none()
            if tried is None:
                return "worn_out"
            if hmac.compare_digest(tried.code_hash, code_hash):
                connection.execute(mine.values(proven_at=at))
                return "right"
            return "worn_out" if tried.tries >= self._settings.tries else "wrong"

    def proven(self, slot: str, at: dt.datetime) -> bool:
        last = select(CodeRow.proven_at).where(CodeRow.slot == slot).order_by(CodeRow.id.desc()).limit(1)
        with self._database.read() as connection:
            proven_at = connection.scalar(last)
        return proven_at is not None and proven_at > at - self._settings.holds


def _one_at_a_time(connection: Connection, holder: str) -> None:
    """Counting and sending is one act. SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK, func.hashtext(holder))))
