"""Payments of an identified person: the next one, why there is none, the last ones."""

from collections.abc import Mapping
from typing import Any

from handlers.base import Argument, HandlerContext, Services, handler
from handlers.errors import Failed
from handlers.information_system import Payment

LAST = 3
MOST = 12
PAYMENT = {"amount": "amount", "date": "date"}


@handler(name="payments.next", arguments={"person": "text"}, refusals=("unknown_person",), returns=PAYMENT)
def next_payment(arguments: Mapping[str, Any], services: Services, context: HandlerContext) -> dict[str, Any] | None:
    """The next payment, or none."""
    payment = services.information.next_payment(arguments["person"], context.today)
    return None if payment is None else _form(payment)


@handler(
    name="payments.why_none",
    arguments={"person": "text"},
    refusals=("unknown_person",),
    returns={"reason": "text"},
)
def why_none(arguments: Mapping[str, Any], services: Services, context: HandlerContext) -> dict[str, str] | None:
    """Why no payment is planned, by a value of NoPayment; none when one is."""
    reason = services.information.why_no_payment(arguments["person"], context.today)
    return None if reason is None else {"reason": reason.value}


@handler(
    name="payments.last",
    arguments={"person": "text", "count": Argument("number", required=False)},
    refusals=("unknown_person",),
    returns=[PAYMENT],
)
def last(arguments: Mapping[str, Any], services: Services, context: HandlerContext) -> list[dict[str, Any]]:
    """The last payments, three unless `count` (1 to 12) says otherwise, the latest first."""
    count = arguments.get("count")
    if count is None:
        count = LAST
    if isinstance(count, bool) or count not in range(1, MOST + 1):
        raise Failed("bad_argument")
    return [_form(each) for each in services.information.last_payments(arguments["person"], context.today, int(count))]


def _form(payment: Payment) -> dict[str, Any]:
    return {"amount": payment.amount, "date": payment.date}
