"""Wrong personal codes are slowed down, then refused, across calls.

Rule: refusal is counted per identifier *and* caller, and per caller, never per identifier alone: who knows somebody's
identifier can slow her down and cannot lock her out. Whether the identifier exists plays no part. A try counts from the
moment it is allowed, so that many calls at once are worth no more than one after the other.

Sources of the defaults: CNIL, délibération n° 2022-100 (an access with a short secret is restricted after failed tries, by a
growing delay or a block) and n° 2017-012 (with a confidential identifier, blocked at the fifth).
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from ivr.records.database import Database
from ivr.records.models import AttemptRow

_LOCK = 394_900_002
MAX_TRIES = 1_000
"""Tries of one identifier that are looked at: far more than slow it down as much as can be."""


@dataclass(frozen=True, slots=True)
class LockoutSettings:
    """How many wrong codes are borne, and for how long they count.

    `pair_limit` per identifier and caller; `caller_limit` per caller, whose number is shown. The wait doubles from `wait_ms`
    with each wrong code after the first `free` ones, up to `longest_wait_ms`, which must fit a handler's time limit.
    `pending` is how long a try counts whose result was never noted, because the back end failed.
    """

    pair_limit: int = 5
    caller_limit: int = 15
    window: dt.timedelta = dt.timedelta(hours=24)
    slow_window: dt.timedelta = dt.timedelta(hours=1)
    free: int = 2
    wait_ms: int = 500
    longest_wait_ms: int = 4_000
    pending: dt.timedelta = dt.timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a code may be tried now, and after how long a wait."""

    wait_ms: int = 0
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """Wrong codes that count: of this caller for this identifier, of this caller, and of anybody for this identifier."""

    pair: int = 0
    caller: int = 0
    identifier: int = 0


def judge(counts: Counts, settings: LockoutSettings, anonymous: bool) -> Verdict:
    """The whole policy. Callers who withhold their numbers are many people: they are not refused for one another."""
    if counts.pair >= settings.pair_limit or (counts.caller >= settings.caller_limit and not anonymous):
        return Verdict(refused=True)
    wrong = max(counts.pair, counts.identifier) - settings.free
    if wrong <= 0:
        return Verdict()
    return Verdict(wait_ms=min(settings.wait_ms * 2 ** min(wrong - 1, 20), settings.longest_wait_ms))


class DatabaseAttempts:
    """Tries of all calls; `check` allows one and counts it, `note` says how it ended. Both raise StorageError."""

    def __init__(self, database: Database, settings: LockoutSettings = LockoutSettings()) -> None:
        self._database = database
        self._settings = settings

    def check(self, identifier_hash: str, caller_hash: str, at: dt.datetime) -> Verdict:
        """What holds for the next try, which counts as wrong until `note` says otherwise or it is forgotten."""
        with self._database.write() as connection:
            _one_at_a_time(connection, identifier_hash, caller_hash)
            counts = self._counts(connection, identifier_hash, caller_hash, at)
            verdict = judge(counts, self._settings, anonymous=not caller_hash)
            if not verdict.refused:
                values = {"identifier_hash": identifier_hash, "caller_hash": caller_hash, "at": at, "success": None}
                connection.execute(insert(AttemptRow).values(values))
            return verdict

    def note(self, identifier_hash: str, caller_hash: str, at: dt.datetime, success: bool) -> None:
        """A try was made: the latest one that was allowed to this pair and has no result."""
        with self._database.write() as connection:
            mine = (AttemptRow.identifier_hash == identifier_hash, AttemptRow.caller_hash == caller_hash)
            waiting = connection.scalar(
                select(AttemptRow.id).where(*mine, AttemptRow.success.is_(None)).order_by(AttemptRow.id.desc()).limit(1)
            )
            if waiting is not None:
                connection.execute(update(AttemptRow).where(AttemptRow.id == waiting).values(at=at, success=success))
            else:
                values = {"identifier_hash": identifier_hash, "caller_hash": caller_hash, "at": at, "success": success}
                connection.execute(insert(AttemptRow).values(values))

    def forgive(self, identifier_hash: str) -> int:
        """Forget what was tried for an identifier, when an agent has made sure who she is; how many tries that was."""
        with self._database.write() as connection:
            return connection.execute(delete(AttemptRow).where(AttemptRow.identifier_hash == identifier_hash)).rowcount

    def _counts(self, connection: Connection, identifier_hash: str, caller_hash: str, at: dt.datetime) -> Counts:
        settings = self._settings
        recent = AttemptRow.at > at - settings.window
        waiting = AttemptRow.success.is_(None) & (AttemptRow.at > at - settings.pending)
        wrong = or_(AttemptRow.success.is_(False), waiting)
        caller = connection.scalar(
            select(func.count()).select_from(AttemptRow).where(AttemptRow.caller_hash == caller_hash, recent, wrong)
        )
        rows = connection.execute(
            select(AttemptRow.caller_hash, AttemptRow.at, AttemptRow.success)
            .where(AttemptRow.identifier_hash == identifier_hash, recent, or_(wrong, AttemptRow.success.is_(True)))
            .order_by(AttemptRow.at.desc(), AttemptRow.id.desc())
            .limit(MAX_TRIES)
        )
        tries = [_Try(*row) for row in rows]
        own = _since_success([tried for tried in tries if tried.caller_hash == caller_hash])
        others = [tried for tried in tries if tried.caller_hash != caller_hash and not tried.success]
        slowing = sum(tried.at > at - settings.slow_window for tried in (*own, *others))
        return Counts(len(own), caller or 0, slowing)


class _Try(NamedTuple):
    caller_hash: str
    at: dt.datetime
    success: bool | None


def _since_success(newest_first: Iterable[_Try]) -> list[_Try]:
    """Who knows the code is not counted for having mistyped it before."""
    return list(takewhile(lambda tried: not tried.success, newest_first))


def _one_at_a_time(connection: Connection, identifier_hash: str, caller_hash: str) -> None:
    """Counting and allowing is one act. SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        for text in sorted({f"i{identifier_hash}", f"c{caller_hash}"}):
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK, func.hashtext(text))))
