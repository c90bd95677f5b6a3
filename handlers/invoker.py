"""Runs handlers for calls: secrets revealed just before, answers checked, every ending made an Outcome.

Rule: whatever a handler does, its call has an answer within the command's time limit, and neither logs nor journal hold an
argument, an answer that failed, or an exception's words.
"""

import json
import time
import traceback
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from handlers.base import Handler, HandlerContext, Services
from handlers.errors import Failed, HandlerError, Refused, Unknown
from handlers.pool import Pool
from handlers.working import LazyWork, NoWork
from ivr.engine.codec import CodecError, decode, encode
from ivr.engine.commands import Invoke
from ivr.engine.events import Result
from ivr.engine.secrets import Secret
from ivr.ports.invoker import CallContext, Outcome
from ivr.ports.unit_of_work import StorageError, UnitOfWork, Work

log = structlog.get_logger(__name__)

MAX_ANSWER = 64_000
"""Characters of JSON: an answer is written with every turn of its call."""


@dataclass(frozen=True, slots=True)
class Limits:
    """`workers` handlers at a time; `stuck` ones that never ended are borne; a transaction waits `storage_ms` at most."""

    workers: int = 64
    stuck: int = 256
    storage_ms: int = 2_000


class ThreadInvoker:
    """Implements ivr.ports.invoker.Invoker."""

    def __init__(
        self,
        handlers: Iterable[Handler],
        services: Services,
        unit_of_work: UnitOfWork,
        limits: Limits = Limits(),
        timezone: str = "Europe/Paris",
    ) -> None:
        self._handlers = {handler.name: handler for handler in handlers}
        self._services = services
        self._unit_of_work = unit_of_work
        self._limits = limits
        self._zone = ZoneInfo(timezone)
        self._pool = Pool(limits.workers, limits.stuck)

    @property
    def stuck(self) -> int:
        """Handlers past their time limit that have not ended."""
        return self._pool.stuck

    def submit(self, command: Invoke, context: CallContext) -> "Future[Outcome]":
        handler = self._handlers.get(command.handler)
        if handler is None:
            return _answered(self._told(command, context, Outcome(Result.FAILED, reason="unknown_handler")))
        timeout_s = command.timeout_ms / 1000
        write = command.write or handler.manifest.write
        attempt = _Attempt(handler, command, context, write, time.monotonic() + timeout_s)
        return self._pool.submit(partial(self._run, attempt), partial(self._late, attempt), timeout_s)

    def close(self, wait_s: float = 0.0) -> bool:
        """Take nothing more; true when what runs has been answered within `wait_s`."""
        return self._pool.close(wait_s)

    def _run(self, attempt: "_Attempt") -> Outcome:
        try:
            outcome = self._called(attempt)
        except (Exception, SystemExit) as error:
            outcome = self._told(attempt.command, attempt.context, _outcome(error, attempt.write), error)
        late_s = time.monotonic() - attempt.deadline
        if late_s > 0:
            command = attempt.command
            log.warning(
                "handler_ended_late",
                handler=command.handler,
                key=command.key,
                result=outcome.result.value,
                late_ms=int(late_s * 1000),
            )
        return outcome

    def _called(self, attempt: "_Attempt") -> Outcome:
        arguments = _arguments(attempt)
        if not attempt.write:
            return Outcome(Result.DONE, _checked(self._answer(attempt, arguments, NoWork())))
        with LazyWork(self._unit_of_work, attempt.command.key, self._limits.storage_ms) as work:
            try:
                return Outcome(Result.DONE, _checked(self._answer(attempt, arguments, work)))
            except Unknown as unknown:
                # Leaving the block well keeps what was stored: it is what the act is settled by.
                return self._told(attempt.command, attempt.context, Outcome(Result.UNKNOWN, reason=unknown.reason))

    def _answer(self, attempt: "_Attempt", arguments: Mapping[str, Any], work: Work) -> Any:
        call = attempt.context
        context = HandlerContext(
            call.call_id,
            call.service,
            call.language,
            call.at,
            call.at.astimezone(self._zone).date(),
            call.caller_number,
            call.caller_hash,
            attempt.command.key,
            work,
        )
        return attempt.handler.function(arguments, self._services, context)

    def _late(self, attempt: "_Attempt", begun: bool) -> Outcome:
        """A write that was begun may be carried out yet; one that was not never will be."""
        if not begun:
            outcome = Outcome(Result.FAILED, reason="busy")
        else:
            outcome = Outcome(Result.UNKNOWN if attempt.write else Result.FAILED, reason="timeout")
        return self._told(attempt.command, attempt.context, outcome)

    def _told(self, command: Invoke, context: CallContext, outcome: Outcome, error: BaseException | None = None) -> Outcome:
        if outcome.result is not Result.REFUSED:
            log.warning(
                "handler_ended_badly",
                handler=command.handler,
                call=context.call_id,
                key=command.key,
                result=outcome.result.value,
                reason=outcome.reason,
                stuck=self._pool.stuck,
                **_origin(error),
            )
        return outcome


@dataclass(frozen=True, slots=True)
class _Attempt:
    handler: Handler
    command: Invoke
    context: CallContext
    write: bool
    deadline: float


def _answered(outcome: Outcome) -> "Future[Outcome]":
    future: Future[Outcome] = Future()
    future.set_result(outcome)
    return future


def _arguments(attempt: _Attempt) -> dict[str, Any]:
    """The arguments in clear. Raises Failed when one that must be there is not, or a code would go where nobody declared it."""
    declared = attempt.handler.manifest.arguments
    for name, value in attempt.command.arguments.items():
        if name not in declared and _holds_code(value):
            raise Failed("secret_argument")
    given = {name: _revealed(value, attempt.context) for name, value in attempt.command.arguments.items()}
    for name, argument in declared.items():
        if argument.required and given.get(name) is None:
            raise Failed("missing_argument")
    return given


def _holds_code(value: Any) -> bool:
    """Whether a secret that is never said is in it: what messages say is stored until it has left."""
    if isinstance(value, Secret):
        return not value.spoken
    inside = value.values() if isinstance(value, Mapping) else value if isinstance(value, (list, tuple)) else ()
    return any(map(_holds_code, inside))


def _revealed(value: Any, context: CallContext) -> Any:
    if isinstance(value, Secret):
        return context.reveal(value)
    if isinstance(value, Mapping):
        return {key: _revealed(item, context) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return tuple(_revealed(item, context) for item in value)
    return value


def _checked(answer: Any) -> Any:
    """The answer in the form that a session keeps. Raises Failed for what cannot be written, or is too long."""
    try:
        form = encode(answer)
        size = len(json.dumps(form, allow_nan=False))
    except (CodecError, ValueError, RecursionError):
        raise Failed("bad_answer") from None
    if size > MAX_ANSWER:
        raise Failed("answer_too_long")
    return decode(form)


def _outcome(error: BaseException, write: bool) -> Outcome:
    match error:
        case Refused():
            return Outcome(Result.REFUSED, reason=error.reason)
        case Unknown():
            return Outcome(Result.UNKNOWN if write else Result.FAILED, reason=error.reason)
        case HandlerError():
            return Outcome(Result.FAILED, reason=error.reason)
        case StorageError():
            return Outcome(Result.FAILED, reason="storage")
        case _:
            return Outcome(Result.FAILED, reason="error")


def _origin(error: BaseException | None) -> dict[str, str]:
    """Where an unforeseen error was raised; its words are left out, since they may quote what a caller keyed."""
    if error is None or isinstance(error, HandlerError):
        return {}
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else ""
    return {"error": type(error).__name__, "where": where}
