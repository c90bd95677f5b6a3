"""Handlers, run in workers so that the call's thread can keep the line alive."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Protocol

from ivr.engine.commands import Invoke
from ivr.engine.events import Result
from ivr.engine.secrets import Secret


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a handler ended: the fields of `events.Invoked` that are its own."""

    result: Result
    value: Any = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CallContext:
    """What a handler may know of the call. `reveal` gives a secret's digits; they stay in memory."""

    call_id: str
    service: str
    language: str
    at: dt.datetime
    caller_number: str
    caller_hash: str
    reveal: Callable[[Secret], str]


class Invoker(Protocol):
    def submit(self, command: Invoke, context: CallContext) -> "Future[Outcome]":
        """Start the handler; the future never raises. It ends by itself within the time limit."""
        ...
