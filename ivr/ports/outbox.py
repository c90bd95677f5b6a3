"""What was promised in calls and is carried out after them: taken by a worker for a while, then settled.

Rule: at least once. Whoever carries an item gives its idempotency key to the receiving side, which thereby sees it once.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Item:
    """Something to carry. `attempt` is 1 the first time; it also tells a worker whose lease has ended from the next one."""

    id: int
    kind: str
    key: str
    payload: Mapping[str, Any]
    attempt: int
    created_at: dt.datetime
    request_id: str | None = None

    @property
    def idempotency_key(self) -> str:
        """The same at every attempt, and of no other item."""
        return f"{self.kind}:{self.key}"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What becomes due once an item is carried; not before `at`, where that is given."""

    kind: str
    key: str
    payload: Mapping[str, Any]
    at: dt.datetime | None = None


class Outbox(Protocol):
    """All raise StorageError. Where an answer was lost (CommitUnknown), the item comes back when its lease ends."""

    def take(self, kinds: Collection[str], limit: int = 1) -> Sequence[Item]:
        """Items that are due, the longest waiting first, leased to whoever takes them."""
        ...

    def done(self, item: Item, receipt: str = "", then: Sequence[FollowUp] = ()) -> bool:
        """It was carried; `receipt` is what the receiving side calls it. False when that was known."""
        ...

    def later(self, item: Item, reason: str, after_ms: int | None = None) -> bool:
        """It could not be carried now. False when the lease had ended and somebody else has it."""
        ...

    def rejected(self, item: Item, reason: str) -> bool:
        """It will never be carried as it is: it is parked and shown. False as for `later`."""
        ...
