"""handlers.yaml: what the handlers declare, so that menus are checked without importing any."""

from typing import Any

from ivr.language.desk import Argument, Desk, HandlerManifest
from ivr.language.keys import Block, Fields, Key, read_fields
from ivr.language.nodes import Mapping, Node, Sequence, plain
from ivr.language.schema.ask import A_TYPE
from ivr.language.shapes import A_DOTTED_NAME, Duration, ListOf, MapOf, Pattern, Schema, Truth

ARGUMENT = Block(
    "an argument",
    (
        Key("type", A_TYPE, "What kind of value it is.", required=True),
        Key("required", Truth(), "Whether the handler cannot run without it."),
        Key("secret", Truth(), "Whether it is kept out of journals."),
    ),
)


class ReturnsShape:
    """A type's name, a block of them, or a list of one."""

    def read(self, node: Node, desk: Desk) -> Any:
        if isinstance(node, Mapping):
            for entry in node:
                self.read(entry.value, desk)
        elif isinstance(node, Sequence):
            for item in node.items:
                self.read(item, desk)
        else:
            A_TYPE.read(node, desk)
        return plain(node)

    def schema(self) -> Schema:
        return {"$ref": "#/$defs/returns"}


def returns_schema() -> Schema:
    """What `$ref: returns` means."""
    again = {"$ref": "#/$defs/returns"}
    return {
        "anyOf": [
            {"type": "string"},
            {"type": "object", "additionalProperties": again},
            {"type": "array", "items": again},
        ]
    }


HANDLER = Block(
    "a handler",
    (
        Key("arguments", MapOf[Fields](ARGUMENT), "What it is given, by name."),
        Key("write", Truth(), "Whether it changes something."),
        Key("timeout", Duration(1, 600_000), "How long it may take."),
        Key("refusals", ListOf(Pattern(r"[a-z][a-z0-9_]*", "a reason")), "The reasons for which it may refuse."),
        Key("irreversible", Truth(), "Whether what it does cannot be undone."),
        Key("returns", ReturnsShape(), "What it gives: a type, a block of types, or a list."),
    ),
)
HANDLERS_KEYS = (Key("handlers", MapOf[Fields](HANDLER, A_DOTTED_NAME), "The handlers by name.", required=True),)


def read_manifests(node: Node, desk: Desk) -> dict[str, HandlerManifest]:
    """The handlers of a file, by name."""
    if not isinstance(node, Mapping):
        desk.fault("wrong-shape", node.place, "handlers.yaml begins with 'handlers:'")
        return {}
    fields = read_fields(node, HANDLERS_KEYS, desk, "handlers.yaml")
    return {name: _manifest(name, declared) for name, declared in fields.get("handlers", {}).items()}


def _manifest(name: str, declared: Fields) -> HandlerManifest:
    arguments = {
        each: Argument(given.get("type", "text"), given.get("required", True), given.get("secret", False))
        for each, given in declared.get("arguments", {}).items()
    }
    return HandlerManifest(
        name=name,
        arguments=arguments,
        write=declared.get("write", False),
        timeout_ms=declared.get("timeout"),
        refusals=declared.get("refusals", ()),
        irreversible=declared.get("irreversible", False),
        returns=declared.get("returns"),
        place=declared.place,
    )
