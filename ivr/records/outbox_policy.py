"""When a delivery that failed is tried again, and what an item's end means for the request it belongs to.

Rule: pure; chance comes in as an argument.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

DELIVER = "deliver"
"""The kind of item that hands the request itself to a remote system."""


@dataclass(frozen=True, slots=True)
class BackOff:
    """Twenty attempts span some ten hours: a night without a mail server is survived."""

    first_ms: int = 5_000
    most_ms: int = 3_600_000
    attempts: int = 20

    def delay_ms(self, attempt: int, chance: float, asked_ms: int | None = None) -> int:
        """How long to wait after that attempt: doubling, between half and all of it by `chance` (0..1), never over `most_ms`.

        `asked_ms` is what the receiving side asked for; it is honoured within the same bound.
        """
        ceiling = min(self.most_ms, self.first_ms * 2 ** min(attempt - 1, 40))
        return min(self.most_ms, max(int(ceiling * (1 + chance) / 2), asked_ms or 0))

    def worn_out(self, attempt: int) -> bool:
        """Whether nothing is tried after that attempt."""
        return attempt >= self.attempts


def deciding(request_kind: str, kinds: Collection[str]) -> frozenset[str]:
    """Which of a request's items settle it.

    Those that carry the request itself: `deliver`, or its own kind (a request to send an SMS is done when the SMS has left).
    The others only tell about it, unless there is nothing else.
    """
    own = frozenset((DELIVER, request_kind)) & frozenset(kinds)
    return own or frozenset(kinds)


def all_done(request_kind: str, items: Sequence[tuple[str, str]]) -> bool:
    """Whether a request is done, from the (kind, status) of its items."""
    settling = deciding(request_kind, [kind for kind, _ in items])
    return all(status == "done" for kind, status in items if kind in settling)
