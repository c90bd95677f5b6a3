"""A step of which something necessary is missing or wrong: what it names and what stands inside is checked all the same.

Rule: one fault must not hide those behind it, nor make what is right look wrong. The flow is thrown away in any case.
"""

from collections.abc import Iterator

from ivr.engine.flow import Variant
from ivr.language.keys import Fields
from ivr.language.layout import Label, Work
from ivr.language.nodes import Node
from ivr.language.schema.kind import STEPS, StepKind
from ivr.language.shapes import A_NAME, MapOf

# Emitted in place of the step: a way to every block inside it, so that none of them looks unreachable.
_EVERY_WAY = "every_way"


def lay_incomplete(kind: StepKind, fields: Fields, exit: Label, work: Work) -> None:
    """Lay out the blocks inside."""
    for key in kind.all_keys:
        if key.shape is A_NAME and key.name in fields:
            work.desk.sets.add(fields[key.name])
    blocks = list(_blocks(kind, fields))
    labels = [work.label() for _ in blocks]
    work.emit(fields.place, lambda at: Variant(_EVERY_WAY, (*((0, at(label)) for label in labels), (100, at(exit)))))
    for label, nodes in zip(labels, blocks, strict=True):
        work.block(label, nodes, exit)


def _blocks(kind: StepKind, fields: Fields) -> Iterator[tuple[Node, ...]]:
    for key in kind.all_keys:
        value = fields.get(key.name)
        if key.shape is STEPS and value is not None:
            yield value
        elif isinstance(key.shape, MapOf) and key.shape.value is STEPS:
            yield from (value or {}).values()
        elif isinstance(value, tuple) and all(isinstance(each, Fields) for each in value):
            yield from (each["then"] for each in value if "then" in each)
