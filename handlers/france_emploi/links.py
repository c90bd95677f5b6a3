"""“Send me the link”: an address or a tutorial on one subject, by SMS or e-mail.

Rule: each is counted by its subject, beside what agents are asked about the same; the words of a subject are its message
`link_SUBJECT` in messages.yaml.
"""

import re
from collections.abc import Mapping
from typing import Any

from handlers.base import Argument, HandlerContext, Services, handler
from handlers.delivery.reading import CatalogueError
from handlers.delivery.texts_file import read_catalogue
from handlers.errors import Failed, Refused

MESSAGES = "messages.yaml"
MOBILE = re.compile(r"(0|\+33|0033)[67]\d{8}|\+(?!33)\d{7,14}")


@handler(
    name="links.send",
    arguments={
        "subject": "text",
        "by": "text",
        "to": Argument("text", required=False),
        "person": Argument("text", required=False),
    },
    write=True,
    timeout_ms=5_000,
    refusals=("unknown_subject", "unknown_person", "no_address"),
    returns={"by": "text"},
)
def send(arguments: Mapping[str, Any], services: Services, context: HandlerContext) -> dict[str, str]:
    """A link leaves: by SMS to the caller's own mobile, or by e-mail to what is on file for `person`, unless `to` says where."""
    subject, by = str(arguments["subject"]), str(arguments["by"])
    message = f"link_{subject}"
    if message not in _messages(services, context):
        raise Refused("unknown_subject")
    to = _to(by, arguments, services, context)
    wish = {"subject": subject, "by": by, "language": context.language, "call": context.call_id}
    context.work.request("link", context.key, wish)
    item = {"service": context.service, "message": message, "language": context.language, "values": {}, "call": context.call_id}
    context.work.follow_up(by, f"link:{context.key}", {**item, "sealed_to": services.seal(to)})
    return {"by": by}


def _messages(services: Services, context: HandlerContext) -> Mapping[str, Any]:
    try:
        return read_catalogue(services.file(context.service, MESSAGES), MESSAGES).messages
    except LookupError:
        raise Failed("no_catalogue") from None
    except CatalogueError:
        raise Failed("bad_catalogue") from None


def _to(by: str, arguments: Mapping[str, Any], services: Services, context: HandlerContext) -> str:
    """Raises Refused where nothing could arrive."""
    to = str(arguments.get("to") or "")
    if by == "sms":
        to = re.sub(r"[\s.-]", "", to or context.caller_number)
        if MOBILE.fullmatch(to):
            return to
    elif by == "email":
        if not to and arguments.get("person"):
            to = services.information.correspondence(str(arguments["person"])).email
        if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", to):
            return to
    raise Refused("no_address")
