"""The first service's handlers, run as calls run them."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from handlers.catalogue import handlers
from handlers.errors import Failed
from handlers.france_emploi.identification import MAX_WAIT_MS
from handlers.invoker import ThreadInvoker
from ivr.engine.events import Result
from ivr.engine.secrets import Secret
from ivr.ports.invoker import CallContext, Outcome
from ivr.ports.unit_of_work import StorageError
from tests.handlers.fakes import AT, CountedAttempts, FixedInformation, command, invoker, services

KNOWN, UNKNOWN, RIGHT, WRONG = "10000000014", "10000000097", "271828", "000000"


def run(port: ThreadInvoker, name: str, **arguments: Any) -> Outcome:
    return port.submit(command(name, arguments), caller("1")).result(10)


def caller(number: str, digits: dict[str, str] | None = None) -> CallContext:
    kept = digits or {}
    return CallContext("call-1", "france-emploi", "fr", AT, number, f"caller-{number}", lambda secret: kept[secret.ref])


@dataclass
class Desk:
    """Identifies callers, and remembers what it took."""

    information: FixedInformation = field(default_factory=FixedInformation)
    attempts: CountedAttempts = field(default_factory=CountedAttempts)
    pauses: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.port = invoker(*handlers(), given=services(self.information, self.attempts, self.pauses))

    def identify(self, identifier: str, code: str, number: str = "1") -> Outcome:
        digits = {"s1": identifier, "s2": code}
        arguments = {"identifier": Secret("s1", "identifier", 11), "code": Secret("s2", "digits", 6)}
        return self.port.submit(command("identification.verify", arguments), caller(number, digits)).result(10)


NOT_RECOGNISED = Outcome(Result.REFUSED, reason="not_recognised")
TOO_MANY = Outcome(Result.REFUSED, reason="too_many")
RECOGNISED = Outcome(Result.DONE, {"person": "ref-1", "language": "fr"})


def test_the_right_code_gives_a_reference() -> None:
    desk = Desk()
    assert desk.identify(KNOWN, RIGHT) == RECOGNISED
    assert [success for *_, success in desk.attempts.noted] == [True]


@pytest.mark.parametrize("identifier", [KNOWN, UNKNOWN])
def test_wrong_codes_are_slowed_and_then_refused_alike_for_known_and_unknown(identifier: str) -> None:
    desk = Desk()
    outcomes = [desk.identify(identifier, WRONG) for _ in range(5)]
    assert outcomes == [NOT_RECOGNISED] * 3 + [TOO_MANY] * 2
    assert desk.pauses == [1_000, 2_000]
    assert len(desk.information.verified) == 3


def test_a_locked_caller_is_refused_the_right_code_too_and_others_are_not() -> None:
    desk = Desk()
    for _ in range(3):
        desk.identify(KNOWN, WRONG)
    assert desk.identify(KNOWN, RIGHT) == TOO_MANY
    assert desk.identify(KNOWN, RIGHT, number="2") == RECOGNISED


def test_no_wait_is_longer_than_the_handlers_time_limit_allows() -> None:
    desk = Desk(attempts=CountedAttempts(limit=99))
    for _ in range(12):
        desk.identify(KNOWN, WRONG)
    assert max(desk.pauses) == MAX_WAIT_MS


def test_attempts_are_counted_by_hashes_alone() -> None:
    desk = Desk()
    desk.identify(KNOWN, WRONG)
    assert KNOWN not in str(desk.attempts.noted)


class DeafAttempts(CountedAttempts):
    def check(self, identifier_hash: str, caller_hash: str, at: dt.datetime) -> Any:
        raise StorageError(f"{identifier_hash} {caller_hash} {at}")


def test_nobody_is_let_in_when_attempts_cannot_be_counted() -> None:
    desk = Desk(attempts=DeafAttempts())
    assert desk.identify(KNOWN, RIGHT) == Outcome(Result.FAILED, reason="storage")
    assert desk.information.verified == []


class SilentInformation(FixedInformation):
    def verify(self, identifier: str, code: str) -> Any:
        raise Failed("unavailable")

    def next_payment(self, person: str, on: dt.date) -> Any:
        raise Failed("unavailable")


def test_a_system_that_is_down_counts_no_attempt() -> None:
    desk = Desk(information=SilentInformation())
    assert desk.identify(KNOWN, RIGHT) == Outcome(Result.FAILED, reason="unavailable")
    assert desk.attempts.noted == []


def test_the_next_payment() -> None:
    outcome = run(Desk().port, "payments.next", person="ref-1")
    assert outcome == Outcome(Result.DONE, {"amount": Decimal("987.65"), "date": dt.date(2026, 11, 23)})


def test_no_payment_is_an_answer_and_has_a_reason() -> None:
    assert run(Desk().port, "payments.next", person="ref-2") == Outcome(Result.DONE, None)
    assert run(Desk().port, "payments.why_none", person="ref-2") == Outcome(Result.DONE, {"reason": "suspended"})
    assert run(Desk().port, "payments.why_none", person="ref-1") == Outcome(Result.DONE, None)


def test_the_last_three_payments() -> None:
    outcome = run(Desk().port, "payments.last", person="ref-1")
    days = [dt.date(2026, 11, 1), dt.date(2026, 10, 2), dt.date(2026, 9, 2)]
    assert outcome.value == tuple({"amount": Decimal("900.00"), "date": day} for day in days)


@pytest.mark.parametrize(("count", "made"), [(1, 1), (2, 2), (Decimal(5), 5), (12, 12), (None, 3)])
def test_as_many_payments_as_are_asked_for(count: Any, made: int) -> None:
    assert len(run(Desk().port, "payments.last", person="ref-1", count=count).value) == made


@pytest.mark.parametrize("count", [0, -1, 13, Decimal("1.5"), "many", True])
def test_a_count_that_cannot_be_meant_is_failed(count: Any) -> None:
    outcome = run(Desk().port, "payments.last", person="ref-1", count=count)
    assert outcome == Outcome(Result.FAILED, reason="bad_argument")


def test_a_file_that_cannot_be_read_is_failed() -> None:
    outcome = run(Desk(information=SilentInformation()).port, "payments.next", person="ref-1")
    assert outcome == Outcome(Result.FAILED, reason="unavailable")
