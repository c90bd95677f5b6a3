"""The transaction of a write, opened when the handler first uses it, so that what it reads before holds no lock.

Rule: what cannot be known is never told as failed: an end that may or may not have been committed is Unknown.
"""

import datetime as dt
from collections.abc import Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import Any

from handlers.errors import Unknown
from ivr.ports.unit_of_work import Receipt, StorageError, UnitOfWork, Work


class LazyWork:
    """Implements ivr.ports.unit_of_work.Work; a context manager that commits when its block ends well."""

    def __init__(self, unit_of_work: UnitOfWork, key: str, timeout_ms: int) -> None:
        self._unit_of_work = unit_of_work
        self._key = key
        self._timeout_ms = timeout_ms
        self._stack = ExitStack()
        self._work: Work | None = None

    def _opened(self) -> Work:
        if self._work is None:
            self._work = self._stack.enter_context(self._unit_of_work.begin(self._key, self._timeout_ms))
        return self._work

    def request(self, kind: str, business_key: str, payload: Mapping[str, Any]) -> Receipt:
        return self._opened().request(kind, business_key, payload)

    def follow_up(self, kind: str, key: str, payload: Mapping[str, Any], at: dt.datetime | None = None) -> None:
        self._opened().follow_up(kind, key, payload, at)

    def __enter__(self) -> "LazyWork":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is not None:
            self._stack.__exit__(kind, error, trace)
            return
        try:
            self._stack.close()
        except StorageError:
            raise
        except Exception as fault:
            raise Unknown("commit") from fault


class NoWork:
    """What a read has instead of a transaction."""

    def request(self, kind: str, business_key: str, payload: Mapping[str, Any]) -> Receipt:
        raise PermissionError(f"a read stores no request ({kind}): declare the handler with write=True")

    def follow_up(self, kind: str, key: str, payload: Mapping[str, Any], at: dt.datetime | None = None) -> None:
        raise PermissionError(f"a read has no follow-up ({kind}): declare the handler with write=True")
