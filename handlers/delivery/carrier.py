"""How something that was promised leaves: one carrier for each kind of item, and the two ways in which it can fail.

Rule: a failure carries a short code and nothing else: no address, no number and no word of a message may reach a log.
"""

import re
from collections.abc import Callable
from typing import Protocol

from ivr.ports.outbox import Item

_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
Unseal = Callable[[str], str]
"""What was sealed with the site's key, in clear; raises whatever the key's own module raises."""


class DeliveryError(Exception):
    """Raised as one of its two kinds. `reason` is lower-case letters, digits and `_`, 40 at most; else ValueError."""

    def __init__(self, reason: str) -> None:
        if not _CODE.fullmatch(reason):
            raise ValueError("a reason is a short code such as gateway_503")
        super().__init__(reason)
        self.reason = reason


class TryLater(DeliveryError):
    """It may work another time. `after_ms` is how long the other side asks to be left alone."""

    def __init__(self, reason: str, after_ms: int | None = None) -> None:
        super().__init__(reason)
        self.after_ms = after_ms


class Rejected(DeliveryError):
    """It will never work as it is: somebody has to look at it."""


class Carrier(Protocol):
    def deliver(self, item: Item) -> str:
        """Carry an item and give the other side's name for it, which may be empty. Raises TryLater or Rejected.

        It may be called again with an item that was carried: the idempotency key is then the same. It ends within a
        minute or two, well before a worker's lease.
        """
        ...


def opened(item: Item, unseal: Unseal, field: str = "sealed_to") -> str:
    """The number or address of an item. Raises Rejected for one that is missing or was sealed elsewhere."""
    sealed = item.payload.get(field)
    if not isinstance(sealed, str):
        raise Rejected("no_address")
    try:
        clear = unseal(sealed)
    except Exception:
        raise Rejected("sealed_with_another_key") from None
    if not clear.strip():
        raise Rejected("no_address")
    return clear
