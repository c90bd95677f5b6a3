"""`{{ expression | filter }}` to the engine's fragments and expressions: Jinja2's syntax, read by Jinja2, few nodes allowed.

Rule: what is not on the list is refused at its own place; texts, expressions and their depth are bounded; nothing is evaluated.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

import jinja2
from jinja2 import nodes as jinja

from ivr.engine.expressions import FILTERS, Both, Compare, Constant, Either, Expression, Filter, Item, Name, Not, Sum
from ivr.engine.flow import Fragment
from ivr.language.issues import closest
from ivr.language.types import filter_type, known_types, params_faults

MAX_TEXT = 4_000
MAX_EXPRESSION = 500
MAX_DEPTH = 30
OPERATORS = {"eq": "==", "ne": "!=", "lt": "<", "lteq": "<=", "gt": ">", "gteq": ">=", "in": "in", "notin": "not_in"}
ALLOWED = "templates hold names, items, comparisons, and, or, not, + and -"

_ENVIRONMENT = jinja2.Environment(autoescape=False)
_PIECE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_SPACE = re.compile(r"\s+")


class Refused(Exception):
    """This expression may not stand here; never leaves the module."""

    def __init__(self, code: str, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.fault = (code, message, remedy)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in the `number`th expression of a text (-1: in the text)."""

    number: int
    code: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """`names` are (number of the expression, dotted name as far as it is constant)."""

    fragments: tuple[Fragment, ...] = ()
    names: tuple[tuple[int, str], ...] = ()
    faults: tuple[Fault, ...] = ()


@dataclass
class _Reading:
    number: int = 0
    names: list[tuple[int, str]] = field(default_factory=list)


@lru_cache(maxsize=50_000)
def parse_text(text: str) -> Parsed:
    """A prompt's text."""
    if len(text) > MAX_TEXT:
        return _fault(-1, "template-too-long", f"the text has {len(text)} characters", f"at most {MAX_TEXT}")
    if "{" not in text or not any(sign in text for sign in ("{{", "{%", "{#")):
        words = _SPACE.sub(" ", text).strip()
        return Parsed((Fragment(words),) if words else ())
    for sign, what in (("{%", "statements"), ("{#", "comments")):
        if sign in text:
            return _fault(-1, "template-not-allowed", f"'{sign}' begins one of Jinja's {what}", ALLOWED)
    return _parse(text)


@lru_cache(maxsize=20_000)
def parse_expression(text: str) -> Parsed:
    """One expression, in braces or bare; its fragment holds it."""
    bare = text.strip()
    inner = bare[2:-2] if bare.startswith("{{") and bare.endswith("}}") else bare
    parsed = parse_text("{{" + inner + "}}")
    if parsed.faults:
        return parsed
    if len(parsed.fragments) != 1 or parsed.fragments[0].expression is None:
        return _fault(
            0, "template-syntax", "one expression belongs here, and nothing beside it", "for instance {{ payment.date }}"
        )
    if parsed.fragments[0].type != "text":
        return _fault(0, "template-not-allowed", "a type of value has its place in a prompt only", "take out what follows '|'")
    return parsed


def _fault(number: int, code: str, message: str, remedy: str) -> Parsed:
    return Parsed(faults=(Fault(number, code, message, remedy),))


def _parse(text: str) -> Parsed:
    long = [number for number, piece in enumerate(_PIECE.findall(text)) if len(piece) > MAX_EXPRESSION]
    if long:
        return _fault(
            long[0], "template-too-long", f"an expression has more than {MAX_EXPRESSION} characters", "use 'set' before"
        )
    try:
        tree = _ENVIRONMENT.parse(text)
    except jinja2.TemplateSyntaxError as error:
        return _syntax_fault(text, str(error.message))
    except RecursionError:
        return _fault(0, "template-too-long", "the expression is nested too deeply", "use 'set' before")
    reading = _Reading()
    fragments: list[Fragment] = []
    faults: list[Fault] = []
    for node in (part for output in tree.body for part in getattr(output, "nodes", [output])):
        if isinstance(node, jinja.TemplateData):
            fragments.append(Fragment(_SPACE.sub(" ", node.data)))
            continue
        try:
            fragments.append(_fragment(node, reading))
        except Refused as refused:
            faults.append(Fault(reading.number, *refused.fault))
        except RecursionError:
            faults.append(Fault(reading.number, "template-too-long", "the expression is nested too deeply", "use 'set' before"))
        reading.number += 1
    return Parsed(_trimmed(fragments), tuple(reading.names), tuple(faults))


