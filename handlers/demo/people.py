"""Who lives in the demo: a few people that the documentation knows by heart, and some hundred more.

Rule: everybody is obviously invented, and reachable only at numbers and addresses that are kept for fiction. The same seed
and day give the same people.
"""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass

from handlers.information_system import NoPayment

PAYDAY = 28
HISTORY = 6
FIRST_NAMES = ("Camille", "Dominique", "Claude", "Sacha", "Alix", "Charlie", "Morgan", "Andrea", "Noa", "Lou")
NO_SUCH_IDENTIFIER = "10000000097"
"""Eleven digits that belong to nobody, whatever the seed."""


@dataclass(frozen=True, slots=True)
class Invented:
    """A person before she is stored; payments are (day, cents)."""

    identifier: str
    code: str
    name: str
    language: str
    phone: str
    email: str
    payments: tuple[tuple[dt.date, int], ...]
    why_no_payment: NoPayment | None = None


def payday(today: dt.date, months: int = 0) -> dt.date:
    """The 28th of this month, or of the next one once it is past; `months` later (or earlier, below zero)."""
    month = today.year * 12 + today.month - 1 + (today.day > PAYDAY) + months
    return dt.date(month // 12, month % 12 + 1, PAYDAY)


def known(today: dt.date) -> list[Invented]:
    """People of the documentation and of the conversations."""
    return [
        _person(10000000014, "271828", 1, (payday(today), 98_765), _paid(today, 98_765)),
        _person(10000000022, "314159", 2, None, _paid(today, 61_240), NoPayment.STATUS_NOT_UPDATED),
        _person(10000000030, "141421", 3, None, (), NoPayment.NO_ENTITLEMENT),
        _person(10000000048, "161803", 4, (payday(today, 1), 120_000), _paid(today, 120_000), language="en"),
        _person(10000000055, "173205", 5, (today, 100), ()),
    ]


def crowd(count: int, seed: int, today: dt.date) -> Iterator[Invented]:
    """As many others; about one in six has no payment planned."""
    dice = random.Random(seed)
    for number in range(count):
        code = f"{dice.randrange(1_000_000):06d}"
        cents = dice.randrange(30_000, 250_000)
        reason = dice.choice(list(NoPayment)) if dice.random() < 1 / 6 else None
        planned = None if reason else (payday(today), cents)
        history = () if reason is NoPayment.NO_ENTITLEMENT else _paid(today, cents)
        language = "en" if dice.random() < 0.1 else "fr"
        yield _person(10000001000 + 7 * number, code, 100 + number, planned, history, reason, language)


def _person(
    identifier: int,
    code: str,
    number: int,
    planned: tuple[dt.date, int] | None,
    paid: tuple[tuple[dt.date, int], ...],
    reason: NoPayment | None = None,
    language: str = "fr",
) -> Invented:
    name = f"{FIRST_NAMES[number % len(FIRST_NAMES)]} Exemple-{number:03d}"
    phone = f"+3363998{number % 10_000:04d}"
    payments = paid if planned is None else (*paid, planned)
    return Invented(str(identifier), code, name, language, phone, f"exemple-{number:03d}@example.org", payments, reason)


def _paid(today: dt.date, cents: int) -> tuple[tuple[dt.date, int], ...]:
    """The months before, each a little less than the one after it."""
    return tuple((payday(today, -months), cents - 125 * months) for months in range(1, HISTORY + 1))
