"""Small stand-ins that satisfy the ports handlers are given."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

from handlers.base import Handler, Services
from handlers.information_system import NoPayment, Payment, Person
from handlers.invoker import Limits, ThreadInvoker
from ivr.engine.commands import Invoke
from ivr.engine.prompts import Prompt
from ivr.engine.secrets import Secret
from ivr.ports.invoker import CallContext
from ivr.ports.unit_of_work import Receipt, StorageError, Work

AT = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


@dataclass
class FixedInformation:
    """One person, `ref-1`, whose code is 271828, with one payment."""

    verified: list[tuple[str, str]] = field(default_factory=list)

    def verify(self, identifier: str, code: str) -> Person | None:
        self.verified.append((identifier, code))
        return Person("ref-1") if (identifier, code) == ("10000000014", "271828") else None

    def next_payment(self, person: str, on: dt.date) -> Payment | None:
        return Payment(on, Decimal("987.65")) if person == "ref-1" else None

    def why_no_payment(self, person: str, on: dt.date) -> NoPayment | None:
        return None if self.next_payment(person, on) else NoPayment.SUSPENDED

    def last_payments(self, person: str, on: dt.date, count: int) -> tuple[Payment, ...]:
        days = (dt.date(on.year, on.month, 1) - dt.timedelta(days=30 * number) for number in range(count))
        return tuple(Payment(day, Decimal("900.00")) for day in days)

    def probe(self) -> None:
        return None


@dataclass(frozen=True)
class FixedVerdict:
    wait_ms: int = 0
    refused: bool = False


@dataclass
class CountedAttempts:
    """Refuses a pair of identifier and caller after `limit` failures, and asks for a second more each time."""

    limit: int = 3
    noted: list[tuple[str, str, bool]] = field(default_factory=list)

    def check(self, identifier_hash: str, caller_hash: str, at: dt.datetime) -> FixedVerdict:
        assert at.tzinfo is not None
        failures = self.noted.count((identifier_hash, caller_hash, False))
        return FixedVerdict(failures * 1_000, failures >= self.limit)

    def note(self, identifier_hash: str, caller_hash: str, at: dt.datetime, success: bool) -> None:
        assert at.tzinfo is not None
        self.noted.append((identifier_hash, caller_hash, success))


@dataclass
class MemoryUnitOfWork:
    """Keeps what is committed. `fault` is raised by the block's end; `begun` holds the transport keys."""

    stored: list[tuple[str, str]] = field(default_factory=list)
    begun: list[str] = field(default_factory=list)
    fault: Exception | None = None

    @contextmanager
    def begin(self, transport_key: str, timeout_ms: int) -> Iterator[Work]:
        assert timeout_ms > 0
        self.begun.append(transport_key)
        work = MemoryWork()
        yield work
        if self.fault is not None:
            raise self.fault
        self.stored += work.written


@dataclass
class MemoryWork:
    written: list[tuple[str, str]] = field(default_factory=list)

    def request(self, kind: str, business_key: str, payload: Mapping[str, Any]) -> Receipt:
        self.written.append((kind, business_key))
        return Receipt(f"r{len(self.written)}", True, "confirmed", payload)

    def follow_up(self, kind: str, key: str, payload: Mapping[str, Any], at: dt.datetime | None = None) -> None:
        assert payload is not None
        self.written.append((kind, key))


class ClosedUnitOfWork:
    """A database that takes nothing."""

    def begin(self, transport_key: str, timeout_ms: int) -> Any:
        raise StorageError(f"{transport_key} waited {timeout_ms} ms")


def services(information: Any = None, attempts: CountedAttempts | None = None, pauses: list[int] | None = None) -> Services:
    """Services around stand-ins; `pauses` collects what would have been waited."""
    waited: list[int] = [] if pauses is None else pauses
    return Services(
        information=cast(Any, FixedInformation()) if information is None else information,
        attempts=CountedAttempts() if attempts is None else attempts,
        fingerprint=lambda identifier: f"hash-{hash(identifier)}",
        pause=waited.append,
        seal=lambda text: f"sealed({len(text)})",
    )


def invoker(
    *handlers: Handler, unit_of_work: Any = None, given: Services | None = None, limits: Limits | None = None
) -> ThreadInvoker:
    """A real invoker of these handlers."""
    return ThreadInvoker(handlers, given or services(), unit_of_work or MemoryUnitOfWork(), limits or Limits())


def command(handler: str, arguments: Mapping[str, Any] | None = None, timeout_ms: int = 5_000, write: bool = False) -> Invoke:
    """As the engine makes it; its key is `call-1:7`."""
    return Invoke(handler, arguments or {}, timeout_ms, Prompt((), "fr"), "call-1:7", write)


def _no_secret(secret: Secret) -> str:
    raise KeyError(secret.ref)


def context(reveal: Callable[[Secret], str] = _no_secret, at: dt.datetime = AT) -> CallContext:
    """A call of 0199000001 at ten o'clock in Paris."""
    return CallContext("call-1", "france-emploi", "fr", at, "0199000001", "hash-of-caller", reveal)