def _trimmed(fragments: list[Fragment]) -> tuple[Fragment, ...]:
    """No space before the first word and after the last."""
    if fragments and fragments[0].expression is None:
        fragments[0] = Fragment(fragments[0].text.lstrip())
    if fragments and fragments[-1].expression is None:
        fragments[-1] = Fragment(fragments[-1].text.rstrip())
    return tuple(each for each in fragments if each.text or each.expression is not None)


def _syntax_fault(text: str, message: str) -> Parsed:
    """The first expression that cannot be read alone is the one."""
    count = text.count("{{")
    for number, piece in enumerate(_PIECE.findall(text)):
        try:
            _ENVIRONMENT.parse("{{" + piece + "}}")
        except (jinja2.TemplateSyntaxError, RecursionError):
            return _fault(number, "template-syntax", message, "check brackets, quotes and dots")
    return _fault(count - 1, "template-syntax", message, "close the expression with }}")


def _fragment(node: jinja.Node, reading: _Reading) -> Fragment:
    if isinstance(node, jinja.Filter) and node.name not in FILTERS:
        kind = filter_type(node.name)
        if kind is None:
            known = [*FILTERS, *known_types()]
            raise Refused("unknown-filter", f"'{node.name}' is no type of value", closest(node.name, known))
        params = _params(node, kind)
        return Fragment(expression=_expression(_operand(node), reading, 0), type=kind, params=params)
    return Fragment(expression=_expression(node, reading, 0))


def _operand(node: jinja.Filter) -> jinja.Node:
    if node.node is None:
        raise Refused("template-syntax", f"nothing stands before '| {node.name}'")
    return node.node


def _params(node: jinja.Filter, kind: str) -> Mapping[str, Any]:
    if node.args or node.dyn_args or node.dyn_kwargs:
        raise Refused("bad-param", f"'{node.name}' takes parameters by name", f"write {node.name}(name=value)")
    params: dict[str, Any] = {}
    for pair in node.kwargs:
        if not isinstance(pair.value, jinja.Const):
            raise Refused("bad-param", f"'{pair.key}' must be a fixed value", "a number or a text in quotes")
        params[str(pair.key)] = pair.value.value
    faults = params_faults(kind, params)
    if faults:
        raise Refused("bad-param", "; ".join(faults))
    return params


def _expression(node: jinja.Node, reading: _Reading, depth: int) -> Expression:
    if depth > MAX_DEPTH:
        raise Refused("template-too-long", "the expression is nested too deeply", "use 'set' before")
    convert = _CONVERTERS.get(type(node))
    if convert is None:
        raise Refused("template-not-allowed", f"{_called(node)} cannot stand in a template", ALLOWED)
    return convert(node, reading, depth + 1)


def _called(node: jinja.Node) -> str:
    names = {
        "Call": "a call with brackets",
        "Test": "a test with 'is' (compare with '== none' instead)",
        "CondExpr": "'... if ... else ...' (use the step 'when')",
        "Concat": "'~' (use +)",
        "Mul": "'*'",
        "Div": "'/'",
        "FloorDiv": "'//'",
        "Pow": "'**'",
        "Mod": "'%'",
        "Slice": "a slice",
        "Dict": "a dictionary",
    }
    return names.get(type(node).__name__, type(node).__name__)


def _name(node: jinja.Name, reading: _Reading, _depth: int) -> Expression:
    reading.names.append((reading.number, node.name))
    return Name(node.name)


def _constant(node: jinja.Const, _reading: _Reading, _depth: int) -> Expression:
    value = node.value
    if isinstance(value, float):
        return Constant(Decimal(str(value)))
    if value is None or isinstance(value, (bool, int, str)):
        return Constant(value)
    raise Refused("template-not-allowed", "this constant cannot stand in a template", ALLOWED)


