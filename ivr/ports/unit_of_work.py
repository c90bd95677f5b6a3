"""Guichet's own transaction around a write: the request and its follow-ups are committed together or not at all."""

import datetime as dt
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol


class StorageError(Exception):
    """The database could not take it in the time allowed; nothing was written."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A stored request. `created` is false when the business key or the transport key had been stored before."""

    request_id: str
    created: bool
    status: str
    payload: Mapping[str, Any]


class Work(Protocol):
    """An open transaction."""

    def request(self, kind: str, business_key: str, payload: Mapping[str, Any]) -> Receipt:
        """Store a request once per (kind, business key); the same again gives the stored one."""
        ...

    def follow_up(self, kind: str, key: str, payload: Mapping[str, Any], at: dt.datetime | None = None) -> None:
        """Put an outbox item (`deliver`, `sms`, `email`, `letter`, `callback`) in the same transaction, once per key.

        It is carried soon, or not before `at`.
        """
        ...


class UnitOfWork(Protocol):
    def begin(self, transport_key: str, timeout_ms: int) -> AbstractContextManager[Work]:
        """A transaction, committed when the block ends well. Raises StorageError, from the block's end too."""
        ...
