"""The JSON Schema of menu files, for editors, made from the very tables that the parser reads by."""

from typing import Any

from ivr.language.conversation_file import CONVERSATION_KEYS, conversation_definitions
from ivr.language.dialogs import DIALOG_KEYS
from ivr.language.keys import Key, block_schema
from ivr.language.manifests import HANDLERS_KEYS, returns_schema
from ivr.language.schema.deciding import PART
from ivr.language.schema.kind import StepKind
from ivr.language.schema.menu import CHOICE
from ivr.language.schema.registry import KINDS
from ivr.language.service import SERVICE_KEYS
from ivr.language.shapes import Schema
from ivr.language.wording import wording_schema

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FILES: dict[str, tuple[Key, ...]] = {
    "dialog": DIALOG_KEYS,
    "service": SERVICE_KEYS,
    "handlers": HANDLERS_KEYS,
    "conversation": CONVERSATION_KEYS,
}


def json_schema() -> dict[str, Any]:
    """One schema for all files: the first key that a file must have says which kind it is."""
    definitions: dict[str, Schema] = {
        "wording": wording_schema(),
        "returns": returns_schema(),
        "choice": CHOICE.schema(),
        "variant": PART.schema(),
        "steps": {"anyOf": [{"type": "array", "items": {"$ref": "#/$defs/step"}}, {"$ref": "#/$defs/step"}]},
        "step": _step(),
        **{f"step_{name}": _kind(kind) for name, kind in KINDS.items()},
        **{f"file_{name}": block_schema(keys) for name, keys in FILES.items()},
        **conversation_definitions(),
    }
    return {
        "$schema": DIALECT,
        "title": "Guichet menu files",
        **_chosen([(name, {"$ref": f"#/$defs/file_{name}"}) for name in ("conversation", "handlers", "service", "dialog")]),
        "$defs": definitions,
    }


def _chosen(by_key: list[tuple[str, Schema]]) -> Schema:
    """if ... then ... else: errors of an editor speak of the one kind that is meant."""
    (name, schema), *rest = by_key
    if not rest:
        return schema
    return {"if": {"required": [name], "not": _dialog(name)}, "then": schema, "else": _chosen(rest)}


def _dialog(name: str) -> Schema:
    """A dialog may name its service: it is a dialog all the same."""
    return {"required": ["dialog"]} if name == "service" else False  # type: ignore[return-value]  # false is a schema


def _step() -> Schema:
    alone = [name for name, kind in KINDS.items() if kind.alone]
    return {"anyOf": [{"enum": alone}, *({"$ref": f"#/$defs/step_{name}"} for name in KINDS)]}


def _kind(kind: StepKind) -> Schema:
    schema = block_schema(kind.all_keys)
    required = sorted({kind.name, *schema.get("required", ())})
    if kind.alone:
        leading = schema["properties"][kind.name]
        schema["properties"][kind.name] = {
            "anyOf": [leading, {"type": "null"}],
            "description": leading["description"],
        }
    return {**schema, "description": kind.doc, "required": required}
