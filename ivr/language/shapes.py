"""What may stand behind a key: how it is read, and how an editor's schema describes it.

Rule: `read` gives a value or None after reporting why not; `schema` accepts exactly what `read` does, as far as JSON Schema can.
"""

import datetime as dt
import re
from collections.abc import Callable
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from ivr.engine.expressions import Constant, Expression
from ivr.language.desk import Desk
from ivr.language.issues import closest
from ivr.language.nodes import Mapping, Node, Scalar, Sequence, called

V = TypeVar("V")
V_co = TypeVar("V_co", covariant=True)

NAME = r"[A-Za-z][A-Za-z0-9_]*"
DOTTED = rf"{NAME}(\.{NAME})*"
DURATION = r"[0-9]{1,7}(ms|s|min)"
TRUTHS = {"yes": True, "true": True, "no": False, "false": False}
_UNITS = {"ms": 1, "s": 1_000, "min": 60_000}
AS_TEXT = ["string", "number", "boolean"]

Schema = dict[str, Any]


class Shape(Protocol[V_co]):
    def read(self, node: Node, desk: Desk) -> V_co | None: ...

    def schema(self) -> Schema: ...


def text_of(node: Node, desk: Desk, what: str = "a text") -> Scalar | None:
    """The node as a text, or nothing after reporting it."""
    if isinstance(node, Scalar) and not node.empty:
        return node
    desk.fault("wrong-shape", node.place, f"{what} belongs here, not {called(node)}")
    return None


@dataclass(frozen=True)
class Text:
    """Any words."""

    def read(self, node: Node, desk: Desk) -> str | None:
        scalar = text_of(node, desk)
        return None if scalar is None else scalar.text

    def schema(self) -> Schema:
        return {"type": AS_TEXT}


@dataclass(frozen=True)
class Pattern:
    """Words of a form; what is not of it gets `code`."""

    pattern: str
    what: str
    code: str = "bad-value"
    remedy: str = ""

    def read(self, node: Node, desk: Desk) -> str | None:
        scalar = text_of(node, desk, self.what)
        if scalar is None:
            return None
        if not re.fullmatch(self.pattern, scalar.text):
            desk.fault(self.code, scalar.place, f"'{scalar.text[:40]}' is not {self.what}", self.remedy)
            return None
        return scalar.text

    def schema(self) -> Schema:
        """Editors take 7 for a number and true for a truth; here both are what was written."""
        text = {"type": "string", "pattern": f"^(?:{self.pattern})$"}
        others: list[Schema] = []
        if re.fullmatch(self.pattern, "7"):
            most = {} if re.fullmatch(self.pattern, "10") else {"maximum": 9}
            others.append({"type": "integer", "minimum": 0, **most})
        if re.fullmatch(self.pattern, "true"):
            others.append({"type": "boolean"})
        return {"anyOf": [text, *others]} if others else text


A_NAME = Pattern(NAME, "a name", "bad-name", "letters, digits and underscores, a letter first")
A_DOTTED_NAME = Pattern(DOTTED, "a name", "bad-name", "letters, digits and underscores, a letter first")
PHONE_KEY = Pattern(r"[0-9*#]", "a key of a telephone", remedy='one of 0 to 9, "*" and "#"')


@dataclass(frozen=True)
class Whole:
    """A whole number within bounds."""

    least: int = 0
    most: int = 1_000_000

    def read(self, node: Node, desk: Desk) -> int | None:
        scalar = text_of(node, desk, "a whole number")
        if scalar is None:
            return None
        if not re.fullmatch(r"[0-9]{1,9}", scalar.text) or not self.least <= int(scalar.text) <= self.most:
            desk.fault("bad-value", scalar.place, f"'{scalar.text[:40]}' is not a whole number from {self.least} to {self.most}")
            return None
        return int(scalar.text)

    def schema(self) -> Schema:
        number = {"type": "integer", "minimum": self.least, "maximum": self.most}
        return {"anyOf": [number, {"type": "string", "pattern": "^[0-9]{1,9}$"}]}


