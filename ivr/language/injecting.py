"""Handlers as a conversation has them: answers from the file, the rest from the invoker underneath, every call noted."""

import datetime as dt
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from ivr.engine.codec import freeze
from ivr.engine.commands import Invoke
from ivr.engine.events import Result
from ivr.engine.secrets import Secret
from ivr.language.desk import HandlerManifest
from ivr.language.keys import Fields
from ivr.language.shapes import TRUTHS
from ivr.ports.invoker import CallContext, Invoker, Outcome
from ivr.runtime.scripted import DelayedFuture


@dataclass(frozen=True, slots=True)
class HandlerCall:
    """A handler was called after so many of the caller's actions. Secrets are in clear: a conversation's caller is invented."""

    after: int
    handler: str
    arguments: Mapping[str, str]


@dataclass
class Injecting:
    """Implements ivr.ports.invoker.Invoker. `performed` tells how many actions the caller has done."""

    answers: Mapping[str, tuple[Fields, ...]]
    manifests: Mapping[str, HandlerManifest]
    beneath: Invoker | None
    performed: Callable[[], int]
    calls: list[HandlerCall] = field(default_factory=list)

    def submit(self, command: Invoke, context: CallContext) -> "Future[Outcome]":
        arguments = {name: _clear(value, context) for name, value in command.arguments.items()}
        self.calls.append(HandlerCall(self.performed(), command.handler, arguments))
        answers = self.answers.get(command.handler)
        if answers:
            times = sum(1 for call in self.calls if call.handler == command.handler)
            return _answered(answers[min(times, len(answers)) - 1], command, self.manifests.get(command.handler))
        if self.beneath is None:
            return _ready(Outcome(Result.FAILED, reason="unknown_handler"), 0)
        return self.beneath.submit(command, context)


def _clear(value: Any, context: CallContext) -> str:
    return context.reveal(value) if isinstance(value, Secret) else str(value)


def _answered(answer: Fields, command: Invoke, manifest: HandlerManifest | None) -> "Future[Outcome]":
    delay_ms = answer.get("after", 0)
    if delay_ms > command.timeout_ms:
        late = Result.UNKNOWN if command.write else Result.FAILED
        return _ready(Outcome(late, reason="timeout"), command.timeout_ms)
    if answer.get("unknown"):
        return _ready(Outcome(Result.UNKNOWN, reason="injected"), delay_ms)
    if answer.get("fails"):
        return _ready(Outcome(Result.FAILED, reason="injected"), delay_ms)
    if "refuses" in answer:
        return _ready(Outcome(Result.REFUSED, reason=answer["refuses"]), delay_ms)
    returns = manifest.returns if manifest is not None else None
    return _ready(Outcome(Result.DONE, freeze(typed(answer.get("gives"), returns))), delay_ms)


def _ready(outcome: Outcome, delay_ms: int) -> "Future[Outcome]":
    future: Future[Any] = DelayedFuture(delay_ms)
    future.set_result(outcome)
    return future


def typed(value: Any, returns: Any) -> Any:
    """A value of a file as the handler would have given it: by its declared type, as text where it declares none."""
    if value in (None, "", "none"):
        return None
    if isinstance(value, dict):
        known = returns if isinstance(returns, dict) else {}
        return {name: typed(each, known.get(name)) for name, each in value.items()}
    if isinstance(value, list):
        item = returns[0] if isinstance(returns, list) and returns else None
        return [typed(each, item) for each in value]
    return _scalar(value, returns if isinstance(returns, str) else "text")


def _scalar(text: str, kind: str) -> Any:
    try:
        match kind:
            case "amount" | "euros":
                return Decimal(text)
            case "number":
                return int(text) if text.lstrip("-").isdecimal() else Decimal(text)
            case "date":
                return dt.date.fromisoformat(text)
            case "yes_no":
                return TRUTHS.get(text, text)
    except (ValueError, InvalidOperation):
        pass
    return text
