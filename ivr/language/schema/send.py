"""send: a message leaves by SMS, e-mail or letter. It is a write, carried out by the handler `message.send`."""

from typing import Any

from ivr.engine.expressions import Constant, Expression, Name
from ivr.language.keys import Fields, Key
from ivr.language.layout import Label, Work
from ivr.language.schema.call import HANDLER_KEYS, lay_invocation
from ivr.language.schema.kind import StepKind
from ivr.language.shapes import A_NAME, Given, MapOf, OneOf

HANDLER = "message.send"
OWN = ("by", "message", "to", "language")


def _lay(fields: Fields, exit: Label, work: Work) -> None:
    by, message = fields.get("send"), fields.get("message")
    if by is None or message is None:
        return
    given: dict[str, Expression] = fields.get("with", {})
    for name in (name for name in given if name in OWN):
        work.desk.fault("bad-value", fields.at("with"), f"'{name}' is taken by the message itself", "give it another name")
    arguments: dict[str, Expression] = {"by": Constant(by), "message": Constant(message), "language": Name("language"), **given}
    if "to" in fields:
        arguments["to"] = fields["to"]
    lay_invocation(fields, HANDLER, arguments, True, exit, work)


KIND = StepKind(
    doc="A message is sent: 'message' names its text among the service's messages, 'with' gives the values in it.",
    example="""\
- send: sms
  message: link_to_tutorial
  to: "{{ call.caller }}"
  on_failure:
    - say: { fr: "Le message n'a pas pu partir.", en: "The message could not be sent." }
""",
    leading=Key("send", OneOf(("sms", "email", "letter")), "By which way.", required=True),
    keys=(
        Key("message", A_NAME, "Which message.", required=True),
        Key("to", Given(), "To which number or address; without it, the one that the person prefers."),
        Key("with", MapOf[Any](Given()), "The values in the message, by name."),
        *HANDLER_KEYS,
    ),
    lay=_lay,
)
