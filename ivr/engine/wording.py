"""Templates to prompts: what is said now, in the caller's language, with the names that the dialog knows.

Rule: a prompt with a hole in it is never said. A missing value is an ExpressionError, which the engine treats as a fault.
"""

from collections.abc import Mapping
from typing import Any

from ivr.engine.expressions import ExpressionError, evaluate
from ivr.engine.flow import Fragment, Wording
from ivr.engine.prompts import Part, Prompt, Recording, Text, Value
from ivr.engine.secrets import Secret


def render(wording: Wording, language: str, names: Mapping[str, Any], speed: int = 100) -> Prompt:
    """The prompt for one language; another of the wording's languages when that one is missing. Raises ExpressionError."""
    if not wording.by_language:
        return Prompt((), language, speed)
    if language not in wording.by_language:
        language = next(iter(wording.by_language))
    parts = tuple(part for fragment in wording.by_language[language] for part in _parts(fragment, names))
    return Prompt(parts, language, speed)


def _parts(fragment: Fragment, names: Mapping[str, Any]) -> tuple[Part, ...]:
    if fragment.recording is not None:
        return (Recording(fragment.recording, fragment.text),)
    if fragment.expression is None:
        return (Text(fragment.text),)
    value = evaluate(fragment.expression, names)
    if isinstance(value, Prompt):
        return value.parts
    if isinstance(value, Value):
        return (value,)
    return (Value(fragment.type, _sayable(value), fragment.params),)


def _sayable(value: Any) -> Any:
    if value is None:
        raise ExpressionError("nothing is there to be said")
    if isinstance(value, Secret) and not value.spoken:
        raise ExpressionError("a secret is never said")
    return value
