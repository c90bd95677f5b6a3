"""YAML files that stand beside the menus of a service, read with everything that is wrong in them.

Rule: all faults are told at once, each with its line and column and what to write instead. Scalars are texts, whatever they look
like; anchors, aliases and keys that stand twice are refused; size and depth are bounded before they cost anything.
"""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

MAX_BYTES = 512 * 1024
MAX_DEPTH = 12
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """`file:line:column: what; remedy`."""

    file: str
    line: int
    column: int
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.what}; {self.remedy}"


class CatalogueError(Exception):
    """A catalogue that cannot be used; `faults` are sorted by place."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(map(str, self.faults)))


@dataclass
class Reading:
    """One file being read, in a service that speaks `languages`."""

    file: str
    languages: tuple[str, ...]
    faults: list[Fault] = field(default_factory=list)

    def fault(self, node: Any, what: str, remedy: str, down: int = 0) -> None:
        """`down` counts lines below where the node's text begins."""
        mark = node.start_mark
        begins = 1 if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">") else 0
        line, column = mark.line + 1, mark.column + 1
        if down or begins:
            line, column = line + down + begins, 1
        self.faults.append(Fault(self.file, line, column, what, remedy))

    def tree(self, data: bytes) -> Any:
        """The file's one mapping, or nothing after telling why not."""
        try:
            if len(data) > MAX_BYTES:
                return self._no(1, 1, f"the file has {len(data)} bytes", f"{MAX_BYTES} at most are read")
            text = data.decode("utf-8-sig")
            if not self._plain(text):
                return None
            root = yaml.compose(text, Loader=_LOADER)
        except UnicodeDecodeError as error:
            return self._no(data[: error.start].count(b"\n") + 1, 1, "the file is not UTF-8", "save it as UTF-8")
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            problem = getattr(error, "problem", None) or "a character that no text may hold"
            line, column = (1, 1) if mark is None else (mark.line + 1, mark.column + 1)
            return self._no(line, column, str(problem), "check quotes, colons and the columns in which lines begin")
        if not isinstance(root, yaml.MappingNode):
            return self._no(1, 1, "the file is not a block of keys", "begin it with 'messages:'")
        return root

    def _plain(self, text: str) -> bool:
        """Whether nothing in the text may grow: told from its events, before any tree is made."""
        depth = 0
        for event in yaml.parse(text, Loader=_LOADER):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH or isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                what = "too many blocks inside blocks" if depth > MAX_DEPTH else "anchors and aliases are not read"
                self.fault(event, what, "write it out in full")
                return False
        return True

    def _no(self, line: int, column: int, what: str, remedy: str) -> None:
        self.faults.append(Fault(self.file, line, column, what, remedy))

    def block(self, node: Any, known: Sequence[str] | None = None, required: Sequence[str] = ()) -> dict[str, Any]:
        """A mapping's values by key; keys that are unknown, twice there or missing are told."""
        if not isinstance(node, yaml.MappingNode):
            self.fault(node, "this must be a block of keys", "write 'key: value', one a line")
            return {}
        found: dict[str, Any] = {}
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
            if not name:
                self.fault(key, "a key must be a text", "put quotes around '{{ ... }}'")
            elif name in found:
                self.fault(key, f"'{name}' stands here twice", "keep one of them")
            elif known is not None and name not in known:
                close = difflib.get_close_matches(name, known, 1)
                self.fault(key, f"'{name}' is not known here", f"did you mean '{close[0]}'?" if close else _any_of(known))
            else:
                found[name] = value
        for name in required:
            if name not in found:
                self.fault(node, f"'{name}' is missing", f"add '{name}:'")
        return found

    def by_language(self, node: Any) -> dict[str, Any]:
        return self.block(node, self.languages, self.languages)


def _any_of(known: Sequence[str]) -> str:
    return f"known are {', '.join(known)}"
