"""The machine's clock, the one place that reads it."""

import datetime as dt
import time


class SystemClock:
    """Implements ivr.ports.clock.Clock."""

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)  # noqa: TID251  # the Clock itself

    def monotonic_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000


class ShiftedClock(SystemClock):
    """The machine's clock moved to another moment, for trying what holds at another date."""

    def __init__(self, start: dt.datetime) -> None:
        self._shift = start - SystemClock().now()

    def now(self) -> dt.datetime:
        return SystemClock().now() + self._shift
