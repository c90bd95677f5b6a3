"""The monthly status update by phone: when it is open, what is on file, declaring and correcting.

Rule: what a caller declares is stored with its revision before the information system is asked; an answer that is lost leaves
it stored and is told as unknown. Nothing is declared outside the window.
"""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from handlers.base import Argument, HandlerContext, Services, handler
from handlers.errors import Refused, Unknown
from handlers.france_emploi.windows import window_at
from handlers.information.status import Answers

MOST_HOURS = 744
MOST_PAY = Decimal(100_000)
MOBILE = ("06", "07", "+336", "+337")


@handler(
    name="status.window",
    returns={"open": "yes_no", "month": "month", "opens": "date", "closes": "date"},
)
def window(_arguments: Mapping[str, Any], _services: Services, context: HandlerContext) -> dict[str, Any]:
    """The month that may be declared today, or will be next, and from when to when."""
    found = window_at(context.today)
    return {"open": found.holds(context.today), "month": found.month.month, "opens": found.opens, "closes": found.closes}


@handler(
    name="status.current",
    arguments={"person": "text"},
    refusals=("unknown_person", "not_registered"),
    returns={"number": "text", "revision": "number", "worked": "yes_no", "looking": "yes_no"},
)
def current(arguments: Mapping[str, Any], services: Services, context: HandlerContext) -> dict[str, Any] | None:
    """What is on file for the month of the window; none when nothing was declared."""
    found = services.information.declaration(arguments["person"], window_at(context.today).month)
    if found is None:
        return None
    return {
        "number": found.number,
        "revision": found.revision,
        "worked": found.answers.worked,
        "looking": found.answers.looking,
    }


@handler(
    name="status.declare",
    arguments={
        "person": "text",
        "looking": "yes_no",
        "worked": "yes_no",
        "hours": Argument("number", required=False),
        "pay": Argument("amount", required=False),
        "training": "yes_no",
        "sick": "yes_no",
        "maternity": "yes_no",
        "pension": "yes_no",
    },
    write=True,
    timeout_ms=8_000,
    refusals=("unknown_person", "not_registered", "window_closed", "meanwhile", "impossible"),
    returns={"number": "text", "revision": "number", "sent": "yes_no"},
    irreversible=True,
)
def declare(arguments: Mapping[str, Any], services: Services, context: HandlerContext) -> dict[str, Any]:
    """Declare the month, or correct it: the confirmation number, and whether it leaves by SMS too.

    The same answers as those on file change nothing. `meanwhile` refuses what another call has just declared otherwise.
    """
    found = window_at(context.today)
    if not found.holds(context.today):
        raise Refused("window_closed")
    answers = _answers(arguments)
    person = str(arguments["person"])
    known = services.information.declaration(person, found.month)
    if known is not None and known.answers == answers:
        return {"number": known.number, "revision": known.revision, "sent": False}
    revision = 1 if known is None else known.revision + 1
    return _declared(person, found.month, revision, answers, services, context)


def _declared(
    person: str, month: dt.date, revision: int, answers: Answers, services: Services, context: HandlerContext
) -> dict[str, Any]:
    key = f"{person}:{month:%Y-%m}:{revision}"
    stored = context.work.request(
        "status_update", key, {"person": person, "month": month, "revision": revision, **_form(answers)}
    )
    if not stored.created and any(stored.payload.get(name) != value for name, value in _form(answers).items()):
        raise Refused("meanwhile")
    number = services.information.declare(person, month, revision, answers, key)
    if not number:
        raise Unknown("no_number")
    return {"number": number, "revision": revision, "sent": _send(number, month, key, services, context)}


def _send(number: str, month: dt.date, key: str, services: Services, context: HandlerContext) -> bool:
    """The number by SMS, when the caller's telephone takes one."""
    if not context.caller_number.startswith(MOBILE):
        return False
    message = {
        "message": "status_confirmed",
        "service": context.service,
        "language": context.language,
        "values": {"number": number, "month": month},
        "call": context.call_id,
        "sealed_to": services.seal(context.caller_number),
    }
    context.work.follow_up("sms", f"status:{key}", message)
    return True


def _answers(arguments: Mapping[str, Any]) -> Answers:
    """Raises Refused for what no month can hold."""
    worked = bool(arguments["worked"])
    hours, pay = _worked(arguments) if worked else (None, None)
    return Answers(
        looking=bool(arguments["looking"]),
        worked=worked,
        training=bool(arguments["training"]),
        sick=bool(arguments["sick"]),
        maternity=bool(arguments["maternity"]),
        pension=bool(arguments["pension"]),
        hours=hours,
        pay=pay,
    )


def _worked(arguments: Mapping[str, Any]) -> tuple[int, Decimal]:
    """Hours and pay. Raises Refused."""
    hours, pay = arguments.get("hours"), arguments.get("pay")
    if hours is None or pay is None or not (0 < hours <= MOST_HOURS and 0 <= pay <= MOST_PAY):
        raise Refused("impossible")
    return int(hours), Decimal(pay)


def _form(answers: Answers) -> dict[str, Any]:
    return {
        "looking": answers.looking,
        "worked": answers.worked,
        "training": answers.training,
        "sick": answers.sick,
        "maternity": answers.maternity,
        "pension": answers.pension,
        "hours": answers.hours,
        "pay": answers.pay,
    }
