"""YAML as a tree of texts, each with its place; no scalar is a number, a date or a truth here."""

from collections.abc import Iterator
from dataclasses import dataclass

from ivr.engine.flow import Place


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text. `expressions` are the places of each `{{` in it, in order; `empty` says that nothing at all was written."""

    text: str
    place: Place
    expressions: tuple[Place, ...] = ()
    empty: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    items: "tuple[Node, ...]"
    place: Place


@dataclass(frozen=True, slots=True)
class Entry:
    key: Scalar
    value: "Node"


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys in file order, each once. `last_line` is the last line of the block."""

    entries: tuple[Entry, ...]
    place: Place
    last_line: int

    def get(self, name: str) -> "Node | None":
        for entry in self.entries:
            if entry.key.text == name:
                return entry.value
        return None

    def __contains__(self, name: object) -> bool:
        return any(entry.key.text == name for entry in self.entries)

    def key(self, name: str) -> Scalar:
        """The key itself. Raises KeyError."""
        for entry in self.entries:
            if entry.key.text == name:
                return entry.key
        raise KeyError(name)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)


Node = Scalar | Sequence | Mapping


def called(node: Node) -> str:
    """What kind of thing a node is, in a supervisor's words."""
    if isinstance(node, Mapping):
        return "a block of keys"
    if isinstance(node, Sequence):
        return "a list"
    return "nothing" if node.empty else "a text"


def plain(node: Node) -> object:
    """The tree as dicts, lists and texts."""
    if isinstance(node, Mapping):
        return {entry.key.text: plain(entry.value) for entry in node.entries}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return node.text
