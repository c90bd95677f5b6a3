"""Changes of situation over HTTP."""

from typing import Annotated, Protocol

from pydantic import Field

from handlers.errors import Failed, Refused, Unknown
from handlers.http.client import JsonClient
from handlers.http.forms import Form, person_path, read
from handlers.information.situations import Change

REFUSALS = ((404, "unknown_person"), (403, "not_registered"))


class ReportedForm(Form):
    number: Annotated[str, Field(pattern=r"^[0-9A-Z-]{4,20}$")]


class _Http(Protocol):
    _client: JsonClient


class HttpSituations:
    """Implements handlers.information.situations.Situations."""

    def report(self: _Http, person: str, change: Change, key: str) -> str:
        reply = self._client.write(person_path(person, "situation-changes"), written(change), key)
        for status, code in REFUSALS:
            if reply.said(status, code):
                raise Refused(code)
        if reply.status in (401, 403):
            raise Failed("not_authorised")
        if reply.status != 200:
            raise Unknown("bad_answer")
        try:
            return read(ReportedForm, reply.body).number
        except Failed:
            raise Unknown("bad_answer") from None


def written(change: Change) -> dict[str, str]:
    """As the contract has it; what it has not is left out."""
    form = {"kind": change.kind.value, "since": change.since.isoformat()}
    if change.until is not None:
        form["until"] = change.until.isoformat()
    if change.contract is not None:
        form["contract"] = change.contract.value
    return form
