"""The desk at which one file is read: where faults go, what the service knows, which names the dialog sets and uses."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from ivr.engine.commands import BargeIn, Timing
from ivr.engine.expressions import Expression
from ivr.engine.flow import Fragment, Place, Universal
from ivr.language.issues import Report, closest
from ivr.language.nodes import Node, Scalar
from ivr.language.templates import Parsed, parse_expression, parse_text

ENGINE_NAMES = ("now", "call", "caller", "hours", "language", "failure")


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument that a handler declares."""

    type: str
    required: bool = True
    secret: bool = False


@dataclass(frozen=True, slots=True)
class HandlerManifest:
    """What `check` knows of a handler. `returns` is a type name, a block of them or a list of one."""

    name: str
    arguments: Mapping[str, Argument]
    write: bool = False
    timeout_ms: int | None = None
    refusals: tuple[str, ...] = ()
    irreversible: bool = False
    returns: Any = None
    place: Place = Place("handlers.yaml", 1, 1)


@dataclass(frozen=True, slots=True)
class DialogHead:
    """What the others need to know of a dialog before it is read. Of one whose file is damaged, the name alone is known."""

    name: str
    place: Place
    parameters: tuple[str, ...] = ()
    requires: str = ""
    damaged: bool = False


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a question takes where it does not say otherwise."""

    attempts: int = 3
    timing: Timing = Timing()
    handler_timeout_ms: int = 8_000
    bargein: BargeIn = BargeIn.KEYS_AND_VOICE
    say_bargein: BargeIn = BargeIn.KEYS


@dataclass(frozen=True)
class World:
    """The service as known before its dialogs are read: every name that they may use."""

    languages: tuple[str, ...] = ("fr",)
    zone: ZoneInfo = ZoneInfo("Europe/Paris")
    dialogs: Mapping[str, DialogHead] = field(default_factory=dict)
    handlers: Mapping[str, HandlerManifest] = field(default_factory=dict)
    hours: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    files: frozenset[str] = frozenset()
    defaults: Defaults = Defaults()
    universals: Mapping[str, Universal] = field(default_factory=dict)
    identify: bool = False
    today: dt.date = dt.date(2000, 1, 1)


class Desk:
    """`uses` are (dotted name, place) of the dialog at hand, `sets` the names that its steps give a value."""

    def __init__(self, report: Report, world: World) -> None:
        self.report = report
        self.world = world
        self.uses: list[tuple[str, Place]] = []
        self.sets: set[str] = set()

    def fault(self, code: str, place: Place, message: str, remedy: str = "") -> None:
        self.report.add(code, place, message, remedy)

    def known(self, code: str, what: str, node: Scalar, names: Iterable[str]) -> str | None:
        """A name that must exist, or nothing after reporting it."""
        names = tuple(names)
        if node.text in names:
            return node.text
        self.fault(code, node.place, f"no {what} is named '{node.text}'", closest(node.text, names))
        return None

    def expression(self, node: Scalar) -> Expression | None:
        """An expression, in braces or bare."""
        parsed = parse_expression(node.text)
        if not self._taken(parsed, node):
            return None
        return parsed.fragments[0].expression

    def template(self, node: Scalar) -> tuple[Fragment, ...] | None:
        """A prompt's text."""
        parsed = parse_text(node.text)
        return parsed.fragments if self._taken(parsed, node) else None

    def _taken(self, parsed: Parsed, node: Scalar) -> bool:
        for fault in parsed.faults:
            self.fault(fault.code, self._place(node, fault.number), fault.message, fault.remedy)
        for number, name in parsed.names:
            self.uses.append((name, self._place(node, number)))
        return not parsed.faults

    def _place(self, node: Scalar, number: int) -> Place:
        return node.expressions[number] if 0 <= number < len(node.expressions) else node.place


def scalar(node: Node | None) -> Scalar | None:
    return node if isinstance(node, Scalar) else None
