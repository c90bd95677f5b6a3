"""Carries what the outbox holds, on a few threads for each kind, until it is told to stop.

Rule: one kind that is down holds up no other. Whatever a carrier does, its item is settled or comes back when its lease ends;
nothing of a caller is logged: kind, number, attempt and a code.
"""

import random
import threading
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import structlog

from handlers.delivery.carrier import Carrier, Rejected, TryLater
from ivr.ports.clock import Clock
from ivr.ports.outbox import Item, Outbox

log = structlog.get_logger(__name__)

TOO_LATE = "too_late"


@dataclass(frozen=True, slots=True)
class DelivererSettings:
    """`threads` for each kind. An idle thread looks every `idle_ms`; while nothing can be carried it rests longer and longer,
    `rest_ms` at most, so that a gateway that is down is not run over. Settling is tried `settle_tries` times."""

    threads: int = 2
    idle_ms: int = 1_000
    rest_ms: int = 30_000
    settle_tries: int = 5


class Deliverer:
    """One process's deliveries; `start` and `stop` once."""

    def __init__(
        self, outbox: Outbox, carriers: Mapping[str, Carrier], clock: Clock, settings: DelivererSettings = DelivererSettings()
    ) -> None:
        self._outbox = outbox
        self._carriers = dict(carriers)
        self._clock = clock
        self._settings = settings
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Carry until `stop`."""
        for kind in self._carriers:
            for number in range(self._settings.threads):
                thread = threading.Thread(target=self._run, args=(kind,), name=f"deliver-{kind}-{number}", daemon=True)
                self._threads.append(thread)
                thread.start()

    def stop(self, wait_ms: int = 30_000) -> bool:
        """Take nothing more and let what is being carried end; true when all of it has, within the time."""
        self._stop.set()
        deadline = time.monotonic() + wait_ms / 1000
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not self.running

    @property
    def running(self) -> bool:
        """Whether any of the threads is alive."""
        return any(thread.is_alive() for thread in self._threads)

    def carry_next(self, kind: str) -> bool | None:
        """Carry one item of a kind: false when the other side does not work, nothing when no item was due.

        Raises StorageError when the outbox cannot be read.
        """
        items = self._outbox.take((kind,), 1)
        return self._carry(items[0], self._carriers[kind]) if items else None

    def _run(self, kind: str) -> None:
        faults = 0
        while not self._stop.is_set():
            try:
                carried = self.carry_next(kind)
            except Exception as error:
                log.warning("outbox_not_read", kind=kind, **_origin(error))
                carried = False
            if carried:
                faults = 0
            elif carried is None:
                self._stop.wait(self._settings.idle_ms / 1000)
            else:
                faults += 1
                self._stop.wait(self._rest_ms(faults) / 1000)

    def _rest_ms(self, faults: int) -> float:
        """Doubling, and never the same for two threads."""
        most: int = min(self._settings.rest_ms, 100 * 2 ** min(faults, 20))
        return most * random.uniform(0.5, 1.0)

    def _carry(self, item: Item, carrier: Carrier) -> bool:
        """Whether the other side works: a refusal of this item tells nothing against the next one."""
        ending = self._attempt(item, carrier)
        log.info("delivery", **_named(item), result=ending.result, reason=ending.reason)
        self._settle(item, ending)
        return ending.result != "later"

    def _attempt(self, item: Item, carrier: Carrier) -> "_Ending":
        try:
            until = item.payload.get("until")
            if until is not None and until <= self._clock.now():
                return _Ending("rejected", reason=TOO_LATE)
            return _Ending("done", receipt=carrier.deliver(item))
        except Rejected as refusal:
            return _Ending("rejected", reason=refusal.reason)
        except TryLater as fault:
            return _Ending("later", reason=fault.reason, after_ms=fault.after_ms)
        except Exception as error:
            log.error("delivery_failed", **_named(item), **_origin(error))
            return _Ending("later", reason="error")

    def _settle(self, item: Item, ending: "_Ending") -> None:
        """Write down how it ended. Where that cannot be done, the lease ends and the item is carried again under its key."""
        for tries in range(1, self._settings.settle_tries + 1):
            try:
                match ending.result:
                    case "done":
                        self._outbox.done(item, ending.receipt)
                    case "later":
                        self._outbox.later(item, ending.reason, ending.after_ms)
                    case "rejected":
                        self._outbox.rejected(item, ending.reason)
                return
            except Exception as error:
                log.warning("delivery_not_settled", **_named(item), tries=tries, **_origin(error))
                if self._stop.wait(min(2.0, 0.1 * 2**tries)):
                    return


@dataclass(frozen=True, slots=True)
class _Ending:
    result: Literal["done", "later", "rejected"]
    receipt: str = ""
    reason: str = ""
    after_ms: int | None = None


def _named(item: Item) -> dict[str, Any]:
    return {"kind": item.kind, "item": item.id, "attempt": item.attempt}


def _origin(error: BaseException) -> dict[str, str]:
    """Where an unforeseen error was raised; its words are left out, since they may quote a message."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else ""
    return {"error": type(error).__name__, "where": where}
