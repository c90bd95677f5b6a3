"""Where a person is reached by telephone, as an information system keeps it.

Rule: a number counts as proof only once it has been verified for a while; who changes it proves first who she is. It leaves
this port for the sealed items of the outbox and, by its end, for the caller's ear.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Contact:
    """`phone` is empty where none is on file; `verified_on` is since when it has been known to be hers, none if it never was."""

    phone: str = ""
    verified_on: dt.date | None = None


class Contacts(Protocol):
    def contact(self, person: str) -> Contact:
        """What is on file. Raises Refused("unknown_person") and Failed."""
        ...

    def change_phone(self, person: str, phone: str, on: dt.date, key: str) -> None:
        """Put a number that was verified on that day in the place of the one before; once a key, and the same again changes
        nothing. Raises Refused("unknown_person"), Failed, Unknown."""
        ...
