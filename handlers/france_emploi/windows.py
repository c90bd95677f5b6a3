"""When a month may be declared: from the 28th of it (the 26th in February) to the 15th of the next one, both days included.

Source: France Travail's calendar of the monthly status update.
"""

import datetime as dt
from dataclasses import dataclass

OPENS_DAY = 28
OPENS_DAY_FEBRUARY = 26
CLOSES_DAY = 15


@dataclass(frozen=True, slots=True)
class Window:
    """`month` is the first day of the month that is, or will next be, declared."""

    month: dt.date
    opens: dt.date
    closes: dt.date

    def holds(self, day: dt.date) -> bool:
        return self.opens <= day <= self.closes


def window_of(month: dt.date) -> Window:
    """The window in which a month is declared."""
    opens = month.replace(day=OPENS_DAY_FEBRUARY if month.month == 2 else OPENS_DAY)
    return Window(month.replace(day=1), opens, _next(month).replace(day=CLOSES_DAY))


def window_at(day: dt.date) -> Window:
    """The window that is open on that day, or the next one to open."""
    this = day.replace(day=1)
    earlier = window_of((this - dt.timedelta(days=1)).replace(day=1))
    return earlier if earlier.holds(day) else window_of(this)


def _next(month: dt.date) -> dt.date:
    return (month.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
