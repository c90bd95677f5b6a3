"""A person's open cases, as an information system keeps them: what was asked, where it stands, what is expected of her.

Rule: kinds, statuses and what is expected are codes that the menus put into words; a code that is not known here is `other`.
"""

import datetime as dt
import enum
from dataclasses import dataclass
from typing import Protocol


class CaseType(enum.Enum):
    """What the case is about."""

    ENTITLEMENT = "entitlement"
    TRAINING = "training"
    MOBILITY_AID = "mobility_aid"
    OVERPAYMENT = "overpayment"
    COMPLAINT = "complaint"
    OTHER = "other"


class CaseStatus(enum.Enum):
    """Where it stands."""

    RECEIVED = "received"
    UNDER_REVIEW = "under_review"
    WAITING = "waiting"
    DECIDED = "decided"
    OTHER = "other"


class Expected(enum.Enum):
    """What the person is to send or do."""

    IDENTITY_DOCUMENT = "identity_document"
    EMPLOYER_CERTIFICATE = "employer_certificate"
    BANK_DETAILS = "bank_details"
    SIGNED_FORM = "signed_form"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Case:
    """`number` is told to the person; `date` is when the case was opened, `by` the last day for what is expected."""

    number: str
    type: CaseType
    date: dt.date
    status: CaseStatus
    expected: Expected | None = None
    by: dt.date | None = None


class Cases(Protocol):
    def open_cases(self, person: str) -> tuple[Case, ...]:
        """Her cases that are not closed, at most 12, the latest first. Raises Refused("unknown_person") and Failed."""
        ...
