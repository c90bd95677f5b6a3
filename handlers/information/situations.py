"""Changes of a person's situation, as an information system takes them: back to work, sickness, training.

Rule: one report a person and change, whatever is retried: the same change is told the number that is on file.
"""

import datetime as dt
import enum
from dataclasses import dataclass
from typing import Protocol


class ChangeKind(enum.Enum):
    """What changed."""

    BACK_TO_WORK = "back_to_work"
    SICKNESS = "sickness"
    TRAINING = "training"


class Contract(enum.Enum):
    """What work it is."""

    PERMANENT = "permanent"
    FIXED_TERM = "fixed_term"
    TEMPORARY = "temporary"
    SELF_EMPLOYED = "self_employed"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Change:
    """`until` is its last day, for sickness and training; `contract` is there for work."""

    kind: ChangeKind
    since: dt.date
    until: dt.date | None = None
    contract: Contract | None = None


class Situations(Protocol):
    def report(self, person: str, change: Change, key: str) -> str:
        """Put it on file: its number. The same change, or the same key, is told what is on file.

        Raises Refused ("unknown_person", "not_registered"), Failed, Unknown.
        """
        ...
