"""transfer, hangup, record: the caller meets a person, the end of the call, or a recorder."""

from ivr.engine.flow import Hangup, RecordMessage, TransferTo, Wording
from ivr.language.desk import Desk
from ivr.language.issues import closest
from ivr.language.keys import Fields, Key
from ivr.language.layout import Label, Work, resolved
from ivr.language.nodes import Node
from ivr.language.schema.kind import STEPS, StepKind
from ivr.language.shapes import A_NAME, Duration, Given, Schema, text_of
from ivr.language.wording import WORDING

OUTCOMES = ("busy", "noanswer", "closed", "full", "failed")


class DestinationShape:
    """A queue's name, `extension:NAME` or `number:NAME`; read with its kind in front."""

    def read(self, node: Node, desk: Desk) -> str | None:
        scalar = text_of(node, desk, "a queue, 'extension:NAME' or 'number:NAME'")
        if scalar is None:
            return None
        kind, colon, name = scalar.text.partition(":")
        if not colon:
            kind, name = "queue", scalar.text
        world = desk.world
        known = {"queue": world.queues, "extension": world.extensions, "number": world.numbers}
        if name in known.get(kind, ()):
            return f"{kind}:{name}"
        every = [
            *world.queues,
            *(f"extension:{each}" for each in world.extensions),
            *(f"number:{each}" for each in world.numbers),
        ]
        desk.fault("unknown-queue", scalar.place, f"service.yaml defines no '{scalar.text[:60]}'", closest(scalar.text, every))
        return None

    def schema(self) -> Schema:
        return {"type": "string"}


def _lay_transfer(fields: Fields, exit: Label, work: Work) -> None:
    to = fields.get("transfer")
    if to is None:
        return
    named = {name: fields[f"on_{name}"] for name in OUTCOMES if f"on_{name}" in fields}
    blocks = {**named, **({"*": fields["otherwise"]} if "otherwise" in fields else {})}
    labels = work.branches(blocks)
    words = fields.get("prompt", Wording())
    work.emit(
        fields.place,
        lambda at: TransferTo(
            to=to,
            reason=fields.get("reason"),
            words=words,
            next=at(exit),
            outcomes={name: at(label) for name, label in labels.items()},
            timeout_ms=fields.get("timeout", 0),
        ),
    )
    for name, label in labels.items():
        work.block(label, blocks[name], exit)


def _lay_hangup(fields: Fields, _exit: Label, work: Work) -> None:
    words = fields.get("hangup", Wording())
    work.emit(fields.place, lambda at: Hangup(words))


def _lay_record(fields: Fields, exit: Label, work: Work) -> None:
    name = fields.get("record")
    if name is None:
        return
    work.desk.sets.add(name)
    failed = work.branch(fields.get("on_failure"))
    words, longest = fields.get("prompt", Wording()), fields.get("longest", 120_000)
    work.emit(fields.place, lambda at: RecordMessage(name, words, at(exit), longest, resolved(at, failed)))
    if failed is not None:
        work.block(failed, fields["on_failure"], exit)


TRANSFER = StepKind(
    doc="The caller is connected to a queue, an extension or a number. When nobody answers, the dialog goes on.",
    example="""\
- transfer: conseillers
  prompt: { fr: "Je vous mets en relation.", en: "I am connecting you." }
  reason: "{{ language }}"
  timeout: 10min
  on_busy:
    - say: { fr: "Tout le monde est en ligne.", en: "Everybody is busy." }
  otherwise:
    - say: { fr: "Personne n'a pu répondre.", en: "Nobody could answer." }
""",
    leading=Key("transfer", DestinationShape(), "The queue's name, or extension:NAME, or number:NAME.", required=True),
    keys=(
        Key("prompt", WORDING, "Said before the caller waits."),
        Key("reason", Given(), "Why, as the agent will read it; otherwise the reason known so far."),
        Key("timeout", Duration(1_000, 3_600_000), "How long to let it ring or wait."),
        *(Key(f"on_{name}", STEPS, f"What to do when the transfer ends with '{name}'.") for name in OUTCOMES),
        Key("otherwise", STEPS, "What to do when it was not answered for any other cause."),
    ),
    lay=_lay_transfer,
)
HANGUP = StepKind(
    doc="Last words, and the call ends.",
    example="""\
- hangup: { fr: "Merci de votre appel. Au revoir.", en: "Thank you for calling. Goodbye." }
""",
    leading=Key("hangup", WORDING, "The last words; without them the service's own goodbye."),
    lay=_lay_hangup,
    alone=True,
)
RECORD = StepKind(
    doc="The caller leaves a message after a beep.",
    example="""\
- record: message
  prompt: { fr: "Laissez votre message, puis dièse.", en: "Leave your message, then hash." }
  longest: 2min
""",
    leading=Key("record", A_NAME, "The name that the recording gets.", required=True),
    keys=(
        Key("prompt", WORDING, "Said before the beep."),
        Key("longest", Duration(1_000, 600_000), "How long the message may be."),
        Key("on_failure", STEPS, "What to do when nothing could be recorded."),
    ),
    lay=_lay_record,
)
