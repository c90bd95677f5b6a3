"""The monthly status update (actualisation) as an information system takes it.

Rule: one declaration a person, month and revision, whatever is retried; the highest revision counts.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person declares of a month. `hours` and `pay` (euros, cents included, before tax) are there when she worked."""

    looking: bool
    worked: bool
    training: bool
    sick: bool
    maternity: bool
    pension: bool
    hours: int | None = None
    pay: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Declaration:
    """What is on file. `number` is what she is told as the proof of it."""

    number: str
    revision: int
    answers: Answers


class StatusUpdates(Protocol):
    """`month` is its first day."""

    def declaration(self, person: str, month: dt.date) -> Declaration | None:
        """The one that counts; none when nothing was declared. Raises Refused("unknown_person" or "not_registered"), Failed."""
        ...

    def declare(self, person: str, month: dt.date, revision: int, answers: Answers, key: str) -> str:
        """Put it on file: its number. The same person, month and revision, or the same key, is told what is on file.

        Raises Refused ("unknown_person", "not_registered", "window_closed"), Failed, Unknown.
        """
        ...
