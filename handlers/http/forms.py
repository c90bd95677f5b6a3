"""Bodies of the information system's contract, as docs/openapi/information-system.yaml has them.

Rule: what does not fit is Failed("bad_answer"); names that we do not know are passed over, so that a server may grow.
"""

import datetime as dt
import re
from decimal import Decimal
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from handlers.errors import Failed, Refused
from handlers.information_system import NoPayment, Payment

REFERENCE = r"[A-Za-z0-9._~-]{8,64}"
Ref = Annotated[str, Field(pattern=rf"^{REFERENCE}$")]
Amount = Annotated[str, Field(pattern=r"^(0|[1-9][0-9]{0,6})\.[0-9]{2}$")]
Day = Annotated[str, Field(pattern=r"^20[0-9]{2}-[0-9]{2}-[0-9]{2}$")]


class Form(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", hide_input_in_errors=True)


class HealthForm(Form):
    status: Literal["ok"]


class IdentifiedForm(Form):
    person: Ref
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] = "fr"


class PaymentForm(Form):
    date: Day
    amount: Amount

    def value(self) -> Payment:
        try:
            return Payment(dt.date.fromisoformat(self.date), Decimal(self.amount))
        except ValueError:
            raise Failed("bad_answer") from None


class NextPaymentForm(Form):
    """Either a payment, or why there is none; a reason that we do not know counts as another one."""

    payment: PaymentForm | None
    reason: Annotated[str, Field(max_length=40)] | None = None

    def why_none(self) -> NoPayment:
        try:
            return NoPayment(self.reason)
        except ValueError:
            return NoPayment.OTHER


class PaymentsForm(Form):
    payments: Annotated[list[PaymentForm], Field(max_length=12)]


F = TypeVar("F", bound=Form)


def read(kind: type[F], body: bytes) -> F:
    """The body as a form. Raises Failed."""
    try:
        return kind.model_validate_json(body)
    except (ValidationError, RecursionError):
        raise Failed("bad_answer") from None


def person_path(person: str, what: str) -> str:
    """Where something of hers is. Raises Refused for what cannot be a reference."""
    if not re.fullmatch(REFERENCE, person):
        raise Refused("unknown_person")
    return f"/v1/people/{person}/{what}"
