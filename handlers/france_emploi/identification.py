"""Who is calling: an identifier and a personal code, both keyed in confidence.

Rule: an unknown identifier and a wrong code are refused by the same word after the same work, and each try is counted per
identifier and caller, so that nobody can guess on or lock somebody else out.
"""

from collections.abc import Mapping
from typing import Any

from handlers.base import Argument, HandlerContext, Services, handler
from handlers.errors import Refused

MAX_WAIT_MS = 4_000


@handler(
    name="identification.verify",
    arguments={"identifier": Argument("identifier", secret=True), "code": Argument("digits", secret=True)},
    timeout_ms=8_000,
    refusals=("not_recognised", "too_many"),
    returns={"person": "text", "language": "text"},
)
def verify(arguments: Mapping[str, Any], services: Services, context: HandlerContext) -> dict[str, str]:
    """The opaque reference of a person whose code is right."""
    identifier, code = arguments["identifier"], arguments["code"]
    tried = services.fingerprint(identifier)
    verdict = services.attempts.check(tried, context.caller_hash, context.at)
    if verdict.refused:
        raise Refused("too_many")
    if verdict.wait_ms > 0:
        services.pause(min(verdict.wait_ms, MAX_WAIT_MS))
    person = services.information.verify(identifier, code)
    services.attempts.note(tried, context.caller_hash, context.at, success=person is not None)
    if person is None:
        raise Refused("not_recognised")
    return {"person": person.ref, "language": person.language}
