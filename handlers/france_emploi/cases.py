"""Open cases of an identified person, and the wish to be told when one of them changes.

Rule: the wish is stored once a case and way; whoever watches the cases carries it out, to the contact details on file then.
"""

from collections.abc import Mapping
from typing import Any

from handlers.base import HandlerContext, Services, handler
from handlers.errors import Refused
from handlers.information.cases import Case

WAYS = ("sms", "email")


@handler(
    name="cases.open",
    arguments={"person": "text"},
    refusals=("unknown_person",),
    returns=[{"number": "text", "type": "text", "date": "date", "status": "text", "expected": "text", "by": "date"}],
)
def open_cases(arguments: Mapping[str, Any], services: Services, _context: HandlerContext) -> list[dict[str, Any]]:
    """Her cases, the latest first, by values of CaseType, CaseStatus and Expected; nothing is expected where that is none."""
    return [_form(case) for case in services.information.open_cases(arguments["person"])]


@handler(
    name="cases.notify",
    arguments={"person": "text", "number": "text", "by": "text"},
    write=True,
    timeout_ms=5_000,
    refusals=("unknown_person", "unknown_case", "no_address"),
    returns={"again": "yes_no"},
)
def notify(arguments: Mapping[str, Any], services: Services, context: HandlerContext) -> dict[str, bool]:
    """She is to be told when a case changes; `again` says that she had asked for it before."""
    person, number, by = (str(arguments[name]) for name in ("person", "number", "by"))
    if by not in WAYS:
        raise Refused("no_address")
    if number not in {case.number for case in services.information.open_cases(person)}:
        raise Refused("unknown_case")
    wish = {"person": person, "number": number, "by": by, "language": context.language, "call": context.call_id}
    stored = context.work.request("case_notice", f"{person}:{number}:{by}", wish)
    return {"again": not stored.created}


def _form(case: Case) -> dict[str, Any]:
    return {
        "number": case.number,
        "type": case.type.value,
        "date": case.date,
        "status": case.status.value,
        "expected": None if case.expected is None else case.expected.value,
        "by": case.by,
    }
