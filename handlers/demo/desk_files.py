"""What the demo knows of a person besides her payments: since when she is registered, her entitlement, her address, her number.

Rule: the same identifier and day give the same file; streets and towns are obviously invented.
"""

import datetime as dt
import random
from dataclasses import dataclass

from handlers.demo.people import Invented
from handlers.information_system import NoPayment

STREETS = ("rue des Essais", "avenue du Modèle", "allée de la Maquette", "impasse du Gabarit")
TOWNS = ("75000 Exempleville", "59000 Modèle-sur-Deûle", "13000 Maquette-les-Bains", "97400 Gabarit-les-Hauts")
UNREGISTERED = NoPayment.NO_ENTITLEMENT
ENDED = NoPayment.ENTITLEMENT_ENDED


@dataclass(frozen=True, slots=True)
class DeskFile:
    """`daily_cents` and `days_left` are none without an entitlement."""

    street: str
    town: str
    registered_on: dt.date | None
    daily_cents: int | None
    days_left: int | None

    def address(self, name: str) -> tuple[str, ...]:
        return name, self.street, self.town


VERIFIED_DAYS = {"10000000014": 400, "10000000022": 12, "10000000030": None, "10000000048": 90, "10000000055": 30}
"""For how many days the numbers of the people that the documentation knows have been verified; none for never."""


def verified_on(identifier: str, today: dt.date) -> dt.date | None:
    """Since when her number is known to be hers: for most people long since, for some not yet."""
    dice = random.Random(f"number of {identifier}")
    days = VERIFIED_DAYS[identifier] if identifier in VERIFIED_DAYS else dice.choice((None, dice.randint(0, 29), 45, 200, 900))
    return None if days is None else today - dt.timedelta(days=days)


def invented_file(person: Invented, today: dt.date) -> DeskFile:
    """Her file. Whoever has no entitlement is not registered, as for the status update."""
    dice = random.Random(f"file of {person.identifier}")
    street = f"{dice.randint(1, 98)} {dice.choice(STREETS)}"
    town = dice.choice(TOWNS)
    since = today - dt.timedelta(days=dice.randint(200, 500))
    daily, days = dice.randint(3_000, 9_000), dice.randint(30, 400)
    if person.why_no_payment is UNREGISTERED:
        return DeskFile(street, town, None, None, None)
    if person.why_no_payment is ENDED:
        return DeskFile(street, town, since, None, None)
    return DeskFile(street, town, since, daily, days)
