"""What Guichet asks of the information system that holds people's files: a port with a demo and an HTTP adapter.

Rule: a person is named by an opaque reference that `verify` gave, never by the identifier that she keys. Reads raise
Refused("unknown_person") for a reference that is not known and Failed when there is no answer. A write takes the transport
key of the attempt as well, answers the same for the same key, and raises Unknown when its answer is lost.
"""

import datetime as dt
import enum
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from handlers.information.attestations import Attestations
from handlers.information.cases import Cases
from handlers.information.contacts import Contacts
from handlers.information.situations import Situations
from handlers.information.status import StatusUpdates


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who proved who she is. `ref` is opaque and safe to write in a journal; `language` is what she prefers."""

    ref: str
    language: str = "fr"


@dataclass(frozen=True, slots=True)
class Payment:
    """Money paid or planned: the day it leaves and how many euros, cents included."""

    date: dt.date
    amount: Decimal


class NoPayment(enum.Enum):
    """Why no payment is planned."""

    STATUS_NOT_UPDATED = "status_not_updated"
    UNDER_REVIEW = "under_review"
    SUSPENDED = "suspended"
    ENTITLEMENT_ENDED = "entitlement_ended"
    NO_ENTITLEMENT = "no_entitlement"
    OTHER = "other"


class InformationSystem(Attestations, Cases, Contacts, Situations, StatusUpdates, Protocol):
    """`on` is the day of the call in the service's own time zone."""

    def verify(self, identifier: str, code: str) -> Person | None:
        """The person if both are right. An unknown identifier takes as long as a wrong code and looks the same. Raises Failed."""
        ...

    def next_payment(self, person: str, on: dt.date) -> Payment | None:
        """The first payment planned on that day or later. Raises Refused and Failed."""
        ...

    def why_no_payment(self, person: str, on: dt.date) -> NoPayment | None:
        """Why none is planned; nothing when one is. Raises Refused and Failed."""
        ...

    def last_payments(self, person: str, on: dt.date, count: int) -> tuple[Payment, ...]:
        """At most `count` (1 to 12) payments made before that day, the latest first. Raises Refused and Failed."""
        ...

    def probe(self) -> None:
        """Nothing when the system answers. Raises Failed."""
        ...
