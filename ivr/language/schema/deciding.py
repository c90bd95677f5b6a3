"""when, open, variant: which way the dialog goes."""

from ivr.engine.expressions import Constant, Item, Name
from ivr.engine.flow import Variant, When
from ivr.language.desk import Desk
from ivr.language.keys import Block, Fields, Key
from ivr.language.layout import Label, Work
from ivr.language.nodes import Node, Sequence, called
from ivr.language.schema.kind import STEPS, StepKind
from ivr.language.shapes import A_NAME, SOME_HOURS, Condition, Pattern, Schema

THEN = Key("then", STEPS, "What happens if so.", required=True)
ELSE = Key("else", STEPS, "What happens if not.")


def _lay_when(fields: Fields, exit: Label, work: Work) -> None:
    test = fields.get("when")
    if test is not None:
        _branch(fields, test, exit, work)


def _branch(fields: Fields, test: object, exit: Label, work: Work) -> None:
    then, otherwise = work.label(), work.label()
    work.emit(fields.place, lambda at: When(test, at(then), at(otherwise)))  # type: ignore[arg-type]  # read by Condition
    work.block(then, fields.get("then"), exit)
    work.block(otherwise, fields.get("else"), exit)


def _lay_open(fields: Fields, exit: Label, work: Work) -> None:
    name = fields.get("open")
    if name is not None:
        _branch(fields, Item(Item(Name("hours"), Constant(name)), Constant("open")), exit, work)


WHEN = StepKind(
    doc="The dialog goes one way or another, by what is known.",
    example="""\
- when: "{{ language == 'fr' and caller.person }}"
  then:
    - say: { fr: "Heureux de vous retrouver.", en: "Good to hear you again." }
  else:
    - say: { fr: "Bonjour.", en: "Hello." }
""",
    leading=Key("when", Condition(), "The condition.", required=True),
    keys=(THEN, ELSE),
    lay=_lay_when,
)

OPEN = StepKind(
    doc="The dialog goes one way during opening hours and another way outside them.",
    example="""\
- open: conseillers
  then:
    - transfer: conseillers
  else:
    - say: { fr: "Nos bureaux sont fermés.", en: "Our offices are closed." }
""",
    leading=Key("open", SOME_HOURS, "Which opening hours, as named in service.yaml.", required=True),
    keys=(THEN, ELSE),
    lay=_lay_open,
)

PERCENT = Pattern(r"(100|[0-9]{1,2})\s*%?", "a share from 0% to 100%")
PART = Block(
    "a variant",
    (
        Key("share", PERCENT, "The share of callers, for instance 50%; the last variant takes what remains."),
        Key("then", STEPS, "What they hear.", required=True),
    ),
)


class PartsShape:
    """The list of variants."""

    def read(self, node: Node, desk: Desk) -> tuple[Fields, ...] | None:
        if not isinstance(node, Sequence) or len(node.items) < 2:
            desk.fault("wrong-shape", node.place, f"two variants or more belong here, not {called(node)}", "'- share: 50%'")
            return None
        read = [PART.read(item, desk) for item in node.items[:20]]
        return tuple(part for part in read if part is not None)

    def schema(self) -> Schema:
        return {"type": "array", "minItems": 2, "maxItems": 20, "items": {"$ref": "#/$defs/variant"}}


def _lay_variant(fields: Fields, exit: Label, work: Work) -> None:
    name, parts = fields.get("variant"), fields.get("of")
    if name is None or not parts:
        return
    shares = [int(str(part.get("share", "0%")).rstrip("% ")) for part in parts]
    if sum(shares) > 100:
        work.desk.fault("does-not-fit", fields.at("of"), f"the shares make {sum(shares)} %", "together at most 100%")
    labels = [work.label() for _ in parts]
    work.emit(
        fields.place,
        lambda at: Variant(name, tuple((share, at(label)) for share, label in zip(shares, labels, strict=True))),
    )
    for part, label in zip(parts, labels, strict=True):
        work.block(label, part.get("then"), exit)


VARIANT = StepKind(
    doc="Callers are divided by chance, to try two ways and compare their figures.",
    example="""\
- variant: welcome
  of:
    - share: 20%
      then: [say: { fr: "Bonjour et bienvenue.", en: "Hello and welcome." }]
    - then: [say: { fr: "Bonjour.", en: "Hello." }]
""",
    leading=Key("variant", A_NAME, "The name of the trial, as the figures show it.", required=True),
    keys=(Key("of", PartsShape(), "The ways, each with its share of callers.", required=True),),
    lay=_lay_variant,
)
