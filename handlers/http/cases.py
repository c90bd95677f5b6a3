"""Cases over HTTP."""

import datetime as dt
import enum
import itertools
import re
from typing import Annotated, Protocol, TypeVar

from pydantic import Field

from handlers.errors import Failed, Refused
from handlers.http.client import JsonClient
from handlers.http.forms import REFERENCE, Day, Form, read
from handlers.information.cases import Case, CaseStatus, CaseType, Expected

Code = Annotated[str, Field(max_length=40)]


class CaseForm(Form):
    number: Annotated[str, Field(pattern=r"^[0-9A-Z-]{4,20}$")]
    type: Code
    date: Day
    status: Code
    expected: Code | None = None
    by: Day | None = None

    def value(self) -> Case:
        try:
            return Case(
                self.number,
                _known(CaseType, self.type),
                dt.date.fromisoformat(self.date),
                _known(CaseStatus, self.status),
                None if self.expected is None else _known(Expected, self.expected),
                None if self.by is None else dt.date.fromisoformat(self.by),
            )
        except ValueError:
            raise Failed("bad_answer") from None


class CasesForm(Form):
    cases: Annotated[list[CaseForm], Field(max_length=12)]


class _Http(Protocol):
    _client: JsonClient


class HttpCases:
    """Implements handlers.information.cases.Cases."""

    def open_cases(self: _Http, person: str) -> tuple[Case, ...]:
        if not re.fullmatch(REFERENCE, person):
            raise Refused("unknown_person")
        reply = self._client.get(f"/v1/people/{person}/cases")
        if reply.said(404, "unknown_person"):
            raise Refused("unknown_person")
        if reply.status in (401, 403):
            raise Failed("not_authorised")
        if reply.status != 200:
            raise Failed("bad_answer")
        cases = tuple(form.value() for form in read(CasesForm, reply.body).cases)
        if any(later.date < earlier.date for later, earlier in itertools.pairwise(cases)):
            raise Failed("bad_answer")
        return cases


K = TypeVar("K", bound=enum.Enum)


def _known(kind: type[K], code: str) -> K:
    """A code that we do not know counts as another one."""
    try:
        return kind(code)
    except ValueError:
        return kind("other")
