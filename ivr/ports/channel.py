"""A caller's line: a phone call, a terminal, a browser phone, a conversation test."""

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any, Protocol

from ivr.engine.commands import Collect, Disconnect, Invoke, Play, Record, Transfer
from ivr.engine.events import Disconnected, Event, Heardness


class Channel(Protocol):
    """Every method says the `plays` first. A caller who is gone is a Disconnected event, never an exception.

    Keys pressed at any moment, also while nothing is asked, belong to the call's one type-ahead buffer
    (`ivr.engine.collecting.TypeAhead`), which the channel keeps and hands to each Collector.
    """

    def collect(self, plays: Sequence[Play], command: Collect) -> Event:
        """Pressed, Heard, Noinput or Disconnected. The channel drives an `ivr.engine.collecting.Collector`."""
        ...

    def hold(self, plays: Sequence[Play], command: Invoke, done: "Future[Any]") -> Heardness | Disconnected:
        """Keep the line alive, with filler after a second or so, until `done` or the caller is gone."""
        ...

    def record(self, plays: Sequence[Play], command: Record) -> Event:
        """Recorded or Disconnected (what was recorded until then is kept and named in the journal)."""
        ...

    def transfer(self, plays: Sequence[Play], command: Transfer) -> Event:
        """Transferred or Disconnected; on ANSWERED the conversation is over when this returns."""
        ...

    def disconnect(self, plays: Sequence[Play], command: Disconnect) -> Disconnected:
        """Say the last words and hang up."""
        ...
