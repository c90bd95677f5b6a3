"""What the menu language needs to know of value types: their names, the filters that show them, their parameters.

Rule: the types themselves stand in `ivr.values`; this is the only module here that asks them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ivr.values.registry import TYPES, value_type

OPEN = frozenset({"text", "open"})
NEVER_ASKED = frozenset({"choice"})
ZERO_IS_AN_ANSWER = frozenset({"number", "amount", "euros", "duration"})


@dataclass(frozen=True, slots=True)
class Param:
    """`shape` is whole, truth or text."""

    name: str
    shape: str
    doc: str


@cache
def known_types() -> tuple[str, ...]:
    return tuple(sorted(set(TYPES) - NEVER_ASKED))


def filter_type(name: str) -> str | None:
    """The type that a filter shows, if it is one."""
    return name if name in known_types() else None


def params_fault(kind: str, params: Mapping[str, Any]) -> str | None:
    """What a type says against its parameters, in words."""
    faults = value_type(kind).check_params(params)
    return "; ".join(faults) if faults else None


def takes_keys(kind: str, params: Mapping[str, Any]) -> bool:
    """Whether a value of this type can be keyed."""
    return kind == "yes_no" or value_type(kind).keys(params) is not None


PARAMS = (
    Param("length", "whole", "How many digits the answer has, exactly."),
    Param("min", "text", "The least: digits of a field of digits, otherwise the value."),
    Param("max", "text", "The most: digits of a field of digits, otherwise the value."),
    Param("check", "text", "The check digits of an identifier."),
    Param("groups", "text", "How an identifier is read out, for instance '3 3 4'."),
)
