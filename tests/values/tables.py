"""Reads the tables of cases: what is said or keyed, and what it means.

In a table every scalar is text. `!reason` expects that nothing is understood, `?a|b` that it may be a or b. The present day is
Monday 23 November 2026.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ivr.values.base import Context, Parsed, Understood

TODAY = dt.date(2026, 11, 23)
FOLDER = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class Case:
    type: str
    how: str
    language: str
    params: dict[str, Any]
    given: str
    expected: str

    def __str__(self) -> str:
        told = "".join(f" {name}={value}" for name, value in self.params.items())
        return f"{self.type}{told} {self.how} {self.language}: {self.given}"

    @property
    def context(self) -> Context:
        return Context(self.language, TODAY, self.params)


def cases(way: str) -> list[Case]:
    """Every case of one way: `words`, `keys`, `say`, `show`, `mask`, `fault`."""
    return [case for kind, groups in _tables().items() for group in groups for case in _of_group(kind, group, way)]


@cache
def _tables() -> dict[str, list[dict[str, Any]]]:
    return {path.stem: yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader) for path in sorted(FOLDER.glob("*.yaml"))}


def _of_group(kind: str, group: dict[str, Any], way: str) -> Iterator[Case]:
    params = group.get("with", {})
    for key, table in group.items():
        if key == "with":
            continue
        how, _, language = key.partition(" ")
        if how == way:
            for given, expected in table.items():
                yield Case(kind, how, language or "fr", params, given, expected)


def written(parsed: Parsed) -> str:
    """A result as tables write it."""
    if isinstance(parsed, Understood):
        return text_of(parsed.value)
    if parsed.candidates:
        return "?" + "|".join(text_of(value) for value in parsed.candidates)
    return f"!{parsed.reason}"


def text_of(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.strftime("%H:%M") if isinstance(value, dt.time) else str(value)
