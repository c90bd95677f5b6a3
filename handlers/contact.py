"""What any service may promise: an agent calls back, a message leaves.

Rule: a promise is stored, with what carries it out, before the caller hears it; numbers and addresses are sealed. What a
message says and to whom stands only in what carries it out, which forgets it once it is done.
"""

from collections.abc import Mapping
from typing import Any

from handlers.base import Argument, HandlerContext, Services, handler
from handlers.errors import Refused

MESSAGE_KINDS = ("sms", "email", "letter")
SHORTEST_NUMBER = 3


@handler(
    name="callback.request",
    arguments={
        "queue": "text",
        "number": Argument("phone", required=False),
        "reason": Argument("text", required=False),
        "slot": Argument("text", required=False),
        "language": Argument("text", required=False),
    },
    write=True,
    timeout_ms=5_000,
    refusals=("no_number",),
    returns={"again": "yes_no"},
)
def request_callback(arguments: Mapping[str, Any], services: Services, context: HandlerContext) -> dict[str, bool]:
    """One callback a day for a number and a queue; `again` says that it was asked for before."""
    number = str(arguments.get("number") or context.caller_number)
    if len(number) < SHORTEST_NUMBER:
        raise Refused("no_number")
    queue = str(arguments["queue"])
    key = f"{context.today:%Y-%m-%d}:{queue}:{services.fingerprint(number)}"
    promise = {
        "queue": queue,
        "reason": str(arguments.get("reason") or ""),
        "slot": str(arguments.get("slot") or ""),
        "language": str(arguments.get("language") or context.language),
        "call": context.call_id,
    }
    stored = context.work.request("callback", key, promise)
    context.work.follow_up("callback", key, {**promise, "sealed_number": services.seal(number)})
    return {"again": not stored.created}


@handler(
    name="message.send",
    arguments={
        "by": "text",
        "message": "text",
        "to": Argument("text", required=False),
        "language": Argument("text", required=False),
    },
    write=True,
    timeout_ms=5_000,
    refusals=("no_address",),
    returns=None,
)
def send_message(arguments: Mapping[str, Any], services: Services, context: HandlerContext) -> None:
    """A message is stored to leave by SMS, e-mail or letter; the same act sends it once."""
    by = str(arguments["by"])
    to = str(arguments.get("to") or (context.caller_number if by == "sms" else ""))
    if by not in MESSAGE_KINDS or not to:
        raise Refused("no_address")
    own = ("by", "message", "to", "language")
    values = {name: value for name, value in arguments.items() if name not in own}
    letter = {
        "service": context.service,
        "message": str(arguments["message"]),
        "language": str(arguments.get("language") or context.language),
        "call": context.call_id,
    }
    context.work.request(by, context.key, letter)
    context.work.follow_up(by, context.key, {**letter, "values": values, "sealed_to": services.seal(to)})
