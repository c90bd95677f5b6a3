"""What a message or a document says, with its values set in: Jinja2's sandbox, narrowed to what needs no bound of its own.

Rule: a text with a hole never leaves. No loop, no call, no arithmetic; a filter is a type of value and shows it as the rest of
the house does; names reach into what was given and nowhere else.
"""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, Undefined, UndefinedError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ivr.values.base import Context
from ivr.values.registry import TYPES, value_type

MAX_TEMPLATE = 8_000
MAX_TEXT = 40_000
_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Filter,
    nodes.If,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
)
_ALLOWED_WORDS = "texts hold names, items, comparisons, and, or, not, {% if %} and filters that are types of values"


class WordingError(Exception):
    """A text could not be made; `code` is a short code, which quotes no value."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _Environment(ImmutableSandboxedEnvironment):
    """Names reach into mappings and lists; there are no attributes at all."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        reaches = isinstance(obj, Mapping) or (isinstance(obj, (list, tuple)) and isinstance(argument, int))
        try:
            return obj[argument] if reaches else self.undefined(obj=obj, name=argument)
        except (LookupError, TypeError):
            return self.undefined(obj=obj, name=argument)


def fault_in(text: str) -> tuple[int, str] | None:
    """What is wrong with a template, and in which of its lines (from 1); nothing when it may be used."""
    if len(text) > MAX_TEMPLATE:
        return 1, f"the text has {len(text)} characters, {MAX_TEMPLATE} at most are taken"
    try:
        tree = _environment("fr", dt.date(2000, 1, 1)).parse(text)
    except TemplateSyntaxError as error:
        return error.lineno, f"this is no template: {error.message}"
    except RecursionError:
        return 1, "too many blocks inside blocks"
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _ALLOWED):
            return node.lineno, f"'{type(node).__name__.lower()}' is not allowed: {_ALLOWED_WORDS}"
        if isinstance(node, nodes.Filter) and node.name not in TYPES:
            return node.lineno, f"'{node.name}' is no type of value: {', '.join(sorted(TYPES))}"
        if isinstance(node, nodes.Filter) and (node.args or node.kwargs or node.dyn_args or node.dyn_kwargs):
            return node.lineno, f"'{node.name}' takes nothing in brackets here"
    return None


def written(text: str, values: Mapping[str, Any], language: str, today: dt.date) -> str:
    """The text with its values. Raises WordingError.

    It trusts that `fault_in` found nothing in the text.
    """
    try:
        made = _environment(language, today).from_string(text).render(values)
    except UndefinedError:
        raise WordingError("missing_value") from None
    except WordingError:
        raise
    except Exception:
        raise WordingError("bad_value") from None
    if len(made) > MAX_TEXT:
        raise WordingError("text_too_long")
    return made


@lru_cache(maxsize=16)
def _environment(language: str, today: dt.date) -> _Environment:
    context = Context(language, today)
    environment = _Environment(
        autoescape=False,
        undefined=StrictUndefined,
        finalize=partial(_finished, context=context),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    environment.filters.clear()
    environment.filters.update({name: partial(_shown, name, context) for name in TYPES})
    environment.globals.clear()
    return environment


def _shown(name: str, context: Context, value: Any) -> str:
    return value_type(name).show(_present(value), context)


def _finished(value: Any, context: Context) -> str:
    """A value without a filter: texts and whole numbers as they are, days and amounts as their types have them."""
    match _present(value):
        case str() as text:
            return text
        case bool():
            return _shown("yes_no", context, value)
        case int():
            return str(value)
        case Decimal():
            return _shown("number", context, value)
        case dt.datetime():
            raise WordingError("bad_value")
        case dt.date():
            return _shown("date", context, value)
        case _:
            raise WordingError("bad_value")


def _present(value: Any) -> Any:
    if value is None or isinstance(value, Undefined):
        raise WordingError("missing_value")
    return value