@dataclass(frozen=True)
class Share:
    """A share from 0 to 1 or a percentage: `0.6`, `60%`. Read as a fraction."""

    def read(self, node: Node, desk: Desk) -> float | None:
        scalar = text_of(node, desk, "a share")
        if scalar is None:
            return None
        if re.fullmatch(r"(100|[0-9]{1,2})\s*%", scalar.text):
            return int(scalar.text.rstrip("% ")) / 100
        if re.fullmatch(r"0(\.[0-9]{1,4})?|1(\.0+)?", scalar.text):
            return float(scalar.text)
        desk.fault("bad-value", scalar.place, f"'{scalar.text[:40]}' is not a share", "for instance 60% or 0.6")
        return None

    def schema(self) -> Schema:
        return {
            "anyOf": [
                {"type": "number", "minimum": 0, "maximum": 1},
                {"type": "string", "pattern": r"^([0-9]{1,3}\s*%|[01](\.[0-9]+)?)$"},
            ]
        }


@dataclass(frozen=True)
class Duration:
    """A length of time, read as milliseconds."""

    least_ms: int = 0
    most_ms: int = 3_600_000

    def read(self, node: Node, desk: Desk) -> int | None:
        scalar = text_of(node, desk, "a duration")
        if scalar is None:
            return None
        match = re.fullmatch(r"([0-9]{1,7})\s*(ms|s|min)", scalar.text)
        ms = int(match[1]) * _UNITS[match[2]] if match else -1
        if match is None or not self.least_ms <= ms <= self.most_ms:
            remedy = "write 300ms, 5s or 2min" if match is None else f"from {self.least_ms}ms to {self.most_ms // 1000}s"
            desk.fault("bad-duration", scalar.place, f"'{scalar.text[:40]}' is not a duration that can stand here", remedy)
            return None
        return ms

    def schema(self) -> Schema:
        return {"type": "string", "pattern": r"^[0-9]{1,7}\s*(ms|s|min)$"}


@dataclass(frozen=True)
class Truth:
    """yes or no."""

    def read(self, node: Node, desk: Desk) -> bool | None:
        scalar = text_of(node, desk, "yes or no")
        if scalar is None:
            return None
        if scalar.text not in TRUTHS:
            desk.fault("bad-value", scalar.place, f"'{scalar.text[:40]}' is neither yes nor no", "write yes or no")
            return None
        return TRUTHS[scalar.text]

    def schema(self) -> Schema:
        return {"enum": [True, False, *TRUTHS]}


@dataclass(frozen=True)
class OneOf:
    """One of a few words."""

    words: tuple[str, ...]

    def read(self, node: Node, desk: Desk) -> str | None:
        scalar = text_of(node, desk, "one of " + ", ".join(self.words))
        if scalar is None:
            return None
        if scalar.text not in self.words:
            near = closest(scalar.text, self.words)
            desk.fault("bad-value", scalar.place, f"'{scalar.text[:40]}' may not stand here", near)
            return None
        return scalar.text

    def schema(self) -> Schema:
        return {"enum": list(self.words)}


@dataclass(frozen=True)
class Known:
    """A name that must exist in the service; `names` finds them on the desk."""

    code: str
    what: str
    names: Callable[[Desk], Any]

    def read(self, node: Node, desk: Desk) -> str | None:
        scalar = text_of(node, desk, f"the name of a {self.what}")
        return None if scalar is None else desk.known(self.code, self.what, scalar, self.names(desk))

    def schema(self) -> Schema:
        return {"type": "string"}


A_DIALOG = Known("unknown-dialog", "dialog", lambda desk: desk.world.dialogs)
SOME_HOURS = Known("unknown-hours", "set of opening hours", lambda desk: desk.world.hours)
A_LANGUAGE = Known("unknown-language", "language of this service", lambda desk: desk.world.languages)


