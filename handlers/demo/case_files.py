"""Invented cases: those of the people that the documentation knows, and up to three for anybody else.

Rule: the same identifier and day give the same cases.
"""

import datetime as dt
import random

from handlers.information.cases import Case, CaseStatus, CaseType, Expected

MOST = 3
_KNOWN: dict[str, tuple[tuple[CaseType, int, CaseStatus, Expected | None, int | None], ...]] = {
    "10000000014": (
        (CaseType.TRAINING, -6, CaseStatus.WAITING, Expected.SIGNED_FORM, 12),
        (CaseType.ENTITLEMENT, -20, CaseStatus.UNDER_REVIEW, None, None),
    ),
    "10000000022": ((CaseType.ENTITLEMENT, -9, CaseStatus.WAITING, Expected.EMPLOYER_CERTIFICATE, 21),),
    "10000000030": (),
    "10000000048": ((CaseType.MOBILITY_AID, -3, CaseStatus.RECEIVED, None, None),),
    "10000000055": (
        (CaseType.OVERPAYMENT, -2, CaseStatus.WAITING, Expected.BANK_DETAILS, 28),
        (CaseType.COMPLAINT, -11, CaseStatus.DECIDED, None, None),
        (CaseType.OTHER, -40, CaseStatus.OTHER, Expected.OTHER, None),
    ),
}
"""Kind, days since it was opened, status, what is expected, and in how many days."""


def invented_cases(identifier: str, today: dt.date) -> tuple[Case, ...]:
    """Her cases, the latest first."""
    dice = random.Random(f"cases of {identifier}")
    known = _KNOWN.get(identifier)
    if known is None:
        return tuple(sorted((_drawn(dice, today) for _ in range(dice.randint(0, MOST))), key=_latest_first))
    return tuple(_case(_number(dice), *each, today) for each in known)


def _drawn(dice: random.Random, today: dt.date) -> Case:
    status = dice.choice([each for each in CaseStatus if each is not CaseStatus.OTHER])
    expected = dice.choice([each for each in Expected if each is not Expected.OTHER])
    waiting = status is CaseStatus.WAITING
    days = dice.randint(7, 40) if waiting else None
    kind = dice.choice([each for each in CaseType if each is not CaseType.OTHER])
    return _case(_number(dice), kind, -dice.randint(1, 90), status, expected if waiting else None, days, today)


def _case(
    number: str, kind: CaseType, opened: int, status: CaseStatus, expected: Expected | None, days: int | None, today: dt.date
) -> Case:
    by = None if days is None else today + dt.timedelta(days=days)
    return Case(number, kind, today + dt.timedelta(days=opened), status, expected, by)


def _number(dice: random.Random) -> str:
    return f"{dice.randrange(100_000_000, 1_000_000_000)}"


def _latest_first(case: Case) -> tuple[int, str]:
    return -case.date.toordinal(), case.number
