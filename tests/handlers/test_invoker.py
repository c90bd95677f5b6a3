"""Whatever a handler does, its call has a true answer in time, and nothing personal is logged."""

import datetime as dt
import threading
from decimal import Decimal
from typing import Any

import pytest
import structlog

from handlers.base import Argument, Handler, handler
from handlers.errors import Failed, Refused, Unknown
from handlers.invoker import Limits
from ivr.engine.codec import decode, encode
from ivr.engine.events import Result
from ivr.engine.secrets import Secret
from ivr.ports.invoker import Invoker, Outcome
from ivr.ports.unit_of_work import StorageError
from tests.handlers.fakes import AT, ClosedUnitOfWork, MemoryUnitOfWork, command, context, invoker

PERSONAL = "10000000014"


def answering(answer: Any, write: bool = False) -> Handler:
    """A handler `test.act` that returns the answer, or raises it."""

    optional = Argument("text", required=False)

    @handler(name="test.act", arguments={"who": optional, "others": optional}, write=write)
    def act(arguments: Any, services: Any, context: Any) -> Any:
        if isinstance(answer, BaseException):
            raise answer
        return answer(arguments, services, context) if callable(answer) else answer

    return act


def outcome_of(answer: Any, write: bool = False, unit_of_work: Any = None) -> Outcome:
    port: Invoker = invoker(answering(answer, write), unit_of_work=unit_of_work)
    return port.submit(command("test.act", {"who": PERSONAL}, write=write), context()).result(10)


@pytest.mark.parametrize(
    "answer",
    [None, True, "texte", 3, Decimal("987.65"), dt.date(2026, 11, 28), {"amount": Decimal("1.10"), "of": {"a": 1}}],
)
def test_an_answer_reaches_the_session(answer: Any) -> None:
    assert outcome_of(answer) == Outcome(Result.DONE, answer)


def test_a_list_comes_in_the_form_that_a_session_is_read_back_in() -> None:
    value = outcome_of([{"a": [1, 2]}]).value
    assert value == ({"a": (1, 2)},)
    assert decode(encode(value)) == value


@pytest.mark.parametrize("answer", [object(), {1: "a"}, float("nan"), {"b": b"bytes"}])
def test_an_answer_that_no_session_can_hold_is_failed(answer: Any) -> None:
    assert outcome_of(answer) == Outcome(Result.FAILED, reason="bad_answer")


def test_an_answer_that_holds_itself_is_failed() -> None:
    endless: list[Any] = []
    endless.append(endless)
    assert outcome_of(endless) == Outcome(Result.FAILED, reason="bad_answer")


def test_an_answer_too_long_for_a_session_is_failed() -> None:
    assert outcome_of("x" * 100_000) == Outcome(Result.FAILED, reason="answer_too_long")


@pytest.mark.parametrize("write", [False, True])
def test_refusals_and_failures_keep_their_reason(write: bool) -> None:
    assert outcome_of(Refused("unknown_person"), write) == Outcome(Result.REFUSED, reason="unknown_person")
    assert outcome_of(Failed("unavailable"), write) == Outcome(Result.FAILED, reason="unavailable")
    assert outcome_of(RuntimeError(PERSONAL), write) == Outcome(Result.FAILED, reason="error")
    assert outcome_of(SystemExit(1), write) == Outcome(Result.FAILED, reason="error")


def test_only_a_write_can_be_unknown() -> None:
    assert outcome_of(Unknown("timeout"), write=False) == Outcome(Result.FAILED, reason="timeout")
    assert outcome_of(Unknown("timeout"), write=True) == Outcome(Result.UNKNOWN, reason="timeout")


def test_a_handler_that_nobody_wrote_is_failed() -> None:
    assert invoker().submit(command("no.such"), context()).result(10) == Outcome(Result.FAILED, reason="unknown_handler")


def test_a_missing_argument_is_failed_before_the_handler_runs() -> None:
    ran: list[Any] = []

    @handler(name="test.needs", arguments={"person": "text"})
    def needs(arguments: Any, *_: Any) -> None:
        ran.append(arguments)

    for given in ({}, {"person": None}):
        outcome = invoker(needs).submit(command("test.needs", given), context()).result(10)
        assert outcome == Outcome(Result.FAILED, reason="missing_argument")
    assert ran == []


@pytest.mark.parametrize(("write", "result"), [(False, Result.FAILED), (True, Result.UNKNOWN)])
def test_a_handler_that_never_returns_is_answered_in_time(write: bool, result: Result) -> None:
    release = threading.Event()
    port = invoker(answering(lambda *_: release.wait(20), write), limits=Limits(workers=1))
    late = port.submit(command("test.act", timeout_ms=50, write=write), context())
    assert late.result(10) == Outcome(result, reason="timeout")
    assert port.stuck == 1
    release.set()


