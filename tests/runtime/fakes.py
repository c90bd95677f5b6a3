"""Small real things that satisfy the ports: an invoker with answers written down, a journal that is a list."""

import time
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from ivr.engine.codec import freeze
from ivr.engine.commands import Invoke
from ivr.engine.events import Result
from ivr.engine.session import Turn
from ivr.ports.invoker import CallContext, Outcome
from ivr.runtime.scripted import DelayedFuture


@dataclass
class Answers:
    """Implements ivr.ports.invoker.Invoker: each handler has one answer, and a delay that takes no real time."""

    by_name: Mapping[str, Outcome] = field(default_factory=dict)
    delay_ms: int = 0
    asked: list[tuple[Invoke, CallContext]] = field(default_factory=list)

    def submit(self, command: Invoke, context: CallContext) -> "Future[Outcome]":
        self.asked.append((command, context))
        future: Any = DelayedFuture(self.delay_ms)
        future.set_result(self.by_name.get(command.handler, Outcome(Result.FAILED, reason="unknown_handler")))
        return future  # type: ignore[no-any-return]


class Never:
    """An invoker whose handlers never answer."""

    def submit(self, command: Invoke, context: CallContext) -> "Future[Outcome]":
        return Future()


@dataclass
class ListJournal:
    """Implements ivr.ports.journal.Journal."""

    turns: list[Turn] = field(default_factory=list)

    def append(self, turn: Turn) -> None:
        self.turns.append(turn)


def done(value: object = None) -> Outcome:
    return Outcome(Result.DONE, freeze(value))


def elapsed_ms(began: float) -> float:
    return (time.monotonic() - began) * 1000
