"""A conversation as a file: who calls when, what she does, what she hears, how it ends.

Rule: read with the same faults as menus; what a file says is kept with its place, so that a mismatch points at its line.
"""

import datetime as dt
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from typing import Any

from ivr.engine.events import TransferResult
from ivr.engine.flow import Place
from ivr.language.desk import Desk
from ivr.language.issues import closest
from ivr.language.keys import Block, Fields, Key, block_schema, read_fields
from ivr.language.nodes import Entry, Mapping, Node, Scalar, Sequence, called, plain
from ivr.language.shapes import (
    A_DOTTED_NAME,
    A_LANGUAGE,
    Duration,
    Known,
    ListOf,
    MapOf,
    Moment,
    OneOf,
    Pattern,
    Schema,
    Share,
    Text,
    Truth,
)

EARLY = Key("early", Truth(), "Before the prompt is over, or while a handler works.")
CONFIDENCE = Key("confidence", Share(), "How sure recognition is of the words, from 0 to 1.")
# What the steps `send` and `callback` call; a service may declare them, and need not.
BUILT_IN = ("message.send", "callback.request")
A_HANDLER = Known("unknown-handler", "handler", lambda desk: (*desk.world.handlers, *BUILT_IN))
DEFAULT_AT = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


@dataclass(frozen=True)
class AnythingShape:
    """A value as data: texts, lists, blocks."""

    def read(self, node: Node, desk: Desk) -> object:
        return plain(node)

    def schema(self) -> Schema:
        return {}


TURNS: MappingOf[str, tuple[Key, ...]] = {
    "hears": (Key("hears", ListOf(Text()), "All that the caller hears since her last action, word for word."),),
    "hears_part": (Key("hears_part", ListOf(Text()), "Words that are among what she hears, in this order."),),
    "presses": (Key("presses", Pattern(r"[0-9*# ]+", "keys of a telephone"), "The keys that she presses."), EARLY),
    "says": (Key("says", Text(), "What she says."), EARLY, CONFIDENCE),
    "waits": (Key("waits", Truth(), "She says and keys nothing until she is asked again."),),
    "speaks": (Key("speaks", Duration(1, 600_000), "How long she speaks after the beep."),),
    "hangs_up": (Key("hangs_up", Truth(), "She hangs up."), EARLY),
    "transfer_ends": (
        Key("transfer_ends", OneOf(tuple(each.value for each in TransferResult)), "How the transfer ends that she hears of."),
    ),
    "calls": (
        Key("calls", A_HANDLER, "A handler is called here."),
        Key("with", MapOf[Any](Text(), A_DOTTED_NAME), "The arguments that it gets; those not named may be anything."),
    ),
}
ALONE = ("waits", "hangs_up")

HANDLER = Block(
    "a handler's answer",
    (
        Key("gives", AnythingShape(), "What it gives."),
        Key("refuses", Pattern(r"[a-z][a-z0-9_]*", "a reason"), "The reason for which it refuses."),
        Key("fails", Truth(), "It does not work."),
        Key("unknown", Truth(), "Nobody knows whether it worked."),
        Key("after", Duration(0, 600_000), "How long it takes; longer than its limit is a time-out."),
    ),
)
ENDS = Block(
    "the end",
    (
        Key(
            "outcome",
            OneOf(("completed", "abandoned", "transferred", "failed", "closed")),
            "How it ended: the service if named, else the call.",
        ),
        Key("service", Text(), "The service that ended so."),
        Key("transfer", Text(), "Where the caller was transferred to, for instance queue:conseillers."),
        Key("reason", Text(), "Why, as the agent reads it."),
    ),
)


@dataclass(frozen=True)
class TurnsShape:
    """The list of what happens."""

    def read(self, node: Node, desk: Desk) -> tuple[Fields, ...] | None:
        if not isinstance(node, Sequence):
            desk.fault("wrong-shape", node.place, f"a list of turns belongs here, not {called(node)}", "- hears: ...")
            return None
        read = [_turn(item, desk) for item in node.items[:500]]
        return tuple(turn for turn in read if turn is not None)

    def schema(self) -> Schema:
        return {"type": "array", "maxItems": 500, "items": {"$ref": "#/$defs/turn"}}