def test_a_write_that_waits_for_a_worker_until_its_limit_was_not_made() -> None:
    release, begun = threading.Event(), threading.Event()
    storage = MemoryUnitOfWork()

    def act(_arguments: Any, _services: Any, context: Any) -> None:
        context.work.request("declaration", "key", {})
        begun.set()
        release.wait(20)

    port = invoker(answering(act, write=True), unit_of_work=storage, limits=Limits(workers=1))
    first = port.submit(command("test.act", write=True), context())
    assert begun.wait(10)
    second = port.submit(command("test.act", timeout_ms=50, write=True), context())
    assert second.result(10) == Outcome(Result.FAILED, reason="busy")
    release.set()
    assert first.result(10).result is Result.DONE
    assert storage.stored == [("declaration", "key")]


def test_secrets_are_clear_to_the_handler_alone() -> None:
    seen: list[Any] = []
    secret = Secret("s1", "digits", 6)
    port = invoker(answering(lambda arguments, *_: seen.append(arguments)))
    asked = command("test.act", {"who": secret, "others": [secret, {"deep": secret}]})
    port.submit(asked, context(reveal=lambda one: {"s1": "271828"}[one.ref])).result(10)
    assert seen == [{"who": "271828", "others": ("271828", {"deep": "271828"})}]
    assert asked.arguments["who"] is secret


def test_a_secret_of_a_call_that_is_over_is_failed() -> None:
    port = invoker(answering("never"))
    outcome = port.submit(command("test.act", {"who": Secret("s1", "digits", 6)}), context()).result(10)
    assert outcome == Outcome(Result.FAILED, reason="error")


def test_a_handler_knows_the_day_where_the_service_is() -> None:
    seen: list[Any] = []
    port = invoker(answering(lambda _arguments, _services, context: seen.append((context.at, context.today))))
    evening = dt.datetime(2026, 11, 22, 23, 30, tzinfo=dt.UTC)
    port.submit(command("test.act"), context(at=evening)).result(10)
    assert seen == [(evening, dt.date(2026, 11, 23))]
    assert AT.date() == dt.date(2026, 11, 23)


def stores(then: Any = None) -> Any:
    def act(_arguments: Any, _services: Any, context: Any) -> Any:
        receipt = context.work.request("declaration", "person:2026-11:1", {"worked": False})
        context.work.follow_up("sms", "person:2026-11:1", {})
        if isinstance(then, BaseException):
            raise then
        return {"request": receipt.request_id}

    return act


KEPT = [("declaration", "person:2026-11:1"), ("sms", "person:2026-11:1")]


def test_a_write_is_committed_under_its_transport_key() -> None:
    storage = MemoryUnitOfWork()
    assert outcome_of(stores(), True, storage) == Outcome(Result.DONE, {"request": "r1"})
    assert (storage.begun, storage.stored) == (["call-1:7"], KEPT)


def test_a_write_that_stores_nothing_opens_no_transaction() -> None:
    storage = MemoryUnitOfWork()
    assert outcome_of("nothing to do", True, storage).result is Result.DONE
    assert storage.begun == []


@pytest.mark.parametrize("error", [Refused("already_declared"), Failed("unavailable"), RuntimeError()])
def test_a_write_that_does_not_end_well_leaves_nothing(error: Exception) -> None:
    storage = MemoryUnitOfWork()
    assert outcome_of(stores(error), True, storage).result is not Result.DONE
    assert storage.stored == []


def test_an_answer_that_cannot_be_told_is_not_committed() -> None:
    storage = MemoryUnitOfWork()

    def act(_arguments: Any, _services: Any, context: Any) -> Any:
        context.work.request("declaration", "key", {})
        return object()

    assert outcome_of(act, True, storage) == Outcome(Result.FAILED, reason="bad_answer")
    assert storage.stored == []


def test_an_unknown_end_keeps_what_it_will_be_settled_by() -> None:
    storage = MemoryUnitOfWork()
    assert outcome_of(stores(Unknown("timeout")), True, storage) == Outcome(Result.UNKNOWN, reason="timeout")
    assert storage.stored == KEPT


def test_storage_that_takes_nothing_is_failed() -> None:
    assert outcome_of(stores(), True, ClosedUnitOfWork()) == Outcome(Result.FAILED, reason="storage")
    refusing = MemoryUnitOfWork(fault=StorageError("locked"))
    assert outcome_of(stores(), True, refusing) == Outcome(Result.FAILED, reason="storage")


def test_a_commit_that_breaks_in_the_middle_is_unknown() -> None:
    breaking = MemoryUnitOfWork(fault=ConnectionError("lost"))
    assert outcome_of(stores(), True, breaking) == Outcome(Result.UNKNOWN, reason="commit")


def test_a_read_may_not_store() -> None:
    storage = MemoryUnitOfWork()
    assert outcome_of(stores(), False, storage) == Outcome(Result.FAILED, reason="error")
    assert storage.begun == []


def test_a_log_line_names_the_place_and_nothing_personal() -> None:
    def act(arguments: Any, *_: Any) -> Any:
        raise ValueError(f"{arguments['who']} is no good")

    with structlog.testing.capture_logs() as lines:
        outcome_of(act)
    (line,) = lines
    assert (line["event"], line["error"], line["handler"]) == ("handler_ended_badly", "ValueError", "test.act")
    assert line["where"].startswith("test_invoker.py:")
    assert PERSONAL not in str(lines)
    assert "0199000001" not in str(lines)
