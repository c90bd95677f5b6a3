"""Bytes of one YAML file to a tree of texts.

Rule: libyaml only finds the tokens; nothing is resolved, so `no`, `012` and `10:30` stay what was written. Size, depth and
number of nodes are bounded before they cost anything; anchors, aliases, tags and duplicate keys are faults.
"""

import codecs
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NoReturn

import yaml

from ivr.engine.flow import Place
from ivr.language.issues import Report
from ivr.language.nodes import Entry, Mapping, Node, Scalar, Sequence

MAX_BYTES = 256 * 1024
MAX_DEPTH = 40
MAX_NODES = 50_000
NOTHING = ("", "~", "null")
LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class _Stop(Exception):
    """Reading ends here; the fault has been told."""


def read_yaml(data: bytes, file: str, report: Report) -> Node | None:
    """The file's one document, or nothing after reporting why not. The same bytes are read once."""
    tree, issues = _read(data, file)
    for code, place, message, remedy in issues:
        report.add(code, place, message, remedy)
    return tree


_Fault = tuple[str, Place, str, str]


@lru_cache(maxsize=2_000)
def _read(data: bytes, file: str) -> tuple[Node | None, tuple[_Fault, ...]]:
    reader = _Reader(file)
    try:
        return reader.document(data), tuple(reader.faults)
    except _Stop:
        return None, tuple(reader.faults)


class _Reader:
    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[_Fault] = []
        self.nodes = 0
        self.text = ""
        self.events: Iterator[Any] = iter(())
        self.last_line = 1

    def document(self, data: bytes) -> Node:
        start = Place(self.file, 1, 1)
        if len(data) > MAX_BYTES:
            size = f"{len(data) / 1024:.0f} KB, more than {MAX_BYTES // 1024} KB"
            self._stop("file-too-large", start, f"the file has {size}", "split it into several dialogs")
        self.text = self._decoded(data)
        self.events = self._parsed()
        self._next()  # the stream begins
        event = self._next()
        if isinstance(event, yaml.StreamEndEvent):
            self._stop("empty-file", start, "the file says nothing", "write 'dialog: NAME' or take the file away")
        tree = self._node(self._next(), 0)
        self._next()  # the document ends
        event = self._next()
        if not isinstance(event, yaml.StreamEndEvent):
            self._stop("several-documents", self._place(event.start_mark), "a second document begins here", "use another file")
        return tree

    def _decoded(self, data: bytes) -> str:
        try:
            return data.removeprefix(codecs.BOM_UTF8).decode("utf-8")
        except UnicodeDecodeError as error:
            before = data[: error.start]
            line = before.count(b"\n") + 1
            column = error.start - (before.rfind(b"\n") + 1) + 1
            what = f"byte 0x{data[error.start]:02x} is not UTF-8"
            self._stop("not-utf8", Place(self.file, line, column), what, "save the file as UTF-8")

    def _parsed(self) -> Iterator[Any]:
        try:
            yield from yaml.parse(self.text, Loader=LOADER)
        except yaml.MarkedYAMLError as error:
            self._syntax(error)
        except yaml.reader.ReaderError as error:
            before = self.text[: error.position]
            place = Place(self.file, before.count("\n") + 1, error.position - (before.rfind("\n") + 1) + 1)
            self._stop("yaml-syntax", place, "a character that no text may hold", "take it out")

    def _syntax(self, error: yaml.MarkedYAMLError) -> None:
        # A quote that is never closed is found at the file's end; the reader looks for where it was opened.
        unclosed = "unexpected end" in str(error.problem) and error.context_mark is not None
        mark = error.context_mark if unclosed else error.problem_mark or error.context_mark
        place = Place(self.file, mark.line + 1, mark.column + 1) if mark else Place(self.file, 1, 1)
        line = "".join(self.text.split("\n")[place.line - 1 : place.line])
        if "\t" in line[: place.column]:
            self._stop("tab", place, "a tab stands where YAML wants spaces", "replace it by spaces")
        context = f" {error.context}" if error.context else ""
        self._stop("yaml-syntax", place, f"{error.problem}{context}", _remedy(str(error.problem)))

    def _stop(self, code: str, place: Place, message: str, remedy: str = "") -> NoReturn:
        self._fault(code, place, message, remedy)
        raise _Stop

    def _fault(self, code: str, place: Place, message: str, remedy: str = "") -> None:
        self.faults.append((code, place, message, remedy))

    def _place(self, mark: Any) -> Place:
        return Place(self.file, mark.line + 1, mark.column + 1)

    def _next(self) -> Any:
        return next(self.events)

    def _node(self, event: Any, depth: int) -> Node:
        place = self._place(event.start_mark)
        self.nodes += 1
        if depth > MAX_DEPTH or self.nodes > MAX_NODES:
            self._stop("too-deep", place, "too many blocks inside blocks", "move a part into a dialog of its own")
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
            self._stop("anchor", place, f"'{sign}{event.anchor}' is not part of the menu language", "write the block out in full")
        if event.tag is not None:
            written = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._fault("tag", place, f"'{written}' is not part of the menu language", "take it out")
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, place)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(place, depth)
        return self._mapping(place, depth)

    def _scalar(self, event: Any, place: Place) -> Scalar:
        self._ends(event)
        # Plain scalars have the style None or "", depending on the parser.
        empty = event.value in NOTHING and not event.style
        if "{{" not in event.value:
            return Scalar(event.value, place, (), empty)
        return Scalar(event.value, place, self._braces(event, place))

    def _braces(self, event: Any, place: Place) -> tuple[Place, ...]:
        """Where each `{{` of a scalar stands in the file."""
        start, end = event.start_mark.index, event.end_mark.index
        found: list[Place] = []
        at = self.text.find("{{", start, end)
        while at >= 0:
            line_start = self.text.rfind("\n", 0, at) + 1
            line = place.line + self.text.count("\n", start, at)
            found.append(Place(self.file, line, at - line_start + 1))
            at = self.text.find("{{", at + 2, end)
        return tuple(found)

    def _sequence(self, place: Place, depth: int) -> Sequence:
        items: list[Node] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            items.append(self._node(event, depth + 1))
        self._ends(event)
        return Sequence(tuple(items), place)

    def _mapping(self, place: Place, depth: int) -> Mapping:
        entries: dict[str, Entry] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._node(event, depth + 1)
            value = self._node(self._next(), depth + 1)
            if not isinstance(key, Scalar):
                self._stop("wrong-shape", key.place, "a key must be a text", "did you forget quotes around '{{ ... }}'?")
            if key.text in entries:
                first = entries[key.text].key.place.line
                self._fault("duplicate-key", key.place, f"'{key.text}' stands here and on line {first}", "keep one of them")
            else:
                entries[key.text] = Entry(key, value)
        self._ends(event)
        return Mapping(tuple(entries.values()), place, max(self.last_line, place.line))

    def _ends(self, event: Any) -> None:
        """Keep the last line that holds something; a block's own end is where the next thing begins."""
        start, end = event.start_mark, event.end_mark
        if isinstance(event, yaml.ScalarEvent) or start.index != end.index:
            self.last_line = max(self.last_line, end.line + (1 if end.column else 0))


def _remedy(problem: str) -> str:
    if "mapping values" in problem:
        return "a text that holds ': ' must stand in quotes"
    if "expected <block end>" in problem or "block end" in problem or "block mapping" in problem:
        return "check that this line begins in the same column as its neighbours"
    if "unexpected end" in problem or "quoted scalar" in problem:
        return "a quote is not closed"
    return "check quotes, colons and indentation above this place"
