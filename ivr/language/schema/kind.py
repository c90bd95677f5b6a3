"""What a step kind is: its leading word, the keys that may stand beside it, its doc with an example, how it is laid out."""

from collections.abc import Callable
from dataclasses import dataclass

from ivr.language.desk import Desk
from ivr.language.keys import Fields, Key
from ivr.language.layout import Label, Work
from ivr.language.nodes import Node, Scalar, called
from ivr.language.shapes import Moment, Schema


@dataclass(frozen=True)
class StepsShape:
    """A list of steps, or one step alone. They are read when they are laid out."""

    def read(self, node: Node, desk: Desk) -> tuple[Node, ...] | None:
        if isinstance(node, Scalar) and node.empty:
            desk.fault("wrong-shape", node.place, f"steps belong here, not {called(node)}", "write '- say: ...' below")
            return None
        items = getattr(node, "items", None)
        return items if isinstance(items, tuple) else (node,)

    def schema(self) -> Schema:
        return {"$ref": "#/$defs/steps"}


STEPS = StepsShape()
FROM = Key("from", Moment(), "The step holds from this day or moment on.")
UNTIL = Key("until", Moment(end_of_day=True), "The step holds until this moment, or until the end of this day.")
ANY_STEP = (FROM, UNTIL)


@dataclass(frozen=True)
class StepKind:
    """`leading` is the step's own word with what stands behind it; where `alone`, the word may stand with nothing behind it.

    `lay` emits the step's flat steps; the last of them goes on at the label.
    """

    doc: str
    example: str
    leading: Key
    lay: Callable[[Fields, Label, Work], None]
    keys: tuple[Key, ...] = ()
    alone: bool = False

    @property
    def name(self) -> str:
        return self.leading.name

    @property
    def all_keys(self) -> tuple[Key, ...]:
        return (self.leading, *self.keys, *ANY_STEP)
