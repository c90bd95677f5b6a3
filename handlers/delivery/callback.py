"""A callback that was promised goes onto the list that agents work off.

Rule: it goes there once, however often it is delivered; the number is opened only to be sealed again.
"""

import datetime as dt
import hashlib
from typing import Protocol

from handlers.delivery.carrier import TryLater, Unseal, opened
from ivr.ports.outbox import Item
from ivr.ports.unit_of_work import StorageError

LONGEST_NAME = 200


class AddCallback(Protocol):
    def __call__(self, file: str, number: str, reason: str, call_id: str, at: dt.datetime) -> bool:
        """Put somebody on the list, once per `file`; false when she was there. Raises StorageError."""
        ...


class CallbackCarrier:
    """Implements handlers.delivery.carrier.Carrier."""

    def __init__(self, add: AddCallback, unseal: Unseal) -> None:
        self._add = add
        self._unseal = unseal

    def deliver(self, item: Item) -> str:
        number = opened(item, self._unseal, "sealed_number")
        name = _name(item.idempotency_key)
        payload = item.payload
        try:
            self._add(name, number, str(payload.get("reason", "")), str(payload.get("call", "")), item.created_at)
        except StorageError:
            raise TryLater("storage") from None
        return name


def _name(key: str) -> str:
    """A long key would be cut in the list, where two could then look the same."""
    return key if len(key) <= LONGEST_NAME else f"{key[:100]}:{hashlib.sha256(key.encode()).hexdigest()}"
