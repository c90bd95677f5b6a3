"""Status updates over HTTP."""

import datetime as dt
from decimal import Decimal
from typing import Annotated, Protocol

from pydantic import Field

from handlers.errors import Failed, Refused, Unknown
from handlers.http.client import JsonClient, Reply
from handlers.http.forms import Amount, Form, person_path, read
from handlers.information.status import Answers, Declaration

Number = Annotated[str, Field(pattern=r"^[0-9A-Z-]{4,20}$")]
REFUSALS = ((404, "unknown_person"), (403, "not_registered"), (409, "window_closed"))


class AnswersForm(Form):
    looking: bool
    worked: bool
    training: bool
    sick: bool
    maternity: bool
    pension: bool
    hours: Annotated[int, Field(ge=0, le=744)] | None = None
    pay: Amount | None = None

    def value(self) -> Answers:
        return Answers(
            self.looking,
            self.worked,
            self.training,
            self.sick,
            self.maternity,
            self.pension,
            self.hours,
            None if self.pay is None else Decimal(self.pay),
        )


class DeclarationForm(Form):
    number: Number
    revision: Annotated[int, Field(ge=1)]
    answers: AnswersForm


class CurrentForm(Form):
    declaration: DeclarationForm | None


class DeclaredForm(Form):
    number: Number


class _Http(Protocol):
    _client: JsonClient


class HttpStatusUpdates:
    """Implements handlers.information.status.StatusUpdates."""

    def declaration(self: _Http, person: str, month: dt.date) -> Declaration | None:
        reply = self._client.get(person_path(person, f"declarations/{month:%Y-%m}"))
        _refuse(reply)
        if reply.status != 200:
            raise Failed("bad_answer")
        form = read(CurrentForm, reply.body).declaration
        return None if form is None else Declaration(form.number, form.revision, form.answers.value())

    def declare(self: _Http, person: str, month: dt.date, revision: int, answers: Answers, key: str) -> str:
        body = {"month": f"{month:%Y-%m}", "revision": revision, "answers": written(answers)}
        reply = self._client.write(person_path(person, "declarations"), body, key)
        _refuse(reply)
        if reply.status != 200:
            raise Unknown("bad_answer")
        try:
            return read(DeclaredForm, reply.body).number
        except Failed:
            raise Unknown("bad_answer") from None


def written(answers: Answers) -> dict[str, object]:
    """As the contract has them; what she has not is left out."""
    form: dict[str, object] = {
        "looking": answers.looking,
        "worked": answers.worked,
        "training": answers.training,
        "sick": answers.sick,
        "maternity": answers.maternity,
        "pension": answers.pension,
    }
    if answers.hours is not None:
        form["hours"] = answers.hours
    if answers.pay is not None:
        form["pay"] = f"{answers.pay:.2f}"
    return form


def _refuse(reply: Reply) -> None:
    for status, code in REFUSALS:
        if reply.said(status, code):
            raise Refused(code)
    if reply.status in (401, 403):
        raise Failed("not_authorised")