def _turn(node: Node, desk: Desk) -> Fields | None:
    if isinstance(node, Scalar) and node.text in ALONE:
        node = Mapping((Entry(node, Scalar("yes", node.place)),), node.place, node.place.line)
    if not isinstance(node, Mapping) or not node.entries:
        desk.fault("wrong-shape", node.place, f"a turn belongs here, not {called(node)}", closest("", TURNS))
        return None
    kinds = [entry.key for entry in node if entry.key.text in TURNS]
    if not kinds:
        key = node.entries[0].key
        desk.fault("unknown-step", key.place, f"'{key.text[:40]}' is nothing that happens in a call", closest(key.text, TURNS))
        return None
    if len(kinds) > 1:
        message = f"'{kinds[0].text}' and '{kinds[1].text}' are two turns"
        desk.fault("two-steps", kinds[1].place, message, "begin the second one with a dash of its own")
        return None
    return read_fields(node, TURNS[kinds[0].text], desk, f"'{kinds[0].text}'")


CONVERSATION_KEYS = (
    Key("conversation", Text(), "What it shows, in a sentence.", required=True),
    Key("turns", TurnsShape(), "What happens, in order.", required=True),
    Key("caller", Pattern(r"\+?[0-9]{0,20}", "a number"), "The caller's number."),
    Key("number", Pattern(r"\+?[0-9*#]{1,20}", "a number"), "The number dialled; otherwise the service's first."),
    Key("at", Moment(), "When the call begins."),
    Key("language", A_LANGUAGE, "The language in which it begins."),
    Key(
        "handlers",
        MapOf[Any](ListOf(HANDLER), A_DOTTED_NAME),
        "What handlers answer here, each time they are called; the last answer goes on.",
    ),
    Key("ends", ENDS, "How the call ends."),
)


@dataclass(frozen=True)
class Conversation:
    """One file. `turns` are read fields, each of one kind of TURNS."""

    title: str
    file: str
    place: Place
    turns: tuple[Fields, ...] = ()
    caller: str = "0199000001"
    number: str = ""
    at: dt.datetime = DEFAULT_AT
    language: str = ""
    handlers: MappingOf[str, tuple[Fields, ...]] = field(default_factory=dict)
    ends: Fields | None = None


def kind_of(turn: Fields) -> str:
    return next(name for name in TURNS if name in turn)


def read_conversation(node: Node, file: str, desk: Desk) -> Conversation | None:
    """A conversation, or nothing after reporting why not."""
    if not isinstance(node, Mapping) or "conversation" not in node:
        desk.fault("unknown-file", node.place, "this file is not a conversation", "begin it with 'conversation: ...'")
        return None
    fields = read_fields(node, CONVERSATION_KEYS, desk, "a conversation")
    injected = node.get("handlers")
    for entry in injected if isinstance(injected, Mapping) else ():
        desk.known("unknown-handler", "handler", entry.key, (*desk.world.handlers, *BUILT_IN))
    return Conversation(
        title=fields.get("conversation", ""),
        file=file,
        place=node.place,
        turns=tuple(turn for turn in fields.get("turns", ()) if any(name in turn for name in TURNS)),
        caller=fields.get("caller", "0199000001"),
        number=fields.get("number", ""),
        at=fields.get("at", DEFAULT_AT),
        language=fields.get("language", ""),
        handlers=fields.get("handlers", {}),
        ends=fields.get("ends"),
    )


def conversation_definitions() -> dict[str, Schema]:
    """What `$ref: turn` means."""
    kinds = [{**block_schema(keys), "required": [name]} for name, keys in TURNS.items()]
    return {"turn": {"anyOf": [{"enum": list(ALONE)}, *kinds]}}
