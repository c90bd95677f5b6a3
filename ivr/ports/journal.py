"""What happened in each call, appended before it is acted on."""

from typing import Protocol

from ivr.engine.session import Turn


class Journal(Protocol):
    def append(self, turn: Turn) -> None:
        """Take a turn; never blocks for long and never raises: a full disk loses the journal, not the call."""
        ...
