"""Key tables: which keys a block may have. The parser reads by them and the published schema is made from them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ivr.engine.flow import Place
from ivr.language.codes import SILENCEABLE
from ivr.language.desk import Desk
from ivr.language.issues import closest
from ivr.language.nodes import Mapping, Node, called
from ivr.language.shapes import MapOf, Pattern, Schema, Shape, Text


@dataclass(frozen=True)
class Key:
    """One key of a block. `doc` is what an editor shows."""

    name: str
    shape: Shape[Any]
    doc: str
    required: bool = False


@dataclass(frozen=True)
class Fields:
    """What was read of a block: values by key, and where each stands."""

    node: Mapping
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        return self.node.place

    def get(self, name: str, default: Any = None) -> Any:
        return self.values.get(name, default)

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def __contains__(self, name: object) -> bool:
        return name in self.values

    def at(self, name: str) -> Place:
        """Where a key's value stands; the block itself when the key is not there."""
        value = self.node.get(name)
        return self.place if value is None else value.place


REASON = "[A-Za-zÀ-ÿ]{2}"


@dataclass(frozen=True)
class ReasonShape(Text):
    """Why a warning does not hold; that it says something is seen where it silences."""

    def schema(self) -> Schema:
        return {"anyOf": [{"type": "string", "pattern": REASON}, {"type": "boolean"}]}


ALLOW = Key(
    "allow",
    MapOf(ReasonShape(), Pattern(r"[a-z][a-z-]*", "a code", "unknown-code")),
    "Warnings that do not hold here: their code, each with the reason why.",
)
NOTE = Key("note", Text(), "A remark for colleagues; callers hear nothing of it.")
EVERYWHERE = (ALLOW, NOTE)


def read_fields(node: Mapping, keys: Iterable[Key], desk: Desk, what: str) -> Fields:
    """Every key of a block by its table; unknown and missing ones are reported."""
    table = {key.name: key for key in (*keys, *EVERYWHERE)}
    fields = Fields(node)
    for entry in node:
        key = table.get(entry.key.text)
        if key is None:
            remedy = closest(entry.key.text, table)
            desk.fault("unknown-key", entry.key.place, f"{what} has no key '{entry.key.text}'", remedy)
            continue
        value = key.shape.read(entry.value, desk)
        if value is not None:
            fields.values[key.name] = value
    for key in table.values():
        if key.required and key.name not in node:
            desk.fault("missing-key", node.place, f"{what} needs '{key.name}'", key.doc)
    _silence(fields, desk)
    return fields


def _silence(fields: Fields, desk: Desk) -> None:
    for code, reason in fields.get("allow", {}).items():
        node = fields.node.get("allow")
        assert isinstance(node, Mapping)
        place = node.key(code).place
        if code not in SILENCEABLE:
            desk.fault("unknown-code", place, f"'{code}' cannot be allowed", closest(code, SILENCEABLE))
        elif not re.search(REASON, reason):
            desk.fault("bad-value", place, f"'{code}' is allowed without a reason", "say why, in a few words")
        else:
            desk.report.silence(code, place, fields.node.place.line, fields.node.last_line)


@dataclass(frozen=True)
class Block:
    """A block with a table of its own."""

    what: str
    keys: tuple[Key, ...]

    def read(self, node: Node, desk: Desk) -> Fields | None:
        if not isinstance(node, Mapping):
            desk.fault("wrong-shape", node.place, f"{self.what} is a block of keys, not {called(node)}")
            return None
        return read_fields(node, self.keys, desk, self.what)

    def schema(self) -> Schema:
        return block_schema(self.keys)


def block_schema(keys: Iterable[Key]) -> Schema:
    """The JSON Schema of a block."""
    keys = tuple(keys)
    schema: Schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {key.name: {**key.shape.schema(), "description": key.doc} for key in (*keys, *EVERYWHERE)},
    }
    required = [key.name for key in keys if key.required]
    return {**schema, "required": required} if required else schema
