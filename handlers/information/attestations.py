"""What an attestation states, and where a person's post goes, as an information system knows them.

Rule: a statement covers the days that were asked for and no others; an address leaves this port for the sealed items of the
outbox and, in part, for the caller's ear.
"""

import datetime as dt
import enum
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol


class Way(enum.Enum):
    """How post reaches a person."""

    EMAIL = "email"
    POST = "post"


@dataclass(frozen=True, slots=True)
class Correspondence:
    """`address` is what stands on the envelope, name first; `email` and `address` are empty where there is none."""

    email: str = ""
    address: tuple[str, ...] = ()
    prefers: Way | None = None


@dataclass(frozen=True, slots=True)
class PaymentMade:
    date: dt.date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Statement:
    """What is on file for some days. `registered_on` is none for whoever is not registered; `daily` (euros) and `days_left` for
    whoever has no entitlement. `payments` are the earliest first, `taxable` is what the tax office is told of these days."""

    name: str
    registered_on: dt.date | None = None
    daily: Decimal | None = None
    days_left: int | None = None
    payments: tuple[PaymentMade, ...] = ()
    taxable: Decimal = Decimal(0)


class Attestations(Protocol):
    """Both days of a period are in it."""

    def correspondence(self, person: str) -> Correspondence:
        """Where her post goes. Raises Refused("unknown_person") and Failed."""
        ...

    def prefer(self, person: str, way: Way, key: str) -> None:
        """Remember how she likes it to come. Raises Refused("unknown_person"), Failed, Unknown."""
        ...

    def statement(self, person: str, since: dt.date, until: dt.date) -> Statement:
        """What may be certified of those days. Raises Refused("unknown_person") and Failed."""
        ...
