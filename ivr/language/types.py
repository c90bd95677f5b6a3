"""What the menu language needs to know of value types: their names, the filters that show them, their parameters.

Rule: the types themselves stand in `ivr.values`; this is the only module here that asks them.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from ivr.values.registry import TYPES, value_type

OPEN = frozenset({"text", "open"})
NEVER_ASKED = frozenset({"choice"})
ZERO_IS_AN_ANSWER = frozenset({"number", "amount", "euros", "duration"})


@cache
def known_types() -> tuple[str, ...]:
    return tuple(sorted(set(TYPES) - NEVER_ASKED))


def filter_type(name: str) -> str | None:
    """The type that a filter shows, if it is one."""
    return name if name in known_types() else None


def params_faults(kind: str, params: Mapping[str, Any]) -> list[str]:
    """What a type says against its parameters, in words."""
    return value_type(kind).check_params(params)


def takes_keys(kind: str, params: Mapping[str, Any]) -> bool:
    """Whether a value of this type can be keyed."""
    return kind == "yes_no" or value_type(kind).keys(params) is not None


@cache
def all_params() -> Mapping[str, str]:
    """What fields of any type may be told: names, with what they mean for each type."""
    docs: dict[str, dict[str, list[str]]] = {}
    for kind in known_types():
        for param in value_type(kind).params:
            docs.setdefault(param.name, {}).setdefault(param.doc, []).append(kind)
    return {name: _doc(by_doc) for name, by_doc in sorted(docs.items())}


def _doc(by_doc: Mapping[str, list[str]]) -> str:
    if len(by_doc) == 1:
        return next(iter(by_doc))
    return " ".join(f"{', '.join(kinds)}: {doc}" for doc, kinds in by_doc.items())
