"""callback: an agent will call the caller back. It is a write, carried out by the handler `callback.request`."""

from ivr.engine.expressions import Constant, Expression, Item, Name
from ivr.language.keys import Fields, Key
from ivr.language.layout import Label, Work
from ivr.language.schema.call import HANDLER_KEYS, lay_invocation
from ivr.language.schema.kind import StepKind
from ivr.language.shapes import Given, Known

HANDLER = "callback.request"
A_QUEUE = Known("unknown-queue", "queue", lambda desk: desk.world.queues)


def _lay(fields: Fields, exit: Label, work: Work) -> None:
    queue = fields.get("callback")
    if queue is None:
        return
    arguments: dict[str, Expression] = {
        "queue": Constant(queue),
        "number": fields.get("number", Item(Name("call"), Constant("caller"))),
        "language": Name("language"),
    }
    for name in ("reason", "slot"):
        if name in fields:
            arguments[name] = fields[name]
    lay_invocation(fields, HANDLER, arguments, True, exit, work)


KIND = StepKind(
    doc="An agent of a queue will call back, at the number of the call unless another one is given.",
    example="""\
- callback: conseillers
  reason: "{{ reason }}"
  on_failure:
    - say: { fr: "Je n'ai pas pu le noter.", en: "I could not note it." }
""",
    leading=Key("callback", A_QUEUE, "Whose agents call back.", required=True),
    keys=(
        Key("reason", Given(), "Why, as the agent will read it."),
        Key("number", Given(), "Which number to call."),
        Key("slot", Given(), "When, as one of the slots that were offered."),
        *HANDLER_KEYS,
    ),
    lay=_lay,
)
