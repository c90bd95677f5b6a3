"""Nested blocks to flat steps. A label is a place that has no number yet; steps are made once every label has one.

Rule: steps stand in reading order, so that step 0 is where a dialog begins; a label past the last step means the dialog's end.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ivr.engine.flow import END, Place, Step
from ivr.language.desk import Desk
from ivr.language.nodes import Node

Label = int
Resolve = Callable[[Label], int]


class Layout:
    def __init__(self) -> None:
        self._positions: dict[Label, int] = {}
        self._same: dict[Label, Label] = {}
        self._made: list[tuple[Place, Callable[[Resolve], Step]]] = []
        self._labels = 0
        self.end = self.label()

    def label(self) -> Label:
        self._labels += 1
        return self._labels

    def mark(self, label: Label) -> None:
        """The next step stands here."""
        self._positions[label] = len(self._made)

    def same(self, label: Label, other: Label) -> None:
        """A label of nothing: where it would lead is where `other` leads."""
        self._same[label] = other

    def emit(self, place: Place, make: Callable[[Resolve], Step]) -> None:
        self._made.append((place, make))

    def steps(self) -> tuple[tuple[Step, ...], tuple[Place, ...]]:
        made = tuple(make(self._number) for _, make in self._made)
        return made, tuple(place for place, _ in self._made)

    def _number(self, label: Label) -> int:
        seen = 0
        while label in self._same and seen <= len(self._same):
            label = self._same[label]
            seen += 1
        position = self._positions.get(label, END)
        return position if position < len(self._made) else END


class Work:
    """What a step kind is given to be laid out: the desk, the layout, and blocks inside it."""

    def __init__(self, desk: Desk, layout: Layout, lay: "Callable[[Work, Node, Label], None]") -> None:
        self.desk = desk
        self.layout = layout
        self._lay = lay
        self.depth = 0

    def label(self) -> Label:
        return self.layout.label()

    def mark(self, label: Label) -> None:
        self.layout.mark(label)

    def emit(self, place: Place, make: Callable[[Resolve], Step]) -> None:
        self.layout.emit(place, make)

    def block(self, entry: Label, nodes: tuple[Node, ...] | None, exit: Label) -> None:
        """Lay a list of steps out from `entry`; after the last one the dialog goes on at `exit`."""
        if not nodes:
            self.layout.same(entry, exit)
            return
        self.mark(entry)
        for number, node in enumerate(nodes):
            following = exit if number == len(nodes) - 1 else self.label()
            self._lay(self, node, following)
            if following != exit:
                self.mark(following)

    def branch(self, nodes: tuple[Node, ...] | None) -> Label | None:
        """A label for a block that may be missing."""
        return None if nodes is None else self.label()

    def branches(self, blocks: Mapping[str, Any]) -> dict[str, Label]:
        return {name: self.label() for name in blocks}


def resolved(at: Resolve, label: Label | None) -> int | None:
    return None if label is None else at(label)