@dataclass(frozen=True)
class Date:
    """A day."""

    def read(self, node: Node, desk: Desk) -> dt.date | None:
        scalar = text_of(node, desk, "a date")
        if scalar is None:
            return None
        try:
            if re.fullmatch(r"\d{4}-\d\d-\d\d", scalar.text):
                return dt.date.fromisoformat(scalar.text)
        except ValueError:
            pass
        desk.fault("bad-date", scalar.place, f"'{scalar.text[:40]}' is not a date", "write 2027-01-31")
        return None

    def schema(self) -> Schema:
        return {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"}


@dataclass(frozen=True)
class Moment:
    """A moment of the service's time zone; a date alone is its midnight, or with `end_of_day` the midnight after it."""

    end_of_day: bool = False

    def read(self, node: Node, desk: Desk) -> dt.datetime | None:
        scalar = text_of(node, desk, "a date or a moment")
        if scalar is None:
            return None
        try:
            if re.fullmatch(r"\d{4}-\d\d-\d\d", scalar.text):
                day = dt.date.fromisoformat(scalar.text) + dt.timedelta(days=1 if self.end_of_day else 0)
                return dt.datetime.combine(day, dt.time(), desk.world.zone)
            if re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?", scalar.text):
                moment = dt.datetime.fromisoformat(scalar.text)
                return moment if moment.tzinfo else moment.replace(tzinfo=desk.world.zone)
        except (ValueError, OverflowError):
            pass
        remedy = "write 2027-01-31 or 2027-01-31T08:00"
        desk.fault("bad-date", scalar.place, f"'{scalar.text[:40]}' is not a date or moment", remedy)
        return None

    def schema(self) -> Schema:
        return {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?$"}


@dataclass(frozen=True)
class Condition:
    """An expression, in braces or bare."""

    def read(self, node: Node, desk: Desk) -> Expression | None:
        scalar = text_of(node, desk, "a condition")
        return None if scalar is None else desk.expression(scalar)

    def schema(self) -> Schema:
        return {"type": AS_TEXT}


@dataclass(frozen=True)
class Given:
    """A value: an expression in braces, or the words themselves."""

    def read(self, node: Node, desk: Desk) -> Expression | None:
        scalar = text_of(node, desk, "a value")
        if scalar is None:
            return None
        return desk.expression(scalar) if "{{" in scalar.text else Constant(scalar.text)

    def schema(self) -> Schema:
        return {"type": AS_TEXT}


@dataclass(frozen=True)
class ListOf(Generic[V]):
    """A list, or one item alone."""

    item: Shape[V]
    most: int = 200

    def read(self, node: Node, desk: Desk) -> tuple[V, ...] | None:
        items = node.items if isinstance(node, Sequence) else (node,)
        if len(items) > self.most:
            desk.fault("wrong-shape", node.place, f"the list has {len(items)} items", f"at most {self.most}")
        read = [self.item.read(item, desk) for item in items[: self.most]]
        return tuple(value for value in read if value is not None)

    def schema(self) -> Schema:
        item = self.item.schema()
        return {"anyOf": [{"type": "array", "items": item, "maxItems": self.most}, item]}


@dataclass(frozen=True)
class MapOf(Generic[V]):
    """A block of names, each with a value."""

    value: Shape[V]
    names: Pattern = A_NAME

    def read(self, node: Node, desk: Desk) -> MappingOf[str, V] | None:
        if not isinstance(node, Mapping):
            desk.fault("wrong-shape", node.place, f"a block 'name: value' belongs here, not {called(node)}")
            return None
        found: dict[str, V] = {}
        for entry in node:
            name = self.names.read(entry.key, desk)
            value = self.value.read(entry.value, desk)
            if name is not None and value is not None:
                found[name] = value
        return found

    def schema(self) -> Schema:
        names = {"pattern": f"^(?:{self.names.pattern})$"}
        return {"type": "object", "propertyNames": names, "additionalProperties": self.value.schema()}