def _list(node: jinja.List | jinja.Tuple, reading: _Reading, depth: int) -> Expression:
    items = [_expression(item, reading, depth) for item in node.items]
    if not all(isinstance(item, Constant) for item in items):
        raise Refused("template-not-allowed", "a list may hold fixed values only", "for instance ['cdi', 'cdd']")
    return Constant(tuple(item.value for item in items if isinstance(item, Constant)))


def _attribute(node: jinja.Getattr, reading: _Reading, depth: int) -> Expression:
    return _item(node.node, Constant(node.attr), reading, depth)


def _getitem(node: jinja.Getitem, reading: _Reading, depth: int) -> Expression:
    key = _expression(node.arg, reading, depth)
    return _item(node.node, key, reading, depth)


def _item(of: jinja.Node, key: Expression, reading: _Reading, depth: int) -> Expression:
    before = len(reading.names)
    operand = _expression(of, reading, depth)
    if isinstance(operand, (Name, Item)) and isinstance(key, Constant) and isinstance(key.value, str):
        number, name = reading.names[before]
        if name == _dotted(operand):
            reading.names[before] = (number, f"{name}.{key.value}")
    return Item(operand, key)


def _dotted(expression: Expression) -> str | None:
    if isinstance(expression, Name):
        return expression.name
    if isinstance(expression, Item) and isinstance(expression.key, Constant) and isinstance(expression.key.value, str):
        before = _dotted(expression.of)
        return None if before is None else f"{before}.{expression.key.value}"
    return None


def _compare(node: jinja.Compare, reading: _Reading, depth: int) -> Expression:
    left_node: jinja.Node = node.expr
    result: Expression | None = None
    for operand in node.ops:
        left, right = _expression(left_node, reading, depth), _expression(operand.expr, reading, depth)
        compared = Compare(left, OPERATORS[operand.op], right)
        result = compared if result is None else Both(result, compared)
        left_node = operand.expr
    assert result is not None  # Jinja's comparisons have an operator
    return result


def _two(make: Callable[[Expression, Expression], Expression]) -> "Converter":
    def convert(node: jinja.BinExpr, reading: _Reading, depth: int) -> Expression:
        return make(_expression(node.left, reading, depth), _expression(node.right, reading, depth))

    return convert


def _not(node: jinja.Not, reading: _Reading, depth: int) -> Expression:
    return Not(_expression(node.node, reading, depth))


def _negative(node: jinja.Neg, reading: _Reading, depth: int) -> Expression:
    operand = _expression(node.node, reading, depth)
    if isinstance(operand, Constant) and isinstance(operand.value, (int, Decimal)):
        return Constant(-operand.value)
    return Sum(Constant(0), "-", operand)


def _filter(node: jinja.Filter, reading: _Reading, depth: int) -> Expression:
    if node.name not in FILTERS:
        what = "a type of value comes last, after the whole expression" if filter_type(node.name) else "no such filter"
        raise Refused("unknown-filter", f"'{node.name}': {what}", closest(node.name, FILTERS))
    if node.args or node.kwargs:
        raise Refused("bad-param", f"'{node.name}' takes no parameters")
    return Filter(_expression(_operand(node), reading, depth), node.name)


Converter = Callable[[Any, _Reading, int], Expression]

_CONVERTERS: Mapping[type[jinja.Node], Converter] = {
    jinja.Name: _name,
    jinja.Const: _constant,
    jinja.List: _list,
    jinja.Tuple: _list,
    jinja.Getattr: _attribute,
    jinja.Getitem: _getitem,
    jinja.Compare: _compare,
    jinja.And: _two(Both),
    jinja.Or: _two(Either),
    jinja.Add: _two(lambda left, right: Sum(left, "+", right)),
    jinja.Sub: _two(lambda left, right: Sum(left, "-", right)),
    jinja.Not: _not,
    jinja.Neg: _negative,
    jinja.Filter: _filter,
}
